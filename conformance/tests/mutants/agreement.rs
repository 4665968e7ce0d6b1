//! Two sides that say different things.

use serde_json::json;

use crate::{Mutant, reply};

pub(crate) const MUTANTS: &[Mutant] =
    &[reply("answers with a stale value", "branding_get/agreement/mcp", |_, reply| {
        let Some(structured) = reply.body.pointer_mut("/result/structuredContent/branding") else { return };
        structured["subtitle"] = json!("stale");
        reply.body["result"]["content"][0]["text"] =
            json!(reply.body["result"]["structuredContent"].to_string());
    })];
