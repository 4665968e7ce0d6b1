//! TLS: the certificate, and its replacement while the server runs.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use crate::seconds;

/// The setting with the certificate's file.
const CERT: &str = "tls.cert";
/// The setting with the key's file.
const KEY: &str = "tls.key";

/// Settings of TLS. It is off unless certificate and key are given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    /// File with the certificate and its chain, PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cert: Option<PathBuf>,
    /// File with the private key, PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<PathBuf>,
    /// How often the files are looked at for a change.
    #[serde(rename = "check_seconds", with = "seconds")]
    pub check: Duration,
}

impl Default for Tls {
    fn default() -> Self {
        Self { cert: None, key: None, check: Duration::from_secs(60) }
    }
}

/// A certificate that cannot be served. The texts hold nothing of the key.
#[derive(Debug, Error)]
pub enum TlsError {
    /// One of the two files is not named.
    #[error("tls.cert and tls.key go together: set both or neither")]
    Half {
        /// The setting that names the other.
        given: &'static str,
    },
    /// A file cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The setting that names the file.
        setting: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file does not hold what it should.
    #[error("{}: no {what} in PEM can be read: {source}", path.display())]
    Pem {
        /// The setting that names the file.
        setting: &'static str,
        /// The file.
        path: PathBuf,
        /// What was looked for.
        what: &'static str,
        /// What is wrong.
        source: pem::Error,
    },
    /// Certificate and key cannot be used together.
    #[error("the certificate cannot be used with the key: {0}")]
    Pair(#[from] rustls::Error),
}

impl TlsError {
    /// The setting that is at fault, as a path. Whether a certificate or its key is the wrong one of the two, nobody can tell.
    pub(crate) fn setting(&self) -> &'static str {
        match self {
            Self::Half { given } => given,
            Self::Read { setting, .. } | Self::Pem { setting, .. } => setting,
            Self::Pair(_) => CERT,
        }
    }
}

/// The bytes of the two files, as they were read last.
#[derive(Clone, PartialEq, Eq)]
struct Files {
    cert: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

struct State {
    files: Option<Files>,
    current: Arc<ServerConfig>,
}

/// The certificate that new connections are given.
#[derive(Clone)]
pub(crate) struct Certificate {
    cert: PathBuf,
    key: PathBuf,
    check: Duration,
    state: Arc<Mutex<State>>,
}

impl Certificate {
    /// Reads what the settings name; `None` when TLS is off.
    pub(crate) fn load(settings: &Tls) -> Result<Option<Self>, TlsError> {
        let (cert, key) = match (&settings.cert, &settings.key) {
            (None, None) => return Ok(None),
            (Some(cert), Some(key)) => (cert.clone(), key.clone()),
            (Some(_), None) => return Err(TlsError::Half { given: CERT }),
            (None, Some(_)) => return Err(TlsError::Half { given: KEY }),
        };
        let files = read(&cert, &key)?;
        let current = parse(&cert, &key, &files)?;
        let state = Arc::new(Mutex::new(State { files: Some(files), current }));
        Ok(Some(Self { cert, key, check: settings.check, state }))
    }

    /// What the next connection is accepted with.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).current.clone().into()
    }

    /// Serves what the files hold now, if it has changed and is good; else goes on with what there is and says so in the log.
    pub(crate) fn reload(&self) {
        let read = read(&self.cert, &self.key);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let files = read.as_ref().ok().cloned();
        // What is still as broken as before was told before.
        if state.files == files {
            return;
        }
        match read.and_then(|files| parse(&self.cert, &self.key, &files)) {
            Ok(config) => {
                state.current = config;
                tracing::info!("new connections get the new certificate");
            }
            Err(error) => tracing::error!(%error, "the certificate stays as it was"),
        }
        state.files = files;
    }

    /// Looks at the files from time to time, until `stop` is cancelled.
    pub(crate) async fn watch(self, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(self.check)).await.is_some() {
            let certificate = self.clone();
            // The files may be on a disk that takes its time.
            _ = tokio::task::spawn_blocking(move || certificate.reload()).await;
        }
    }
}

fn read(cert: &PathBuf, key: &PathBuf) -> Result<Files, TlsError> {
    let read = |setting, path: &PathBuf| {
        std::fs::read(path).map_err(|source| TlsError::Read { setting, path: path.clone(), source })
    };
    Ok(Files { cert: read(CERT, cert)?, key: Zeroizing::new(read(KEY, key)?) })
}

fn parse(cert: &PathBuf, key: &PathBuf, files: &Files) -> Result<Arc<ServerConfig>, TlsError> {
    let refuse = |setting, path: &PathBuf, what| {
        let path = path.clone();
        move |source| TlsError::Pem { setting, path, what, source }
    };
    let chain = CertificateDer::pem_slice_iter(&files.cert)
        .collect::<Result<Vec<_>, _>>()
        .map_err(refuse(CERT, cert, "certificate"))?;
    if chain.is_empty() {
        return Err(refuse(CERT, cert, "certificate")(pem::Error::NoItemsFound));
    }
    let key = PrivateKeyDer::from_pem_slice(&files.key).map_err(refuse(KEY, key, "private key"))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
