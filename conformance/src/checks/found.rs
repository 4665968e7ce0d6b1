//! A tool that is made ready on a target without the demo world: with what the target itself lists, or with ids that name nothing.

use fixtures::contract::{Operation, Place};
use fixtures::examples::Example;
use serde_json::{Value, json};

use super::session::{Arguments, Ready, Session};
use crate::demo;
use crate::finding::Finding;
use crate::permit::Permit;
use crate::targets::{Call, CallError};

/// Where a tool that reads finds what an argument names: the tool that lists it, and the place in its answer.
const LISTED: [(&str, &str, &str, &str); 11] = [
    ("webhook_get", "id", "webhooks_list", "/0/id"),
    ("webhook_events", "id", "webhooks_list", "/0/id"),
    ("group_info", "groupId", "groups_list", "/groups/0/id"),
    ("group_invite", "groupId", "groups_list", "/groups/0/id"),
    ("numbers_get", "id", "numbers_list", "/0/id"),
    ("numbers_status", "id", "numbers_list", "/0/id"),
    // Its own number, so that nobody else is asked about.
    ("numbers_check", "number", "numbers_list", "/0/number"),
    ("numbers_check", "numbers", "numbers_list", "/0/number"),
    ("templates_get", "id", "templates_list", "/0/id"),
    ("call_get", "callId", "calls_list", "/calls/0/id"),
    ("call_permission_get", "to", "conversations_list", "/conversations/0/from"),
];

/// Ids that name nothing, of the forms that there are.
const NOTHING: &str = "unknown_0";
const NO_GROUP: &str = "120363999999999999@g.us";

/// The arguments of a tool that say which thing or person is meant.
pub(super) fn names(operation: &Operation) -> impl Iterator<Item = &str> {
    let tool = operation.tool.as_ref().map_or("", |tool| tool.name.as_str());
    let listed = move |name: &str| LISTED.iter().any(|(of, argument, ..)| *of == tool && *argument == name);
    let naming = move |it: &&fixtures::contract::Argument| it.place == Place::Path || listed(&it.name);
    operation.arguments.iter().filter(naming).map(|argument| argument.name.as_str())
}

/// An argument besides `other` by which a call names something that is not there.
pub(super) fn missing<'a>(operation: &'a Operation, arguments: &Arguments, other: &str) -> Option<&'a str> {
    let nothing = [Value::from(NOTHING), Value::from(NO_GROUP)];
    let missing = |name: &&str| arguments.get(*name).is_some_and(|value| nothing.contains(value));
    names(operation).filter(|name| *name != other).find(missing)
}

/// Key and arguments of an example, as far as they make sense on the target.
pub(super) fn ready(session: &Session<'_>, example: &Example) -> Result<Ready, Box<Finding>> {
    let subject = session.subject;
    let reads = subject.tool.annotations.read_only_hint;
    let mut ready = Ready { key: example.key.clone(), arguments: example.arguments.clone(), doubt: None };
    for (name, value) in &mut ready.arguments {
        // What is really there is only read.
        let found = if reads { listed(session, name)? } else { None };
        let list = value.is_array();
        match found {
            Some(id) => *value = if list { json!([id]) } else { id },
            None if names(subject.operation).any(|naming| naming == name) || replaced(value) => {
                replaced(value);
                ready.doubt = Some(format!("nothing that {name} may name is known on the target"));
            }
            None => {}
        }
    }
    if let Some(phone) = session.rig.permit().phone() {
        for name in ["destinationNumber", "to"] {
            if let Some(whom) = ready.arguments.get_mut(name).filter(|_| !reads) {
                *whom = Value::from(phone);
            }
        }
    }
    if !reads {
        ready.doubt = ready.doubt.or_else(|| unsure(session, &ready.arguments).map(str::to_owned));
    }
    Ok(ready)
}

/// Why a call that changes something or reaches somebody need not succeed, or had better not.
fn unsure(session: &Session<'_>, arguments: &Arguments) -> Option<&'static str> {
    let kept = ["flow", "idempotencyKey", "deliverAt"].iter().any(|name| arguments.contains_key(*name));
    match session.subject.tool.name.as_str() {
        "messages_send" if !kept => None,
        "messages_send" => Some("what comes of it depends on what was sent before"),
        tool if Permit::only_sends(tool) => Some("what comes of it is up to whom it reaches"),
        _ => Some("it would change something that nobody can take back without a control API"),
    }
}

/// What the target lists first; nothing, where it lists none, or none is known to list it.
fn listed(session: &Session<'_>, argument: &str) -> Result<Option<Value>, Box<Finding>> {
    let of = |(tool, name, ..): &&(&str, &str, &str, &str)| {
        *tool == session.subject.tool.name && *name == argument
    };
    let Some((.., listing, place)) = LISTED.iter().find(of) else { return Ok(None) };
    let contract = session.subject.contract;
    let operation = contract.tool(listing).ok_or_else(|| Finding::new(format!("{listing} is no tool")))?;
    let key = if *listing == "numbers_list" { demo::TENANT_KEY } else { session.example_key() };
    let call = Call { operation, key: Some(key), arguments: &Arguments::new() };
    match session.rig.call(session.rig.first(), &call) {
        Ok(answer) => {
            let found = answer.body.pointer(place).filter(|id| answer.ok && id.is_string());
            session.rig.learn(found);
            Ok(found.cloned())
        }
        // Such as for want of a key: then there is nothing to be found.
        Err(CallError::Unsupported(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Puts an id that names nothing in the place of what only the demo world has; whether there was any.
fn replaced(value: &mut Value) -> bool {
    let id = match value {
        Value::String(name) if demo::is_thing(name) => {
            if name.ends_with("@g.us") {
                NO_GROUP
            } else {
                NOTHING
            }
        }
        Value::Object(map) if map.contains_key("$from") => NOTHING,
        // All of them, and not only up to the first.
        Value::Array(items) => {
            return items.iter_mut().filter_map(|item| replaced(item).then_some(())).count() > 0;
        }
        Value::Object(map) => {
            return map.values_mut().filter_map(|item| replaced(item).then_some(())).count() > 0;
        }
        _ => return false,
    };
    *value = Value::from(id);
    true
}

#[cfg(test)]
mod tests {
    use fixtures::Contract;

    use super::*;

    #[test]
    fn the_table_names_tools_that_read() {
        let contract = Contract::load().unwrap();
        for (tool, argument, listing, _) in LISTED {
            for name in [tool, listing] {
                assert!(
                    contract.tool(name).unwrap().tool.as_ref().unwrap().annotations.read_only_hint,
                    "{name}"
                );
            }
            assert!(contract.tool(tool).unwrap().argument(argument).is_some(), "{tool}: {argument}");
            assert!(contract.tool(listing).unwrap().arguments.iter().all(|it| !it.required), "{listing}");
        }
    }

    #[test]
    fn what_only_the_demo_world_has_is_replaced() {
        let mut value =
            json!({ "a": ["wh_demo", "120363000000000001@g.us", { "$from": "sent", "at": "/id" }, "x", 1] });
        assert!(replaced(&mut value));
        assert_eq!(value, json!({ "a": [NOTHING, NO_GROUP, NOTHING, "x", 1] }));
        assert!(!replaced(&mut value));
    }
}
