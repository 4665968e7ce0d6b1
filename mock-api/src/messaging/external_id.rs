//! The ids that providers give messages.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::model::Peer;
use crate::ids::Ids;

/// Meta's `wamid.HBg…`, or what WhatsApp devices make up themselves.
pub(super) fn external_id(is_meta: bool, peer: &Peer, ids: &mut Ids) -> String {
    if is_meta { wamid(peer, ids) } else { format!("3EB0{}", ids.hex(18).to_ascii_uppercase()) }
}

/// Base64 of a frame around the contact's digits and a number of the message, as Meta's ids are.
fn wamid(peer: &Peer, ids: &mut Ids) -> String {
    let contact = match peer {
        Peer::Phone(id) | Peer::UserId(id) | Peer::Group(id) | Peer::Channel(id) => id.as_bytes(),
    };
    let own = ids.hex(18).to_ascii_uppercase();
    let mut frame = vec![0x1c, 0x18, u8::try_from(contact.len()).unwrap_or(u8::MAX)];
    frame.extend(contact);
    frame.extend([0x15, 0x02, 0x00, 0x11, 0x18, 0x12]);
    frame.extend(own.as_bytes());
    frame.push(0);
    format!("wamid.{}", STANDARD.encode(frame))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn begins_as_documented() {
        let peer = Peer::Phone("55119999999".to_owned());
        assert!(external_id(true, &peer, &mut Ids::new(0)).starts_with("wamid.HBgLNTUxMTk5OTk5OTk"));
        let web = external_id(false, &peer, &mut Ids::new(0));
        assert_eq!((web.len(), web.get(..4)), (22, Some("3EB0")));
    }
}
