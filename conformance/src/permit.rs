//! What may be done to a target. Every call of a tool passes [`Permit::allows`] first.

use fixtures::{Contract, Operation};
use serde_json::{Map, Value};

use crate::targets::CallError;

/// What may be done to a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permit {
    /// Everything: it is a mock, or somebody's own machine.
    Everything,
    /// Tools that change nothing are called. What a tool does is what our contract says of it, whatever the target says.
    Safe {
        /// Tools that change something in the account are called too.
        writes: bool,
        /// Phones, groups and channels that something may be sent to.
        sends: Vec<String>,
    },
}

/// A tool by which something leaves the account and reaches somebody on WhatsApp.
struct Send {
    tool: &'static str,
    /// The arguments that say whom; one that is absent reaches nobody.
    whom: &'static [&'static str],
    /// It reaches somebody only with this argument being true.
    when: Option<&'static str>,
    /// It changes something in the account besides.
    writes: bool,
}

const fn send(tool: &'static str, whom: &'static [&'static str]) -> Send {
    Send { tool, whom, when: None, writes: false }
}

const fn group(tool: &'static str, whom: &'static [&'static str]) -> Send {
    Send { writes: true, ..send(tool, whom) }
}

/// By hand, from what the reference says that each tool does.
const SENDS: [Send; 13] = [
    // A message in somebody's chat, a group or a channel.
    send("messages_send", &["destinationNumber", "groupId", "newsletterId"]),
    // A telephone rings.
    send("call_initiate", &["to"]),
    // A request in somebody's chat, of which Meta allows few.
    send("call_permission_request", &["to"]),
    // Somebody is on the line. No call is named by whom it is with, so that its id has to be allowed.
    send("call_accept", &["callId"]),
    send("call_reject", &["callId"]),
    send("call_terminate", &["callId"]),
    // Those who are in a group find themselves in it, out of it, or with other rights, and all others are told.
    group("groups_create", &["participants"]),
    group("group_participants_add", &["groupId", "participants"]),
    group("group_participants_remove", &["groupId", "participants"]),
    group("group_participants_promote", &["groupId", "participants"]),
    group("group_participants_demote", &["groupId", "participants"]),
    // All members see what is pinned.
    group("group_pin", &["groupId"]),
    // The link goes to the phone that is to be paired, if asked for.
    Send { when: Some("sendViaWhatsApp"), ..group("numbers_remote_pairing", &["number"]) },
];

impl Permit {
    /// Whether a call may be made.
    ///
    /// # Errors
    /// [`CallError::Unsupported`] with what would permit it.
    pub fn allows(&self, operation: &Operation, arguments: &Map<String, Value>) -> Result<(), CallError> {
        let Self::Safe { writes, sends } = self else { return Ok(()) };
        let Some(tool) = &operation.tool else {
            return refuse("it is no tool, so nobody can say what it does");
        };
        if tool.annotations.read_only_hint {
            return Ok(());
        }
        let reach = SENDS.iter().find(|send| send.tool == tool.name);
        if reach.is_none_or(|send| send.writes) && !writes {
            return refuse("it changes something on the target: give --allow-writes");
        }
        let allowed = |whom: &String| sends.iter().any(|allowed| plain(allowed) == plain(whom));
        let mut reached = reach.into_iter().flat_map(|send| send.reached(arguments));
        let idle = reach.is_some_and(|send| !send.writes) && sends.is_empty();
        if idle || !reached.all(|whom| whom.as_ref().is_some_and(allowed)) {
            return refuse("it reaches somebody on WhatsApp: give --allow-sends with whom it may reach");
        }
        Ok(())
    }

    /// Whether a message that is made by hand may be sent. Nobody reads it as a target might, so that whoever names a tool that changes something, anywhere in
    /// it, is taken to call it.
    ///
    /// # Errors
    /// [`CallError::Unsupported`] with what would permit it.
    pub(crate) fn allows_text(&self, contract: &Contract, text: &[u8]) -> Result<(), CallError> {
        if *self == Self::Everything {
            return Ok(());
        }
        let text = String::from_utf8_lossy(text);
        let mut writes = contract.tools().filter(|(tool, _)| !tool.annotations.read_only_hint);
        // A name may also hide behind escapes.
        if text.contains("\\u") || writes.any(|(tool, _)| text.contains(&tool.name)) {
            return refuse(
                "a request by hand that calls a tool which changes something is only for targets to which anything may be done",
            );
        }
        Ok(())
    }

    /// Whether a mock may be steered: what is not to be written to is not to be reset either.
    pub(crate) const fn steers(&self) -> bool {
        matches!(self, Self::Everything | Self::Safe { writes: true, .. })
    }

    /// Whether a tool is one that nobody but its destination notices.
    pub(crate) fn only_sends(tool: &str) -> bool {
        SENDS.iter().any(|send| send.tool == tool && !send.writes)
    }

    /// The first phone that something may be sent to.
    pub(crate) fn phone(&self) -> Option<&str> {
        let Self::Safe { sends, .. } = self else { return None };
        sends.iter().map(String::as_str).find(|to| plain(to).bytes().all(|byte| byte.is_ascii_digit()))
    }
}

impl Send {
    /// Whom a call reaches; `None` is somebody of whom the arguments do not say who it is.
    fn reached(&self, arguments: &Map<String, Value>) -> Vec<Option<String>> {
        // What is not plainly false may be taken for true.
        let asked = self
            .when
            .is_none_or(|name| !matches!(arguments.get(name), None | Some(Value::Null | Value::Bool(false))));
        let values = self.whom.iter().filter(|_| asked).filter_map(|name| arguments.get(*name));
        values.flat_map(names).collect()
    }
}

fn names(value: &Value) -> Vec<Option<String>> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![Some(text.clone())],
        Value::Number(number) => vec![Some(number.to_string())],
        Value::Array(items) => items.iter().flat_map(names).collect(),
        Value::Bool(_) | Value::Object(_) => vec![None],
    }
}

/// A phone as its digits (U-21), anything else as it stands.
fn plain(name: &str) -> String {
    let phone = name.chars().all(|sign| sign.is_ascii_digit() || " +-().".contains(sign));
    if phone { name.chars().filter(char::is_ascii_digit).collect() } else { name.to_owned() }
}

fn refuse(reason: &str) -> Result<(), CallError> {
    Err(CallError::Unsupported(reason.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn allows(permit: &Permit, tool: &str, arguments: &Value) -> bool {
        let contract = Contract::load().unwrap();
        let arguments = arguments.as_object().cloned().unwrap();
        permit.allows(contract.tool(tool).unwrap(), &arguments).is_ok()
    }

    fn safe(writes: bool, sends: &[&str]) -> Permit {
        Permit::Safe { writes, sends: sends.iter().map(|to| (*to).to_owned()).collect() }
    }

    #[test]
    fn by_default_only_what_changes_nothing() {
        let contract = Contract::load().unwrap();
        for (tool, operation) in contract.tools() {
            let allowed = safe(false, &[]).allows(operation, &Map::new()).is_ok();
            assert_eq!(allowed, tool.annotations.read_only_hint, "{}", tool.name);
            assert!(Permit::Everything.allows(operation, &Map::new()).is_ok());
        }
        assert!(!safe(false, &[]).steers() && safe(true, &[]).steers());
    }

    #[test]
    fn a_message_by_hand_names_no_tool_that_writes() {
        let contract = Contract::load().unwrap();
        let allows = |permit: &Permit, text: &str| permit.allows_text(&contract, text.as_bytes()).is_ok();
        for (tool, _) in contract.tools() {
            let text = format!(r#"[{{"params":{{"name":"{}"}}"#, tool.name);
            assert_eq!(allows(&safe(true, &["1"]), &text), tool.annotations.read_only_hint, "{text}");
            assert!(allows(&Permit::Everything, &text));
        }
        assert!(allows(&safe(false, &[]), "tools/list") && !allows(&safe(false, &[]), r"\u006dessages_send"));
    }

    #[test]
    fn the_table_names_tools_and_their_arguments() {
        let contract = Contract::load().unwrap();
        for send in &SENDS {
            let operation = contract.tool(send.tool).unwrap();
            assert!(!operation.tool.as_ref().unwrap().annotations.read_only_hint, "{}", send.tool);
            for name in send.whom.iter().chain(&send.when) {
                assert!(operation.argument(name).is_some(), "{}: {name}", send.tool);
            }
        }
    }

    #[test]
    fn sends_go_to_whom_they_may() {
        let permit = safe(false, &["+55 11 98888-7777", "1@g.us"]);
        for (tool, arguments, allowed) in [
            ("messages_send", json!({ "destinationNumber": "5511988887777" }), true),
            ("messages_send", json!({ "destinationNumber": 5_511_988_887_777_u64 }), true),
            ("messages_send", json!({ "destinationNumber": "5511988887777", "groupId": "2@g.us" }), false),
            ("messages_send", json!({ "groupId": "1@g.us" }), true),
            ("messages_send", json!({ "destinationNumber": { "a": 1 } }), false),
            ("call_initiate", json!({ "to": "+5511988887777" }), true),
            ("call_initiate", json!({ "to": "+5511988887778" }), false),
            ("group_pin", json!({ "groupId": "1@g.us" }), false),
            ("numbers_remote_pairing", json!({}), false),
        ] {
            assert_eq!(allows(&permit, tool, &arguments), allowed, "{tool} {arguments}");
        }
    }

    #[test]
    fn writes_do_not_reach_people() {
        let permit = safe(true, &[]);
        for (tool, arguments, allowed) in [
            ("webhooks_create", json!({ "url": "https://example.com" }), true),
            ("groups_create", json!({ "subject": "A" }), true),
            ("groups_create", json!({ "subject": "A", "participants": ["5511988887777"] }), false),
            ("numbers_remote_pairing", json!({ "number": "5511988887777" }), true),
            ("numbers_remote_pairing", json!({ "number": "5511988887777", "sendViaWhatsApp": true }), false),
            ("numbers_remote_pairing", json!({ "number": "5511988887777", "sendViaWhatsApp": "1" }), false),
            ("messages_send", json!({ "destinationNumber": "5511988887777" }), false),
        ] {
            assert_eq!(allows(&permit, tool, &arguments), allowed, "{tool} {arguments}");
        }
    }
}
