//! TLS with a self-signed certificate for loopback.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// The certificate of registries, for `127.0.0.1` and `localhost` until 2126, and its key, which protects
/// nothing. Made once, because a crate that makes them brings twenty others:
///
/// ```text
/// openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj '/CN=ecrpub local registry'
///   -addext subjectAltName=IP:127.0.0.1,DNS:localhost -addext basicConstraints=critical,CA:FALSE
/// ```
pub(crate) const REGISTRY: &str = include_str!("registry.pem");
/// Those of proxies.
pub(crate) const PROXY: &str = include_str!("proxy.pem");

/// An identity for loopback.
pub(crate) struct Identity {
    pub(crate) acceptor: TlsAcceptor,
    /// PEM.
    pub(crate) certificate: String,
}

impl Identity {
    /// The identity of a PEM text with a certificate and its key.
    pub(crate) fn of(pem: &str) -> Self {
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes());
        let certificate = certificate.expect("the text has a certificate");
        let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).expect("the text has a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring speaks TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .expect("the key is the certificate's");
        let (certificate, _) = (pem.split_once("-----BEGIN PRIVATE KEY-----"))
            .expect("the key follows the certificate");
        Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            certificate: certificate.to_owned(),
        }
    }
}
