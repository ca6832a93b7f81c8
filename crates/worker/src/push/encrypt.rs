//! What a push service carries and cannot read: RFC 8291 on RFC 8188 (`aes128gcm`).

use anyhow::Context as _;
use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};

/// A push service takes 4096 bytes (RFC 8291, 4): the head of 86, one record with its mark of the end and its tag.
const RECORD: u32 = 4096;
const HEAD: usize = 16 + 4 + 1 + 65;
const TAG: usize = 16;
const LONGEST: usize = RECORD as usize - HEAD - TAG - 1;
/// Lengths are rounded up to these, so that they tell nothing of what was said.
const STEP: usize = 512;

/// One length of key material.
struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// For the browser with this key and secret, with a key and a salt that are used once.
pub(crate) fn encrypt(plain: &[u8], key: &[u8], secret: &[u8]) -> anyhow::Result<Vec<u8>> {
    let once = PrivateKey::generate(&ECDH_P256)?;
    let mut salt = [0; 16];
    aws_lc_rs::rand::fill(&mut salt)?;
    let padded = (plain.len() + 1).next_multiple_of(STEP).min(LONGEST + 1) - 1;
    encrypt_with(plain, padded, (key, secret), &once, salt)
}

fn encrypt_with(
    plain: &[u8],
    padded: usize,
    (key, secret): (&[u8], &[u8]),
    once: &PrivateKey,
    salt: [u8; 16],
) -> anyhow::Result<Vec<u8>> {
    anyhow::ensure!(plain.len() <= LONGEST, "a notice of {} bytes is too long", plain.len());
    let public = once.compute_public_key()?;
    let theirs = UnparsedPublicKey::new(&ECDH_P256, key);
    let input = agree(once, theirs, anyhow::anyhow!("not a key of a browser"), |shared| {
        let info = [b"WebPush: info\0", key, public.as_ref()].concat();
        expand(secret, shared, &info, 32)
    })?;
    let content_key = expand(&salt, &input, b"Content-Encoding: aes128gcm\0", 16)?;
    let nonce = expand(&salt, &input, b"Content-Encoding: nonce\0", 12)?;

    let mut body = [plain, &[2]].concat();
    body.resize(padded.max(plain.len()) + 1, 0);
    let sealing = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &content_key)?);
    let nonce = Nonce::try_assume_unique_for_key(&nonce)?;
    sealing.seal_in_place_append_tag(nonce, Aad::empty(), &mut body)?;

    let length = u8::try_from(public.as_ref().len()).context("a public key is short")?;
    Ok([&salt, &RECORD.to_be_bytes()[..], &[length], public.as_ref(), &body].concat())
}

/// HKDF with SHA-256, both steps.
fn expand(salt: &[u8], input: &[u8], info: &[u8], length: usize) -> anyhow::Result<Vec<u8>> {
    let mut output = vec![0; length];
    let info = [info];
    let key = Salt::new(HKDF_SHA256, salt).extract(input);
    key.expand(&info, Length(length))?.fill(&mut output)?;
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::{ECDH_P256, HEAD, LONGEST, PrivateKey, RECORD, encrypt, encrypt_with};
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    fn decoded(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    /// RFC 8291, section 5 and appendix A.
    #[test]
    fn the_example_of_the_standard_comes_out_to_the_byte() {
        let once = PrivateKey::from_private_key(&ECDH_P256, &decoded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"));
        let key = decoded("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
        let secret = decoded("BTBZMqHH6r4Tts7J_aSIgg");
        let salt = decoded("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let plain = b"When I grow up, I want to be a watermelon";
        let made = encrypt_with(plain, 0, (&key, &secret), &once.unwrap(), salt).unwrap();
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6P\
                        Bru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(URL_SAFE_NO_PAD.encode(made), expected);
    }

    #[test]
    fn the_length_tells_nothing_and_what_is_too_long_is_refused() {
        let browser = PrivateKey::generate(&ECDH_P256).unwrap().compute_public_key().unwrap();
        let length = |plain: usize| encrypt(&vec![b'x'; plain], browser.as_ref(), &[1; 16]).map(|made| made.len());
        assert_eq!(length(1).unwrap(), length(400).unwrap());
        assert_eq!(length(0).unwrap(), HEAD + 512 + 16);
        assert_eq!(length(LONGEST).unwrap(), RECORD as usize);
        assert!(length(LONGEST + 1).is_err());
        assert!(encrypt(b"x", &[4; 65], &[1; 16]).is_err(), "no point of the curve");
    }
}
