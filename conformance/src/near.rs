//! What was probably meant by a name that nothing has.

/// How alike two names are, from 0 to 1, of which one may be meant by the other.
const ALIKE: f64 = 0.85;

/// The name that is most like `wanted`, if it is like it at all.
#[must_use]
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |name: &str| strsim::jaro_winkler(wanted, name);
    let near = names.into_iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(near) >= ALIKE).then_some(near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_like_nothing_is_near_nothing() {
        let names = ["messages_send", "agreement", "connections"];
        assert_eq!(nearest("messages_sent", names), Some("messages_send"));
        assert_eq!((nearest("nonsense", names), nearest("x", [])), (None, None));
    }
}
