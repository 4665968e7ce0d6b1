//! A template's body, `{ header?, body, footer?, buttons? }`, and what is read out of it.

use indexmap::IndexSet;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::placeholder::{self, Part};

/// The components in their order on the phone.
const COMPONENTS: [&str; 4] = ["header", "body", "footer", "buttons"];

/// A structured body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Body(Value);

impl Body {
    pub(super) fn new(body: Value) -> Self {
        Self(body)
    }

    fn text_at(&self, component: &str) -> &str {
        self.0
            .get(component)
            .and_then(|component| component.get("text"))
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// `body.text`.
    pub(super) fn text(&self) -> &str {
        self.text_at("body")
    }

    fn buttons(&self) -> impl Iterator<Item = &Value> {
        self.0.get("buttons").and_then(Value::as_array).into_iter().flatten()
    }

    fn url_buttons(&self) -> impl Iterator<Item = (&Value, &str)> {
        self.buttons()
            .filter(|button| kind(button) == "URL")
            .filter_map(|button| Some((button, button.get("url")?.as_str()?)))
    }

    /// The variables of header, body and dynamic URLs in order of appearance, each once.
    pub(super) fn variables(&self) -> IndexSet<&str> {
        let texts =
            [self.text_at("header"), self.text()].into_iter().chain(self.url_buttons().map(|(_, url)| url));
        texts.flat_map(placeholder::names).collect()
    }

    /// The variables among them for which `examples` has no sample, and for `{{1}}` some URL button with it no `example` of its own.
    pub(super) fn without_sample(&self, examples: &Map<String, Value>) -> Vec<&str> {
        let in_examples = |name: &str| {
            examples.get(name).and_then(Value::as_str).is_some_and(|sample| !sample.trim().is_empty())
        };
        let on_button = |name: &str| {
            let mut with_it =
                self.url_buttons().filter(|(_, url)| placeholder::names(url).any(|other| other == name));
            name == "1" && with_it.all(|(button, _)| button.get("example").is_some())
        };
        self.variables().into_iter().filter(|name| !in_examples(name) && !on_button(name)).collect()
    }

    /// Every placeholder anywhere in the body, button texts included, in order of appearance, each once.
    pub(super) fn placeholders(&self) -> Vec<String> {
        let mut names = IndexSet::new();
        for component in COMPONENTS {
            if let Some(value) = self.0.get(component) {
                collect(value, &mut names);
            }
        }
        names.into_iter().map(str::to_owned).collect()
    }

    /// Whether it has a FLOW button; such templates are made at Meta, not here.
    pub(super) fn has_flow_button(&self) -> bool {
        self.buttons().any(|button| kind(button) == "FLOW")
    }

    /// Words of the text outside its variables, and the number of its variables.
    pub(super) fn words_and_variables(&self) -> (usize, usize) {
        let (mut words, mut variables) = (0, 0);
        for part in placeholder::parts(self.text()) {
            match part {
                Part::Variable(_) => variables += 1,
                Part::Text(text) => {
                    words +=
                        text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count();
                }
            }
        }
        (words, variables)
    }

    /// Whether its header is an image, a video or a document.
    pub(super) fn has_media(&self) -> bool {
        let kind = self.0.get("header").and_then(|header| header.get("type")).and_then(Value::as_str);
        matches!(kind, Some("IMAGE" | "VIDEO" | "DOCUMENT"))
    }

    /// Puts `url` in place of base64 header media, which the API stores itself.
    pub(super) fn rehost(&mut self, url: impl FnOnce(&str) -> String) {
        let Some(header) = self.0.get_mut("header").and_then(Value::as_object_mut) else { return };
        if let Some(Value::String(data)) = header.shift_remove("base64") {
            header.insert("url".to_owned(), url(&data).into());
        }
    }
}

fn kind(button: &Value) -> &str {
    button.get("type").and_then(Value::as_str).unwrap_or_default()
}

fn collect<'a>(value: &'a Value, names: &mut IndexSet<&'a str>) {
    match value {
        Value::String(text) => names.extend(placeholder::names(text)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
        Value::Object(map) => map.values().for_each(|value| collect(value, names)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn body() -> Body {
        Body::new(json!({
            "buttons": [{ "type": "QUICK_REPLY", "text": "Oi {{quem}}" }, { "type": "URL", "text": "x", "url": "https://a.b/{{1}}", "example": "k" }],
            "body": { "text": "Oi {{nome}}, {{desconto}} hoje, {{nome}}!" },
            "header": { "type": "TEXT", "text": "Para {{loja}}" },
        }))
    }

    // facts: TPL-LIST-010
    #[test]
    fn variables_come_in_order_of_components() {
        assert_eq!(body().variables().into_iter().collect::<Vec<_>>(), ["loja", "nome", "desconto", "1"]);
        assert_eq!(body().placeholders(), ["loja", "nome", "desconto", "quem", "1"]);
    }

    // facts: TPL-BTN-013
    #[test]
    fn a_button_brings_its_own_sample() {
        let examples = json!({ "nome": "Maria", "desconto": " " });
        assert_eq!(body().without_sample(examples.as_object().unwrap()), ["loja", "desconto"]);
    }

    // facts: TPL-BTN-013
    #[test]
    fn every_button_brings_its_own_sample() {
        let button =
            |example| json!({ "type": "URL", "text": "x", "url": "https://a.b/{{1}}", "example": example });
        let mut plain = button("k");
        plain.as_object_mut().unwrap().remove("example");
        let body = |second| Body::new(json!({ "body": { "text": "Oi" }, "buttons": [button("k"), second] }));
        assert_eq!(body(button("l")).without_sample(&Map::new()), Vec::<&str>::new());
        assert_eq!(body(plain).without_sample(&Map::new()), ["1"]);
    }

    #[test]
    fn counts_words() {
        assert_eq!(body().words_and_variables(), (2, 3));
    }
}
