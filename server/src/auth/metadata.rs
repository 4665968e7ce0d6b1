//! Protected resource metadata (RFC 9728): where clients learn which authorization server to go to.

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use http::Method;
use http::header::CACHE_CONTROL;
use serde_json::{Value, json};
use tower_http::cors::{Any, CorsLayer};
use url::Url;

use super::settings::OAuth;

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The metadata's URL: the well-known path before that of the resource.
pub(super) fn url(oauth: &OAuth) -> String {
    Url::parse(oauth.resource.as_str()).map_or_else(
        |_| WELL_KNOWN.to_owned(),
        |resource| format!("{}{}", resource.origin().ascii_serialization(), path(&resource)),
    )
}

fn path(resource: &Url) -> String {
    format!("{WELL_KNOWN}{}", resource.path().trim_end_matches('/'))
}

fn document(oauth: &OAuth) -> Value {
    let mut document = json!({
        "resource": oauth.resource,
        "authorization_servers": [oauth.issuer],
        "bearer_methods_supported": ["header"],
        "resource_name": "Pilot Status",
    });
    if let (false, Some(document)) = (oauth.scopes.is_empty(), document.as_object_mut()) {
        document.insert("scopes_supported".into(), json!(oauth.scopes));
    }
    document
}

/// The routes, at the path of the resource and at the root. Pages of any origin may read them: they say nothing but where to sign in.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>(oauth: Option<&OAuth>) -> Router<S> {
    let Some(oauth) = oauth else { return Router::new() };
    let document = document(oauth);
    let show =
        get(async move || ([(CACHE_CONTROL, "public, max-age=3600")], axum::Json(document)).into_response());
    let cors = CorsLayer::new().allow_origin(Any).allow_methods([Method::GET]).allow_headers(Any);
    let mut paths = vec![WELL_KNOWN.to_owned()];
    paths.extend(
        Url::parse(oauth.resource.as_str())
            .ok()
            .map(|resource| path(&resource))
            .filter(|path| path != WELL_KNOWN),
    );
    paths
        .into_iter()
        .fold(Router::new(), |router, path| router.route(&path, show.clone().layer(cors.clone())))
}
