//! What a schema says to people, models and generators, and validators pass over.

use serde_json::Value;

use super::view::View;
use super::walk::Walk;
use crate::diff::change::Kind;

pub(super) const KEYWORDS: [&str; 7] =
    ["title", "description", "$comment", "default", "examples", "example", "deprecated"];

/// How well the contract knows what it says.
const EVIDENCE: [&str; 2] = ["x-evidence", "x-decisions"];

/// Whether a keyword accepts and refuses nothing.
pub(super) fn is_one(keyword: &str) -> bool {
    KEYWORDS.contains(&keyword) || keyword.starts_with("x-")
}

pub(super) fn compare<'a>(walk: &mut Walk<'a>, old: &View<'a>, new: &View<'a>) {
    let mut keywords: Vec<&str> =
        old.keywords().chain(new.keywords()).filter(|keyword| is_one(keyword)).collect();
    keywords.sort_unstable();
    keywords.dedup();
    for keyword in keywords.into_iter().filter(|keyword| old.value(keyword) != new.value(keyword)) {
        let (kind, why) = judge(keyword);
        let at = if new.get(keyword).is_some() { new } else { old };
        walk.told(kind, &at.pointer(keyword), (old.value(keyword), new.value(keyword)), why);
    }
}

/// What a schema itself says otherwise, which does not show where every reference to it has words of its own.
pub(in crate::diff) fn written(old: &Value, new: &Value) -> Vec<(String, Kind, String)> {
    let keys = |value: &Value| -> Vec<String> {
        value.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect()
    };
    let mut keywords = [keys(old), keys(new)].concat();
    keywords.retain(|keyword| is_one(keyword) && old.get(keyword) != new.get(keyword));
    keywords.sort_unstable();
    keywords.dedup();
    let judged = keywords.into_iter().map(|keyword| (judge(&keyword), keyword));
    judged.map(|((kind, why), keyword)| (keyword, kind, why)).collect()
}

fn judge(keyword: &str) -> (Kind, String) {
    match keyword {
        "default" => (Kind::Warning, "what is left out means something else".into()),
        "examples" | "example" => {
            (Kind::Warning, "models and people take examples for what is usual, or for all there is".into())
        }
        "deprecated" => (Kind::Warning, "it says whether to go on using this".into()),
        keyword if EVIDENCE.contains(&keyword) => {
            (Kind::Warning, "it says how well this is attested, on which no client acts".into())
        }
        keyword if keyword.starts_with("x-") => {
            (Kind::Unknown, format!("what clients make of {keyword} is not known here"))
        }
        keyword => {
            (Kind::Warning, format!("models and people read the {keyword}, so that they may act otherwise"))
        }
    }
}
