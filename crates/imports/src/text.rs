//! Bytes become text, or the reason why they are none.
//!
//! Order: UTF-8 with BOM, UTF-8, UTF-16 by BOM, Windows-1252. A BOM that was encoded twice (`ï»¿`) is dropped.

use crate::Refused;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// How much of a file is looked at to tell what it is.
const HEAD: usize = 64 * 1024;

/// The bytes as text, without a BOM.
pub(crate) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Refused> {
    let text = match Encoding::for_bom(bytes) {
        Some((encoding, length)) if encoding == UTF_16LE || encoding == UTF_16BE => {
            encoding.decode_without_bom_handling(&bytes[length..]).0
        }
        Some((_, length)) => utf8_or_latin(&bytes[length..])?,
        None => utf8_or_latin(bytes)?,
    };
    refuse_controls(&text)?;
    Ok(without_double_bom(text))
}

/// The first part of a text, cut between characters.
pub(crate) fn head(text: &str) -> &str {
    &text[..text.floor_char_boundary(HEAD)]
}

fn utf8_or_latin(bytes: &[u8]) -> Result<Cow<'_, str>, Refused> {
    if let Some(looks_like) = binary_kind(bytes) {
        return Err(Refused::UnknownFormat { looks_like: looks_like.to_owned() });
    }
    match UTF_8.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => Ok(text),
        None => Ok(WINDOWS_1252.decode_without_bom_handling(bytes).0),
    }
}

fn without_double_bom(text: Cow<'_, str>) -> Cow<'_, str> {
    const MARKS: [&str; 2] = ["\u{feff}", "ï»¿"];
    if !MARKS.iter().any(|mark| text.starts_with(mark)) {
        return text;
    }
    let strip = |text: &str| MARKS.iter().find_map(|mark| text.strip_prefix(mark)).map(str::len);
    let cut = |text: &str| text.len() - strip(text).unwrap_or(text.len());
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[cut(text)..]),
        Cow::Owned(text) => Cow::Owned(text[cut(&text)..].to_owned()),
    }
}

/// What bytes that are no text look like, in a person's words; `None` when they may be text.
fn binary_kind(bytes: &[u8]) -> Option<&'static str> {
    const SIGNATURES: &[(&[u8], &str)] = &[
        (b"%PDF", "it looks like a PDF document"),
        (b"\x89PNG", "it looks like an image"),
        (b"\xff\xd8\xff", "it looks like a photo"),
        (b"GIF8", "it looks like an image"),
        (b"\xd0\xcf\x11\xe0", "it looks like an old Office file (.xls, .doc)"),
        (b"\x7fELF", "it looks like a program"),
        (b"MZ\x90", "it looks like a program"),
        (b"\x1f\x8b", "it looks like a gzip file"),
        (b"7z\xbc\xaf", "it looks like a 7z archive"),
        (b"Rar!", "it looks like a RAR archive"),
        (b"SQLite format 3", "it looks like a database"),
        (b"{\\rtf", "it looks like a rich text document"),
    ];
    if let Some((_, words)) = SIGNATURES.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Some(words);
    }
    if memchr::memchr(0, bytes).is_some() {
        return Some("it holds bytes that no text has");
    }
    None
}

/// Many control characters mean that this is no text, whatever the decoding made of it.
fn refuse_controls(text: &str) -> Result<(), Refused> {
    let head = head(text).as_bytes();
    let odd = head.iter().filter(|byte| **byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c)).count();
    if odd * 200 > head.len() || (odd > 0 && head.len() < 200) || memchr::memchr(0, text.as_bytes()).is_some() {
        return Err(Refused::UnknownFormat { looks_like: "it holds bytes that no text has".to_owned() });
    }
    Ok(())
}
