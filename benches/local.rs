//! Routers on loopback.

use std::net::Ipv4Addr;

use axum::Router;
use tokio::net::TcpListener;

/// Serves a router on a free port, and gives its base URL.
pub(crate) async fn serve(router: Router) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}
