//! Whether an answer is the one that a case must bring.

use serde_json::Value;

use super::{Case, Expect};
use crate::checks::alike::same;
use crate::checks::{Session, credentials};
use crate::compare::equal;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::targets::{Answer, Target};

/// Holds an answer against what its case must bring, and a refusal over MCP against that of the API.
pub(super) fn check(
    session: &Session<'_>,
    case: &Case,
    target: Target,
    answer: &Answer,
    rest: Option<&Answer>,
) -> Checked {
    let nobody = case.key.is_none() && case.grant.is_none();
    match case.expect {
        Expect::Accepted => session.accepted(answer)?,
        Expect::AsExample => {
            session.accepted(answer)?;
            as_example(session, case, target, answer)?;
        }
        Expect::Without(list) => {
            session.accepted(answer)?;
            let done = answer.body.get(list).cloned().unwrap_or_default();
            equal("the call worked on what is another's", &Value::Array(Vec::new()), &done)?;
        }
        Expect::Refused(..) if target == Target::Mcp && nobody => return unauthorized(answer),
        Expect::Refused(status, code) => refused(session, target, answer, status, code)?,
    }
    if case.hides {
        credentials::hidden(&answer.body, &case.arguments)?;
    }
    if let Some(about) = &case.about {
        names(answer, about)?;
    }
    // Both validate, and hold calls against a grant, each in its own words; everything else comes from the API.
    let own_words = answer.code() == Some("VALIDATION_ERROR") || case.grant.is_some();
    match rest {
        Some(rest) if !own_words && matches!(case.expect, Expect::Refused(..)) => same(rest, answer),
        _ => Ok(()),
    }
}

/// Makes the example's own call in the same state: its key is the number's. Without control the state is another by now.
fn as_example(session: &Session<'_>, case: &Case, target: Target, answer: &Answer) -> Checked {
    if !session.rig.is_steered() {
        return Ok(());
    }
    let ready = match case.grant {
        None => session.ready_first()?,
        Some(grant) => session.ready_first_signed_in(grant, target)?,
    };
    let own = session.call(target, Some(session.example_key()), &ready.arguments)?;
    equal("the answer is not the one that the number's own key gets", &own.body, &answer.body)
}

/// The transport refuses, and says how to authenticate.
fn unauthorized(answer: &Answer) -> Checked {
    if !answer.by_transport || answer.status != Some(401) {
        return Err(Finding::new("a missing key is not refused with HTTP 401").with(401, answer.status));
    }
    let challenge = answer.headers.contains_key("www-authenticate");
    if challenge { Ok(()) } else { Err(Finding::new("the 401 has no WWW-Authenticate header")) }
}

fn refused(
    session: &Session<'_>,
    target: Target,
    answer: &Answer,
    status: u16,
    code: Option<&str>,
) -> Checked {
    if answer.ok {
        let message = format!("accepted instead of refused with {status} {}", code.unwrap_or_default());
        return Err(Finding::new(message).with(status, answer.body.clone()));
    }
    if answer.by_transport && target == Target::Mcp {
        return Err(
            Finding::new("refused by the protocol and not by a result").with(status, answer.body.clone())
        );
    }
    // The server makes up for a code that the API does not send.
    let substitute = format!("HTTP_{status}");
    let wanted = if target == Target::Mcp { code.or(Some(&substitute)) } else { code };
    if answer.status != Some(status) || answer.code() != wanted {
        let expected = serde_json::json!({ "status": status, "code": wanted });
        let actual =
            serde_json::json!({ "status": answer.status, "code": answer.code(), "body": answer.body });
        return Err(Finding::new("refused otherwise than it must be").with(expected, actual));
    }
    code.map_or(Ok(()), |code| session.subject.refusal(target, code, answer.status, &answer.body))
}

/// Whether some issue points to an argument, or speaks of it.
fn names(answer: &Answer, argument: &str) -> Checked {
    let issues = answer.body.pointer("/details/issues").and_then(Value::as_array);
    let text =
        |issue: &Value, key: &str| issue.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let pointer = format!("/{argument}");
    let named = issues
        .into_iter()
        .flatten()
        .any(|issue| text(issue, "path").starts_with(&pointer) || text(issue, "message").contains(argument));
    if named {
        Ok(())
    } else {
        Err(Finding::new("no issue names the argument").with(pointer, answer.body.clone()))
    }
}
