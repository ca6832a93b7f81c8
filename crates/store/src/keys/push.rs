//! The key by which push services know this server (VAPID, RFC 8292): one for all nodes, the same after every restart,
//! because browsers tie each subscription to it.

use crate::error::Error;
use aws_lc_rs::{
    agreement::{ECDH_P256, PrivateKey},
    digest,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};

/// Signs, and is named to browsers.
pub(crate) struct PushKey {
    pair: EcdsaKeyPair,
    /// The point, uncompressed: 65 bytes.
    public: Vec<u8>,
}

impl PushKey {
    /// From 32 random bytes that are kept.
    pub(crate) fn of(seed: &[u8]) -> Result<Self, Error> {
        // Four in 2^34 numbers of 256 bits are beyond the order of the curve; the hash of such a one is not.
        let hashed = digest::digest(&digest::SHA256, seed);
        let made = Self::of_number(seed).or_else(|_| Self::of_number(hashed.as_ref()));
        made.map_err(|_| Error::broken("the key for push services is none"))
    }

    fn of_number(number: &[u8]) -> Result<Self, aws_lc_rs::error::Unspecified> {
        let public = PrivateKey::from_private_key(&ECDH_P256, number)?.compute_public_key()?;
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pair = EcdsaKeyPair::from_private_key_and_public_key(algorithm, number, public.as_ref())?;
        Ok(Self { pair, public: public.as_ref().to_vec() })
    }

    /// As browsers are told it.
    pub(crate) fn public(&self) -> &[u8] {
        &self.public
    }

    /// ES256: r and s, 32 bytes each.
    pub(crate) fn sign(&self, text: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(self.pair.sign(&SystemRandom::new(), text).map_err(Error::broken)?.as_ref().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::PushKey;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    #[test]
    fn the_same_seed_is_the_same_key_and_what_it_signs_is_its_own() {
        let (one, same, other) = (PushKey::of(&[7; 32]), PushKey::of(&[7; 32]), PushKey::of(&[8; 32]));
        let (one, same, other) = (one.unwrap(), same.unwrap(), other.unwrap());
        assert_eq!(one.public(), same.public());
        let signed = one.sign(b"header.claims").unwrap();
        let by = |key: &PushKey| UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.public().to_vec());
        assert!(by(&same).verify(b"header.claims", &signed).is_ok());
        assert!(by(&same).verify(b"header.claimz", &signed).is_err());
        assert!(by(&other).verify(b"header.claims", &signed).is_err());
    }

    #[test]
    fn a_seed_beyond_the_curve_makes_a_key_as_well() {
        assert_eq!(PushKey::of(&[255; 32]).unwrap().public().len(), 65);
    }
}
