//! Calls over each transport: to a real mock and server in this process, and to servers that answer oddly.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use benches::engine::{Answers, Driver, drive};
use benches::scenario::{Credential, CredentialSource};
use benches::targets::{Answer, Call, Mcp, Peer, Rest, Stdio, Target, Wire};
use fixtures::Contract;
use futures_util::future::join_all;
use mock_api::MockApi;
use serde_json::{Map, Value, json};
use server::{Key, Limits, Server};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, duplex, split};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::fake::{driver, millis, plan};

const KEY: &str = "ps_demo_meta";

fn callers() -> Vec<Credential> {
    let source: CredentialSource =
        serde_json::from_str(r#"{"env": "NONE", "demo": "ps_demo_meta"}"#).unwrap();
    vec![source.find(|_| None, true).unwrap()]
}

fn arguments(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

async fn call(target: &impl Target, contract: &Contract, tool: &str, value: Value) -> Answer {
    let operation = contract.tool(tool).unwrap();
    target.call(Call { operation, caller: Some(0), arguments: arguments(value), keep: true }).await
}

/// Mock and server, and the three ways to them.
struct Rig {
    _mock: MockApi,
    _running: server::Running,
    rest: Rest,
    mcp: Mcp,
    stdio: Stdio,
    contract: Contract,
}

impl Rig {
    async fn start() -> Self {
        let mock = MockApi::builder().start().await.unwrap();
        let server = Server::builder().upstream(mock.url()).limits(Limits::plain()).build().unwrap();
        let running = server.clone().start().await.unwrap();
        let (here, there) = duplex(64 * 1024);
        let (input, output) = split(there);
        let key = Key::parse(KEY).unwrap();
        tokio::spawn(async move { server.serve_stdio(key, input, output, CancellationToken::new()).await });
        let (output, input) = split(here);
        Self {
            rest: Rest::new(&mock.url(), &callers()),
            mcp: Mcp::new(&running.mcp_url(), &callers()),
            stdio: Stdio::over("stdio".to_owned(), vec![vec![Peer::new(output, input)]]),
            contract: Contract::load().unwrap(),
            _mock: mock,
            _running: running,
        }
    }

    /// The same call in every way.
    async fn everywhere(&self, tool: &str, value: Value) -> [Answer; 3] {
        [
            call(&self.rest, &self.contract, tool, value.clone()).await,
            call(&self.mcp, &self.contract, tool, value.clone()).await,
            call(&self.stdio, &self.contract, tool, value).await,
        ]
    }
}

#[tokio::test]
async fn every_transport_gives_the_answer_of_the_api() {
    let rig = Rig::start().await;
    for answer in
        rig.everywhere("messages_send", json!({ "destinationNumber": "+5511988887777", "text": "Oi" })).await
    {
        assert_eq!(answer.unwrap()["status"], "QUEUED");
    }
    // A list is a list, although MCP has to wrap it.
    let [rest, mcp, stdio] = rig.everywhere("templates_list", json!({})).await;
    assert!(rest.clone().unwrap()[0]["name"].is_string());
    assert_eq!((&rest, &rest), (&mcp, &stdio));
    // Arguments of path and query.
    let [rest, mcp, stdio] = rig.everywhere("conversations_list", json!({ "pageSize": 1 })).await;
    assert_eq!((&rest, &rest), (&mcp, &stdio));
    assert!(rest.is_ok());
}

#[tokio::test]
async fn every_transport_tells_a_refusal_by_its_code() {
    let rig = Rig::start().await;
    for (tool, value, code) in [
        ("message_get", json!({ "id": "msg_none/../x" }), "MESSAGE_NOT_FOUND"),
        ("messages_send", json!({ "destinationNumber": "1", "text": "Oi" }), "VALIDATION_ERROR"),
        (
            "templates_create",
            json!({ "name": "cupom", "body": "Oi {{nome}}, tudo bem?" }),
            "TEMPLATE_EXAMPLES_REQUIRED",
        ),
    ] {
        for answer in rig.everywhere(tool, value).await {
            assert_eq!(answer, Err(code.to_owned()), "{tool}");
        }
    }
    let nobody = |tool: &str| Call {
        operation: rig.contract.tool(tool).unwrap(),
        caller: None,
        arguments: Map::new(),
        keep: false,
    };
    assert_eq!(rig.rest.call(nobody("templates_list")).await, Err("UNAUTHORIZED".to_owned()));
    assert_eq!(rig.mcp.call(nobody("templates_list")).await, Err("UNAUTHORIZED".to_owned()));
}

#[tokio::test]
async fn many_lines_are_under_way_at_once_and_each_answer_finds_its_call() {
    let rig = Rig::start().await;
    let sent = (0..50).map(|number| {
        let value =
            json!({ "destinationNumber": format!("+55119888{number:05}"), "text": format!("n {number}") });
        call(&rig.stdio, &rig.contract, "messages_send", value)
    });
    let ids: Vec<String> = join_all(sent)
        .await
        .into_iter()
        .map(|answer| answer.unwrap()["id"].as_str().unwrap().to_owned())
        .collect();
    let found =
        join_all(ids.iter().map(|id| call(&rig.stdio, &rig.contract, "message_get", json!({ "id": id }))))
            .await;
    for (id, message) in ids.iter().zip(found) {
        assert_eq!(message.unwrap()["id"], id.as_str());
    }
}

/// A server over stdio that is played by the test.
fn played() -> (
    Stdio,
    BufReader<tokio::io::ReadHalf<tokio::io::DuplexStream>>,
    tokio::io::WriteHalf<tokio::io::DuplexStream>,
) {
    let (here, there) = duplex(64 * 1024);
    let (output, input) = split(here);
    let (asked, answers) = split(there);
    (Stdio::over("played".to_owned(), vec![vec![Peer::new(output, input)]]), BufReader::new(asked), answers)
}

async fn read(asked: &mut (impl AsyncBufReadExt + Unpin)) -> Value {
    let mut line = String::new();
    asked.read_line(&mut line).await.unwrap();
    serde_json::from_str(&line).unwrap()
}

#[tokio::test]
async fn answers_may_come_in_any_order_and_with_noise_between_them() {
    let (stdio, mut asked, mut answers) = played();
    let (stdio, contract) = (Arc::new(stdio), Arc::new(Contract::load().unwrap()));
    let start = |id: &'static str| {
        let (stdio, contract) = (Arc::clone(&stdio), Arc::clone(&contract));
        tokio::spawn(async move { call(&*stdio, &contract, "message_get", json!({ "id": id })).await })
    };
    let (first, second) = (start("a"), start("b"));
    let messages = [read(&mut asked).await, read(&mut asked).await];
    answers.write_all(b"starting up\n\n{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"id\":1}\n{\"id\":999,\"result\":{}}\n").await.unwrap();
    for message in messages.iter().rev() {
        assert_eq!(
            (&message["method"], &message["params"]["name"]),
            (&json!("tools/call"), &json!("message_get"))
        );
        let content = json!({ "id": message["params"]["arguments"]["id"] });
        let answer =
            json!({ "jsonrpc": "2.0", "id": message["id"], "result": { "structuredContent": content } });
        answers.write_all(format!("{answer}\n").as_bytes()).await.unwrap();
    }
    assert_eq!(first.await.unwrap(), Ok(json!({ "id": "a" })));
    assert_eq!(second.await.unwrap(), Ok(json!({ "id": "b" })));
}

#[tokio::test]
async fn a_server_that_ends_answers_nobody_any_more() {
    let (stdio, mut asked, answers) = played();
    let contract = Contract::load().unwrap();
    let broken = Err("BROKEN_OFF".to_owned());
    let (answer, ()) = tokio::join!(call(&stdio, &contract, "templates_list", json!({})), async {
        read(&mut asked).await;
        drop((asked, answers));
    });
    assert_eq!(answer, broken);
    let again = timeout(Duration::from_secs(60), call(&stdio, &contract, "templates_list", json!({}))).await;
    assert_eq!(again.unwrap(), broken);
}

/// A server over HTTP that always answers the same.
async fn odd(status: u16, content_type: &'static str, body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = move || async move {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", content_type.parse().unwrap());
        (StatusCode::from_u16(status).unwrap(), headers, body)
    };
    let router = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[tokio::test]
async fn odd_answers_have_codes_too() {
    let (json, events) = ("application/json", "text/event-stream");
    let contract = Contract::load().unwrap();
    for (status, kind, body, wanted) in [
        (
            200,
            json,
            r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no"}}"#,
            Err("JSONRPC_-32602"),
        ),
        (
            400,
            json,
            r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32001,"message":"no"}}"#,
            Err("JSONRPC_-32001"),
        ),
        (401, json, r#"{"error":"no","code":"UNAUTHORIZED"}"#, Err("UNAUTHORIZED")),
        (503, json, "busy", Err("HTTP_503")),
        (302, json, "", Err("HTTP_302")),
        (200, json, "", Err("NOT_JSON")),
        (200, json, "{}", Err("NO_RESULT")),
        (
            200,
            json,
            r#"{"id":1,"result":{"isError":true,"content":[{"type":"text","text":"{\"code\":\"NOT_NOW\"}"}]}}"#,
            Err("NOT_NOW"),
        ),
        (
            200,
            json,
            r#"{"id":1,"result":{"isError":true,"content":[{"type":"text","text":"no"}]}}"#,
            Err("TOOL_ERROR"),
        ),
        (200, json, r#"{"id":1,"result":{"content":[{"type":"text","text":"[1]"}]}}"#, Ok(json!([1]))),
        (
            200,
            events,
            "event: message\ndata: {\"id\":1,\"result\":{\"structuredContent\":{\"items\":[2]}}}\n\n",
            Ok(json!([2])),
        ),
    ] {
        let mcp = Mcp::new(&odd(status, kind, body).await, &callers());
        let answer = call(&mcp, &contract, "templates_list", json!({})).await;
        assert_eq!(answer, wanted.map_err(str::to_owned), "{body}");
    }
    for (status, body, wanted) in [
        (500, "", Err("HTTP_500")),
        (429, r#"{"code":"RATE_LIMITED"}"#, Err("RATE_LIMITED")),
        (200, "no", Err("NOT_JSON")),
        (204, "[]", Err("BODY")),
    ] {
        let rest = Rest::new(&odd(status, json, body).await, &callers());
        let answer = call(&rest, &contract, "templates_list", json!({})).await;
        // A 204 has no body, whatever its handler says.
        let wanted = if status == 204 { Err("NOT_JSON") } else { wanted };
        assert_eq!(answer, wanted.map(|()| Value::Null).map_err(str::to_owned), "{status} {body}");
    }
    let nowhere = Rest::new("http://127.0.0.1:1", &callers());
    assert_eq!(call(&nowhere, &contract, "templates_list", json!({})).await, Err("CONNECTION".to_owned()));
}

#[tokio::test]
async fn a_refusal_in_words_can_be_what_a_scenario_wants() {
    let said = |is_error: bool| {
        let text = r#"[{"type":"text","text":"Error calling tool: the message does not exist"}]"#;
        format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"isError":{is_error},"content":{text}}}}}"#)
    };
    let failures = async |body: String, expect: &str| {
        let mcp = Arc::new(Mcp::new(&odd(200, "application/json", body.leak()).await, &callers()));
        let mix = format!(
            "mix: [{{ share: 1, calls: [{{ tool: message_get, arguments: {{ id: m }}, expect: {expect} }}] }}]"
        );
        let driver = Driver { duration: millis(100), ..driver() };
        let phase = drive(&driver, (&mcp, &plan(&mix, Answers::new())), 50.0, &mut |_| {}).await;
        assert_eq!(phase.total.count, 5);
        phase.total.errors
    };
    assert!(failures(said(true), "TOOL_ERROR").await.is_empty());
    // Words are no code, and success is no refusal.
    assert_eq!(failures(said(true), "MESSAGE_NOT_FOUND").await["TOOL_ERROR"], 5);
    assert_eq!(failures(said(false), "TOOL_ERROR").await["NOT_REFUSED"], 5);
}

#[test]
fn arguments_go_where_the_contract_says() {
    let contract = Contract::load().unwrap();
    let wire = |tool: &str, value: Value| {
        Wire::of(Call {
            operation: contract.tool(tool).unwrap(),
            caller: None,
            arguments: arguments(value),
            keep: false,
        })
    };
    let get = wire("message_get", json!({ "id": "a/b c", "whatsappNumberId": "num_meta" }));
    assert_eq!((get.method.as_str(), get.target.as_str(), get.body), ("GET", "/v1/messages/a%2Fb%20c", None));
    assert_eq!(get.headers, [("x-whatsapp-number-id".to_owned(), "num_meta".to_owned())]);
    let list = wire("conversations_list", json!({ "page": 2, "startDate": "2026-01-01" }));
    assert_eq!(list.target, "/v1/conversations?page=2&startDate=2026-01-01");
    let send = wire("messages_send", json!({ "text": "Oi", "idempotencyKey": "k", "unknown": [1] }));
    assert_eq!(send.headers, [("Idempotency-Key".to_owned(), "k".to_owned())]);
    assert_eq!(send.body, Some(json!({ "text": "Oi", "unknown": [1] })));
    // A DELETE with a body.
    let cancel = wire("messages_cancel", json!({ "messageIds": ["a"] }));
    assert_eq!((cancel.method.as_str(), cancel.body), ("DELETE", Some(json!({ "messageIds": ["a"] }))));
}
