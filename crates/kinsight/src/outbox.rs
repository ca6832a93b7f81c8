//! Mails in the outbox folder, as far as an operator needs them: when, to whom, about what, and the links.

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::path::Path;

#[derive(Debug, PartialEq, Eq)]
pub struct KeptMail {
    /// From the file's name: when it was written.
    pub at: String,
    pub to: String,
    pub subject: String,
    pub links: Vec<String>,
}

/// Oldest first. A folder that is not there holds none.
pub fn mails(folder: &Path) -> Result<Vec<KeptMail>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "eml"));
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        Ok(parsed(&name, &String::from_utf8_lossy(&bytes)))
    };
    paths.iter().map(read).collect()
}

fn parsed(name: &str, mail: &str) -> KeptMail {
    let mail = mail.replace("\r\n", "\n");
    let (head, body) = mail.split_once("\n\n").unwrap_or((&mail, ""));
    KeptMail {
        at: name.split('-').take(2).collect::<Vec<_>>().join("-"),
        to: header(head, "to").unwrap_or_default(),
        subject: header(head, "subject").unwrap_or_default(),
        links: links(&plain_text(body)),
    }
}

/// A header's value, with its folded lines put together.
fn header(head: &str, name: &str) -> Option<String> {
    let unfolded = head.replace("\n ", " ").replace("\n\t", " ");
    let mut fields = unfolded.lines().filter_map(|line| line.split_once(':'));
    fields.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
}

/// The first part, which is the plain text, decoded.
fn plain_text(body: &str) -> String {
    let mut parts = body.split("\n\n");
    let head = parts.find(|part| part.to_ascii_lowercase().contains("content-transfer-encoding")).unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    let text = rest.join("\n\n");
    // The part ends where the next boundary begins.
    let text = text.split("\n--").next().unwrap_or_default();
    match header(head, "content-transfer-encoding").unwrap_or_default().to_ascii_lowercase().as_str() {
        "base64" => decoded_base64(text),
        "quoted-printable" => decoded_quoted(text),
        _ => text.to_owned(),
    }
}

fn decoded_base64(text: &str) -> String {
    let bare: String = text.split_whitespace().collect();
    STANDARD.decode(bare).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// `=` at a line's end joins it with the next; `=3D` is a byte in hexadecimal.
fn decoded_quoted(text: &str) -> String {
    let joined = text.replace("=\n", "");
    let bytes = joined.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = joined.get(at + 1..at + 3).and_then(|two| u8::from_str_radix(two, 16).ok());
        match code.filter(|_| bytes[at] == b'=') {
            Some(byte) => {
                plain.push(byte);
                at += 3;
            }
            None => {
                plain.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

fn links(text: &str) -> Vec<String> {
    text.split_whitespace()
        .filter(|word| word.starts_with("http://") || word.starts_with("https://"))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "From: k@example.org\r\nTo: Anna <anna@example.org>\r\nSubject: Confirm\r\nContent-Type: multipart/alternative;\r\n boundary=\"b1\"\r\n\r\n--b1\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: ENC\r\n\r\nBODY\r\n--b1\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: 7bit\r\n\r\n<p>x</p>\r\n--b1--\r\n";

    fn read(encoding: &str, body: &str) -> KeptMail {
        parsed("20260102-030405-0198", &PLAIN.replace("ENC", encoding).replace("BODY", body))
    }

    #[test]
    fn a_link_is_found_however_the_text_is_written() {
        let link = "http://localhost/confirm/a=b_c";
        let plain = read("7bit", &format!("Hello,\r\n\r\n{link}\r\n\r\nBye"));
        assert_eq!((plain.to.as_str(), plain.subject.as_str()), ("Anna <anna@example.org>", "Confirm"));
        assert_eq!((plain.at.as_str(), plain.links), ("20260102-030405", vec![link.to_owned()]));
        let quoted = read("quoted-printable", "Gr=C3=BC=C3=9Fe, http://localhost/conf=\r\nirm/a=3Db_c");
        assert_eq!(quoted.links, [link]);
        assert_eq!(read("base64", &STANDARD.encode(format!("Привет\n{link}\n"))).links, [link]);
    }

    #[test]
    fn no_folder_holds_no_mail() {
        assert_eq!(mails(Path::new("/nowhere/at/all")).map(|mails| mails.len()).ok(), Some(0));
    }
}
