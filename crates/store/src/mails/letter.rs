//! A letter, and how it is written to one reader: as plain text and as HTML, with the same words.

use super::SITE;
use crate::outbox::{Mail, SECRET};
use std::{borrow::Cow, fmt::Write as _};

/// What a letter says. It may be sent to several addresses, and then each has secrets of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Letter {
    /// Names the letter for statistics and for the reader's choices; never changed again.
    pub(crate) kind: &'static str,
    pub(crate) subject: Cow<'static, str>,
    pub(crate) before: String,
    pub(crate) link: Option<Link>,
    pub(crate) after: Cow<'static, str>,
    /// More to follow: words and a path.
    pub(crate) also: Option<(Cow<'static, str>, &'static str)>,
    /// Tells of something that a thief might have done: it carries a link that locks the account.
    pub(crate) security: bool,
}

/// A path of ours, with a token at its end when it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) path: &'static str,
    pub(crate) token: Option<String>,
}

/// To whom a letter goes, and what proves to them that it is ours.
pub(crate) struct Reader<'a> {
    pub(crate) name: &'a str,
    pub(crate) address: &'a str,
    pub(crate) phrase: Option<&'a str>,
    /// For the link that locks the account, in security letters.
    pub(crate) lock: Option<String>,
}

impl Letter {
    pub(crate) fn plain(
        kind: &'static str,
        subject: impl Into<Cow<'static, str>>,
        before: impl Into<String>,
        after: impl Into<Cow<'static, str>>,
    ) -> Self {
        let (subject, before, after) = (subject.into(), before.into(), after.into());
        Self { kind, subject, before, link: None, after, also: None, security: false }
    }

    pub(crate) fn with_link(self, path: &'static str, token: Option<String>) -> Self {
        Self { link: Some(Link { path, token }), ..self }
    }

    pub(crate) fn also(self, words: impl Into<Cow<'static, str>>, path: &'static str) -> Self {
        Self { also: Some((words.into(), path)), ..self }
    }

    pub(crate) fn security(self) -> Self {
        Self { security: true, ..self }
    }

    /// The letter to one reader, with its secrets apart from its text.
    pub(crate) fn to(&self, reader: &Reader<'_>) -> Mail {
        let mut body = Body::default();
        // Whoever was invited may have no name here yet.
        body.paragraph(&format!("Hello {},", reader.name).replace("Hello ,", "Hello,"));
        body.paragraph(&self.before);
        if let Some(Link { path, token }) = &self.link {
            body.link(path, token.clone());
        }
        body.paragraph(&self.after);
        if let Some((words, path)) = &self.also {
            body.paragraph(words);
            body.link(path, None);
        }
        if let (true, Some(lock)) = (self.security, &reader.lock) {
            body.paragraph("This was not you? This link locks your account and signs out every device:");
            body.link("/lockdown/mail/", Some(lock.clone()));
        }
        body.paragraph(&genuine(reader.phrase));
        body.paragraph("Kinsight");
        let subject = in_one_line(&self.subject);
        let html = format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title></head><body>\n{}</body></html>\n",
            escaped(&subject),
            body.html
        );
        Mail {
            to: reader.address.to_owned(),
            subject,
            text: format!("{}\n", body.text.trim_end()),
            html,
            secrets: body.secrets,
        }
    }
}

/// A letter as it is written, twice.
#[derive(Default)]
struct Body {
    text: String,
    html: String,
    secrets: Vec<String>,
}

impl Body {
    /// Names and browsers are other people's words: what stands for an address or a token is taken out of them.
    fn paragraph(&mut self, words: &str) {
        let words = words.replace(SECRET, "").replace(SITE, "");
        let _ = write!(self.text, "{words}\n\n");
        let _ = writeln!(self.html, "<p>{}</p>", escaped(&words));
    }

    fn link(&mut self, path: &str, token: Option<String>) {
        let (secret, more) = if token.is_some() { (SECRET, "…") } else { ("", "") };
        let _ = write!(self.text, "{SITE}{path}{secret}\n\n");
        // One place for each secret: the words are the address without it.
        let _ = writeln!(self.html, "<p><a href=\"{SITE}{path}{secret}\">{SITE}{path}{more}</a></p>");
        self.secrets.extend(token);
    }
}

/// Subjects name people, and a name is other people's words: it begins no new line of the header.
fn in_one_line(words: &str) -> String {
    words.replace(SECRET, "").replace(SITE, "").split(|c: char| c.is_control()).collect::<Vec<_>>().join(" ")
}

fn genuine(phrase: Option<&str>) -> String {
    let rest = "Kinsight never asks for your password in a mail, and every message it sends is listed under Activity. A false \
                mail is in a hurry, asks for a password or a code, or leads to another address than the one you know.";
    match phrase {
        Some(phrase) => format!("Your phrase: {phrase}. A mail without it is not from us. {rest}"),
        None => rest.to_owned(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
