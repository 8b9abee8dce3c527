//! TLS with a self-signed certificate, generated for each server.

use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;

/// An identity for loopback.
pub(crate) struct Identity {
    pub(crate) acceptor: TlsAcceptor,
    /// PEM.
    pub(crate) certificate: String,
}

impl Identity {
    /// A new one, good for `127.0.0.1` and `localhost`.
    pub(crate) fn new() -> Self {
        let names = ["127.0.0.1", "localhost"].map(str::to_owned);
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(names).expect("the names are valid");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring speaks TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(
                vec![cert.der().clone()],
                PrivateKeyDer::Pkcs8(signing_key.serialize_der().into()),
            )
            .expect("the key is the certificate's");
        Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            certificate: cert.pem(),
        }
    }
}
