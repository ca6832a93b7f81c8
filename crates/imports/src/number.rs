//! Numbers as devices write them: decimal point or comma, U+2212 as minus, spaces between thousands. No allocation.

use glucose::{Glucose, Unit};

/// Exact powers of ten, so that one division rounds correctly.
const TENS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// A decimal number. With both marks present the later one is the decimal mark; with one, it is that one.
pub(crate) fn parse(text: &str) -> Option<f64> {
    let (negative, digits, decimals) = match plain(text) {
        Some((digits, decimals)) => (false, digits, decimals),
        None => scan(text.trim())?,
    };
    let value = digits as f64 / TENS[decimals];
    Some(if negative { -value } else { value })
}

/// A glucose amount in `unit`; `None` when it is no number or out of any device's range.
pub(crate) fn glucose(text: &str, unit: Unit) -> Option<Glucose> {
    Glucose::new(parse(text)?, unit)
}

/// The usual case: a few digits and at most one mark.
#[inline]
fn plain(text: &str) -> Option<(u64, usize)> {
    if text.is_empty() || text.len() > 15 {
        return None;
    }
    let (mut digits, mut mark) = (0u64, None);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => digits = digits * 10 + u64::from(byte - b'0'),
            b'.' | b',' if mark.is_none() && at > 0 => mark = Some(at),
            _ => return None,
        }
    }
    Some((digits, mark.map_or(0, |mark| text.len() - mark - 1)))
}

/// Sign, digits without the mark, and how many of them stand behind it.
fn scan(text: &str) -> Option<(bool, u64, usize)> {
    let (negative, text) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let decimal_mark = text.rfind(['.', ',']);
    let (mut digits, mut decimals, mut seen) = (0u64, 0usize, 0usize);
    for (at, character) in text.char_indices() {
        match character {
            '0'..='9' if seen < 15 => {
                digits = digits * 10 + u64::from(character as u8 - b'0');
                seen += 1;
                decimals += usize::from(decimal_mark.is_some_and(|mark| at > mark));
            }
            // Further decimals are beyond any device's precision; further whole digits are no amount.
            '0'..='9' if decimal_mark.is_some_and(|mark| at > mark) => {}
            '.' | ',' if Some(at) == decimal_mark => {}
            '.' | ',' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '\u{2007}' | '\'' | ' ' if seen > 0 => {}
            _ => return None,
        }
    }
    (seen > 0).then_some((negative, digits, decimals))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn numbers_are_read_as_devices_write_them() {
        let table = [
            ("0", Some(0.0)),
            ("157", Some(157.0)),
            ("9,40", Some(9.4)),
            ("0.075", Some(0.075)),
            (" 1.5 ", Some(1.5)),
            ("-0,4", Some(-0.4)),
            ("\u{2212}0,4", Some(-0.4)),
            ("1.234,5", Some(1234.5)),
            ("1,234.5", Some(1234.5)),
            ("1\u{a0}234,5", Some(1234.5)),
            ("1\u{202f}234", Some(1234.0)),
            ("99.9976941658", Some(99.9976941658)),
            ("0.12345678901234567890", Some(0.123_456_789_012_34)),
            ("+3", Some(3.0)),
            ("", None),
            (",", None),
            (".5", Some(0.5)),
            ("Low", None),
            ("1e5", None),
            ("12345678901234567890", None),
            ("NaN", None),
        ];
        for (text, value) in table {
            assert_eq!(parse(text), value, "{text:?}");
        }
    }
}
