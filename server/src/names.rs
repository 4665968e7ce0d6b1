//! Names that came from outside: shortened before they are repeated, and set right where they are nearly right.

/// Most characters of a name that are repeated or compared.
const MOST: usize = 64;

/// A name that came from outside, short enough to be repeated.
pub(crate) fn shorten(name: &str) -> String {
    name.chars().take(MOST).collect()
}

/// Of the known names the one that was probably meant: at most every third letter is another. Case and what stands between words do not count.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = plain(name);
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &plain(candidate)), candidate))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= 1.max(wanted.chars().count() / 3))
        .map(|(_, candidate)| candidate)
}

/// `; did you mean …?`, where there is something to suggest.
pub(crate) fn hint(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean {name}?")).unwrap_or_default()
}

fn plain(name: &str) -> String {
    name.chars().take(MOST).filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_nearly_right_is_set_right() {
        let known = ["messages_send", "message_get", "destinationNumber"];
        for (name, meant) in [
            ("message_send", Some("messages_send")),
            ("Messages-Send", Some("messages_send")),
            ("destination_number", Some("destinationNumber")),
            ("destinatonNumber", Some("destinationNumber")),
            ("recipient", None),
            ("", None),
            ("日本語", None),
        ] {
            assert_eq!(nearest(name, known), meant, "{name}");
        }
        assert_eq!(nearest("a", []), None);
    }

    #[test]
    fn what_is_long_is_cut_before_it_is_looked_at() {
        let long = "x".repeat(MOST) + "messages_send";
        assert_eq!((shorten(&long).len(), nearest(&long, ["messages_send"])), (MOST, None));
        assert_eq!(
            hint(nearest(&"x".repeat(1_000_000), [shorten(&long).as_str()])),
            format!("; did you mean {}?", "x".repeat(MOST))
        );
    }
}
