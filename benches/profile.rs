//! One way to make one call, over and over on one thread, for a profiler. The allocator is the system's, which profilers know.
//!
//! `profile WAY CALLS`, where the way is `mock`, `proxy` or `server` (a `message_get`) or `send` (a `messages_send` to the mock).

#![expect(clippy::expect_used, clippy::panic, reason = "a profile of what does not start is none")]

#[path = "proxy.rs"]
mod proxy;

use benches::{Message, body};
use mock_api::MockApi;
use reqwest::{Client, RequestBuilder};
use server::{Limits, Server};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let way = arguments.next().expect("a way");
    let calls: usize = arguments.next().and_then(|calls| calls.parse().ok()).expect("a number of calls");
    let mock = MockApi::builder().start().await.expect("a mock");
    let server = Server::builder().upstream(mock.url()).limits(Limits::plain());
    let server = server.start().await.expect("a server");
    let proxy = proxy::start(mock.url()).await;
    let client = Client::new();
    let message = Message::send(&client, &mock.url()).await;
    let (mock, server) = (mock.url(), server.url());
    let call: &dyn Fn() -> RequestBuilder = match way.as_str() {
        "mock" => &|| message.over_rest(&mock),
        "proxy" => &|| message.over_rest(&proxy),
        "server" => &|| message.over_mcp(&server),
        "send" => &|| Message::sending(&client, &mock),
        _ => panic!("the ways are mock, proxy, server and send"),
    };
    for _ in 0..calls {
        assert!(!body(call()).await.is_empty());
    }
}
