//! The short-lived token that a long-lived one is changed for. One algorithm, one header; whatever else it says, it is refused.
//!
//! Signing is the caller's: `sign` is HMAC-SHA-256 under a key that only the server has.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;
use thiserror::Error;

/// Nothing is good for longer than this, in seconds.
pub const LONGEST_S: i64 = 8 * 3600;
/// How far clocks may be apart.
const LEEWAY_S: i64 = 60;
const ISSUER: &str = "kinsight";
const HEADER: &str = r#"{"alg":"HS256","typ":"kinsight-app+jwt"}"#;
/// Nothing that we made is longer.
const LONGEST: usize = 2048;

/// What such a token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Whose it is: an id that means nothing elsewhere.
    pub subject: String,
    /// Which site it is for.
    pub audience: String,
    /// Seconds since 1970.
    pub issued_at: i64,
    pub expires_at: i64,
}

#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum JwtRefused {
    #[error("not one of ours")]
    Form,
    #[error("the signature is not right")]
    Signature,
    #[error("for somebody else")]
    Audience,
    #[error("expired")]
    Expired,
}

/// A token of these claims; it ends after eight hours at the latest.
pub fn issue(claims: &Claims, sign: impl Fn(&[u8]) -> [u8; 32]) -> String {
    let payload = json!({
        "sub": claims.subject,
        "aud": claims.audience,
        "iss": ISSUER,
        "iat": claims.issued_at,
        "exp": claims.expires_at.min(claims.issued_at.saturating_add(LONGEST_S)),
    });
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(payload.to_string()));
    let signature = URL_SAFE_NO_PAD.encode(sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// What a token says, when it is ours, for this audience and still good. The signature is checked before anything is read.
pub fn verify(token: &str, audience: &str, now_s: i64, sign: impl Fn(&[u8]) -> [u8; 32]) -> Result<Claims, JwtRefused> {
    let (signed, signature) = token.rsplit_once('.').filter(|_| token.len() <= LONGEST).ok_or(JwtRefused::Form)?;
    let (header, payload) = signed.split_once('.').ok_or(JwtRefused::Form)?;
    if header != URL_SAFE_NO_PAD.encode(HEADER) {
        return Err(JwtRefused::Form);
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| JwtRefused::Form)?;
    if !bool::from(sign(signed.as_bytes())[..].ct_eq(&signature[..])) {
        return Err(JwtRefused::Signature);
    }
    let claims = read(payload).ok_or(JwtRefused::Form)?;
    if claims.audience != audience {
        return Err(JwtRefused::Audience);
    }
    let lasts = claims.expires_at.saturating_sub(claims.issued_at);
    let good = claims.issued_at <= now_s.saturating_add(LEEWAY_S) && now_s < claims.expires_at && lasts <= LONGEST_S;
    if good { Ok(claims) } else { Err(JwtRefused::Expired) }
}

fn read(payload: &str) -> Option<Claims> {
    let payload: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    let text = |name: &str| payload[name].as_str().map(str::to_owned);
    let claims = Claims {
        subject: text("sub")?,
        audience: text("aud")?,
        issued_at: payload["iat"].as_i64()?,
        expires_at: payload["exp"].as_i64()?,
    };
    (payload["iss"] == ISSUER).then_some(claims)
}
