//! Who a message goes to.

use super::model::Peer;
use crate::fields::Fields;

/// Exactly one of the three ways to name a destination.
pub(super) fn read(fields: &Fields<'_>) -> Option<Peer> {
    let given =
        ["destinationNumber", "groupId", "newsletterId"].into_iter().filter(|key| fields.has(key)).count();
    if given != 1 {
        fields.issue_here("give exactly one of destinationNumber, groupId, newsletterId");
    }
    contact(fields, "destinationNumber").or(group(fields)).or(channel(fields))
}

/// A phone or a BSUID (U-21).
pub(super) fn contact(fields: &Fields<'_>, key: &'static str) -> Option<Peer> {
    let text = fields.text(key)?;
    let peer = if crate::phone::is_user_id(text) {
        Some(Peer::UserId(text.to_owned()))
    } else {
        crate::phone::digits(text).map(Peer::Phone)
    };
    if peer.is_none() {
        fields.issue(key, "must be a phone number of 8 to 15 digits or a user id such as BR.123");
    }
    peer
}

pub(super) fn group(fields: &Fields<'_>) -> Option<Peer> {
    jid(fields, "groupId", "@g.us").map(Peer::Group)
}

pub(super) fn channel(fields: &Fields<'_>) -> Option<Peer> {
    jid(fields, "newsletterId", "@newsletter").map(Peer::Channel)
}

fn jid(fields: &Fields<'_>, key: &'static str, ending: &str) -> Option<String> {
    let id = fields.text(key)?;
    let valid =
        id.strip_suffix(ending).is_some_and(|local| !local.is_empty() && local.bytes().all(is_jid_byte));
    if !valid {
        fields.issue(key, format!("must be an id that ends in {ending}"));
    }
    valid.then(|| id.to_owned())
}

fn is_jid_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}
