//! What a failure says to type shows it again.

use conformance::start_mock;
use mock_api::{Clock, MockApi};
use serde_json::Value;
use server::{Limits, Server};

use crate::Place;
use crate::fake::{Fake, Manner};

/// The server stands in front of a mock of another seed, so that what it sends has other ids than what the API sends.
#[test]
fn a_failure_is_shown_again_by_its_command_lines() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (mock, _other, server) = runtime.block_on(async {
        let mock = start_mock().await.unwrap();
        let clock = Clock::frozen("2026-06-20T10:00:00Z".parse().unwrap());
        let other = MockApi::builder().seed(1).clock(clock).start().await.unwrap();
        let server = Server::builder().upstream(other.url()).limits(Limits::plain()).start().await.unwrap();
        (mock, other, server)
    });
    let place = Place::new();
    let (api, mcp) = (mock.url(), server.mcp_url());
    let only = ["--only", "messages_send/agreement/mcp", "--report", "json=r.json", "--cases", "1"];
    let (code, out, err) = place.run(&[&["--api", &api, "--mcp", &mcp][..], &only].concat());
    assert_eq!(code, 1, "{out}{err}");
    let report = place.json("r.json");
    assert_eq!(report.pointer("/started"), Some(&Value::Bool(false)));
    let text = |pointer: &str| {
        let value = report.pointer(&format!("/checks/0{pointer}")).and_then(Value::as_str);
        value.unwrap_or_else(|| panic!("no {pointer}: {report:#}")).to_owned()
    };
    let (reset, curl, mcp_curl) = (text("/before/0"), text("/curl"), text("/mcpCurl"));
    assert!(out.contains(&curl) && out.contains(&mcp_curl), "{out}");
    let (first, second, sent) = runtime.block_on(async {
        assert_eq!(typed(&reset).await.0, 200);
        let first = typed(&curl).await;
        assert_eq!(typed(&reset).await.0, 200);
        (first, typed(&curl).await, typed(&mcp_curl).await)
    });
    assert_eq!(first, second, "from the same state");
    assert_eq!((first.0, sent.0), (202, 200), "{first:?} {sent:?}");
    let differs = |id: &Value| id.is_string() && Some(id) != first.1.pointer("/id");
    let text = sent.1.pointer("/result/content/0/text").and_then(Value::as_str).unwrap();
    let answered: Value = serde_json::from_str(text).unwrap();
    assert!(answered.pointer("/id").is_some_and(differs), "{sent:?}");
}

/// The token of the control API is a secret, and without it nothing is reset.
#[test]
fn a_line_that_resets_takes_the_token_from_a_variable() {
    const TOKEN: &str = "t0ken-of-the-mock";
    let fake = Fake::start(Manner { repeats: true, steered: true, ..Manner::default() });
    let (place, only) = (Place::new(), ["--only", "message_get/wrong-key/rest", "--report", "json=r.json"]);
    let targets = ["--api", fake.api.as_str(), "--mcp", fake.mcp.as_str(), "--control-token", TOKEN];
    let (code, out, err) = place.run(&[&targets[..], &only].concat());
    assert_eq!(code, 1, "{out}{err}");
    let report = place.json("r.json");
    let reset = report.pointer("/checks/0/before/0").and_then(Value::as_str).unwrap();
    let header = "-H \"x-control-token: $PILOT_STATUS_MOCK_CONTROL_TOKEN\"";
    assert!(reset.contains("/_mock/reset") && reset.ends_with(header), "{reset}");
    assert!(!out.contains(TOKEN) && !report.to_string().contains(TOKEN), "{out}");
}

/// What curl does with such a line: status and answer.
async fn typed(line: &str) -> (u16, Value) {
    let words = shlex::split(line).unwrap();
    let mut words = words.iter().map(String::as_str);
    assert_eq!(words.next(), Some("curl"));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let (mut method, mut url, mut headers, mut body) = ("GET", "", Vec::new(), None);
    while let Some(word) = words.next() {
        match word {
            "-sS" | "-i" => {}
            "-X" => method = words.next().unwrap(),
            "-H" => headers.push(words.next().unwrap().split_once(": ").unwrap()),
            "-d" | "--data-binary" => body = words.next().map(str::to_owned),
            other => url = other,
        }
    }
    let mut request = client.request(method.parse().unwrap(), url).body(body.unwrap_or_default());
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
}
