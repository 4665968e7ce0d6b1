//! What only the demo tenant has (`demo-world.md` of the reference, and what examples leave behind): none of it is anybody else's to see.

use serde_json::Value;

use crate::checks::Arguments;
use crate::finding::Finding;
use crate::recorder::Checked;

/// Ids, keys, phones and names. A phone is matched with and without its plus.
const SECRETS: &[&str] = &[
    "tenant_demo",
    "key_demo_tenant",
    "key_demo_meta",
    "key_demo_meta_oba",
    "key_demo_web",
    "key_demo_web_closed",
    "ps_demo_tenant",
    "ps_demo_meta",
    "ps_demo_meta_oba",
    "ps_demo_web",
    "ps_demo_web_closed",
    "num_meta",
    "num_meta_oba",
    "num_web",
    "num_web_closed",
    "5511900000001",
    "5511900000002",
    "5511900000003",
    "5511900000004",
    "Suporte",
    "Vendas",
    "Entregas",
    "Reserva",
    "100000000000001",
    "100000000000002",
    "tpl_boas_vindas",
    "tpl_promo_cupom",
    "tpl_web_boas_vindas",
    "boas_vindas",
    "promo_cupom",
    "conv_ana",
    "conv_bia",
    "conv_caio",
    "conv_equipe",
    "conv_vip",
    "5511988887777",
    "5511977776666",
    "5511966665555",
    "5511955554444",
    "13491208655302741918",
    "Ana",
    "Bia",
    "Caio",
    "Duda",
    "ana",
    "120363000000000001",
    "120363000000000002",
    "Equipe",
    "Clientes VIP",
    "Novidades",
    "1234567890123456",
    "call_ana_in",
    "call_ana_done",
    "wacid.DEMOANAIN",
    "wacid.DEMOANADONE",
    "wh_demo",
    "http://127.0.0.1:9/hook",
    "hooks.acme.com",
    "Acme",
];

/// Whether an answer shows nothing that only the demo tenant has, but for what the caller said itself.
pub(in crate::checks) fn hidden(answer: &Value, said: &Arguments) -> Checked {
    let said = Value::Object(said.clone()).to_string();
    let mut shown = Vec::new();
    texts(answer, &mut |text| {
        let found = SECRETS.iter().filter(|secret| has(text, secret) && !has(&said, secret));
        shown.extend(found.map(|secret| Value::from(*secret)));
    });
    if shown.is_empty() {
        return Ok(());
    }
    Err(Finding::new("the answer shows what is another tenant's").with(Value::Null, shown))
}

/// Every text in a value, names of members included.
fn texts(value: &Value, tell: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => tell(text),
        Value::Number(number) => tell(&number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, tell)),
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            tell(name);
            texts(value, tell);
        }),
        Value::Null | Value::Bool(_) => {}
    }
}

/// Whether a word stands in a text by itself, and not within another.
fn has(text: &str, word: &str) -> bool {
    let part = |it: Option<char>| it.is_some_and(|it| it.is_alphanumeric() || it == '_');
    text.match_indices(word).any(|(start, _)| {
        let before = text.get(..start).and_then(|it| it.chars().next_back());
        let after = text.get(start + word.len()..).and_then(|it| it.chars().next());
        !part(before) && !part(after)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn finds_what_stands_anywhere() {
        for body in [
            json!({ "numbers": [{ "id": "num_meta" }] }),
            json!({ "error": "Not for num_web: see wh_demo." }),
            json!({ "+5511988887777": true }),
            json!([5_511_977_776_666_u64]),
        ] {
            assert!(hidden(&body, &Arguments::new()).is_err(), "{body}");
        }
    }

    #[test]
    fn takes_no_part_of_a_word_and_nothing_that_was_said() {
        let said = [("to".to_owned(), json!("+5511988887777"))].into_iter().collect();
        for body in [json!({ "code": "ANALYTICS Analytics banana" }), json!({ "to": "5511988887777" })] {
            assert!(hidden(&body, &said).is_ok(), "{body}");
        }
    }

    /// The list is kept by hand; the world says what belongs into it.
    #[test]
    fn has_all_that_the_demo_tenant_has() {
        let world = fixtures::World::demo().unwrap();
        let known = |id: &str| SECRETS.iter().any(|secret| has(id, secret));
        let numbers = world.numbers.iter().filter(|number| number.tenant == "tenant_demo");
        for number in numbers {
            assert!(known(&number.id) && known(&number.digits) && known(&number.name), "{}", number.id);
        }
        for template in &world.templates {
            assert!(known(&template.id) && known(&template.name), "{}", template.id);
        }
        for id in world.groups.iter().map(|group| &group.id).chain(world.calls.iter().map(|call| &call.id)) {
            assert!(known(id), "{id}");
        }
    }
}
