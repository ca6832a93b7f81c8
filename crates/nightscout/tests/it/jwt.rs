//! Tokens of eight hours: what is not ours, changed, expired or for somebody else is refused.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use nightscout::jwt::{Claims, JwtRefused, issue, verify};

const NOW: i64 = 1_795_223_947;

/// A sum that every bit of text and key goes into; the real one is the caller's.
fn sign_by(key: u8) -> impl Fn(&[u8]) -> [u8; 32] {
    move |text| {
        let mut sum = [key; 32];
        for (at, byte) in text.iter().enumerate() {
            let place = at % 32;
            sum[place] = sum[place].rotate_left(3) ^ byte.wrapping_mul(31).wrapping_add(key);
        }
        sum
    }
}

fn claims() -> Claims {
    Claims { subject: "t1".to_owned(), audience: "site".to_owned(), issued_at: NOW, expires_at: NOW + 3600 }
}

fn check(token: &str) -> Result<Claims, JwtRefused> {
    verify(token, "site", NOW + 10, sign_by(7))
}

#[test]
fn what_we_made_is_taken_for_as_long_as_it_is_good() {
    let token = issue(&claims(), sign_by(7));
    assert_eq!(check(&token), Ok(claims()));
    assert_eq!(verify(&token, "site", NOW + 3600, sign_by(7)), Err(JwtRefused::Expired));
    assert_eq!(verify(&token, "site", NOW - 120, sign_by(7)), Err(JwtRefused::Expired));
    assert_eq!(verify(&token, "other", NOW, sign_by(7)), Err(JwtRefused::Audience));
    assert_eq!(verify(&token, "site", NOW, sign_by(8)), Err(JwtRefused::Signature));
    let long = issue(&Claims { expires_at: NOW + 10_000_000, ..claims() }, sign_by(7));
    assert_eq!(check(&long).unwrap().expires_at, NOW + 8 * 3600);
}

#[test]
fn whatever_else_is_refused() {
    let token = issue(&claims(), sign_by(7));
    let parts: Vec<&str> = token.split('.').collect();
    let signed = |header: &str, payload: &str| {
        let text = format!("{}.{}", BASE64.encode(header), payload);
        format!("{text}.{}", BASE64.encode(sign_by(7)(text.as_bytes())))
    };
    let ours = r#"{"alg":"HS256","typ":"kinsight-app+jwt"}"#;
    let payload = |json: &str| BASE64.encode(json);
    let longer =
        payload(&format!(r#"{{"sub":"t1","aud":"site","iss":"kinsight","iat":{NOW},"exp":{}}}"#, NOW + 99_999));
    let table = [
        (signed(r#"{"alg":"none"}"#, parts[1]), JwtRefused::Form),
        (signed(r#"{"alg":"none","typ":"kinsight-app+jwt"}"#, parts[1]), JwtRefused::Form),
        (signed(r#"{"alg":"HS512","typ":"kinsight-app+jwt"}"#, parts[1]), JwtRefused::Form),
        (signed(r#"{"alg":"HS256","typ":"JWT"}"#, parts[1]), JwtRefused::Form),
        (format!("{}.{}.", parts[0], parts[1]), JwtRefused::Signature),
        (format!("{}.{}.{}", parts[0], payload(r#"{"sub":"admin"}"#), parts[2]), JwtRefused::Signature),
        (format!("{}.{}.!!", parts[0], parts[1]), JwtRefused::Form),
        (signed(ours, &payload("{}")), JwtRefused::Form),
        (signed(ours, &payload("nothing")), JwtRefused::Form),
        (signed(ours, &payload(r#"{"sub":"t1","aud":"site","iss":"nightscout","iat":1,"exp":2}"#)), JwtRefused::Form),
        (signed(ours, &longer), JwtRefused::Expired),
        ("x.y.z".to_owned(), JwtRefused::Form),
        ("..".to_owned(), JwtRefused::Form),
        (String::new(), JwtRefused::Form),
        (format!("{}{}", "a".repeat(5000), token), JwtRefused::Form),
    ];
    for (at, (token, why)) in table.into_iter().enumerate() {
        assert_eq!(check(&token), Err(why), "row {at}");
    }
}
