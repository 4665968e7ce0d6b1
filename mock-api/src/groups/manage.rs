//! Groups themselves: listing, creating, looking, inviting, pinning.

use fixtures::world::Role;
use indexmap::IndexMap;
use jiff::SignedDuration;
use serde::Serialize;

use super::store::Group;
use super::{eligible, open_group};
use crate::call::{Call, Reply};
use crate::error::{ApiError, Code};
use crate::fields::Fields;
use crate::schedule;
use crate::state::State;
use crate::time::Time;

/// Most participants of one request (U-33).
pub(super) const MAX_PARTICIPANTS: usize = 256;
/// How long a pin may last: a day, a week, 30 days (U-10).
const PIN_SECONDS: [i64; 3] = [86_400, 604_800, 2_592_000];
const DEFAULT_PIN_SECONDS: i64 = 604_800;

#[derive(Debug, Serialize)]
struct List<'a> {
    groups: Vec<Item<'a>>,
}

#[derive(Debug, Serialize)]
struct Item<'a> {
    id: &'a str,
    name: &'a str,
}

/// `GET /v1/groups`.
pub(super) fn list(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    eligible(state, call)?;
    state.numbers.require_open(call.number())?;
    let groups = state.groups.of(call.number());
    Reply::ok(&List { groups: groups.map(|group| Item { id: &group.id, name: &group.subject }).collect() })
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Info<'a> {
    id: &'a str,
    subject: &'a str,
    participants: Vec<Participant<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invite_code: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Participant<'a> {
    id: String,
    phone: &'a str,
    role: Role,
}

impl<'a> Info<'a> {
    fn new(group: &'a Group) -> Self {
        let participants = group.participants.iter();
        let view = |(phone, role): (&'a String, &Role)| Participant {
            id: format!("{phone}@s.whatsapp.net"),
            phone,
            role: *role,
        };
        Self {
            id: &group.id,
            subject: &group.subject,
            participants: participants.map(view).collect(),
            invite_code: group.invite_code.as_deref(),
        }
    }
}

/// `POST /v1/groups`. Phones that are not on WhatsApp are left out.
pub(super) fn create(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    eligible(state, call)?;
    let (subject, phones) = call.read(|fields| {
        let subject = fields.required("subject");
        let given = fields.has("participants");
        let phones =
            if given { fields.phones("participants", 0, MAX_PARTICIPANTS) } else { Some(Vec::new()) };
        Some((subject?.to_owned(), phones?))
    })?;
    let number = state.numbers.require_open(call.number())?;
    let creator = (number.digits.clone(), Role::SuperAdmin);
    let registered = phones.iter().filter_map(|phone| state.numbers.directory().find(phone));
    let mut participants = IndexMap::from([creator]);
    for phone in registered {
        participants.entry(phone.digits).or_insert(Role::Member);
    }
    let id = format!("120363{}@g.us", state.ids.digits(12));
    let group = Group { id, subject, participants, invite_code: None, pins: IndexMap::new() };
    let reply = Reply::created(&Info::new(&group));
    crate::messaging::open_group(state, call.number(), &group.id, &group.subject, call.now);
    state.groups.insert(call.number(), group);
    reply
}

/// `GET /v1/groups/{groupId}`.
pub(super) fn info(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    eligible(state, call)?;
    Reply::ok(&Info::new(open_group(state, call)?))
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Invite {
    invite_link: String,
}

/// `GET /v1/groups/{groupId}/invite`.
pub(super) fn invite(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    eligible(state, call)?;
    let has_code = open_group(state, call)?.invite_code.is_some();
    let code = (!has_code).then(|| state.ids.letters(22));
    let group = open_group(state, call)?;
    let code = group.invite_code.get_or_insert_with(|| code.unwrap_or_default());
    Reply::ok(&Invite { invite_link: format!("https://chat.whatsapp.com/{code}") })
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Pinned {
    success: bool,
    message_id: String,
    expires_at: Time,
}

/// `POST /v1/groups/{groupId}/pin`. A message that is pinned again stays for the new time.
pub(super) fn pin(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    eligible(state, call)?;
    let (message_id, seconds) = call.read(read_pin)?;
    let group = open_group(state, call)?.id.clone();
    if !state.messaging.of(call.number()).has_group_message(&group, &message_id) {
        return Err(ApiError::new(Code::MessageNotFound, "Message not found in this group"));
    }
    let expires_at = call.now.plus(SignedDuration::from_secs(seconds));
    open_group(state, call)?.pins.insert(message_id.clone(), expires_at);
    let number = call.number().to_owned();
    let due = super::Due::PinEnds { number, group, message: message_id.clone() };
    state.schedule.at(expires_at, schedule::Due::Groups(due));
    Reply::ok(&Pinned { success: true, message_id, expires_at })
}

fn read_pin(fields: &Fields<'_>) -> Option<(String, i64)> {
    let message = fields.required("messageId");
    let seconds = match fields.has("durationSeconds") {
        false => Some(DEFAULT_PIN_SECONDS),
        true => fields.integer("durationSeconds").filter(|seconds| {
            let allowed = PIN_SECONDS.contains(seconds);
            if !allowed {
                fields.issue("durationSeconds", "must be 86400, 604800 or 2592000");
            }
            allowed
        }),
    };
    Some((message?.to_owned(), seconds?))
}
