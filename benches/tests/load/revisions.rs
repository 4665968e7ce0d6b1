//! Both revisions of MCP: before our own server, and before one that keeps sessions as strictly as it may.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use benches::Revision;
use benches::scenario::{Credential, CredentialSource};
use benches::targets::{Answer, AnyTarget, Call, Mcp, Peer, Stdio, Target};
use fixtures::Contract;
use futures_util::future::join_all;
use mock_api::{Count, MockApi, RequestFilter};
use serde_json::{Map, Value, json};
use tokio::io::{
    AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf, duplex, split,
};
use tokio::net::TcpListener;

use crate::program::Place;

fn caller(key: &str) -> Credential {
    let source: CredentialSource = serde_json::from_value(json!({ "env": "NONE", "demo": key })).unwrap();
    source.find(|_| None, true).unwrap()
}

async fn call(target: &impl Target, caller: usize) -> Answer {
    let contract = Contract::load().unwrap();
    let operation = contract.tool("templates_list").unwrap();
    target.call(Call { operation, caller: Some(caller), arguments: Map::new(), keep: true }).await
}

/// What a server that keeps sessions knows.
#[derive(Default)]
struct Kept {
    offered: &'static str,
    begun: usize,
    ended: usize,
    sessions: BTreeMap<String, Session>,
}

struct Session {
    caller: String,
    initialized: bool,
    /// Of its requests.
    ids: HashSet<u64>,
}

type Server = Arc<Mutex<Kept>>;

/// A server of 2025-11-25 that refuses whatever the revision does not allow: requests without a session, of another caller, before `initialized`, or with an id
/// that was there before.
async fn strict(offered: &'static str) -> (String, Server) {
    let kept = Arc::new(Mutex::new(Kept { offered, ..Kept::default() }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer).with_state(Arc::clone(&kept));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, kept)
}

async fn answer(State(server): State<Server>, method: Method, headers: HeaderMap, body: String) -> Response {
    let header = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let (caller, id, version) =
        (header("x-api-key"), header("mcp-session-id"), header("mcp-protocol-version"));
    let mut kept = server.lock().unwrap();
    let message: Value = serde_json::from_str(&body).unwrap_or_default();
    if message["method"] == "initialize" {
        return kept.begin(caller, &message);
    }
    let offered = kept.offered;
    let Some(session) = kept.sessions.get_mut(&id) else { return StatusCode::NOT_FOUND.into_response() };
    if session.caller != caller || version != offered || headers.contains_key("mcp-method") {
        return StatusCode::BAD_REQUEST.into_response();
    }
    if method == Method::DELETE {
        kept.sessions.remove(&id);
        kept.ended += 1;
        return StatusCode::NO_CONTENT.into_response();
    }
    if message["method"] == "notifications/initialized" {
        session.initialized = true;
        return StatusCode::ACCEPTED.into_response();
    }
    let is_new = message["id"].as_u64().is_some_and(|id| session.ids.insert(id));
    if !session.initialized || !is_new || !message["params"]["_meta"].is_null() {
        return StatusCode::CONFLICT.into_response();
    }
    reply(&message, json!({ "structuredContent": { "items": [caller] } })).into_response()
}

impl Kept {
    fn begin(&mut self, caller: String, message: &Value) -> Response {
        let params = &message["params"];
        if params["protocolVersion"] != "2025-11-25" || !params["clientInfo"]["name"].is_string() {
            return StatusCode::BAD_REQUEST.into_response();
        }
        self.begun += 1;
        let (name, ids) =
            (format!("session-{}", self.begun), HashSet::from([message["id"].as_u64().unwrap()]));
        self.sessions.insert(name.clone(), Session { caller, initialized: false, ids });
        let info = json!({ "name": "strict", "version": "1" });
        let result = json!({ "protocolVersion": self.offered, "capabilities": {}, "serverInfo": info });
        ([("mcp-session-id", name)], reply(message, result)).into_response()
    }
}

fn reply(message: &Value, result: Value) -> String {
    json!({ "jsonrpc": "2.0", "id": message["id"], "result": result }).to_string()
}

fn legacy(url: &str) -> AnyTarget {
    let callers = [caller("ps_demo_meta"), caller("ps_demo_web")];
    AnyTarget::Mcp(Mcp::new(url, &callers).speaking(Revision::Legacy))
}

#[tokio::test]
async fn each_caller_has_a_session_which_is_ended_in_the_end() {
    let (url, server) = strict("2025-11-25").await;
    let target = legacy(&url);
    target.reach().await.unwrap();
    assert_eq!(server.lock().unwrap().begun, 2);
    let answers = join_all((0..40).map(|number| call(&target, number % 2))).await;
    for (number, answer) in answers.into_iter().enumerate() {
        let caller = if number % 2 == 0 { "ps_demo_meta" } else { "ps_demo_web" };
        assert_eq!(answer, Ok(json!([caller])));
    }
    target.end().await;
    let kept = server.lock().unwrap();
    assert_eq!((kept.begun, kept.ended, kept.sessions.len()), (2, 2, 0));
}

#[tokio::test]
async fn a_session_that_the_server_ended_fails_its_calls_and_one_other_begins() {
    let (url, server) = strict("2025-11-25").await;
    let target = legacy(&url);
    target.reach().await.unwrap();
    server.lock().unwrap().sessions.clear();
    assert_eq!(call(&target, 0).await, Err("HTTP_404".to_owned()));
    let answers = join_all((0..20).map(|_| call(&target, 0))).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    // Those of both callers, and the one in place of the first.
    assert_eq!(server.lock().unwrap().begun, 3);
}

#[tokio::test]
async fn a_server_that_wants_another_revision_is_not_measured_in_it() {
    let (url, _) = strict("2025-06-18").await;
    let refused = legacy(&url).reach().await.unwrap_err().to_string();
    assert!(refused.ends_with("initialize in revision 2025-11-25 came to REVISION_2025-06-18"), "{refused}");
    // Nor one that has no such request.
    let (stdio, mut asked, mut answers) = played();
    let server = async {
        let first = read(&mut asked).await;
        let error = json!({ "code": -32601, "message": "no" });
        let error = json!({ "jsonrpc": "2.0", "id": first["id"], "error": error });
        answers.write_all(format!("{error}\n").as_bytes()).await.unwrap();
    };
    let (reached, ()) = tokio::join!(stdio.reach(), server);
    let refused = reached.unwrap_err().to_string();
    assert!(refused.ends_with("initialize in revision 2025-11-25 came to JSONRPC_-32601"), "{refused}");
}

#[tokio::test]
async fn the_newest_revision_begins_no_session() {
    let (url, server) = strict("2025-11-25").await;
    let target = AnyTarget::Mcp(Mcp::new(&url, &[caller("ps_demo_meta")]));
    target.reach().await.unwrap();
    assert_eq!(call(&target, 0).await, Err("HTTP_404".to_owned()));
    assert_eq!(server.lock().unwrap().begun, 0);
}

type Lines = BufReader<ReadHalf<DuplexStream>>;

/// A server over stdio that is played by the test.
fn played() -> (AnyTarget, Lines, WriteHalf<DuplexStream>) {
    let (here, there) = duplex(64 * 1024);
    let (output, input) = split(here);
    let (asked, answers) = split(there);
    let stdio = Stdio::over("played".to_owned(), vec![vec![Peer::new(output, input)]]);
    (AnyTarget::Stdio(stdio.speaking(Revision::Legacy)), BufReader::new(asked), answers)
}

async fn read(asked: &mut Lines) -> Value {
    let mut line = String::new();
    asked.read_line(&mut line).await.unwrap();
    serde_json::from_str(&line).unwrap()
}

#[tokio::test]
async fn over_stdio_the_handshake_comes_before_all_calls() {
    let (stdio, mut asked, mut answers) = played();
    let server = async {
        let first = read(&mut asked).await;
        assert_eq!(
            (&first["method"], &first["params"]["protocolVersion"]),
            (&json!("initialize"), &json!("2025-11-25"))
        );
        let agreed = reply(&first, json!({ "protocolVersion": "2025-11-25" }));
        answers.write_all(format!("{agreed}\n").as_bytes()).await.unwrap();
        let told = read(&mut asked).await;
        assert_eq!(told, json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        let made = read(&mut asked).await;
        assert_eq!(made["params"], json!({ "name": "templates_list", "arguments": {} }));
        assert_ne!(made["id"], first["id"]);
        let answer = reply(&made, json!({ "structuredContent": { "items": [1] } }));
        answers.write_all(format!("{answer}\n").as_bytes()).await.unwrap();
    };
    let client = async {
        stdio.reach().await.unwrap();
        call(&stdio, 0).await
    };
    assert_eq!(tokio::join!(client, server).0, Ok(json!([1])));
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_server_speaks_both_over_http_and_stdio() {
    let asked: [(&[&str], &str); 3] = [
        (&[], "2026-07-28"),
        (&["--revision", "2026-07-28"], "2026-07-28"),
        (&["--revision", "2025-11-25"], "2025-11-25"),
    ];
    for transport in ["mcp", "stdio"] {
        for (option, revision) in asked {
            let (place, mock) = (Place::new(), MockApi::builder().start().await.unwrap());
            let api = mock.url();
            let run =
                ["run", "--api", &api, "--transport", transport, "--scenario", "mixed", "--rate", "200"];
            let short = ["--duration", "200ms", "--warm-up", "0s", "--quiet", "--report", "json=r.json"];
            let (code, shown, told) = place.run(&[&run[..], &short, option].concat()).await;
            assert_eq!((code, told.as_str()), (0, ""), "{transport} {option:?}: {shown}");
            assert!(shown.starts_with(&format!("mixed over {transport} {revision}\n")), "{shown}");
            let result = place.result("r.json");
            assert_eq!(result.options.revision.unwrap().name(), revision);
            // Wanted refusals and lists too: every answer is understood.
            assert_eq!((result.phases[0].arrivals.due, result.phases[0].total.failed()), (40, 0), "{shown}");
            let sends =
                RequestFilter { operation: Some("POST /v1/messages/send".into()), ..Default::default() };
            assert!(mock.verify(&sends, Count::at_least(50)).ok);
        }
    }
}
