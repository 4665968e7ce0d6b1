//! Messages as lines, over a pair of streams in this process.

use futures_util::FutureExt;
use serde_json::{Value, json};
use server::{Key, Limits, Server};
use tokio::io::{
    AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf, duplex, split,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::common::{KEY, failure, modern_params, request};
use crate::gate::Gate;

const NOWHERE: &str = "http://127.0.0.1:9";

/// The client's end of a server in this process.
struct Client {
    input: WriteHalf<DuplexStream>,
    output: Lines<BufReader<ReadHalf<DuplexStream>>>,
    stop: CancellationToken,
    served: JoinHandle<bool>,
}

impl Client {
    fn new(upstream: &str) -> Self {
        Self::of(Server::builder().upstream(upstream).build().unwrap())
    }

    fn of(server: Server) -> Self {
        let (here, there) = duplex(64 * 1024);
        let (read, write) = split(there);
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let key = Key::parse(KEY).unwrap();
        let served = tokio::spawn(async move { server.serve_stdio(key, read, write, stopped).await.is_ok() });
        let (output, input) = split(here);
        Self { input, output: BufReader::new(output).lines(), stop, served }
    }

    async fn write(&mut self, line: &str) {
        self.input.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    async fn read(&mut self) -> Value {
        serde_json::from_str(&self.output.next_line().await.unwrap().unwrap()).unwrap()
    }

    async fn ask(&mut self, method: &str, params: Value) -> Value {
        self.write(&request(method, params).to_string()).await;
        self.read().await
    }

    async fn initialize(&mut self) {
        let params = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
        assert_eq!(self.ask("initialize", params).await["result"]["protocolVersion"], "2025-11-25");
        self.write(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).await;
    }

    /// Ends the input; everything that is still written, and whether serving ended well.
    async fn end(mut self) -> (Vec<String>, bool) {
        self.input.shutdown().await.unwrap();
        let mut rest = Vec::new();
        while let Some(line) = self.output.next_line().await.unwrap() {
            rest.push(line);
        }
        (rest, self.served.await.unwrap())
    }
}

#[tokio::test]
async fn legacy_and_modern() {
    let mut client = Client::new(NOWHERE);
    client.initialize().await;
    assert_eq!(client.ask("tools/list", json!({})).await["result"]["tools"].as_array().unwrap().len(), 54);
    assert_eq!(client.end().await, (vec![], true));

    let mut client = Client::new(NOWHERE);
    let discovered = client.ask("server/discover", modern_params(json!({}))).await;
    assert_eq!(discovered["result"]["resultType"], "complete");
    let call = modern_params(json!({ "name": "message_get", "arguments": {} }));
    assert_eq!(client.ask("tools/call", call).await["result"]["isError"], true);
    assert_eq!(
        client.ask("tools/call", modern_params(json!({ "name": "nope" }))).await["error"]["code"],
        -32602
    );
    assert_eq!(client.ask("ping", modern_params(json!({}))).await["error"]["code"], -32601);
    assert_eq!(client.end().await, (vec![], true));
}

#[tokio::test]
async fn a_peer_may_probe_and_leave() {
    assert_eq!(Client::new(NOWHERE).end().await, (vec![], true));
    let mut client = Client::new(NOWHERE);
    client.write(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#).await;
    client.write(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#).await;
    assert!(client.ask("server/discover", modern_params(json!({}))).await["result"].is_object());
    assert_eq!(client.ask("tools/list", json!({})).await["error"]["code"], -32602);
    client.write(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).await;
    client.initialize().await;
    assert_eq!(client.end().await, (vec![], true));
}

#[tokio::test]
async fn what_is_no_message_is_answered_and_survived() {
    let mut client = Client::new(NOWHERE);
    client.initialize().await;
    for (line, code) in [
        ("not JSON", -32700),
        (r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600),
        (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[]}"#, -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":7}}"#, -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"no/such"}"#, -32601),
    ] {
        client.write(line).await;
        assert_eq!(client.read().await["error"]["code"], code, "{line}");
    }
    assert_eq!(client.ask("ping", json!({})).await["result"], json!({}));
}

#[tokio::test]
async fn a_cancelled_call_ends_the_request_and_the_input_may_end() {
    let gate = Gate::open().await;
    let mut client = Client::new(&gate.url());
    client.initialize().await;
    client
        .write(
            &request("tools/call", json!({ "name": "message_get", "arguments": { "id": "a" } })).to_string(),
        )
        .await;
    let held = gate.arrival().await;
    client.write(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#).await;
    held.abandoned().await;
    assert_eq!(client.end().await, (vec![], true));
}

#[tokio::test]
async fn stopping_lets_a_call_in_flight_finish() {
    let gate = Gate::open().await;
    let mut client = Client::new(&gate.url());
    client.initialize().await;
    client
        .write(
            &request("tools/call", json!({ "name": "message_get", "arguments": { "id": "a" } })).to_string(),
        )
        .await;
    let held = gate.arrival().await;
    client.stop.cancel();
    held.answer(r#"{"id":"a"}"#).await;
    assert_eq!(client.read().await["result"]["structuredContent"], json!({ "id": "a" }));
    assert!(client.served.await.unwrap());
}

#[tokio::test]
async fn modern_requests_are_judged_one_by_one() {
    let mut client = Client::new(NOWHERE);
    let name =
        |answer: &Value| answer["result"]["_meta"]["io.modelcontextprotocol/serverInfo"]["name"].clone();
    let list = client.ask("tools/list", modern_params(json!({}))).await;
    assert_eq!((&list["result"]["cacheScope"], &name(&list)), (&json!("public"), &json!("pilot-status-mcp")));
    let call = modern_params(json!({ "name": "message_get", "arguments": {} }));
    let called = client.ask("tools/call", call).await;
    assert_eq!(
        (&called["result"]["resultType"], &name(&called)),
        (&json!("complete"), &json!("pilot-status-mcp"))
    );
    let mut unspoken = modern_params(json!({}));
    unspoken["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!("2099-01-01");
    let refused = client.ask("tools/list", unspoken).await;
    assert_eq!(refused["error"]["code"], -32022);
    assert_eq!(refused["error"]["data"]["requested"], "2099-01-01");
    for (method, params, code) in [
        ("tools/list", json!({}), -32602),
        ("tools/list", modern_params(json!({ "cursor": "2" })), -32602),
        ("subscriptions/listen", modern_params(json!({ "notifications": {} })), -32601),
        ("initialize", modern_params(json!({})), -32601),
    ] {
        assert_eq!(client.ask(method, params).await["error"]["code"], code, "{method}");
    }
    assert_eq!(client.end().await, (vec![], true));
}

/// Lines that a peer which does not read gets rid of, of so many; at most.
const LINES: usize = 20_000;

#[tokio::test]
async fn who_does_not_read_is_not_read_from() {
    for line in [
        request("ping", json!({})).to_string(),
        request("tools/call", json!({ "name": "message_get", "arguments": {} })).to_string(),
        "not JSON".to_owned(),
    ] {
        let mut client = Client::new(NOWHERE);
        client.initialize().await;
        let lines =
            (0..LINES).map(|id| line.replace("\"id\":1", &format!("\"id\":{id}")) + "\n").collect::<String>();
        let mut written = 0;
        // Nothing of this waits for the clock: what the server can take it takes before it yields so often.
        let mut idle = 0;
        while written < lines.len() && idle < 10_000 {
            let write = client.input.write(&lines.as_bytes()[written..]);
            match write.now_or_never() {
                Some(bytes) => (written, idle) = (written + bytes.unwrap(), 0),
                None => idle += 1,
            }
            tokio::task::yield_now().await;
        }
        let (taken, rest) = lines.as_bytes().split_at(written);
        let whole = taken.iter().filter(|byte| **byte == b'\n').count();
        assert!(whole < LINES / 2, "{whole} lines were taken of {line}");
        // All that was taken is answered once the peer reads, and the server goes on.
        for _ in 0..whole {
            client.read().await;
        }
        let end = rest.iter().position(|byte| *byte == b'\n').unwrap();
        client.input.write_all(&rest[..=end]).await.unwrap();
        client.read().await;
    }
}

#[tokio::test]
async fn an_id_is_used_once_at_a_time() {
    let gate = Gate::open().await;
    let mut client = Client::new(&gate.url());
    client.initialize().await;
    let call =
        request("tools/call", json!({ "name": "message_get", "arguments": { "id": "a" } })).to_string();
    client.write(&call).await;
    let held = gate.arrival().await;
    client.write(&call).await;
    assert_eq!(client.read().await["error"]["code"], -32600);
    held.answer(r#"{"id":"a"}"#).await;
    assert_eq!(client.read().await["result"]["isError"], false);
    assert_eq!(client.ask("ping", json!({})).await["result"], json!({}));
}

#[tokio::test]
async fn the_bounds_of_calls_hold_here_too() {
    let limits = Limits { calls_per_minute: 1, burst: 2, ..Limits::default() };
    let mut client = Client::of(Server::builder().upstream(NOWHERE).limits(limits).build().unwrap());
    client.initialize().await;
    for code in ["VALIDATION_ERROR", "VALIDATION_ERROR", "SERVER_RATE_LIMITED"] {
        let result = client.ask("tools/call", json!({ "name": "message_get", "arguments": {} })).await;
        assert_eq!(failure(&result["result"])["code"], code);
    }
    assert!(client.ask("tools/list", json!({})).await["result"].is_object());
}
