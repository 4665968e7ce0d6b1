//! The bodies of create and update.

use fixtures::world::TemplateCategory;
use serde_json::{Map, Value, json};

use super::body::Body;
use super::structure;
use crate::error::{ApiError, Code};
use crate::fields::Fields;

/// A template to be created.
#[derive(Debug)]
pub(super) struct NewTemplate {
    pub(super) name: String,
    pub(super) category: TemplateCategory,
    pub(super) content: Content,
}

impl NewTemplate {
    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        let name = read_name(fields);
        let category = read_category(fields).unwrap_or_default();
        let content = Content::read(fields);
        Some(Self { name: name?, category, content: content? })
    }
}

/// What a version is made of.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) body: Body,
    pub(super) language: String,
    examples: Map<String, Value>,
}

impl Content {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let language = fields.filled("language").unwrap_or("pt_BR").to_owned();
        let examples = read_examples(fields);
        Some(Self { body: structure::read(fields)?, language, examples })
    }

    /// An update. The category is fixed at creation: another one is checked and then ignored (U-12).
    pub(super) fn read_update(fields: &Fields<'_>) -> Option<Self> {
        read_category(fields);
        Self::read(fields)
    }

    /// Refuses variables without a sample.
    pub(super) fn require_samples(&self) -> Result<(), ApiError> {
        let missing = self.body.without_sample(&self.examples);
        if missing.is_empty() {
            return Ok(());
        }
        let text = format!("Give one sample per variable in examples; missing: {}", missing.join(", "));
        Err(ApiError::new(Code::TemplateExamplesRequired, text)
            .with("details", json!({ "missing": missing })))
    }

    /// Refuses what Meta would. Of its rules the mock knows one: a text needs no fewer words than variables (inferred).
    pub(super) fn submit_to_meta(&self) -> Result<(), ApiError> {
        let (words, variables) = self.body.words_and_variables();
        if words >= variables {
            return Ok(());
        }
        let text = "Meta refused the template: Params Words Ratio Exceeds Limit (2388293)";
        Err(ApiError::new(Code::MetaTemplateSubmitFailed, text))
    }
}

fn read_category(fields: &Fields<'_>) -> Option<TemplateCategory> {
    match fields.one_of("category", &["MARKETING", "UTILITY", "OTP"])? {
        "MARKETING" => Some(TemplateCategory::Marketing),
        "OTP" => Some(TemplateCategory::Otp),
        _ => Some(TemplateCategory::Utility),
    }
}

fn read_examples(fields: &Fields<'_>) -> Map<String, Value> {
    let Some(examples) = fields.map("examples") else { return Map::new() };
    for (name, sample) in examples {
        if !sample.is_string() {
            fields.issue(&format!("examples/{}", escaped(name)), "must be a string");
        }
    }
    examples.clone()
}

/// A key as it stands in a JSON pointer.
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// The name in lower case, with every run of anything but letters and digits turned into `_` (U-12).
fn read_name(fields: &Fields<'_>) -> Option<String> {
    let name = normalised(fields.required("name")?);
    if name == "_" {
        fields.issue("name", "must have a letter or digit");
        return None;
    }
    Some(name)
}

fn normalised(name: &str) -> String {
    let mut normalised = String::with_capacity(name.len());
    for character in name.chars().map(|character| character.to_ascii_lowercase()) {
        if character.is_ascii_alphanumeric() {
            normalised.push(character);
        } else if !normalised.ends_with('_') {
            normalised.push('_');
        }
    }
    normalised
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(normalised("promo_cupom"), "promo_cupom");
        assert_eq!(normalised("Promo -- Cupom 10%"), "promo_cupom_10_");
        assert_eq!(normalised("Promoção"), "promo_o");
        assert_eq!(normalised("!?"), "_");
    }
}
