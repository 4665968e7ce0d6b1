//! Magic inputs: they choose an outcome without any change in the client (U-19). This one table makes the behaviour, `--list-magic` and `MAGIC.md`.

mod list;

pub use list::{magic_json, magic_markdown, magic_text};

use fixtures::world::MetaStatus;

use crate::messaging::Failure;

/// What a magic input brings about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// To a message that is sent to the number.
    Message(MessageOutcome),
    /// To a call to the number.
    Call(CallOutcome),
    /// To the review of a template whose name has the ending.
    Review(MetaStatus),
    /// To a send with this `Idempotency-Key`: it is refused as one whose first call is still running.
    KeyInUse,
}

/// How a message to a magic number fares, on every kind of number, whatever its window, its template or the directory would have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MessageOutcome {
    /// The attempt fails for good.
    Fails(Failure),
    /// It is sent, and fails when it should have been delivered.
    SentThenFails(Failure),
    /// It is sent, delivered, and not read.
    NeverRead,
    /// It is sent, and no delivery is reported.
    NeverDelivered,
    /// No attempt is made.
    NeverAttempted,
    /// Every attempt fails, and is made again until it is given up.
    KeepsFailing,
}

/// How a call to a magic number fares. Those but the first may be called, as if the contact had allowed it for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallOutcome {
    /// Calls are not allowed, and asking for it is declined.
    PermissionDenied,
    /// It rings until it is given up.
    NotAnswered,
    /// It rings and is declined.
    Rejected,
    /// It rings and is answered.
    Answered,
    /// It fails before it rings.
    Fails,
}

/// One line of the table.
#[derive(Debug)]
pub(crate) struct Magic {
    pub(crate) input: Input,
    /// What happens, for people.
    pub(crate) text: &'static str,
    pub(crate) effect: Effect,
}

/// Where an input stands in a request, and what it looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Input {
    /// Digits of a destination.
    Phone(&'static str),
    /// The end of a template's name.
    TemplateName(&'static str),
    /// The value of the header `Idempotency-Key`.
    IdempotencyKey(&'static str),
}

const fn phone(digits: &'static str, effect: Effect, text: &'static str) -> Magic {
    Magic { input: Input::Phone(digits), text, effect }
}

const fn fails(digits: &'static str, failure: Failure) -> Magic {
    phone(digits, Effect::Message(MessageOutcome::Fails(failure)), failure.text())
}

const fn name(ending: &'static str, status: MetaStatus, text: &'static str) -> Magic {
    Magic { input: Input::TemplateName(ending), text, effect: Effect::Review(status) }
}

/// The table.
pub(crate) const TABLE: &[Magic] = &[
    phone(
        "15550100001",
        Effect::Message(MessageOutcome::SentThenFails(Failure::DeliveredNotConfirmed)),
        "Sent, then no delivery is confirmed",
    ),
    fails("15550100002", Failure::TemplateVersionNotFound),
    fails("15550100003", Failure::InvalidDestination),
    fails("15550100004", Failure::PilotSelfNumber),
    fails("15550100005", Failure::NeverAttemptedMaxAgeExceeded),
    fails("15550100006", Failure::ExpiredAfterAttempts),
    fails("15550100007", Failure::MessageExpired),
    fails("15550100008", Failure::DeliveryTimeout),
    fails("15550100009", Failure::NumberNotFoundRemoved),
    fails("15550100010", Failure::LinkedWhatsappInstanceNotFound),
    phone(
        "15550100011",
        Effect::Message(MessageOutcome::Fails(Failure::WhatsappNotExist)),
        "Not on WhatsApp; numbers/check says so too",
    ),
    fails("15550100012", Failure::MetaTemplateNotApproved),
    fails("15550100013", Failure::MetaOutside24hWindow),
    fails("15550100014", Failure::MetaNoConversation),
    phone("15550100101", Effect::Message(MessageOutcome::NeverRead), "Delivered, never read"),
    phone("15550100102", Effect::Message(MessageOutcome::NeverDelivered), "Sent, never delivered"),
    phone(
        "15550100103",
        Effect::Message(MessageOutcome::NeverAttempted),
        "Stays queued: no attempt is made until it expires",
    ),
    phone(
        "15550100104",
        Effect::Message(MessageOutcome::KeepsFailing),
        "Attempted every minute without success; given up after 10 minutes, or at deliverUntil",
    ),
    phone(
        "15550100201",
        Effect::Call(CallOutcome::PermissionDenied),
        "Calls are not allowed; asking for permission is declined",
    ),
    phone("15550100202", Effect::Call(CallOutcome::NotAnswered), "A call rings and is not answered"),
    phone("15550100203", Effect::Call(CallOutcome::Rejected), "A call rings and is declined"),
    phone("15550100204", Effect::Call(CallOutcome::Answered), "A call rings and is answered"),
    phone("15550100205", Effect::Call(CallOutcome::Fails), "A call fails before it rings"),
    name("_rejected", MetaStatus::Rejected, "Meta's review refuses the template"),
    name("_pending", MetaStatus::Pending, "Meta's review does not end"),
    name(
        "_disabled",
        MetaStatus::Disabled,
        "Meta approves the template, and switches it off 3 minutes later",
    ),
    Magic {
        input: Input::IdempotencyKey("magic_in_use"),
        text: "409 IDEMPOTENCY_KEY_IN_USE, as if the first call were still running",
        effect: Effect::KeyInUse,
    },
];

fn find(matches: impl Fn(Input) -> bool) -> Option<Effect> {
    TABLE.iter().find(|magic| matches(magic.input)).map(|magic| magic.effect)
}

fn of_phone(digits: &str) -> Option<Effect> {
    find(|input| matches!(input, Input::Phone(magic) if magic == digits))
}

/// How a message to the phone fares, if its digits are magic.
pub(crate) fn message(digits: &str) -> Option<MessageOutcome> {
    match of_phone(digits)? {
        Effect::Message(outcome) => Some(outcome),
        _ => None,
    }
}

/// How a call to the phone fares, if its digits are magic.
pub(crate) fn call(digits: &str) -> Option<CallOutcome> {
    match of_phone(digits)? {
        Effect::Call(outcome) => Some(outcome),
        _ => None,
    }
}

/// Whether the phone is on WhatsApp, if its digits are magic.
pub(crate) fn is_on_whatsapp(digits: &str) -> Option<bool> {
    of_phone(digits).map(|effect| effect != Effect::Message(MessageOutcome::Fails(Failure::WhatsappNotExist)))
}

/// What Meta's review makes of a template, if its name is magic.
pub(crate) fn review(template: &str) -> Option<MetaStatus> {
    match find(|input| matches!(input, Input::TemplateName(ending) if template.ends_with(ending)))? {
        Effect::Review(status) => Some(status),
        _ => None,
    }
}

/// Whether the `Idempotency-Key` is the one that always is in use.
pub(crate) fn is_key_in_use(key: &str) -> bool {
    find(|input| matches!(input, Input::IdempotencyKey(magic) if magic == key)).is_some()
}
