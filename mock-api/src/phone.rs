//! Phone numbers and the other ways to address a contact (U-21).

/// The digits of a phone number: 8 to 15 of them, an optional leading `+`, common separators stripped.
pub(crate) fn digits(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix('+').unwrap_or(text);
    let separator = |character: &char| matches!(character, ' ' | '(' | ')' | '.' | '-');
    let digits: String = text.chars().filter(|character| !separator(character)).collect();
    ((8..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// What a refused phone should have been.
pub(crate) const EXPECTED: &str = "must be a phone number of 8 to 15 digits with an optional leading +";

/// A Brazilian mobile with its ninth digit where it has none, and without where it has it: the same phone, as old and new registrations spell it.
pub(crate) fn other_spelling(digits: &str) -> Option<String> {
    let (area, subscriber) = digits.strip_prefix("55").and_then(|rest| rest.split_at_checked(2))?;
    match subscriber.len() {
        8 => Some(format!("55{area}9{subscriber}")),
        9 => Some(format!("55{area}{}", subscriber.strip_prefix('9')?)),
        _ => None,
    }
}

/// The same with a leading `+`, as the API shows it.
pub(crate) fn e164(digits: &str) -> String {
    format!("+{digits}")
}

/// Whether the text is a BSUID: two capital letters, a dot, digits.
pub(crate) fn is_user_id(text: &str) -> bool {
    text.split_once('.').is_some_and(|(country, id)| {
        country.len() == 2
            && country.bytes().all(|byte| byte.is_ascii_uppercase())
            && !id.is_empty()
            && id.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// `+551199****9999`: the first six and the last four digits.
pub(crate) fn masked(digits: &str) -> String {
    let (head, tail) = (
        digits.get(..6).unwrap_or_default(),
        digits.get(digits.len().saturating_sub(4)..).unwrap_or_default(),
    );
    format!("+{head}****{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    // facts: COM-FMT-003
    #[test]
    fn phones() {
        assert_eq!(digits("+55 (11) 98888-7777").as_deref(), Some("5511988887777"));
        assert_eq!(digits("1234567"), None);
        assert_eq!(digits("12345678").as_deref(), Some("12345678"));
        assert_eq!(digits("1234567890123456"), None);
        assert_eq!(digits("55+11988887777"), None);
        assert_eq!(digits("٥٥١١٩٨٨٨٨٧٧٧٧"), None);
        assert_eq!(masked("5511999999999"), "+551199****9999");
        assert_eq!(other_spelling("5511967435133").as_deref(), Some("551167435133"));
        assert_eq!(other_spelling("551167435133").as_deref(), Some("5511967435133"));
        assert_eq!(other_spelling("5511888888888"), None);
        assert_eq!(other_spelling("351967435133"), None);
        assert!(is_user_id("BR.13491208655302741918"));
        assert!(!is_user_id("br.1"));
        assert!(!is_user_id("BR."));
    }
}
