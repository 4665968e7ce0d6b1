//! What was done, as command lines: pasted into a shell, they do it again.

use std::borrow::Cow;

use fixtures::Contract;
use serde_json::Value;

use crate::control::CONTROL_TOKEN;
use crate::finding::Step;
use crate::rig::Rig;
use crate::targets::{Call, Mcp, Target, Wire};

/// Says how to do again what was done on a rig.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Repeat<'a> {
    pub(crate) rig: &'a Rig,
    pub(crate) contract: &'a Contract,
}

impl Repeat<'_> {
    /// A step, over REST where the API is there and REST can say it.
    pub(crate) fn step(&self, step: &Step) -> Option<String> {
        self.over_rest(step).or_else(|| self.over_mcp(step))
    }

    /// A step over REST. None where there is no API, or REST cannot say it.
    pub(crate) fn over_rest(&self, step: &Step) -> Option<String> {
        if let Step::Command(line) = step {
            return Some(self.rig.lasting(line));
        }
        let rig = self.rig;
        let wire = match step {
            Step::Control { method, path, body } => {
                let headers =
                    rig.asks_for_token().then(|| ("x-control-token".to_owned(), format!("${CONTROL_TOKEN}")));
                let body = Some(body.clone()).filter(|body| !body.is_null());
                Wire { headers: headers.into_iter().collect(), ..Wire::control(method, path, body) }
            }
            _ => self.calling(step, |call| Wire::of(call).ok())??,
        };
        rig.serves(Target::Rest).then(|| rig.lasting(&wire.curl(rig.api_url())))
    }

    /// A call over MCP. None where there is no server over HTTP that speaks the newest revision.
    pub(crate) fn over_mcp(&self, step: &Step) -> Option<String> {
        let mcp = self.rig.serves(Target::Mcp).then(|| self.rig.mcp())?;
        self.calling(step, |call| mcp.curl(call))?.map(|line| self.rig.lasting(&line))
    }

    /// The JSON-RPC request that makes a call.
    pub(crate) fn message(&self, step: &Step) -> Option<Value> {
        self.calling(step, Mcp::request)
    }

    /// Hands a call on as the target takes it, with variables in the place of keys that are not to be printed.
    fn calling<T>(&self, step: &Step, say: impl FnOnce(&Call<'_>) -> T) -> Option<T> {
        let Step::Call { tool, key, arguments } = step else { return None };
        let (operation, roles) = (self.contract.tool(tool)?, self.rig.roles());
        let key = key.as_ref().map(|key| roles.shown(key));
        let arguments = roles.arguments(arguments).map_or(Cow::Borrowed(arguments), Cow::Owned);
        Some(say(&Call { operation, key: key.as_deref(), arguments: &arguments }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    /// The ports of a run are nobody's when it has ended; the usual ones are where its reader starts mock and server.
    #[test]
    fn lines_of_own_targets_are_for_those_that_anybody_starts() {
        let (rig, contract) = (Rig::start().unwrap(), Contract::load().unwrap());
        let repeat = Repeat { rig: &rig, contract: &contract };
        let arguments = json!({ "id": "num_web" }).as_object().cloned().unwrap_or_else(Map::new);
        let step = Step::Call { tool: "numbers_get".into(), key: Some("ps_demo_tenant".into()), arguments };
        assert_eq!(
            repeat.step(&step).unwrap(),
            "curl -sS -X GET 'http://127.0.0.1:4010/v1/numbers/num_web' -H 'x-api-key: ps_demo_tenant'"
        );
        let mcp = repeat.over_mcp(&step).unwrap();
        assert!(mcp.starts_with("curl -sS -i -X POST 'http://127.0.0.1:8080/mcp' -H "), "{mcp}");
        let back: Vec<_> = rig.way_back().iter().filter_map(|step| repeat.step(step)).collect();
        assert_eq!(back, ["curl -sS -X POST 'http://127.0.0.1:4010/_mock/reset'"]);
    }
}
