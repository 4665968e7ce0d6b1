//! What Meta reports of a message's price when it takes it.

use fixtures::world::TemplateCategory;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::time::Time;

/// What kind of conversation the message counts into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Category {
    Marketing,
    Utility,
    Authentication,
    Service,
}

/// Whether it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Regular,
    FreeCustomerService,
}

/// The price of a message, as far as it is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pricing {
    category: Category,
    kind: Kind,
}

impl Pricing {
    /// Of a template of this category, or of a free-form message. Answers, and utility templates while the contact's window is open, are free on Meta.
    pub(super) fn of(template: Option<TemplateCategory>, window_open: bool) -> Self {
        let category = match template {
            None => Category::Service,
            Some(TemplateCategory::Marketing) => Category::Marketing,
            Some(TemplateCategory::Utility) => Category::Utility,
            Some(TemplateCategory::Otp) => Category::Authentication,
        };
        let free = window_open && matches!(category, Category::Service | Category::Utility);
        Self { category, kind: if free { Kind::FreeCustomerService } else { Kind::Regular } }
    }

    pub(super) fn view(self, conversation: &str, sent_at: Time) -> PricingView {
        PricingView {
            conversation_id: conversation_id(conversation, self.category, sent_at),
            origin_type: self.category,
            category: self.category,
            kind: self.kind,
        }
    }
}

/// `metaPricing`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PricingView {
    conversation_id: String,
    origin_type: Category,
    category: Category,
    #[serde(rename = "type")]
    kind: Kind,
}

/// Meta's id of the conversation: the same for what is sent to a contact on one day and in one category. Computed, so that no message keeps it.
fn conversation_id(conversation: &str, category: Category, sent_at: Time) -> String {
    let day = sent_at.timestamp().as_second() / 86_400;
    let digest = Sha256::digest(format!("{conversation} {category:?} {day}"));
    digest.iter().take(16).fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}
