//! A push service and a browser of a few lines: keeps what it was sent, answers as it is told, and reads as a browser reads.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::signature::{self, ECDSA_P256_SHA256_FIXED};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::collections::HashMap;
use store::NewPushSubscription;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

pub struct PushService {
    origin: String,
    requests: Mutex<mpsc::UnboundedReceiver<Delivery>>,
    _clerk: JoinSet<()>,
}

/// One request, as it came.
pub struct Delivery {
    pub path: String,
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
}

impl PushService {
    /// Answers each request with the next of these lines, and the last again and again.
    pub async fn open(answers: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let (keep, requests) = mpsc::unbounded_channel();
        let mut clerk = JoinSet::new();
        clerk.spawn(async move {
            for number in 0.. {
                let Ok((stream, _)) = listener.accept().await else { return };
                if let Some(request) = converse(stream, answers[number.min(answers.len() - 1)]).await {
                    let _ = keep.send(request);
                }
            }
        });
        Self { origin, requests: Mutex::new(requests), _clerk: clerk }
    }

    pub async fn next(&self) -> Delivery {
        self.requests.lock().await.recv().await.unwrap()
    }

    pub async fn is_unasked(&self) -> bool {
        self.requests.lock().await.try_recv().is_err()
    }

    /// Who sends, if the signature is right and made for this service.
    pub fn signed_for(&self, delivery: &Delivery) -> serde_json::Value {
        let (text, key) =
            delivery.headers["authorization"].strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        let (said, signature) = text.rsplit_once('.').unwrap();
        let key = signature::UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, decoded(key));
        key.verify(said.as_bytes(), &decoded(signature)).expect("a good signature");
        let (head, claims) = said.split_once('.').unwrap();
        assert_eq!(String::from_utf8(decoded(head)).unwrap(), r#"{"typ":"JWT","alg":"ES256"}"#);
        let claims: serde_json::Value = serde_json::from_slice(&decoded(claims)).unwrap();
        assert_eq!(claims["aud"], self.origin);
        claims
    }
}

/// A browser with keys of its own.
pub struct Subscriber {
    key: PrivateKey,
    secret: [u8; 16],
    pub new: NewPushSubscription,
}

impl Subscriber {
    pub fn at(service: &PushService, path: &str) -> Self {
        let (key, secret) = (PrivateKey::generate(&ECDH_P256).unwrap(), [9; 16]);
        let new = NewPushSubscription {
            endpoint: format!("{}{path}", service.origin),
            p256dh: URL_SAFE_NO_PAD.encode(key.compute_public_key().unwrap()),
            auth: URL_SAFE_NO_PAD.encode(secret),
            before: String::new(),
        };
        Self { key, secret, new }
    }

    /// What a browser's push event holds (RFC 8291, from the other side).
    pub fn reads(&self, body: &[u8]) -> serde_json::Value {
        let (salt, theirs, sealed) = (&body[..16], &body[21..86], &body[86..]);
        let ours = self.key.compute_public_key().unwrap();
        let input = agree(&self.key, UnparsedPublicKey::new(&ECDH_P256, theirs), (), |shared| {
            let info = [b"WebPush: info\0", ours.as_ref(), theirs].concat();
            Ok(expand(&self.secret, shared, &info, 32))
        });
        let input = input.unwrap();
        let key = expand(salt, &input, b"Content-Encoding: aes128gcm\0", 16);
        let nonce = expand(salt, &input, b"Content-Encoding: nonce\0", 12);
        let mut sealed = sealed.to_vec();
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap());
        let nonce = Nonce::try_assume_unique_for_key(&nonce).unwrap();
        let plain = key.open_in_place(nonce, Aad::empty(), &mut sealed).unwrap();
        let end = plain.iter().rposition(|byte| *byte != 0).unwrap();
        assert_eq!(plain[end], 2, "the mark of the last record");
        serde_json::from_slice(&plain[..end]).unwrap()
    }
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand(salt: &[u8], input: &[u8], info: &[u8], length: usize) -> Vec<u8> {
    let (mut output, info) = (vec![0; length], [info]);
    let key = Salt::new(HKDF_SHA256, salt).extract(input);
    key.expand(&info, Length(length)).unwrap().fill(&mut output).unwrap();
    output
}

fn decoded(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

async fn converse(mut stream: TcpStream, answer: &str) -> Option<Delivery> {
    let mut said = Vec::new();
    loop {
        let mut part = [0; 4096];
        let read = stream.read(&mut part).await.ok()?;
        said.extend_from_slice(&part[..read]);
        if let Some(delivery) = parsed(&said) {
            let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.ok()?;
            return Some(delivery);
        }
        if read == 0 {
            return None;
        }
    }
}

/// None, while there is more to come.
fn parsed(said: &[u8]) -> Option<Delivery> {
    let end = said.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&said[..end]).into_owned();
    let mut lines = head.lines();
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let pair = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    let headers: HashMap<_, _> = lines.filter_map(pair).collect();
    let body = said[end + 4..].to_vec();
    let length: usize = headers.get("content-length")?.parse().ok()?;
    (body.len() >= length).then_some(Delivery { path, headers, body })
}
