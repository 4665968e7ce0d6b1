//! What a header text may not hold: line breaks, emojis, formatting.

use super::placeholder::{Part, parts};

/// Why a text does not suit a header.
pub(super) fn unsuited(text: &str) -> Option<&'static str> {
    // Variables may be called what they like, `{{first_name}}` too.
    let plain = parts(text).into_iter().map(|part| match part {
        Part::Text(text) => text,
        Part::Variable(_) => "x",
    });
    let plain: String = plain.collect();
    if plain.contains(['\n', '\r']) {
        Some("must not have line breaks")
    } else if plain.chars().any(is_emoji) {
        Some("must not have emojis")
    } else if is_formatted(&plain) {
        Some("must not have formatting")
    } else {
        None
    }
}

/// The blocks that hold emojis, and the selector that turns other signs into one.
fn is_emoji(character: char) -> bool {
    matches!(
        character,
        '\u{1F000}'..='\u{1FAFF}' | '\u{2600}'..='\u{27BF}' | '\u{2B05}'..='\u{2B55}' | '\u{FE0F}' | '\u{20E3}'
        // Clocks, arrows and squares, among signs that are none by themselves.
        | '\u{231A}' | '\u{231B}' | '\u{23E9}'..='\u{23EC}' | '\u{23F0}' | '\u{23F3}' | '\u{25FD}' | '\u{25FE}'
    )
}

/// Whether WhatsApp would show part of it as `*bold*`, `_italic_`, `~strike~` or code.
fn is_formatted(text: &str) -> bool {
    ['*', '_', '~', '`'].into_iter().any(|mark| {
        let mut opened = false;
        let mut before = ' ';
        let mut rest = text.chars().peekable();
        while let Some(character) = rest.next() {
            let after = rest.peek().copied().unwrap_or(' ');
            if character == mark {
                // A mark closes behind a word and opens before one; within a word it is a sign like any other.
                if opened && !before.is_whitespace() && !after.is_alphanumeric() {
                    return true;
                }
                opened |= !before.is_alphanumeric() && !after.is_whitespace();
            }
            before = character;
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers() {
        for fine in [
            "Pedido 12",
            "snake_case_name",
            "2 * 3 * 4",
            "{{first_name}} {{a_b}}",
            "Não, é já!",
            "*",
            "⌘ ⏏ ▪",
        ] {
            assert_eq!(unsuited(fine), None, "{fine}");
        }
        for formatted in ["*bold*", "an _italic_ word", "~gone~", "`code`", "*{{nome}}*", "```x```"] {
            assert_eq!(unsuited(formatted), Some("must not have formatting"), "{formatted}");
        }
        for emoji in ["🎉", "Oi ☀️", "1️⃣", "🇧🇷", "⌚", "⌛", "⏩", "⏬", "⏰", "⏳", "◽", "◾"]
        {
            assert_eq!(unsuited(emoji), Some("must not have emojis"), "{emoji}");
        }
        assert_eq!(unsuited("a\nb"), Some("must not have line breaks"));
    }
}
