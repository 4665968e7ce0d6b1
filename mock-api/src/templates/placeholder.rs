//! `{{variables}}` in a text. The evidence has no rule for their names; here one is whatever has no blanks and no braces.

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Text(&'a str),
    Variable(&'a str),
}

/// The text in pieces. Takes time in proportion to its length, whatever it holds.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, opened)) = rest.split_once("{{") {
        let Some(end) = opened.find(['{', '}']) else { break };
        let (inner, after) = opened.split_at(end);
        match after.strip_prefix("}}") {
            Some(after) if is_name(inner.trim()) => {
                parts.extend([Part::Text(before), Part::Variable(inner.trim())]);
                rest = after;
            }
            _ => {
                // Only one brace is passed over: `{{{nome}}}` is a variable between two braces.
                let (plain, next) = rest.split_at(before.len() + 1);
                parts.push(Part::Text(plain));
                rest = next;
            }
        }
    }
    parts.push(Part::Text(rest));
    parts.retain(|part| *part != Part::Text(""));
    parts
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(char::is_whitespace)
}

/// The variables of a text, in order, repeats included.
pub(super) fn names(text: &str) -> impl Iterator<Item = &str> {
    parts(text).into_iter().filter_map(|part| match part {
        Part::Variable(name) => Some(name),
        Part::Text(_) => None,
    })
}

/// The text with its variables replaced; those without a value stay as they are.
pub(super) fn fill<'v>(text: &str, value: impl Fn(&str) -> Option<&'v str>) -> String {
    let mut filled = String::with_capacity(text.len());
    for part in parts(text) {
        match part {
            Part::Text(text) => filled.push_str(text),
            Part::Variable(name) => match value(name) {
                Some(value) => filled.push_str(value),
                None => filled.extend(["{{", name, "}}"]),
            },
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_variables() {
        let all = |text| names(text).collect::<Vec<_>>();
        assert_eq!(all("Oi {{nome}}! {{ desconto }} {{nome}}"), ["nome", "desconto", "nome"]);
        assert_eq!(all("{{{nome}}}"), ["nome"]);
        assert_eq!(all("{{}} {{ }} {{a b}} {{a} {{b"), Vec::<&str>::new());
        assert_eq!(all("{{a{{b}}"), ["b"]);
        assert_eq!(parts("{{a}}"), [Part::Variable("a")]);
    }

    #[test]
    fn fills_variables() {
        let value = |name: &str| (name == "a").then_some("1");
        assert_eq!(fill("{{a}}+{{b}} {{ c", value), "1+{{b}} {{ c");
    }

    #[test]
    fn long_texts_of_braces_take_no_time() {
        assert_eq!(names(&"{".repeat(1 << 20)).count(), 0);
        assert_eq!(names(&"{{a".repeat(1 << 20)).count(), 0);
    }
}
