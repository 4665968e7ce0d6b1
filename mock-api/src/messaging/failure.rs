//! Why a message failed: the closed set of `errorCode`, with a text for each.

use serde::{Deserialize, Serialize};

macro_rules! failures {
    ($($name:ident = $code:literal, $text:literal;)+) => {
        /// An `errorCode`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub(crate) enum Failure { $(#[serde(rename = $code)] $name,)+ }

        impl Failure {
            /// All of them, by name.
            pub(crate) const CODES: &[&'static str] = &[$($code,)+];

            /// The code as it stands in `errorCode`.
            pub(crate) const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// What `errorMessage` says.
            pub(crate) const fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            pub(crate) fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

failures! {
    DeliveredNotConfirmed = "DELIVERED_NOT_CONFIRMED", "Sent, but no delivery was confirmed before the deadline";
    TemplateVersionNotFound = "TEMPLATE_VERSION_NOT_FOUND", "The template or its version does not exist";
    InvalidDestination = "INVALID_DESTINATION", "The destination cannot be reached from this number";
    PilotSelfNumber = "PILOT_SELF_NUMBER", "A number cannot send to itself";
    NeverAttemptedMaxAgeExceeded = "NEVER_ATTEMPTED_MAX_AGE_EXCEEDED", "Queued for 7 days without an attempt";
    ExpiredAfterAttempts = "EXPIRED_AFTER_ATTEMPTS", "The deadline passed after attempts without success";
    MessageExpired = "MESSAGE_EXPIRED", "The deadline passed";
    DeliveryTimeout = "DELIVERY_TIMEOUT", "The provider did not take the message";
    NumberNotFoundRemoved = "NUMBER_NOT_FOUND_REMOVED", "The sending number was removed";
    LinkedWhatsappInstanceNotFound = "LINKED_WHATSAPP_INSTANCE_NOT_FOUND", "The key's WhatsApp instance does not exist any more";
    WhatsappNotExist = "WHATSAPP_NOT_EXIST", "The destination is not on WhatsApp";
    MetaTemplateNotApproved = "META_TEMPLATE_NOT_APPROVED", "Meta has not approved the template";
    MetaOutside24hWindow = "META_OUTSIDE_24H_WINDOW", "The 24-hour window is closed: use an approved template";
    MetaNoConversation = "META_NO_CONVERSATION", "There is no conversation with the contact: start with an approved template";
}
