//! Proof that a request comes from where the login was made: a signed statement in its header, as in
//! RFC 9449 (`DPoP`).

use std::fmt;
use std::sync::Arc;

use aws_smithy_types::base64;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::json;

/// The key of a login, which signs statements.
#[derive(Clone)]
pub(super) struct Proof(Arc<EcdsaKeyPair>);

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proof")
    }
}

impl Proof {
    /// The key in `pem`: a private key on P-256 with its public one, in the form of SEC 1.
    pub(super) fn new(pem: &str) -> Option<Self> {
        let lines = pem
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with("-----"));
        let der = base64::decode(lines.collect::<String>()).ok()?;
        // SEQUENCE { INTEGER 1, OCTET STRING private key, [0] curve, [1] { BIT STRING public key } }
        let ([0x30, _], rest) = der.split_first_chunk::<2>()? else {
            return None;
        };
        let ([2, 1, 1, 4, 32], rest) = rest.split_first_chunk::<5>()? else {
            return None;
        };
        let (private, rest) = rest.split_at_checked(32)?;
        let public = rest.len().checked_sub(65).map(|start| &rest[start..])?;
        let key = EcdsaKeyPair::from_private_key_and_public_key(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            private,
            public,
            &SystemRandom::new(),
        );
        key.ok().map(|key| Self(Arc::new(key)))
    }

    /// The header's value for a POST to `url` at `second` since 1970; empty where there is no
    /// randomness to be had, which the service then refuses.
    pub(super) fn header(&self, url: &str, second: i64) -> String {
        self.statement(url, second).unwrap_or_default()
    }

    fn statement(&self, url: &str, second: i64) -> Option<String> {
        let random = SystemRandom::new();
        let mut id = [0; 16];
        random.fill(&mut id).ok()?;
        // An uncompressed point: a byte of its form, then the coordinates.
        let (x, y) = self
            .0
            .public_key()
            .as_ref()
            .get(1..)?
            .split_at_checked(32)?;
        let header = json!({
            "typ": "dpop+jwt",
            "alg": "ES256",
            "jwk": { "kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y) },
        });
        let payload = json!({ "jti": encode(&id), "htm": "POST", "htu": url, "iat": second });
        let encoded = [header, payload].map(|part| encode(part.to_string().as_bytes()));
        let message = encoded.join(".");
        let signature = self.0.sign(&random, message.as_bytes()).ok()?;
        Some(format!("{message}.{}", encode(signature.as_ref())))
    }
}

/// Base64 as URLs have it.
fn encode(bytes: &[u8]) -> String {
    let text = base64::encode(bytes).replace('+', "-").replace('/', "_");
    text.trim_end_matches('=').to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Proof, encode};
    use aws_smithy_types::base64;
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    /// A key that was made for this test.
    const PEM: &str = "-----BEGIN EC PRIVATE KEY-----\n\
        MHcCAQEEIMQVVqNEyz6gK//GWM9G7EUTdb+845cXZbfkhaOHhgXvoAoGCCqGSM49\n\
        AwEHoUQDQgAEWiPhTYraekbGwpr5zGDxKqFyfqaS0jWMNZs/jdnaBOp6iNTn2rAA\n\
        NHgDjy5QokwbYQeMbcAjtppb0tXcJRwL5g==\n\
        -----END EC PRIVATE KEY-----\n";

    fn decode(text: &str) -> Vec<u8> {
        let mut text = text.replace('-', "+").replace('_', "/");
        while !text.len().is_multiple_of(4) {
            text.push('=');
        }
        base64::decode(text).expect("base64")
    }

    #[test]
    fn a_statement_names_the_request_and_is_signed() {
        let proof = Proof::new(PEM).expect("a key");
        let statement = proof.header("https://host/v1/token", 7);
        let [header, payload, signature] = statement.split('.').collect::<Vec<_>>()[..] else {
            panic!("three parts: {statement}");
        };
        let payload: serde_json::Value = serde_json::from_slice(&decode(payload)).expect("JSON");
        assert_eq!(
            (&payload["htm"], &payload["iat"]),
            (&"POST".into(), &7.into())
        );
        let header: serde_json::Value = serde_json::from_slice(&decode(header)).expect("JSON");
        let coordinate = |name: &str| decode(header["jwk"][name].as_str().expect("text"));
        let public = [vec![4], coordinate("x"), coordinate("y")].concat();
        let message = statement.rsplit_once('.').expect("three parts").0;
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public);
        key.verify(message.as_bytes(), &decode(signature))
            .expect("a valid signature");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for pem in ["", "x", "AAAA", "MHcCAQEEIFDZ", &encode(&[0x30; 200])] {
            assert!(Proof::new(pem).is_none(), "{pem}");
        }
    }
}
