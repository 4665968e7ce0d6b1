//! The client of the API: the pool of `hyper-util` alone. Each call passes here, and what `reqwest` has around such a pool for others (redirects, retries,
//! decoding, all of them off) cost a call more than the pool itself.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HOST, USER_AGENT};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderValue, Method, Request, Uri};
use http_body_util::Full;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::client::legacy::{self, ResponseFuture};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tower::timeout::Timeout;
use tower::util::BoxCloneSyncService;
use tower::{BoxError, Service};
use url::Url;

use crate::{BaseUrl, outbound};

/// Requests to one host, over connections that are kept.
#[derive(Debug, Clone)]
pub(super) struct Client {
    pool: Pool,
    scheme: Scheme,
    authority: Authority,
    /// What the paths of the API come after, without a slash at its end.
    prefix: String,
    host: HeaderValue,
}

type Connector<Io> = BoxCloneSyncService<Uri, Io, BoxError>;
type Kept<Io> = legacy::Client<Connector<Io>, Full<Bytes>>;
type Direct = MaybeHttpsStream<TokioIo<TcpStream>>;

#[derive(Debug, Clone)]
enum Pool {
    Direct(Kept<Direct>),
    /// Through a proxy, with `CONNECT`.
    Tunnelled(Kept<MaybeHttpsStream<Direct>>),
}

impl Client {
    /// For the API at `base`, past a proxy of the environment if that is on this machine. `limit` is the time for a connection, TLS and all.
    ///
    /// # Errors
    /// When there is no root certificate, or the proxy cannot be used.
    pub(super) fn new(base: &BaseUrl, limit: Duration) -> io::Result<Self> {
        let url = Url::parse(base.as_str()).map_err(io::Error::other)?;
        let uri: Uri = url.as_str().parse().map_err(io::Error::other)?;
        let proxy = if base.is_loopback() { None } else { Matcher::from_env().intercept(&uri) };
        let (Some(scheme), Some(host)) = (uri.scheme().cloned(), uri.authority()) else {
            return Err(io::Error::other("the URL has no host"));
        };
        let host = HeaderValue::from_str(host.as_str()).map_err(io::Error::other)?;
        // With the port, which a tunnel would take to be 443.
        let (name, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default());
        let authority = format!("{name}:{}", port.unwrap_or_default()).parse().map_err(io::Error::other)?;
        let prefix = url.path().trim_end_matches('/').to_owned();
        Ok(Self { pool: Pool::new(proxy, limit)?, scheme, authority, prefix, host })
    }

    /// Sends a request to a path of the API, perhaps with a query.
    ///
    /// # Errors
    /// When the URL would be too long.
    pub(super) fn send(
        &self,
        method: Method,
        target: &str,
        mut headers: HeaderMap,
        body: Bytes,
    ) -> Result<ResponseFuture, http::Error> {
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(PathAndQuery::try_from([&self.prefix, target].concat())?);
        headers.insert(HOST, self.host.clone());
        headers.insert(USER_AGENT, HeaderValue::from_static(outbound::AGENT));
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = Uri::from_parts(parts)?;
        *request.headers_mut() = headers;
        Ok(self.pool.send(request))
    }
}

impl Pool {
    fn new(proxy: Option<Intercept>, limit: Duration) -> io::Result<Self> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(limit));
        let tls = Arc::new(tls()?);
        let direct = HttpsConnector::from((tcp, tls.clone()));
        let Some(proxy) = proxy else { return Ok(Self::Direct(kept(direct, limit))) };
        let mut tunnel = Tunnel::new(proxied(&proxy)?, direct);
        if let Some(credentials) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(credentials.clone());
        }
        Ok(Self::Tunnelled(kept(HttpsConnector::from((tunnel, tls)), limit)))
    }

    fn send(&self, request: Request<Full<Bytes>>) -> ResponseFuture {
        match self {
            Self::Direct(client) => client.request(request),
            Self::Tunnelled(client) => client.request(request),
        }
    }
}

/// A pool over connections that are there within `limit`.
fn kept<C, Io>(connector: C, limit: Duration) -> Kept<Io>
where
    C: Service<Uri, Response = Io, Error = BoxError> + Clone + Send + Sync + 'static,
    C::Future: Send,
    Connector<Io>: Connect,
{
    legacy::Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .build(Connector::new(Timeout::new(connector, limit)))
}

fn tls() -> io::Result<ClientConfig> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(ConfigBuilderExt::try_with_platform_verifier)
        .map_err(io::Error::other)?
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Where a proxy is. The text of the error names no credentials.
fn proxied(proxy: &Intercept) -> io::Result<Uri> {
    match proxy.uri().scheme_str() {
        Some("http" | "https") => Ok(proxy.uri().clone()),
        other => Err(io::Error::other(format!(
            "the environment names a proxy for the API that speaks {}: it must begin with http:// or https://, or NO_PROXY must name the host of the API",
            other.unwrap_or("no known protocol")
        ))),
    }
}
