//! The letters that the system writes. Plain, without health data; links are paths that the worker puts its address before.

use crate::outbox::{Mail, SECRET};
use std::fmt::Write as _;

/// Stands in a message where the address of this server goes; the worker knows it.
pub const SITE: &str = "{site}";

/// What a letter says. It may be sent to several addresses, and then each has secrets of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Letter {
    /// Names the letter for statistics and for the reader's choices; never changed again.
    pub(crate) kind: &'static str,
    pub(crate) subject: &'static str,
    pub(crate) before: String,
    pub(crate) link: Option<Link>,
    pub(crate) after: &'static str,
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
    fn plain(kind: &'static str, subject: &'static str, before: impl Into<String>, after: &'static str) -> Self {
        Self { kind, subject, before: before.into(), link: None, after, security: false }
    }

    fn with_link(self, path: &'static str, token: Option<String>) -> Self {
        Self { link: Some(Link { path, token }), ..self }
    }

    fn security(self) -> Self {
        Self { security: true, ..self }
    }

    /// The letter to one reader, with its secrets apart from its text.
    pub(crate) fn to(&self, reader: &Reader<'_>) -> Mail {
        let mut body = Body::default();
        body.paragraph(&format!("Hello {},", reader.name));
        body.paragraph(&self.before);
        if let Some(Link { path, token }) = &self.link {
            body.link(path, token.clone());
        }
        body.paragraph(self.after);
        if let (true, Some(lock)) = (self.security, &reader.lock) {
            body.paragraph("This was not you? This link locks your account and signs out every device:");
            body.link("/lockdown/mail/", Some(lock.clone()));
        }
        body.paragraph(&genuine(reader.phrase));
        body.paragraph("Kinsight");
        let html = format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title></head><body>\n{}</body></html>\n",
            escaped(self.subject),
            body.html
        );
        let (to, subject) = (reader.address.to_owned(), self.subject.to_owned());
        Mail { to, subject, text: format!("{}\n", body.text.trim_end()), html, secrets: body.secrets }
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

fn genuine(phrase: Option<&str>) -> String {
    let rest = "Kinsight never asks for your password in a mail, and every message it sends is listed under Activity.";
    match phrase {
        Some(phrase) => format!("Your phrase: {phrase}. A mail without it is not from us. {rest}"),
        None => rest.to_owned(),
    }
}

/// To whoever signed up.
pub(crate) fn confirm(token: String) -> Letter {
    Letter::plain(
        "confirm address",
        "Confirm your e-mail address",
        "somebody, most likely you, signed up to Kinsight with this address. Open this link within 24 hours to confirm it:",
        "If it was not you, do nothing: without the link nothing can be shared with this address.",
    )
    .with_link("/confirmations/", Some(token))
}

/// To the owner of an account with whose address somebody signed up again.
pub(crate) fn known_address() -> Letter {
    Letter::plain(
        "known address",
        "You already have an account",
        "somebody, perhaps you, tried to sign up to Kinsight with this address, which has an account already. Sign in here:",
        "If it was not you, there is nothing to do: nothing was changed.",
    )
    .with_link("/sign-in", None)
}

/// After a sign-in from a browser that was not known.
pub(crate) fn new_device(from: &str) -> Letter {
    Letter::plain(
        "new device",
        "A new device signed in",
        format!(
            "somebody, most likely you, signed in to your account from a device that we had not seen before: {from}."
        ),
        "If it was you, there is nothing to do. Your devices are listed under Security.",
    )
    .security()
}

/// After a change of the password.
pub(crate) fn password_changed(from: &str) -> Letter {
    Letter::plain(
        "password changed",
        "Your password was changed",
        format!("the password of your account was changed, from {from}. All other devices were signed out."),
        "If it was you, there is nothing to do.",
    )
    .security()
}

/// To whoever deleted their account: until when they can come back.
pub(crate) fn leaving(until: &str) -> Letter {
    Letter::plain(
        "leaving",
        "Your account is going to be deleted",
        format!(
            "your account was deleted, most likely by you. Nobody can see your data any more, and all sharing has ended. On \
             {until} it is deleted for good. Until then you can sign in here and bring it back:"
        ),
        "If you want to go, there is nothing to do.",
    )
    .with_link("/sign-in?next=/leaving", None)
    .security()
}

/// To whoever came back.
pub(crate) fn restored() -> Letter {
    Letter::plain(
        "restored",
        "Your account was restored",
        "your account and your records are back. Sharing is not: whom you want to let in, you let in anew.",
        "If it was you, there is nothing to do.",
    )
    .security()
}

/// The last one.
pub(crate) fn purged() -> Letter {
    Letter::plain(
        "purged",
        "Your account is gone",
        "your account and all its data were deleted for good, as was asked for on its page. Nobody can bring them back.",
        "Your address is free: you can sign up with it again at any time.",
    )
}

/// To the patient, when somebody else took a report away.
pub(crate) fn downloaded(receipt: &str) -> Letter {
    Letter::plain(
        "report downloaded",
        "A report of yours was downloaded",
        format!("somebody with whom you share your data downloaded a report. Its receipt number is {receipt}."),
        "Who it was and what it covers stands in your view history.",
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
