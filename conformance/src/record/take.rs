//! Asking an API what it answers.

use fixtures::contract::resolve;
use reqwest::header::DATE;
use serde_json::{Value, json};

use super::{RecordedCall, Recording, mask};
use crate::checks::Session;
use crate::finding::Finding;
use crate::rig::Rig;
use crate::subject::Subject;
use crate::suite::{Options, Suite, SuiteError};
use crate::targets::{Answer, Target};

/// Records what the API of `rig` answers to the documented example of each tool of `suite`, or to what comes nearest to it there. What may not be called is
/// left out, with the reason.
///
/// # Errors
/// When the API cannot be reached, or the contract is malformed.
pub fn record(rig: &Rig, suite: &Suite) -> Result<Recording, SuiteError> {
    rig.reach().map_err(SuiteError::Unreachable)?;
    let mut recording = Recording::new(rig.api_url());
    let options = Options::default();
    for subject in suite.subjects()? {
        let session = Session::new(rig, &subject, &options);
        match ask(&session) {
            Ok((arguments, answer)) => {
                let date = answer.headers.get(DATE).and_then(|date| date.to_str().ok());
                recording.date = recording.date.or_else(|| date.map(str::to_owned));
                recording.calls.push(RecordedCall {
                    tool: subject.tool.name.clone(),
                    arguments: mask(&arguments, &subject.schema).as_object().cloned().unwrap_or_default(),
                    status: answer.status.unwrap_or_default(),
                    body: mask(&answer.body, &schema(&subject, &answer)),
                });
            }
            Err(finding) => {
                drop(recording.left_out.insert(subject.tool.name.clone(), finding.message.into()))
            }
        }
    }
    Ok(recording)
}

fn ask(session: &Session<'_>) -> Result<(Value, Answer), Box<Finding>> {
    let ready = session.ready_first()?;
    let answer = session.call(Target::Rest, Some(&ready.key), &ready.arguments)?;
    Ok((Value::Object(ready.arguments), answer))
}

/// What is enumerated in an answer; of a refusal at least its code.
fn schema(subject: &Subject<'_>, answer: &Answer) -> Value {
    if answer.ok {
        return subject.operation.success.schema.clone();
    }
    let entry = answer.code().and_then(|code| Some((code, subject.contract.errors().get(code)?)));
    entry.map_or_else(
        || json!({ "properties": { "code": { "enum": [] } } }),
        |(code, entry)| resolve(subject.contract.document(), &entry.schema(code)),
    )
}
