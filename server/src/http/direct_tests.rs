use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::jsonrpc::{self, Frame};

/// Whether a call with these headers and parameters goes the short way, and whether it is of the newest revision there.
fn taken(headers: &[(&'static str, &str)], params: Value, diagnostic_tools: bool) -> Option<bool> {
    asked("tools/call", headers, params, diagnostic_tools)
}

fn asked(
    method: &str,
    headers: &[(&'static str, &str)],
    params: Value,
    diagnostic_tools: bool,
) -> Option<bool> {
    let text = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, value.parse().unwrap());
    }
    Direct::read(&map, text.as_bytes(), diagnostic_tools).map(|direct| direct.modern)
}

const VERSION: &str = "mcp-protocol-version";
const METHOD: &str = "mcp-method";
const NAME: &str = "mcp-name";

const GOOD: [(&str, &str); 3] = [(VERSION, "2026-07-28"), (METHOD, "tools/call"), (NAME, "message_get")];

fn modern(name: &str) -> Value {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    json!({ "name": name, "arguments": { "id": "a" }, "_meta": meta })
}

#[test]
fn takes_plain_calls_of_every_revision() {
    assert_eq!(taken(&GOOD, modern("message_get"), false), Some(true));
    for headers in [&[][..], &[(VERSION, "2025-03-26")], &[(VERSION, "2025-11-25")]] {
        assert_eq!(taken(headers, json!({ "name": "message_get" }), false), Some(false), "{headers:?}");
    }
}

/// Headers that repeat arguments are not looked at here, so no tool may ask for any.
#[test]
fn no_tool_wants_its_arguments_in_headers() {
    let table = crate::Table::new(&fixtures::Contract::load().unwrap(), false).unwrap();
    let text = serde_json::to_string(&table.definitions().collect::<Vec<_>>()).unwrap();
    assert!(text.contains("messages_send") && !text.contains("x-mcp-header"));
}

#[test]
fn takes_plain_lists() {
    let mut params = modern("message_get");
    params.as_object_mut().unwrap().retain(|name, _| name == "_meta");
    let good = [GOOD[0], (METHOD, "tools/list")];
    assert_eq!(asked("tools/list", &good, params.clone(), false), Some(true));
    assert_eq!(asked("tools/list", &[], json!({}), true), Some(false));
    for (headers, params) in [
        (&GOOD[..], params.clone()),
        (&[good[0], good[1], GOOD[2]], params.clone()),
        (&[], json!({ "cursor": "a" })),
        (&[], params),
    ] {
        assert_eq!(asked("tools/list", headers, params.clone(), false), None, "{headers:?} {params}");
    }
    for method in ["tools", "initialize", "ping", "prompts/list"] {
        assert_eq!(asked(method, &[], json!({}), false), None, "{method}");
    }
}

#[test]
fn leaves_whatever_is_odd() {
    for odd in [
        &[][..],
        &GOOD[..2],
        &[GOOD[0], GOOD[2]],
        &[GOOD[0], GOOD[1], GOOD[2], GOOD[2]],
        &[GOOD[0], GOOD[1], (NAME, "numbers_list")],
        &[GOOD[0], (METHOD, "tools/list"), GOOD[2]],
        &[(VERSION, "2025-11-25"), GOOD[1], GOOD[2]],
    ] {
        assert_eq!(taken(odd, modern("message_get"), false), None, "{odd:?}");
    }
    let array = r#"["2.0",1,"tools/list",{}]"#;
    assert!(Direct::read(&HeaderMap::new(), array.as_bytes(), false).is_none());
    assert_eq!(asked("tools/list", &[], json!([]), false), None);
    for params in [
        json!({}),
        json!([]),
        json!(["message_get"]),
        json!({ "name": 1 }),
        json!({ "name": "message_get", "arguments": [] }),
        json!({ "name": "message_get", "task": {} }),
    ] {
        assert_eq!(taken(&[], params.clone(), false), None, "{params}");
    }
    for version in ["2024-11-05", "2026-07-28", "1999-01-01"] {
        let headers = [(VERSION, version)];
        assert_eq!(taken(&headers, json!({ "name": "message_get" }), false), None, "{version}");
    }
    let diagnostic = json!({ "name": "test_simple_text" });
    assert_eq!(taken(&[], diagnostic.clone(), true), None);
    assert_eq!(taken(&[], diagnostic, false), Some(false));
}

fn fragment(choices: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    proptest::sample::select(choices)
}

proptest! {
    /// Both readers know of the same messages, and take the same from them.
    #[test]
    fn takes_nothing_that_the_long_way_would_refuse(
        jsonrpc in fragment(&[r#""jsonrpc":"2.0""#, r#""jsonrpc":"2\u002e0""#, r#""jsonrpc":"1.0""#, r#""jsonrpc":2"#]),
        id in fragment(&[r#","id":1"#, r#","id":"a""#, r#","id":"\u0061""#, r#","id":null"#, r#","id":1.5"#, r#","id":{}"#, r#","id":18446744073709551615"#, ""]),
        method in fragment(&[r#","method":"tools/call""#, r#","method":"tools/list""#, r#","method":"ping""#, r#","method":null"#, ""]),
        name in fragment(&[r#""name":"message_get""#, r#""name":"n\n""#, r#""name":null"#, r#""name":1"#, r#""_meta":{}"#]),
        arguments in fragment(&[r#","arguments":{"id":"a","id":"b"}"#, r#","arguments":{}"#, r#","arguments":null"#, r#","arguments":[]"#, r#","cursor":"a""#, r#","name":"again""#, ""]),
        in_array in proptest::bool::weighted(0.1),
        more in fragment(&["", r#","result":{}"#, r#","error":{}"#, r#","id":2"#, r#","more":1"#, "}"]),
    ) {
        let params = format!("{name}{arguments}");
        let params = if in_array { format!("[{}]", params.replace(':', ",")) } else { format!("{{{params}}}") };
        let text = format!(r#"{{{jsonrpc}{id}{method},"params":{params}{more}}}"#);
        if let Some(direct) = Direct::read(&HeaderMap::new(), text.as_bytes(), false) {
            let read = jsonrpc::read(text.as_bytes());
            let Ok(Frame::Request { id, message }) = read else { panic!("{text}: {read:?}") };
            prop_assert_eq!(direct.id(), &id);
            let params = &message["params"];
            match direct.asks {
                Asks::List => prop_assert_eq!(&message["method"], "tools/list"),
                Asks::Call { name, arguments } => {
                    prop_assert_eq!(&message["method"], "tools/call");
                    prop_assert_eq!(&params["name"], &name);
                    let given = params.get("arguments").cloned().unwrap_or_else(|| json!({}));
                    prop_assert_eq!(given, Value::Object(arguments));
                }
            }
        }
    }
}
