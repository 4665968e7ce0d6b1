//! TLS, with certificates made for the test.

use std::path::PathBuf;
use std::time::Duration;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use reqwest::{Certificate, Client};
use server::{ConfigError, Running, Server, StartError, Tls, TlsError};

use crate::common::LONG;
use crate::settings::file;

const NOWHERE: &str = "http://127.0.0.1:9";

/// Two files with a certificate for loopback, and what a client has to trust.
pub(crate) struct Pair {
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
    trusted: Certificate,
}

impl Pair {
    /// Writes a new pair under that name, over an older one.
    pub(crate) fn write(name: &str) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        let pem = cert.pem();
        Self {
            cert: file(&format!("{name}.crt"), &pem),
            key: file(&format!("{name}.key"), &signing_key.serialize_pem()),
            trusted: Certificate::from_pem(pem.as_bytes()).unwrap(),
        }
    }

    fn settings(&self) -> Tls {
        Tls { cert: Some(self.cert.clone()), key: Some(self.key.clone()), ..Tls::default() }
    }

    /// Whether a new connection is served with this certificate.
    pub(crate) async fn is_served(&self, url: &str) -> bool {
        let client = Client::builder().no_proxy().tls_certs_only([self.trusted.clone()]).build().unwrap();
        let answer = client.get(format!("{url}/health")).send().await;
        answer.is_ok_and(|answer| answer.status() == 200)
    }
}

async fn start(tls: Tls) -> Result<Running, StartError> {
    Server::builder().upstream(NOWHERE).tls(tls).start().await
}

#[tokio::test]
async fn new_connections_get_the_new_certificate_and_a_bad_one_is_not_taken() {
    let first = Pair::write("reload");
    let server = start(first.settings()).await.unwrap();
    assert!(server.mcp_url().starts_with("https://127.0.0.1:"));
    assert!(first.is_served(&server.url()).await);
    // A key that is not the certificate's, then no certificate at all.
    let second = Pair::write("reload");
    for (path, text) in
        [(&second.key, rcgen::KeyPair::generate().unwrap().serialize_pem()), (&second.cert, String::new())]
    {
        let good = std::fs::read(path).unwrap();
        std::fs::write(path, text).unwrap();
        server.reload_certificate();
        assert!(first.is_served(&server.url()).await);
        std::fs::write(path, good).unwrap();
    }
    assert!(!second.is_served(&server.url()).await);
    server.reload_certificate();
    assert!(second.is_served(&server.url()).await);
    assert!(!first.is_served(&server.url()).await);
}

#[tokio::test]
async fn a_change_of_the_files_is_noticed() {
    let first = Pair::write("watched");
    let server = start(Tls { check: Duration::from_millis(1), ..first.settings() }).await.unwrap();
    assert!(first.is_served(&server.url()).await);
    let second = Pair::write("watched");
    let noticed = async {
        while !second.is_served(&server.url()).await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, noticed).await.unwrap();
}

#[tokio::test]
async fn plain_http_is_not_answered() {
    let server = start(Pair::write("plain").settings()).await.unwrap();
    let client = Client::builder().no_proxy().build().unwrap();
    let answer = client.get(server.url().replace("https", "http") + "/health").send().await;
    assert!(answer.is_err());
}

#[tokio::test]
async fn what_cannot_be_served_is_told_at_start() {
    let (good, other) = (Pair::write("good"), Pair::write("other"));
    let with = |cert: &PathBuf, key: &PathBuf| Tls {
        cert: Some(cert.clone()),
        key: Some(key.clone()),
        ..Tls::default()
    };
    let nowhere = PathBuf::from("/nowhere.pem");
    for (tls, told) in [
        (Tls { cert: Some(good.cert.clone()), ..Tls::default() }, "tls.key"),
        (with(&good.cert, &nowhere), "/nowhere.pem"),
        (with(&good.key, &good.key), "no certificate"),
        (with(&good.cert, &good.cert), "no private key"),
        (with(&good.cert, &other.key), "cannot be used with the key"),
    ] {
        let error = start(tls).await.err().unwrap();
        assert!(matches!(error, StartError::Config(ConfigError::Tls(_))), "{error}");
        let text = error.to_string();
        assert!(text.contains(told) && !text.contains("PRIVATE KEY-----"), "{text}");
    }
    assert_eq!(
        TlsError::Half { given: "tls.key" }.to_string(),
        "tls.cert and tls.key go together: set both or neither"
    );
}
