//! Who receives a delivery can tell that it is the API's.

use fixtures::Evidence;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Check;
use super::delivery::STATES;
use super::inbox::{CAIO, Inbox, arrived_at};
use super::receiver::Delivery;
use crate::checks::stage::MINUTE;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rule::Rule;

pub(super) const SIGNED: Rule = Rule::must(
    "signed",
    "Each delivery bears the lower-case hex HMAC-SHA256 of its raw body under the secret of the webhook, which is that webhook's own.",
)
.proves(&["WHK-SEND-003", "WHK-SEND-004"]);
pub(super) const CHECKS: &[(Rule, Evidence, Check)] = &[(SIGNED, Evidence::Sdk, signed)];

fn signed(inbox: &Inbox<'_>) -> Checked {
    let hooks = [inbox.webhook("num_web", "/one", &STATES)?, inbox.webhook("num_web", "/other", &STATES)?];
    let secrets = [inbox.secret(&hooks[0])?, inbox.secret(&hooks[1])?];
    if secrets[0] == secrets[1] {
        return Err(Finding::new("two webhooks have the same secret, or none"));
    }
    inbox.send(CAIO)?;
    let arrived = inbox.wait(MINUTE)?;
    for path in ["/one", "/other"] {
        arrived_at(path, &arrived, &STATES, "a webhook did not get its events")?;
    }
    arrived.iter().try_for_each(|delivery| {
        let secret = if delivery.path == "/one" { &secrets[0] } else { &secrets[1] };
        bears_signature(delivery, secret)
    })
}

/// Whether a delivery is signed under a secret.
fn bears_signature(delivery: &Delivery, secret: &str) -> Checked {
    let expected = signature(secret, &delivery.raw);
    let found = delivery.header("x-pilot-status-signature");
    if found == expected {
        return Ok(());
    }
    let message =
        if found.is_empty() { "a delivery is not signed" } else { "a delivery bears another signature" };
    Err(Finding::new(message).with(expected, found))
}

fn signature(secret: &str, body: &[u8]) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(body);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The second test case of RFC 4231.
    #[test]
    fn signs_as_the_rfc_says() {
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(signature("Jefe", b"what do ya want for nothing?"), expected);
    }
}
