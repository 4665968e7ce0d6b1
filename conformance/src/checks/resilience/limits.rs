//! Bounds of what is asked and of what is answered.

use fixtures::Evidence;
use serde_json::{Map, Value, json};

use crate::checks::expect::refused;
use crate::checks::fault;
use crate::demo::META_KEY;
use crate::family::Family;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::scene::{Scenario, Scene};
use crate::targets::{Answer, Raw, Target};

pub(super) const CLAMPED: Rule =
    Rule::must("page-size-clamped", "A pageSize above 100 is read as 100.").proves(&["COM-PAGE-004"]);
pub(super) const NO_PAGE: Rule =
    Rule::must("no-page-*", "A page or pageSize below 1 is refused with 400 VALIDATION_ERROR.")
        .proves(&["COM-PAGE-005"]);
pub(super) const BODY: Rule = Rule::should("body-too-large", "A body of 8 MiB is refused with 413.");
pub(super) const CUT: Rule = Rule::should(
    "long-list",
    "Of a list that is too long for a model whole items are shown, from the first on, and the result says that there are more.",
);

pub(super) const SCENARIO: Scenario =
    Scenario { name: "limits", family: Family::Resilience, area: None, run };

const OPERATION: &str = "GET /v1/conversations";
/// Larger than any call of a tool.
const LARGE: usize = 8 * 1024 * 1024;
/// A list of 2 MiB.
const ITEMS: usize = 2048;
const ITEM_BYTES: usize = 1024;

fn run(scene: &mut Scene<'_>) {
    for target in Target::ALL {
        scene.check(CLAMPED.name, target, Evidence::Inferred, |scene| {
            let answer = list(scene, target, json!({ "pageSize": 1000 }))?;
            let size = answer.body.get("pageSize").cloned().unwrap_or_default();
            if size == 100 { Ok(()) } else { Err(Finding::new("pageSize is another").with(100, size)) }
        });
        for (name, arguments) in [("size", json!({ "pageSize": 0 })), ("number", json!({ "page": 0 }))] {
            let rule = NO_PAGE.name.replace('*', name);
            scene.check(&rule, target, Evidence::Inferred, |scene| {
                refused(&list(scene, target, arguments)?, 400, "VALIDATION_ERROR")
            });
        }
    }
    scene.check_in_any_state(BODY.name, Target::Mcp, Evidence::Inferred, |scene| {
        let heard = scene.send(&Raw::post(META_KEY, vec![b' '; LARGE]))?;
        if heard.status == 413 {
            return Ok(());
        }
        Err(Finding::new("a body that is far too large is not refused").with(413, heard.shown()))
    });
    scene.check(CUT.name, Target::Mcp, Evidence::Inferred, long_list);
}

fn list(scene: &Scene<'_>, target: Target, arguments: Value) -> Result<Answer, Box<Finding>> {
    let arguments = arguments.as_object().cloned().unwrap_or_else(Map::new);
    scene.call(target, "conversations_list", META_KEY, &arguments)
}

/// The API answers more than a model can read. That a list is shown whole is no failure of the protocol, but nobody can use it.
fn long_list(scene: &Scene<'_>) -> Checked {
    let item = |number: usize| json!({ "id": format!("conv_{number}"), "text": "x".repeat(ITEM_BYTES) });
    let items: Vec<Value> = (0..ITEMS).map(item).collect();
    let page =
        json!({ "conversations": items, "total": ITEMS, "page": 1, "pageSize": ITEMS, "totalPages": 1 });
    fault::set(scene, OPERATION, json!({ "status": 200, "body": page }))?;
    let answer = list(scene, Target::Mcp, json!({}))?;
    let brief = |text: &str| Finding::new(text.to_owned());
    let Some(shown) = answer.body.get("conversations").and_then(Value::as_array).filter(|_| answer.ok) else {
        return Err(brief("the list is not shown").with(Value::Null, answer.status));
    };
    if shown.is_empty() || shown.len() >= ITEMS {
        return Err(brief("the list is not cut").with(format!("1 to {} items", ITEMS - 1), shown.len()));
    }
    if !items.starts_with(shown) {
        return Err(brief("what is shown is not the beginning of the list, item by item"));
    }
    let told = |(name, value): (&String, &Value)| {
        !matches!(name.as_str(), "conversations" | "total" | "page" | "pageSize" | "totalPages")
            && !value.is_null()
    };
    let said = answer.body.as_object().is_some_and(|body| body.iter().any(told));
    if said { Ok(()) } else { Err(brief("the result does not say that there are more")) }
}
