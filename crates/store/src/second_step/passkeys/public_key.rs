//! A passkey's public key (RFC 9053), and what it signed.

use super::cbor::Item;
use aws_lc_rs::{
    rsa::PublicKeyComponents,
    signature::{ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey},
};

/// What we ask browsers for, by their COSE numbers, the best first.
pub(super) const ALGORITHMS: [i64; 3] = [ES256, EDDSA, RS256];
const ES256: i64 = -7;
const EDDSA: i64 = -8;
const RS256: i64 = -257;

/// A key of one of the three kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PublicKey {
    /// On P-256: both coordinates behind a 4.
    Es256(Vec<u8>),
    EdDsa(Vec<u8>),
    Rs256 {
        n: Vec<u8>,
        e: Vec<u8>,
    },
}

impl PublicKey {
    /// From its COSE form; none when it is of another kind, or kind and algorithm do not belong together.
    pub(super) fn of(key: &Item<'_>) -> Option<Self> {
        let int = |at| key.at(at).and_then(Item::int);
        let bytes = |at| key.at(at).and_then(Item::bytes);
        let exactly_32 = |at| bytes(at).filter(|bytes| bytes.len() == 32);
        match (int(1)?, int(3)?) {
            (2, ES256) if int(-1)? == 1 => Some(Self::Es256([&[4], exactly_32(-2)?, exactly_32(-3)?].concat())),
            (1, EDDSA) if int(-1)? == 6 => Some(Self::EdDsa(exactly_32(-2)?.to_vec())),
            (3, RS256) => {
                let (n, e) = (bytes(-1)?, bytes(-2)?);
                ((256..=1024).contains(&n.len()) && e.len() <= 4).then(|| Self::Rs256 { n: n.to_vec(), e: e.to_vec() })
            }
            _ => None,
        }
    }

    /// Whether this key signed this.
    pub(super) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let verified = match self {
            Self::Es256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature),
            Self::EdDsa(point) => UnparsedPublicKey::new(&ED25519, point).verify(message, signature),
            Self::Rs256 { n, e } => {
                PublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
        };
        verified.is_ok()
    }
}
