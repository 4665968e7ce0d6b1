//! A check that cannot fail is a defect: targets that are wrong on purpose, each of which must be caught by the check that it is there for.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod proxy;

use std::sync::Arc;

use conformance::{Control, Options, Report, Rig, Selection, Suite, Target, start_mock};
use proxy::{Ask, Distortion, Reply};
use serde_json::{Value, json};
use server::Server;

/// One way to be wrong.
struct Mutant {
    what: &'static str,
    /// The check that must notice, and so the tool that is tried.
    caught_by: &'static str,
    ask: fn(&mut Ask),
    reply: fn(&Ask, &mut Reply),
}

const SAME_ASK: fn(&mut Ask) = |_| {};
const SAME_REPLY: fn(&Ask, &mut Reply) = |_, _| {};

const MUTANTS: [Mutant; 27] = [
    // The API.
    reply("leaves a field out", "message_get/example/rest", |ask, reply| {
        if ask.method == "GET" {
            remove(&mut reply.body, "readAt");
        }
    }),
    reply("answers a number as text", "conversations_list/example/rest", |_, reply| {
        reply.body["total"] = json!("1")
    }),
    reply("answers a field too many", "group_info/example/rest", |_, reply| reply.body["secret"] = json!(1)),
    reply("answers 200 instead of 202", "messages_send/example/rest", |_, reply| {
        reply.status = reply.status.min(200)
    }),
    reply("answers otherwise than recorded", "branding_get/example-recorded/rest", |_, reply| {
        reply.body["branding"]["subtitle"] = json!("other");
    }),
    reply("has another code", "group_info/unknown-groupId/rest", |_, reply| {
        replace(reply, "code", "GROUP_NOT_FOUND", "NOT_FOUND")
    }),
    reply("has another status", "api_keys_list/wrong-scope/rest", |_, reply| {
        if reply.status == 403 {
            reply.status = 401;
        }
    }),
    reply("refuses without a text", "webhook_get/unknown-id/rest", |_, reply| {
        if reply.status == 404 {
            remove(&mut reply.body, "error");
        }
    }),
    ask("lets account-wide keys act as a number", "templates_list/wrong-scope/rest", |ask| {
        if ask.headers.get("x-api-key").is_some_and(|key| key == "ps_demo_tenant")
            && !ask.headers.contains_key("x-whatsapp-number-id")
        {
            ask.headers.insert("x-whatsapp-number-id", "num_meta".parse().unwrap());
        }
    }),
    ask("lets number keys act for the account", "numbers_list/wrong-scope/rest", |ask| {
        if ask.headers.get("x-api-key").is_some_and(|key| key == "ps_demo_meta") {
            ask.headers.insert("x-api-key", "ps_demo_tenant".parse().unwrap());
        }
    }),
    ask("shows other tenants' numbers", "groups_list/foreign-number/rest", |ask| {
        if ask.headers.get("x-whatsapp-number-id").is_some_and(|number| number == "num_other") {
            ask.headers.insert("x-whatsapp-number-id", "num_web".parse().unwrap());
        }
    }),
    ask("lets any number call", "calls_list/wrong-provider/rest", |ask| {
        if ask.headers.get("x-api-key").is_some_and(|key| key == "ps_demo_web") {
            ask.headers.insert("x-api-key", "ps_demo_meta".parse().unwrap());
        }
    }),
    ask("takes a missing field", "webhooks_create/missing-url/rest", |ask| {
        if ask.method == "POST" && ask.body.get("url").is_none() {
            ask.body["url"] = json!("https://example.com");
        }
    }),
    ask("takes a number below its least", "calls_list/invalid-arguments/rest", |ask| {
        ask.path = ask.path.replace("limit=0", "limit=1")
    }),
    ask("takes 99 ids at most", "messages_cancel/valid-arguments/rest", |ask| {
        if ask.body["messageIds"].as_array().is_some_and(|ids| ids.len() == 100) {
            ask.body["messageIds"] = json!([]);
        }
    }),
    reply("refuses what is not ASCII", "groups_create/valid-arguments/rest", |ask, reply| {
        if ask.body["subject"].as_str().is_some_and(|subject| !subject.is_ascii()) {
            *reply = Reply {
                status: 400,
                body: json!({ "error": "Validation error", "code": "VALIDATION_ERROR" }),
                ..reply.clone()
            };
        }
    }),
    ask("acts before it refuses", "group_participants_add/refusals-change-nothing/rest", |ask| {
        if ask.body["participants"] == json!("not of this type") {
            ask.body["participants"] = json!(["5511912345678"]);
        }
    }),
    reply("publishes another contract", "catalogue/openapi/rest", |ask, reply| {
        if ask.path == "/openapi.json" {
            reply.body["info"]["version"] = json!("2.0.0");
        }
    }),
    // The server.
    reply("has one annotation less", "message_get/definition-annotations/mcp", |_, reply| {
        each_tool(reply, |tool| remove(&mut tool["annotations"], "destructiveHint"));
    }),
    reply(
        "has alternatives at the root of a schema",
        "numbers_check/definition-input-schema/mcp",
        |_, reply| {
            each_tool(reply, |tool| {
                tool["inputSchema"]["anyOf"] =
                    json!([{ "required": ["number"] }, { "required": ["numbers"] }])
            });
        },
    ),
    reply("describes a tool in other words", "media_get/definition-recorded/mcp", |_, reply| {
        each_tool(reply, |tool| tool["description"] = json!("Other words."));
    }),
    reply("lists the tools in another order", "catalogue/tools-list/mcp", |_, reply| {
        if let Some(Value::Array(tools)) = reply.body.pointer_mut("/result/tools") {
            tools.reverse();
        }
    }),
    reply("says two things at once", "message_get/example/mcp", |_, reply| {
        if let Some(id) = reply.body.pointer_mut("/result/structuredContent/id") {
            *id = json!("another");
        }
    }),
    reply("answers with a stale value", "branding_get/agreement/mcp", |_, reply| {
        let Some(structured) = reply.body.pointer_mut("/result/structuredContent/branding") else { return };
        structured["subtitle"] = json!("stale");
        reply.body["result"]["content"][0]["text"] =
            json!(reply.body["result"]["structuredContent"].to_string());
    }),
    reply("does not say how to authenticate", "message_get/missing-key/mcp", |_, reply| {
        drop(reply.headers.remove("www-authenticate"))
    }),
    ask("lets an unknown argument through", "webhooks_list/unknown-argument/mcp", |ask| {
        if let Some(arguments) = ask.body.pointer_mut("/params/arguments") {
            remove(arguments, "notAnArgument");
        }
    }),
    reply("tells a refusal as a success", "templates_get/unknown-id/mcp", |_, reply| {
        if let Some(failed) = reply.body.pointer_mut("/result/isError") {
            *failed = json!(false);
        }
    }),
];

const fn reply(what: &'static str, caught_by: &'static str, reply: fn(&Ask, &mut Reply)) -> Mutant {
    Mutant { what, caught_by, ask: SAME_ASK, reply }
}

const fn ask(what: &'static str, caught_by: &'static str, ask: fn(&mut Ask)) -> Mutant {
    Mutant { what, caught_by, ask, reply: SAME_REPLY }
}

fn remove(value: &mut Value, key: &str) {
    if let Some(map) = value.as_object_mut() {
        map.shift_remove(key);
    }
}

fn replace(reply: &mut Reply, key: &str, from: &str, to: &str) {
    if reply.body[key] == json!(from) {
        reply.body[key] = json!(to);
    }
}

fn each_tool(reply: &mut Reply, change: fn(&mut Value)) {
    if let Some(Value::Array(tools)) = reply.body.pointer_mut("/result/tools") {
        tools.iter_mut().for_each(change);
    }
}

/// Runs some checks with a layer in front of one target.
fn run(only: &str, target: Target, distortion: Distortion) -> Report {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (mock, _server, api, mcp) = runtime.block_on(async {
        let mock = start_mock().await.unwrap();
        let server = Server::builder().upstream(mock.url()).output_schemas(true).start().await.unwrap();
        let (mut api, mut mcp) = (mock.url(), server.url());
        match target {
            Target::Rest => api = proxy::start(api, distortion).await,
            Target::Mcp => mcp = proxy::start(mcp, distortion).await,
        }
        (Arc::new(mock), server, api, format!("{mcp}/mcp"))
    });
    let options = Options { seed: 1, cases: 48, selection: Selection::only([only]).unwrap(), rigs: 1 };
    let start = || Rig::attach(&api, &mcp, Control::Mock(Arc::clone(&mock)));
    Suite::new(options).unwrap().run_on(start, &mut |_, _| {}).unwrap()
}

fn caught(mutant: &Mutant) -> Result<(), String> {
    let target = if mutant.caught_by.ends_with("/mcp") { Target::Mcp } else { Target::Rest };
    let report = run(mutant.caught_by, target, Distortion { ask: mutant.ask, reply: mutant.reply });
    let failed: Vec<String> = report.failures().map(|(outcome, _)| outcome.id.to_string()).collect();
    if failed.iter().any(|id| id == mutant.caught_by) {
        return Ok(());
    }
    Err(format!("a target that {} is not caught by {}, but by {failed:?}", mutant.what, mutant.caught_by))
}

#[test]
fn every_mutant_is_caught() {
    let missed: Vec<String> = std::thread::scope(|scope| {
        let halves = [0, 1].map(|half| {
            scope.spawn(move || {
                let mine = MUTANTS.iter().skip(half).step_by(2);
                mine.filter_map(|mutant| caught(mutant).err()).collect::<Vec<_>>()
            })
        });
        halves.into_iter().flat_map(|half| half.join().unwrap()).collect()
    });
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// The layer itself changes nothing, so that it is the distortion that is caught.
#[test]
fn an_honest_layer_passes() {
    for target in Target::ALL {
        let report = run("message_get", target, Distortion::NONE);
        assert!(report.passed(), "{report}");
    }
}
