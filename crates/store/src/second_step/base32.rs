//! Base 32, twice: as authenticator apps write a seed (RFC 4648), and without letters that look like digits for codes
//! that people type (Crockford's alphabet).

const RFC_4648: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const TYPED: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A seed as authenticator apps take it; without the `=` at the end, which no app wants.
pub(super) fn seed(bytes: &[u8]) -> String {
    encode(RFC_4648, bytes)
}

/// Characters for a person to copy by hand.
pub(crate) fn typed(bytes: &[u8]) -> String {
    encode(TYPED, bytes)
}

/// What a person typed, in the one way it is written: capitals, no spaces and dashes, and no letters where digits are meant.
pub(crate) fn read_typed(text: &str) -> String {
    let letter = |c: char| match c.to_ascii_uppercase() {
        'I' | 'L' => Some('1'),
        'O' => Some('0'),
        c if c.is_ascii_alphanumeric() => Some(c),
        _ => None,
    };
    text.chars().filter_map(letter).collect()
}

fn encode(alphabet: &[u8; 32], bytes: &[u8]) -> String {
    let bit = |at: usize| bytes.get(at / 8).map_or(0, |byte| usize::from(byte >> (7 - at % 8) & 1));
    let letter = |from: usize| (from..from + 5).fold(0, |number, at| number << 1 | bit(at));
    (0..bytes.len() * 8).step_by(5).map(|from| char::from(alphabet[letter(from)])).collect()
}

#[cfg(test)]
mod tests {
    use super::{read_typed, seed, typed};

    #[test]
    fn as_the_rfc_has_it() {
        let table = [("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB")];
        for (plain, coded) in table {
            assert_eq!(seed(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn however_it_is_typed() {
        assert_eq!(typed(&[0xff, 0, 0x44, 0x32, 0x14]), "ZW048CGM");
        assert_eq!(read_typed(" o1il-abcd efgh\t"), "0111ABCDEFGH");
    }
}
