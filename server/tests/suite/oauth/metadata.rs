//! Where clients learn which authorization server to go to (RFC 9728).

use reqwest::Method;
use serde_json::json;

use super::{ISSUER, RESOURCE, World};
use crate::common::{self, send, with};

const ROOT: &str = "/.well-known/oauth-protected-resource";

#[tokio::test]
async fn is_at_the_path_of_the_resource_and_at_the_root() {
    let world = World::new().await;
    for path in [format!("{ROOT}/mcp"), ROOT.to_owned()] {
        let url = format!("{}{path}", world.server.url());
        // Any page may read it, as a client in a browser has to.
        let answer = send(Method::GET, &url, with(&[("origin", "https://agent.example")]), "").await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(
            answer.json(),
            json!({
                "resource": RESOURCE, "authorization_servers": [ISSUER], "bearer_methods_supported": ["header"],
                "resource_name": "Pilot Status", "scopes_supported": ["api"],
            })
        );
        let answer = send(Method::POST, &url, with(&[]), "").await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, "GET"));
    }
    let other = format!("{}{ROOT}/other", world.server.url());
    assert_eq!(send(Method::GET, &other, with(&[]), "").await.status, 404);
}

#[tokio::test]
async fn is_not_there_where_no_tokens_are_taken() {
    let server = common::start("http://127.0.0.1:9").await;
    for path in [format!("{ROOT}/mcp"), ROOT.to_owned()] {
        let answer = send(Method::GET, &format!("{}{path}", server.url()), with(&[]), "").await;
        assert_eq!(answer.status, 404, "{path}");
    }
}
