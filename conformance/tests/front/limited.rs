//! Targets that say "not now" to everything once: whoever asks again hears all that there is to hear.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, HOST, RETRY_AFTER, TRANSFER_ENCODING};
use axum::response::Response;
use conformance::{Control, Options, Permit, Rig, Selection, Suite, Verdict, start_mock};
use server::{Limits, Server};

/// What was asked before.
type Asked = Arc<Mutex<HashSet<(String, Vec<u8>)>>>;

/// A gateway in front of `target`, a URL without a path, which refuses every request the first time. It answers its URL.
async fn gateway(target: String) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let (url, asked) = (format!("http://{host}"), Asked::default());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let app = Router::new().fallback(move |request| {
        pass(client.clone(), target.clone(), host.clone(), Arc::clone(&asked), request)
    });
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

async fn pass(
    client: reqwest::Client,
    target: String,
    host: String,
    asked: Asked,
    request: Request,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let what = format!("{} {} {:?}", parts.method, parts.uri, parts.headers);
    if asked.lock().unwrap().insert((what, body.to_vec())) {
        return Response::builder().status(429).header(RETRY_AFTER, "0").body(Body::empty()).unwrap();
    }
    if parts.headers.get(HOST).is_some_and(|asked| *asked == *host) {
        parts.headers.remove(HOST);
    }
    parts.headers.remove(CONTENT_LENGTH);
    let request = client.request(parts.method, format!("{target}{}", parts.uri)).headers(parts.headers);
    let answer = request.body(body).send().await.unwrap();
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    headers.remove(TRANSFER_ENCODING);
    let mut response = Response::new(Body::from(answer.bytes().await.unwrap()));
    (*response.status_mut(), *response.headers_mut()) = (status, headers);
    response
}

/// Lists, documents and requests by hand are asked for again as calls are. What a mock says stands, but not what the server before it does.
#[test]
fn everything_is_asked_again() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (_server, mock, api, [first, second]) = runtime.block_on(async {
        let mock = start_mock().await.unwrap();
        let server = Server::builder().upstream(mock.url()).output_schemas(true).limits(Limits::plain());
        let server = server.start().await.unwrap();
        let [api, first, second] =
            [gateway(mock.url()).await, gateway(server.url()).await, gateway(server.url()).await];
        (server, mock, api, [first, second])
    });
    let only =
        ["catalogue/tools-list", "catalogue/openapi", "headers", "framing", "revisions", "numbers_list"];
    let selection = Selection::only(only).unwrap();
    let suite = Suite::new(Options { cases: 1, selection, ..Options::default() }).unwrap();
    let spared = Permit::Safe { writes: false, sends: Vec::new() };
    for (api, mcp, control, permit) in [
        (api, first, Control::None, spared),
        (mock.url(), second, Control::Remote { token: None }, Permit::Everything),
    ] {
        let rig = Rig::attach(&api, &format!("{mcp}/mcp"), control).unwrap().permitting(permit).paced(None);
        let report = suite.run_with(vec![rig], &mut |_, _| {}).unwrap();
        assert!(report.passed(), "{report}");
        for id in [
            "catalogue/tools-list/mcp",
            "catalogue/openapi/rest",
            "framing/id-text/mcp",
            "numbers_list/example/mcp",
        ] {
            let outcome = report.outcomes.iter().find(|outcome| outcome.id.to_string() == id);
            assert_eq!(outcome.unwrap_or_else(|| panic!("no {id}")).verdict, Verdict::Passed, "{id}");
        }
    }
}
