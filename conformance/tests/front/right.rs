//! Right targets, of which only a part may be seen: there is nothing to fail.

use conformance::start_mock;
use server::{Limits, Server};

use crate::Place;

#[test]
fn nothing_fails_on_a_right_target() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (mock, server) = runtime.block_on(async {
        let mock = start_mock().await.unwrap();
        let server = Server::builder().upstream(mock.url()).limits(Limits::plain()).start().await.unwrap();
        (mock, server)
    });
    let (api, mcp) = (mock.url(), server.mcp_url());
    let place = Place::new();
    for target in [
        &["--mcp", mcp.as_str()][..],
        &["--api", &api],
        &["--api", &api, "--mcp", &mcp, "--safe", "--rate", "1000"],
        &["--api", &api, "--mcp", &mcp, "--safe", "--rate", "1000", "--allow-sends", "+5511988887777"],
    ] {
        let (code, out, err) = place.run(&[target, &["--cases", "1"]].concat());
        assert_eq!(code, 0, "{target:?}: {out}{err}");
    }
}
