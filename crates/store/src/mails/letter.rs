//! A letter, and how it is written to one reader: as plain text and as HTML, with the same information.

use super::{SITE, body::Body};
use crate::outbox::Mail;
use std::borrow::Cow;

/// Words of ours, or made of somebody's name.
type Words = Cow<'static, str>;

/// What a letter says. It may be sent to several addresses, and then each has secrets of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Letter {
    /// Names the letter for statistics and for the reader's choices; never changed again.
    pub(crate) kind: &'static str,
    pub(crate) subject: Words,
    pub(crate) before: String,
    /// One thing a line.
    pub(crate) lines: Vec<String>,
    pub(crate) link: Option<Link>,
    pub(crate) after: Words,
    /// More to follow: words and a path.
    pub(crate) also: Vec<(Words, Words)>,
    /// Tells of something that a thief might have done: it carries a link that locks the account.
    pub(crate) security: bool,
    /// Goes to whoever follows somebody, and says how others may try to get in through them.
    pub(crate) care_partner: bool,
}

/// A path of ours, with a token at its end when it has one, and what stands on its button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) path: Words,
    pub(crate) token: Option<String>,
    pub(crate) button: &'static str,
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
        subject: impl Into<Words>,
        before: impl Into<String>,
        after: impl Into<Words>,
    ) -> Self {
        Self {
            kind,
            subject: subject.into(),
            before: before.into(),
            lines: Vec::new(),
            link: None,
            after: after.into(),
            also: Vec::new(),
            security: false,
            care_partner: false,
        }
    }

    pub(crate) fn with_link(self, path: impl Into<Words>, token: Option<String>) -> Self {
        Self { link: Some(Link { path: path.into(), token, button: "Open Kinsight" }), ..self }
    }

    /// What stands on the button of the link.
    pub(crate) fn button(mut self, words: &'static str) -> Self {
        if let Some(link) = &mut self.link {
            link.button = words;
        }
        self
    }

    pub(crate) fn with_lines(self, lines: Vec<String>) -> Self {
        Self { lines, ..self }
    }

    pub(crate) fn also(mut self, words: impl Into<Words>, path: impl Into<Words>) -> Self {
        self.also.push((words.into(), path.into()));
        self
    }

    pub(crate) fn security(self) -> Self {
        Self { security: true, ..self }
    }

    pub(crate) fn for_care_partner(self) -> Self {
        Self { care_partner: true, ..self }
    }

    /// The letter to one reader, with its secrets apart from its text.
    pub(crate) fn to(&self, reader: &Reader<'_>) -> Mail {
        let mut body = Body::titled(&self.subject);
        // Whoever was invited may have no name here yet.
        body.paragraph(&format!("Hello {},", reader.name).replace("Hello ,", "Hello,"));
        body.paragraph(&self.before);
        body.list(&self.lines);
        if let Some(Link { path, token, button }) = &self.link {
            body.button(button, path, token.clone());
        }
        body.paragraph(&self.after);
        for (words, path) in &self.also {
            body.paragraph(words);
            body.link(path);
        }
        if let (true, Some(lock)) = (self.security, &reader.lock) {
            body.paragraph("This was not you? This link locks your account and signs out every device:");
            body.quiet_button("Lock my account", "/lockdown/mail/", lock.clone());
        }
        self.foot(&mut body, reader.phrase);
        body.addressed(reader.address, &self.before)
    }

    /// By which the reader knows that the letter is ours.
    fn foot(&self, body: &mut Body, phrase: Option<&str>) {
        body.begin_foot();
        if let Some(phrase) = phrase {
            body.paragraph(&format!("Your phrase: {phrase}. A mail without it is not from us."));
        }
        body.paragraph(GENUINE);
        if self.care_partner {
            body.paragraph(PHISHING);
        }
        if super::can_be_chosen_away(self.kind) {
            body.paragraph("You choose whether we write when a report of yours was downloaded:");
            body.link(super::NOTICES);
        }
        body.paragraph("A link of ours begins with this address:");
        body.link("");
        body.paragraph("Kinsight");
    }
}

const GENUINE: &str = "Kinsight never asks for your password in a mail, and every message to your account is listed under Security, in \
                       Messages we sent you. A false mail is in a hurry, asks for a password or a code, or leads to another address than \
                       the one you know.";

const PHISHING: &str = "Others may try to reach somebody's health data through you. No mail of ours asks for a password or a code, has a \
                        file to open, or tells you to act at once. If you are in doubt, follow no link: open Kinsight as you always do, and \
                        ask the person whose data it is about.";

/// Names and browsers are other people's words: what stands for an address or a token is taken out of them.
pub(super) fn harmless(words: &str) -> String {
    let without = |words: String, mark| words.replace(mark, "");
    [SITE, crate::outbox::SECRET, crate::outbox::SAME_SECRET].into_iter().fold(words.to_owned(), without)
}

/// Subjects name people too: none begins a new line of the header.
pub(crate) fn in_one_line(words: &str) -> String {
    let words = harmless(words);
    words.split(|c: char| c.is_control()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
