//! What counts as a URL. How the API checks them is not known: whatever has a scheme, the beginning of a host and no blanks is one.

/// An http or https URL.
pub(crate) fn is_web(text: &str) -> bool {
    host(text).is_some()
}

/// An https URL.
pub(crate) fn is_https(text: &str) -> bool {
    text.starts_with("https://") && is_web(text)
}

/// The host of an http or https URL, without user and port; the whole authority where there is nothing else.
pub(crate) fn host(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let authority = rest.split(['/', '?', '#']).next().filter(|authority| !authority.is_empty())?;
    if text.contains(char::is_whitespace) {
        return None;
    }
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    let port = |(_, port): &(&str, &str)| port.bytes().all(|byte| byte.is_ascii_digit());
    let host = place.rsplit_once(':').filter(port).map_or(place, |(host, _)| host);
    Some(if host.is_empty() { authority } else { host })
}

/// A data URI with base64 content: `data:<type>/<subtype>[;parameter…];base64,<content>`.
pub(crate) fn is_data_uri(text: &str) -> bool {
    let Some((head, content)) = text.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"))
    else {
        return false;
    };
    let mut parts = head.split(';');
    let mime = parts.next().and_then(|mime| mime.split_once('/'));
    let is_type = |(kind, subtype): (&str, &str)| {
        filled_with(kind, |byte| byte.is_ascii_lowercase())
            && filled_with(subtype, |byte| byte.is_ascii_alphanumeric() || b".+-".contains(&byte))
    };
    mime.is_some_and(is_type)
        && parts.all(|part| filled_with(part, |byte| byte.is_ascii_alphanumeric() || b"_.=-".contains(&byte)))
        && is_base64(content)
}

/// The type that a data URI says it has.
pub(crate) fn mime_type(data_uri: &str) -> Option<&str> {
    data_uri.strip_prefix("data:")?.split([';', ',']).next()
}

fn filled_with(text: &str, allowed: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(allowed)
}

/// Groups of four, the last one padded.
fn is_base64(text: &str) -> bool {
    let data = text.strip_suffix("==").or_else(|| text.strip_suffix('=')).unwrap_or(text);
    text.len().is_multiple_of(4)
        && filled_with(data, |byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_their_hosts() {
        for (text, expected) in [
            ("https://example.com/hook", Some("example.com")),
            ("http://127.0.0.1:9/hook?a=b", Some("127.0.0.1")),
            ("http://[::1]:8080", Some("[::1]")),
            ("https://user:pass@example.com:9/x", Some("example.com")),
            ("http://:80", Some(":80")),
            ("https://", None),
            ("https:///path", None),
            ("https://exa mple.com", None),
            ("ftp://example.com", None),
            ("example.com", None),
        ] {
            assert_eq!(host(text), expected, "{text}");
        }
        assert!(is_https("https://example.com") && !is_https("http://example.com"));
    }

    #[test]
    fn data_uris() {
        for fine in [
            "data:image/png;base64,AAAA",
            "data:audio/ogg;codecs=opus;base64,AAA=",
            "data:application/pdf;base64,AA==",
        ] {
            assert!(is_data_uri(fine), "{fine}");
        }
        for wrong in [
            "data:image/png,AAAA",
            "data:image;base64,AAAA",
            "data:image/png;base64,",
            "data:image/png;base64,A A=",
            "data:image/png;base64,A===",
        ] {
            assert!(!is_data_uri(wrong), "{wrong}");
        }
    }
}
