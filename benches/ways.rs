//! The layers that a call can be made through, in this process, and what each is held against.

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use benches::{Call, KEY, Revision, body, sent, tools_list};
use mock_api::MockApi;
use reqwest::{Client, RequestBuilder};
use server::{Key, Limits, Running, Server};
use tokio::io::{
    AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf, duplex, split,
};
use tokio::runtime::{Handle, Runtime};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

/// Bytes between server and client over stdio, as a pipe has them.
const PIPE: usize = 64 * 1024;

/// The peers of one run: a mock, and before it the bare reverse proxy and the server.
pub(crate) struct Peers {
    /// Keeps the threads of the peers, where they have some of their own.
    _runtimes: [Option<Runtime>; 5],
    /// Where static handlers run.
    of_static: Handle,
    pub(crate) mock: MockApi,
    pub(crate) proxy: String,
    pub(crate) server: Running,
    pub(crate) stdio: Stdio,
    pub(crate) client: Client,
}

impl Peers {
    /// Either all on the one thread of `runtime`, so that what is measured is the work that a way takes and not the luck of the scheduler with threads that have
    /// nothing to do; or, as processes would have them, each with as many threads as there are cores.
    pub(crate) fn start(runtime: &Runtime, own_threads: bool) -> Self {
        let own = [(); 5].map(|()| own_threads.then(|| Runtime::new().expect("a runtime")));
        let [of_mock, of_proxy, of_server, of_stdio, of_static] =
            own.each_ref().map(|own| own.as_ref().unwrap_or(runtime));
        let mock = of_mock.block_on(MockApi::builder().journal(0).start()).expect("a mock");
        let proxy = of_proxy.block_on(crate::proxy::start(mock.url()));
        // A benchmark asks more often than a caller may.
        let builder = || Server::builder().upstream(mock.url()).limits(Limits::plain());
        let server = of_server.block_on(builder().start()).expect("a server");
        let stdio = of_stdio.block_on(async { Stdio::start(builder().build().expect("a server")) });
        let of_static = of_static.handle().clone();
        Self { _runtimes: own, of_static, proxy, server, stdio, client: Client::new(), mock }
    }

    /// A message to read.
    pub(crate) async fn message(&self) -> String {
        sent(&self.client, &self.mock.url(), "+5511988887777").await
    }

    /// A call through every layer, after each was seen to answer as it should. The first is a handler that always says what the mock said: the least that an
    /// answer of this size takes.
    pub(crate) async fn ways<'a>(&'a self, call: &Call) -> Vec<(&'static str, Way<'a>)> {
        let (client, server) = (&self.client, self.server.url());
        let of_mock = call.over_rest(client, &self.mock.url());
        let fixed = self.fixed(&of_mock).await;
        let ways = vec![
            ("static", Way::Http(Box::new(call.over_rest(client, &fixed)))),
            ("mock", Way::Http(Box::new(of_mock))),
            ("reverse_proxy", Way::Http(Box::new(call.over_rest(client, &self.proxy)))),
            ("server_modern", Way::Http(Box::new(call.over_mcp(client, &server, Revision::Modern)))),
            ("server_legacy", Way::Http(Box::new(call.over_mcp(client, &server, Revision::Legacy)))),
            ("server_stdio", Way::Stdio(&self.stdio, call.line())),
        ];
        for (name, way) in &ways {
            let answer = way.answer().await;
            assert!(String::from_utf8_lossy(&answer).contains(&call.expected), "{name}: {answer:?}");
        }
        ways
    }

    /// The list of tools from the server, and as much of anything from a static handler.
    pub(crate) async fn lists(&self) -> Vec<(&'static str, Way<'_>)> {
        let list = |revision| tools_list(&self.client, &self.server.url(), revision);
        let fixed = self.fixed(&list(Revision::Modern)).await;
        vec![
            ("static", Way::Http(Box::new(tools_list(&self.client, &fixed, Revision::Modern)))),
            ("server_modern", Way::Http(Box::new(list(Revision::Modern)))),
            ("server_legacy", Way::Http(Box::new(list(Revision::Legacy)))),
        ]
    }

    /// Starts a handler that answers everything with what `request` is answered with, and gives its base URL.
    async fn fixed(&self, request: &RequestBuilder) -> String {
        let answer = request.try_clone().expect("a body that is text").send().await.expect("an answer");
        let (status, body) = (answer.status(), answer.bytes().await.expect("a body"));
        let handler = async move |request: Request| {
            // A call has been made when it has been read.
            drop(axum::body::to_bytes(request.into_body(), usize::MAX).await);
            (status, [(CONTENT_TYPE, "application/json")], body.clone()).into_response()
        };
        self.of_static.spawn(crate::local::serve(Router::new().fallback(handler))).await.expect("a handler")
    }
}

/// One way to make one call.
pub(crate) enum Way<'a> {
    Http(Box<RequestBuilder>),
    Stdio(&'a Stdio, String),
}

impl Way<'_> {
    /// Makes the call, and reads its answer to the end.
    pub(crate) async fn answer(&self) -> Bytes {
        match self {
            Self::Http(request) => body(request.try_clone().expect("a body that is text")).await,
            Self::Stdio(stdio, line) => stdio.answer(line).await,
        }
    }
}

/// The server at the other end of a pipe.
pub(crate) struct Stdio {
    ends: Mutex<(BufReader<ReadHalf<DuplexStream>>, WriteHalf<DuplexStream>)>,
}

impl Stdio {
    fn start(server: Server) -> Self {
        let (here, there) = duplex(PIPE);
        let (input, output) = split(there);
        let key = Key::parse(KEY).expect("a key");
        tokio::spawn(async move { server.serve_stdio(key, input, output, CancellationToken::new()).await });
        let (answers, calls) = split(here);
        Self { ends: Mutex::new((BufReader::new(answers), calls)) }
    }

    async fn answer(&self, line: &str) -> Bytes {
        let (answers, calls) = &mut *self.ends.lock().await;
        calls.write_all(line.as_bytes()).await.expect("a call");
        let mut answer = String::new();
        answers.read_line(&mut answer).await.expect("an answer");
        answer.into()
    }
}
