//! An authenticator in software: makes passkeys and signs with them as a device and its browser would, and wrongly on demand.

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// The person was there, and showed who they are.
pub const VERIFIED: u8 = 0b101;
/// The person was there, and showed nothing.
pub const PRESENT: u8 = 0b001;
/// May be kept in several places.
pub const BACKUP_ELIGIBLE: u8 = 0b1000;
/// Is kept in several places.
pub const BACKED_UP: u8 = 0b1_0000;

/// Which kind of key it makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    Es256,
    EdDsa,
    Rs256,
}

enum Key {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(RsaKeyPair),
}

/// A device with one passkey. Its fields are what a test twists.
pub struct Authenticator {
    key: Key,
    pub id: Vec<u8>,
    pub user: Vec<u8>,
    pub counter: u32,
    pub flags: u8,
    /// The page that the browser says it is on.
    pub origin: String,
    /// For whom the device signs.
    pub rp_id: String,
    /// Said by the browser besides.
    pub cross_origin: bool,
    /// `webauthn.get`, unless a test says otherwise.
    pub kind: &'static str,
}

impl Authenticator {
    /// Answers the question for a new passkey.
    pub fn make(question: &str, origin: &str) -> (Self, String) {
        Self::make_as(question, origin, Algorithm::Es256, VERIFIED)
    }

    /// The same with another kind of key and other flags.
    pub fn make_as(question: &str, origin: &str, algorithm: Algorithm, flags: u8) -> (Self, String) {
        let question = parsed(question);
        let text = |value: &Value| value.as_str().expect("the question has it").to_owned();
        let id = digest(&SHA256, text(&question["challenge"]).as_bytes()).as_ref()[..20].to_vec();
        let user = URL_SAFE_NO_PAD.decode(text(&question["user"]["id"])).expect("an id in base 64");
        let (key, origin, rp_id) = (Key::new(algorithm), origin.to_owned(), text(&question["rp"]["id"]));
        let device =
            Self { key, id, user, counter: 0, flags, origin, rp_id, cross_origin: false, kind: "webauthn.get" };
        let answer = device.attest(&text(&question["challenge"]));
        (device, answer)
    }

    /// The answer once more, for a question of that text: with whatever is twisted now.
    pub fn attest(&self, challenge: &str) -> String {
        let mut data = self.authenticator_data(0b100_0000);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).expect("a short id").to_be_bytes());
        data.extend(&self.id);
        data.extend(self.key.cose());
        let object =
            [&[0xa3][..], &text("fmt"), &text("none"), &text("attStmt"), &[0xa0], &text("authData"), &bytes(&data)];
        let client_data = self.client_data("webauthn.create", challenge);
        let (id, object) = (URL_SAFE_NO_PAD.encode(&self.id), URL_SAFE_NO_PAD.encode(object.concat()));
        let client_data = URL_SAFE_NO_PAD.encode(client_data);
        let response =
            json!({ "clientDataJSON": client_data, "attestationObject": object, "transports": ["internal"] });
        json!({ "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {}, "response": response })
            .to_string()
    }

    /// Answers the question for a signature; counts, if it began to.
    pub fn sign(&mut self, question: &str) -> String {
        let challenge = parsed(question)["challenge"].as_str().expect("a question has a challenge").to_owned();
        if self.counter > 0 {
            self.counter += 1;
        }
        self.sign_challenge(&challenge)
    }

    /// The same for a challenge of the test's own.
    pub fn sign_challenge(&self, challenge: &str) -> String {
        let data = self.authenticator_data(0);
        let client_data = self.client_data(self.kind, challenge);
        let message = [&data[..], digest(&SHA256, client_data.as_bytes()).as_ref()].concat();
        let coded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let id = coded(&self.id);
        let response = json!({
            "clientDataJSON": coded(client_data.as_bytes()),
            "authenticatorData": coded(&data),
            "signature": coded(&self.key.sign(&message)),
            "userHandle": coded(&self.user),
        });
        json!({ "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {}, "response": response })
            .to_string()
    }

    fn authenticator_data(&self, more_flags: u8) -> Vec<u8> {
        let mut data = digest(&SHA256, self.rp_id.as_bytes()).as_ref().to_vec();
        data.push(self.flags | more_flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client_data(&self, kind: &str, challenge: &str) -> String {
        let Self { origin, cross_origin, .. } = self;
        json!({ "type": kind, "challenge": challenge, "origin": origin, "crossOrigin": cross_origin }).to_string()
    }
}

impl Key {
    fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Es256 => {
                Self::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key can be made"))
            }
            Algorithm::EdDsa => Self::EdDsa(Ed25519KeyPair::generate().expect("a key can be made")),
            Algorithm::Rs256 => Self::Rs256(RsaKeyPair::generate(KeySize::Rsa2048).expect("a key can be made")),
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Es256(key) => key.sign(&random, message).expect("a key signs").as_ref().to_vec(),
            Self::EdDsa(key) => key.sign(message).as_ref().to_vec(),
            Self::Rs256(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).expect("a key signs");
                signature
            }
        }
    }

    /// The public half as a map of small numbers.
    fn cose(&self) -> Vec<u8> {
        match self {
            Self::Es256(key) => {
                let point = key.public_key().as_ref();
                let (x, y) = (&point[1..33], &point[33..65]);
                [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21][..], &bytes(x), &[0x22], &bytes(y)].concat()
            }
            Self::EdDsa(key) => [&[0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21][..], &bytes(key.public_key().as_ref())].concat(),
            Self::Rs256(key) => {
                // DER of two whole numbers: of 257 bytes, the first of them 0, and of three.
                let der = key.public_key().as_ref();
                let (n, e) = (&der[9..265], &der[der.len() - 3..]);
                [&[0xa4, 1, 3, 3, 0x39, 1, 0, 0x20][..], &bytes(n), &[0x21], &bytes(e)].concat()
            }
        }
    }
}

fn parsed(question: &str) -> Value {
    serde_json::from_str(question).expect("a question is JSON")
}

fn text(word: &str) -> Vec<u8> {
    let length = u8::try_from(word.len()).ok().filter(|length| *length < 24).expect("a short word");
    [&[0x60 | length], word.as_bytes()].concat()
}

fn bytes(value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).expect("a short value");
    [&[0x59][..], &length.to_be_bytes(), value].concat()
}
