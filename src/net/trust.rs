//! The trusted root certificates: those of a CA bundle, or the system's, read at the first https URL.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Where Linux distributions keep the system's certificates in one file: Debian, Fedora, openSUSE,
/// older Red Hat, Alpine.
const BUNDLES: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
];

#[derive(Debug, Default)]
pub(crate) struct Trust {
    /// The roots of a CA bundle; the system's without them.
    bundle: Option<RootCertStore>,
    pub(super) origin: Option<String>,
    config: OnceLock<Option<Arc<ClientConfig>>>,
}

impl Trust {
    /// Trusts the certificates in the PEM file at `path`, which `origin` names, and no others; or says
    /// why it cannot be used.
    pub(crate) fn in_bundle(path: &Path, origin: String) -> Result<Self, String> {
        let pem = std::fs::read(path).map_err(|error| error.to_string())?;
        let mut pem = String::from_utf8_lossy(&pem).replace('\u{feff}', "");
        for label in ["TRUSTED CERTIFICATE-----", "X509 CERTIFICATE-----"] {
            pem = pem.replace(label, "CERTIFICATE-----");
        }
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let number = roots.len() + 1;
            let certificate = certificate
                .map_err(|_| format!("certificate {number} in it is cut off or not base64"))?;
            let certificate = CertificateDer::from(first_element(&certificate));
            let added = roots.add(certificate);
            added.map_err(|_| format!("certificate {number} in it is invalid"))?;
        }
        if roots.is_empty() {
            return Err("it holds no certificate".to_owned());
        }
        Ok(Self {
            bundle: Some(roots),
            origin: Some(origin),
            config: OnceLock::new(),
        })
    }

    /// The TLS settings, made at the first call; `None` if the system has no certificates.
    pub(super) fn config(&self) -> Option<Arc<ClientConfig>> {
        let make = || {
            let roots = self.bundle.clone().unwrap_or_else(system_roots);
            (!roots.is_empty()).then(|| Arc::new(config(roots)))
        };
        self.config.get_or_init(make).clone()
    }
}

/// A certificate without the settings that OpenSSL appends to a `TRUSTED CERTIFICATE`: the first
/// element of `der`, whose length follows its tag.
fn first_element(der: &[u8]) -> &[u8] {
    let end = match *der {
        [_, length @ ..=0x7f, ..] => 2 + usize::from(length),
        [_, 0x81, length, ..] => 3 + usize::from(length),
        [_, 0x82, high, low, ..] => 4 + usize::from(u16::from_be_bytes([high, low])),
        _ => der.len(),
    };
    der.get(..end).unwrap_or(der)
}

fn config(roots: RootCertStore) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring supports TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}

/// Reading one bundle takes a fifth of the time that reading a folder of certificates takes.
fn system_roots() -> RootCertStore {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if cfg!(target_os = "linux")
        && !is_set("SSL_CERT_FILE")
        && !is_set("SSL_CERT_DIR")
        && let Some(roots) = first_bundle(&BUNDLES)
    {
        return roots;
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

/// The certificates of the first of `paths` that exists, unless it holds none.
fn first_bundle(paths: &[impl AsRef<Path>]) -> Option<RootCertStore> {
    let bundle = paths.iter().map(AsRef::as_ref).find(|path| path.exists())?;
    let certificates = CertificateDer::pem_file_iter(bundle).ok()?;
    let mut roots = RootCertStore::empty();
    // A system's bundle may hold old ones that do not parse.
    roots.add_parsable_certificates(certificates.flatten());
    (!roots.is_empty()).then_some(roots)
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;

    use super::{Trust, first_bundle};

    const CERTIFICATE: &str = include_str!("trust/certificate.pem");

    /// The first file that exists decides, as it is the distribution's; one without certificates makes
    /// the caller read everything that the system has.
    #[test]
    fn the_first_bundle_counts_if_it_holds_certificates() {
        let folder = std::env::temp_dir();
        let file = |name: &str, text: &str| {
            let path = folder.join(format!("ecrpub-{}-{name}.crt", std::process::id()));
            std::fs::write(&path, text).unwrap();
            path
        };
        let missing = folder.join("ecrpub-no-such-bundle.crt");
        let empty = file("none", "# no certificates\n");
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let good = file("good", &format!("{broken}{CERTIFICATE}"));
        let count = |paths: &[&std::path::PathBuf]| first_bundle(paths).map(|roots| roots.len());
        assert_eq!(count(&[&missing]), None);
        assert_eq!(count(&[&missing, &good, &empty]), Some(1));
        assert_eq!(count(&[&empty, &good]), None);
        for path in [empty, good] {
            std::fs::remove_file(path).unwrap();
        }
    }

    /// As OpenSSL reads them, which the AWS CLI uses.
    #[test]
    fn a_bundle_may_have_other_labels_and_a_byte_order_mark() {
        let certificate = CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).unwrap();
        // OpenSSL appends its settings of trust.
        let trusted = [&certificate[..], &[0x30, 2, 0x30, 0]].concat();
        let trusted = format!(
            "-----BEGIN TRUSTED CERTIFICATE-----\n{}\n-----END TRUSTED CERTIFICATE-----\n",
            aws_smithy_types::base64::encode(trusted)
        );
        for (name, text) in [
            ("mark", format!("\u{feff}{CERTIFICATE}")),
            (
                "old",
                CERTIFICATE.replace(" CERTIFICATE", " X509 CERTIFICATE"),
            ),
            ("trusted", trusted),
        ] {
            let path =
                std::env::temp_dir().join(format!("ecrpub-{}-{name}.pem", std::process::id()));
            std::fs::write(&path, text).unwrap();
            let trust = Trust::in_bundle(&path, String::new());
            std::fs::remove_file(path).unwrap();
            let mut plain = rustls::RootCertStore::empty();
            plain.add(certificate.clone()).unwrap();
            let roots = trust.unwrap().bundle.unwrap();
            assert_eq!(roots.roots, plain.roots, "{name}");
        }
    }

    #[test]
    fn a_bundle_must_hold_certificates_that_parse() {
        let folder = std::env::temp_dir();
        let why = |name: &str, pem: &str| {
            let path = folder.join(format!("ecrpub-{}-{name}.pem", std::process::id()));
            std::fs::write(&path, pem).unwrap();
            let outcome = Trust::in_bundle(&path, "`TEST`".to_owned());
            std::fs::remove_file(path).unwrap();
            outcome.unwrap_err()
        };
        assert_eq!(why("empty", ""), "it holds no certificate");
        let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        assert_eq!(why("key", key), "it holds no certificate");
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(why("broken", broken), "certificate 1 in it is invalid");
        let open = "-----BEGIN CERTIFICATE-----\nAAAA\n";
        let cut = "certificate 1 in it is cut off or not base64";
        assert_eq!(why("open", open), cut);
        assert!(
            Trust::in_bundle(&folder, String::new()).is_err(),
            "a folder is not a bundle"
        );
    }
}
