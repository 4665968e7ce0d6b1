//! Bodies that are no JSON, no JSON-RPC, or no request of the protocol.

use super::{NOWHERE, assert_serves};
use crate::common::{headers, post, start};

#[tokio::test]
async fn messages_of_every_wrong_kind_are_answered_as_such() {
    let server = start(NOWHERE).await;
    let deep = |depth: usize| "{\"a\":".repeat(depth) + "1" + &"}".repeat(depth);
    for (body, expected) in [
        // Not JSON.
        ("".to_owned(), -32700), (" ".to_owned(), -32700), ("{".to_owned(), -32700), ("}".to_owned(), -32700), ("nul".to_owned(), -32700),
        ("{'jsonrpc':'2.0'}".to_owned(), -32700), (r#"{"jsonrpc":"2.0",}"#.to_owned(), -32700), (r#"{"jsonrpc":"2.0"}{}"#.to_owned(), -32700),
        (r#"{"a":NaN}"#.to_owned(), -32700), (r#"{"a":1e99999}"#.to_owned(), -32700), (r#"{"a":01}"#.to_owned(), -32700),
        (r#"{"a":"\ud800"}"#.to_owned(), -32700), (r#"{"a":"\x00"}"#.to_owned(), -32700), ("{\"a\":\"\n\"}".to_owned(), -32700),
        ("\u{feff}{}".to_owned(), -32700), (deep(10_000), -32700), ("[".repeat(1_000_000), -32700), ("// a\n{}".to_owned(), -32700),
        // No message.
        ("null".to_owned(), -32600), ("true".to_owned(), -32600), ("0".to_owned(), -32600), ("\"ping\"".to_owned(), -32600),
        ("[]".to_owned(), -32600), ("[[]]".to_owned(), -32600), ("{}".to_owned(), -32600),
        (r#"{"id":1,"method":"ping"}"#.to_owned(), -32600), (r#"{"jsonrpc":2.0,"id":1,"method":"ping"}"#.to_owned(), -32600),
        (r#"{"jsonrpc":"2","id":1,"method":"ping"}"#.to_owned(), -32600), (r#"{"jsonrpc":"2.0","id":1}"#.to_owned(), -32600),
        (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#.to_owned(), -32600), (r#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#.to_owned(), -32600),
        (r#"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#.to_owned(), -32600), (r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#.to_owned(), -32600),
        (r#"{"jsonrpc":"2.0","id":0.5,"method":"ping"}"#.to_owned(), -32600), (r#"{"jsonrpc":"2.0","id":99999999999999999999,"method":"ping"}"#.to_owned(), -32600),
        (r#"{"jsonrpc":"2.0","id":1,"method":null}"#.to_owned(), -32600), (r#"{"jsonrpc":"2.0","id":1,"method":["ping"]}"#.to_owned(), -32600),
        (r#"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#.to_owned(), -32600), (r#"{"jsonrpc":"2.0","id":1,"method":"ping","error":{}}"#.to_owned(), -32600),
        (r#"{"jsonrpc":"2.0","id":1,"result":{}}"#.to_owned(), -32600), (r#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"a"}}"#.to_owned(), -32600),
        (r#"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"}]"#.to_owned(), -32600),
        // Wrong parameters.
        (r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#.to_owned(), -32602), (r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":1}"#.to_owned(), -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#.to_owned(), -32602), (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}"#.to_owned(), -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":null}}"#.to_owned(), -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"message_get","arguments":[]}}"#.to_owned(), -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"message_get","arguments":"{}"}}"#.to_owned(), -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\u0000"}}"#.to_owned(), -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":""}}"#.to_owned(), -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":1}}"#.to_owned(), -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"x"}}"#.to_owned(), -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":[]}}"#.to_owned(), -32602),
        // Unknown methods.
        (r#"{"jsonrpc":"2.0","id":1,"method":""}"#.to_owned(), -32601), (r#"{"jsonrpc":"2.0","id":1,"method":"tools/../call"}"#.to_owned(), -32601),
        (format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{}"}}"#, "x".repeat(1_000_000)), -32601),
    ] {
        let start: String = body.chars().take(100).collect();
        let answer = post(&server, headers(), body).await;
        assert_eq!(answer.header("content-type"), "application/json", "{start}");
        assert_eq!(answer.json()["error"]["code"], expected, "{start}: {}", answer.text);
        assert!(answer.status.as_u16() < 500 && answer.text.len() < 1000, "{start}: {}", answer.text);
    }
    assert_serves(&server).await;
}
