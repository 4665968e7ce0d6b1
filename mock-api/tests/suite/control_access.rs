//! The control API: who gets in.

use crate::common::code;
use mock_api::{Builder, MockApi};
use serde_json::Value;

async fn ask(builder: Builder, header: Option<(&str, &str)>, paths: &[&str]) -> Vec<(u16, String)> {
    let mock = builder.start().await.unwrap();
    let mut answers = Vec::new();
    for path in paths {
        let url = format!("http://127.0.0.1:{}{path}", mock.address().port());
        let mut request = crate::common::client().get(url);
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default();
        answers.push((status, code(&body).to_owned()));
    }
    answers
}

const PATHS: [&str; 7] = [
    "/_mock/health",
    "/_mock/openapi.json",
    "/_mock/clock",
    "/_mock/nowhere",
    "/_mock",
    "/_mock/",
    "/_mock/snapshots/%ff",
];

fn everywhere() -> Builder {
    MockApi::builder().listen(([0, 0, 0, 0], 0).into())
}

#[tokio::test]
async fn off_loopback_it_is_closed() {
    for (status, code) in ask(everywhere(), None, &PATHS).await {
        assert_eq!((status, code.as_str()), (403, "CONTROL_NOT_ALLOWED"));
    }
    // The API itself is open.
    let answers = ask(everywhere(), Some(("x-api-key", "ps_demo_web")), &["/v1/conversations"]).await;
    assert_eq!(answers, [(200, String::new())]);
}

#[tokio::test]
async fn a_token_opens_it_and_is_asked_for_everywhere() {
    for builder in [everywhere, MockApi::builder] {
        let builder = || builder().control_token("s3cret");
        for header in [None, Some(("x-control-token", "wrong")), Some(("authorization", "Basic s3cret"))] {
            for (status, code) in ask(builder(), header, &PATHS).await {
                assert_eq!((status, code.as_str()), (401, "CONTROL_TOKEN_REQUIRED"));
            }
        }
        for header in [("x-control-token", "s3cret"), ("authorization", "Bearer s3cret")] {
            let answers = ask(builder(), Some(header), &PATHS).await;
            let statuses: Vec<_> = answers.iter().map(|(status, _)| *status).collect();
            assert_eq!(statuses, [200, 200, 200, 404, 404, 404, 404]);
            assert!(answers.iter().skip(3).all(|(_, code)| code == "NOT_FOUND"));
        }
    }
}
