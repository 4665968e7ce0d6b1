//! Which numbers a caller may act on (U-25).

use fixtures::contract::{Operation, Scope};
use http::StatusCode;
use serde_json::{Map, Value};

use crate::outcome::Failure;

/// The argument that names a number.
const NUMBER: &str = "whatsappNumberId";

/// What a caller was allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    /// Everything that the credential itself allows: an API key, or a token for the whole tenant.
    All,
    /// These numbers only.
    Numbers(Vec<String>),
}

impl Grant {
    /// Whether a tool of that scope can be called at all.
    #[must_use]
    pub fn allows(&self, scope: Scope) -> bool {
        *self == Self::All || scope != Scope::Tenant
    }

    /// Holds a call against the grant, and names its number where there is only one to name.
    ///
    /// # Errors
    /// The refusal of U-25; the API has not been asked.
    pub fn apply(
        &self,
        operation: &Operation,
        arguments: &mut Map<String, Value>,
    ) -> Result<(), Box<Failure>> {
        let Self::Numbers(numbers) = self else { return Ok(()) };
        if !self.allows(operation.scope) {
            return Err(needs_whole_account());
        }
        // Null is no number: it would not be sent.
        match (arguments.get(NUMBER).filter(|named| !named.is_null()), numbers.as_slice()) {
            (Some(named), _) if numbers.iter().any(|number| named == number.as_str()) => Ok(()),
            (Some(_), _) | (None, []) => Err(not_in_grant()),
            (None, [only]) => {
                arguments.insert(NUMBER.to_owned(), only.as_str().into());
                Ok(())
            }
            (None, _) => Err(number_required()),
        }
    }
}

fn refuse(status: StatusCode, code: &str, error: &str) -> Box<Failure> {
    Box::new(Failure::new(status, code, error))
}

fn needs_whole_account() -> Box<Failure> {
    let error = "this tool acts on the whole account, and your access was granted for single numbers: sign in again and allow the whole account";
    refuse(StatusCode::FORBIDDEN, "NUMBER_SCOPE_NOT_ALLOWED", error)
}

fn not_in_grant() -> Box<Failure> {
    let error = "your access was not granted for this number: name another in whatsappNumberId, or sign in again and allow it";
    refuse(StatusCode::FORBIDDEN, "NUMBER_NOT_IN_GRANT", error)
}

fn number_required() -> Box<Failure> {
    let error = "your access was granted for several numbers: name one in whatsappNumberId";
    refuse(StatusCode::BAD_REQUEST, "NUMBER_REQUIRED", error)
}

#[cfg(test)]
mod tests {
    use fixtures::Contract;
    use serde_json::json;

    use super::*;

    fn numbers(ids: &[&str]) -> Grant {
        Grant::Numbers(ids.iter().map(|&id| id.to_owned()).collect())
    }

    /// The arguments of a call under a grant, or the status and code of its refusal.
    fn applied(grant: &Grant, tool: &str, arguments: Value) -> Result<Value, (u16, String)> {
        let contract = Contract::load().unwrap();
        let (_, operation) = contract.tools().find(|(it, _)| it.name == tool).unwrap();
        let Value::Object(mut arguments) = arguments else { panic!("no object") };
        let result = grant.apply(operation, &mut arguments);
        result.map(|()| arguments.into()).map_err(|failure| (failure.status, failure.code))
    }

    fn refused(status: u16, code: &str) -> Result<Value, (u16, String)> {
        Err((status, code.to_owned()))
    }

    #[test]
    fn the_whole_tenant_changes_nothing() {
        for tool in ["message_get", "numbers_list", "webhooks_list"] {
            assert_eq!(applied(&Grant::All, tool, json!({ "id": "a" })), Ok(json!({ "id": "a" })));
        }
    }

    #[test]
    fn one_number_is_the_default() {
        let grant = numbers(&["num_a"]);
        let default = Ok(json!({ "whatsappNumberId": "num_a" }));
        for tool in ["conversations_list", "webhooks_list", "webhooks_create"] {
            for arguments in
                [json!({}), json!({ "whatsappNumberId": null }), json!({ "whatsappNumberId": "num_a" })]
            {
                assert_eq!(applied(&grant, tool, arguments), default);
            }
            let other = json!({ "whatsappNumberId": "num_b" });
            assert_eq!(applied(&grant, tool, other), refused(403, "NUMBER_NOT_IN_GRANT"));
        }
    }

    #[test]
    fn of_several_numbers_one_is_named() {
        let grant = numbers(&["num_a", "num_b"]);
        let named = json!({ "whatsappNumberId": "num_b" });
        assert_eq!(applied(&grant, "conversations_list", named.clone()), Ok(named));
        for tool in ["conversations_list", "webhooks_list", "webhooks_delete"] {
            assert_eq!(applied(&grant, tool, json!({})), refused(400, "NUMBER_REQUIRED"));
            for other in
                [json!("num_c"), json!("num_a "), json!("NUM_A"), json!(""), json!(7), json!(["num_a"])]
            {
                let arguments = json!({ "whatsappNumberId": other });
                assert_eq!(applied(&grant, tool, arguments), refused(403, "NUMBER_NOT_IN_GRANT"));
            }
        }
    }

    #[test]
    fn no_number_allows_nothing() {
        for arguments in [json!({}), json!({ "whatsappNumberId": "num_a" })] {
            assert_eq!(applied(&numbers(&[]), "message_get", arguments), refused(403, "NUMBER_NOT_IN_GRANT"));
        }
    }

    #[test]
    fn every_tool_is_refused_or_can_name_its_number() {
        let contract = Contract::load().unwrap();
        let grant = numbers(&["num_a"]);
        for (tool, operation) in contract.tools() {
            let result = applied(&grant, &tool.name, json!({}));
            if operation.scope == Scope::Tenant {
                assert_eq!(result, refused(403, "NUMBER_SCOPE_NOT_ALLOWED"), "{}", tool.name);
            } else {
                assert!(result.is_ok() && operation.argument(NUMBER).is_some(), "{}", tool.name);
            }
        }
    }
}
