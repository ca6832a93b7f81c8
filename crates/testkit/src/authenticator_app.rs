//! An authenticator app in a few lines: RFC 6238 from the text of a seed.

use aws_lc_rs::hmac;
use jiff::Timestamp;

/// The code that an app with this seed shows at that time.
pub fn code(seed: &str, at: Timestamp) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &decoded(seed));
    let tag = hmac::sign(&key, &at.as_second().div_euclid(30).to_be_bytes());
    let tag = tag.as_ref();
    let from = usize::from(tag[19] & 0xf);
    let four: [u8; 4] = tag[from..from + 4].try_into().expect("four bytes");
    format!("{:06}", (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000)
}

fn decoded(seed: &str) -> Vec<u8> {
    let value = |c: u8| b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == c);
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0usize, 0);
    for c in seed.bytes() {
        held = held << 5 | value(c).expect("a seed is in base 32");
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).expect("a byte"));
        }
    }
    bytes
}
