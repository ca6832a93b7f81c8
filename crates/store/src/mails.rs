//! The letters that the system writes. Plain, without health data; links are paths that the worker puts its address before.

use crate::outbox::{Mail, SECRET};
use crate::recovery::contact_changes::Contact;
use jiff::Timestamp;
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
    /// More to follow: words and a path.
    pub(crate) also: Option<(&'static str, &'static str)>,
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
        subject: &'static str,
        before: impl Into<String>,
        after: &'static str,
    ) -> Self {
        Self { kind, subject, before: before.into(), link: None, after, also: None, security: false }
    }

    pub(crate) fn with_link(self, path: &'static str, token: Option<String>) -> Self {
        Self { link: Some(Link { path, token }), ..self }
    }

    fn also(self, words: &'static str, path: &'static str) -> Self {
        Self { also: Some((words, path)), ..self }
    }

    pub(crate) fn security(self) -> Self {
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
        if let Some((words, path)) = self.also {
            body.paragraph(words);
            body.link(path, None);
        }
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
    let rest = "Kinsight never asks for your password in a mail, and every message it sends is listed under Activity. A false \
                mail is in a hurry, asks for a password or a code, or leads to another address than the one you know.";
    match phrase {
        Some(phrase) => format!("Your phrase: {phrase}. A mail without it is not from us. {rest}"),
        None => rest.to_owned(),
    }
}

/// The kind of [`confirm`], counted by it.
pub(crate) const CONFIRM: &str = "confirm address";

/// To whoever signed up.
pub(crate) fn confirm(token: String) -> Letter {
    Letter::plain(
        CONFIRM,
        "Confirm your e-mail address",
        "somebody, most likely you, signed up to Kinsight with this address. Open this link within 24 hours to confirm it:",
        "If it was not you, do nothing: without the link nothing can be shared with this address.",
    )
    .with_link("/confirmations/", Some(token))
}

/// The kind of [`known_address`], counted by it.
pub(crate) const KNOWN_ADDRESS: &str = "known address";

/// To the owner of an account with whose address somebody signed up again.
pub(crate) fn known_address() -> Letter {
    Letter::plain(
        KNOWN_ADDRESS,
        "You already have an account",
        "somebody, perhaps you, tried to sign up to Kinsight with this address, which has an account already. Sign in here:",
        "If it was not you, there is nothing to do: nothing was changed.",
    )
    .with_link("/sign-in", None)
}

/// The kind of [`way`], counted by it.
pub(crate) const WAY: &str = "way in";

/// To whoever asked for a way in from a new device.
pub(crate) fn way(token: String, from: &str) -> Letter {
    Letter::plain(
        WAY,
        "Sign in from a new device",
        format!(
            "somebody, most likely you, asked for a link to sign in from a device that we have not seen before: {from}. Open \
             this link within one hour, in the browser in which you want to sign in:"
        ),
        "Your password is still asked there. If it was not you, do nothing: without your password the link opens nothing.",
    )
    .with_link("/sign-in/way/", Some(token))
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

/// How the letter about a forgotten password is named.
pub(crate) const RESET_PASSWORD: &str = "reset password";
/// How the letter to an address that is not confirmed yet is named.
pub(crate) const CONFIRM_NEW_ADDRESS: &str = "confirm new address";

/// What was sent to an address that is not confirmed stays unsaid in lists: nobody was asked when somebody else has it.
pub(crate) fn says_whose_address_it_is(kind: &str, mail: &Mail, own_address: &str) -> bool {
    kind == CONFIRM_NEW_ADDRESS && mail.to != own_address
}

/// To whoever forgot the password.
pub(crate) fn reset_password(token: String) -> Letter {
    Letter::plain(
        RESET_PASSWORD,
        "Choose a new password",
        "somebody, most likely you, asked for a new password for your account. Open this link within one hour to choose one:",
        "If it was not you, do nothing: your password stays as it is. The link works once, and your second step is asked as ever.",
    )
    .with_link("/password-reset/", Some(token))
}

/// To an address that an account is to move to.
pub(crate) fn confirm_new_address(token: String) -> Letter {
    Letter::plain(
        CONFIRM_NEW_ADDRESS,
        "Confirm your new e-mail address",
        "somebody, most likely you, wants to use this address for their Kinsight account from now on. Open this link within 24 \
         hours to confirm it:",
        "If it was not you, do nothing: without the link nothing changes. This mail has no phrase of yours, because nobody \
         knows yet whose address it is.",
    )
    .with_link("/new-addresses/", Some(token))
}

/// To the owner of an account whose address somebody else wanted.
pub(crate) fn address_wanted() -> Letter {
    Letter::plain(
        "address wanted",
        "Somebody wanted to use your address",
        "somebody, perhaps you with a second account, wanted to use this address for another Kinsight account. It belongs to \
         yours, so nothing was changed.",
        "If it was not you, there is nothing to do.",
    )
}

/// After a change of address, to the new one.
pub(crate) fn address_changed() -> Letter {
    Letter::plain(
        "address changed",
        "Your e-mail address was changed",
        "your account uses another e-mail address now. From now on you sign in with it, and our messages go there.",
        "Your former address was told as well; the change can be undone from there for 72 hours.",
    )
    .security()
}

/// After a change of address, to the one just left: the way back.
pub(crate) fn address_left(token: String) -> Letter {
    Letter::plain(
        "address left",
        "Your e-mail address was changed",
        "your account does not use this e-mail address any more. If that was not you, this link undoes it for 72 hours, and \
         signs out every device:",
        "If it was you, there is nothing to do. For 72 hours we still write to this address too.",
    )
    .with_link("/changes/undo/", Some(token))
    .security()
}

/// After a change of phone.
pub(crate) fn phone_changed(token: String) -> Letter {
    Letter::plain(
        "phone changed",
        "Your phone number was changed",
        "another phone number was confirmed for your account. If that was not you, this link undoes it for 72 hours, and signs \
         out every device:",
        "If it was you, there is nothing to do.",
    )
    .with_link("/changes/undo/", Some(token))
    .security()
}

/// After a change of phone, to the number just left: the way back.
pub(crate) fn phone_left(number: &str, token: String) -> Mail {
    Mail {
        to: number.to_owned(),
        subject: "Your phone number was changed".to_owned(),
        text: format!(
            "Kinsight: this number does not belong to your account any more. Not you? Undo it within 72 hours: \
             {SITE}/changes/undo/{SECRET}"
        ),
        html: String::new(),
        secrets: vec![token],
    }
}

/// After a change was undone from the old address or phone.
pub(crate) fn change_undone(contact: Contact) -> Letter {
    let what = match contact {
        Contact::Email => "your former e-mail address is the address of your account again",
        Contact::Phone => "the last change of your phone number was taken back",
    };
    Letter::plain(
        "change undone",
        "A change was undone",
        format!("{what}. Every device was signed out."),
        "If somebody else had changed it, they may know your password: choose a new one on the sign-in page.",
    )
    .security()
}

/// When the second step was reported lost: a way to stop it.
pub(crate) fn second_step_loss(token: String, due_at: Timestamp) -> Letter {
    let due = due_at.strftime("%-d %B %Y, %H:%M UTC");
    Letter::plain(
        "second step loss",
        "Your second step is going to be removed",
        format!(
            "somebody said that the second step of your account is lost. It is removed on {due}, and from then on the password \
             alone signs in. If you still have it, or if it was not you, stop it here:"
        ),
        "If you have lost it, there is nothing to do but to wait. Signing in with the second step stops it too.",
    )
    .with_link("/second-step-loss/", Some(token))
    .security()
}

/// After the removal of the second step was stopped.
pub(crate) fn second_step_kept() -> Letter {
    Letter::plain(
        "second step kept",
        "Your second step stays",
        "the second step of your account is not removed: somebody signed in with it, or stopped the removal.",
        "If you had not asked for it, somebody else may know your password: choose a new one.",
    )
    .security()
}

/// After the waiting time for a lost second step.
pub(crate) fn second_step_lost() -> Letter {
    Letter::plain(
        "second step lost",
        "Your second step was removed",
        "the second step of your account was removed, as it was asked for 72 hours ago. Recovery codes went with it, and every \
         device was signed out. The password alone signs in now.",
        "Please set up a new second step: it stands under Security.",
    )
    .security()
}

/// After the person's own phrase was chosen, changed or taken away.
pub(crate) fn phrase_changed() -> Letter {
    Letter::plain(
        "phrase changed",
        "Your phrase was changed",
        "the phrase that stands in our mails to you was changed. You see it below, unless it was taken away.",
        "If it was you, there is nothing to do.",
    )
    .security()
}

/// Each quarter, to whoever has care partners.
pub(crate) fn review() -> Letter {
    Letter::plain(
        "review",
        "Who can see your data?",
        "it is three months since you last looked at who can see your data. Please look at the list and say that it is right, \
         or remove whoever should not see them any more:",
        "It takes a minute.",
    )
    .with_link("/security/review", None)
    .also("A reminder for your calendar, every three months:", "/security/review.ics")
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

/// After a second step was added.
pub(crate) fn second_step_added(method: &str, name: &str) -> Letter {
    Letter::plain(
        "second step added",
        "A second step was added to your account",
        format!("from now on your account can also be opened with this {method}: {name}."),
        "If it was you, there is nothing to do. Your second steps are listed under Security.",
    )
    .security()
}

/// After a second step was removed.
pub(crate) fn second_step_removed(method: &str, name: &str, is_last: bool) -> Letter {
    let left = if is_last { " It was the last one: the password alone opens your account now." } else { "" };
    Letter::plain(
        "second step removed",
        "A second step was removed from your account",
        format!("this {method} does not open your account any more: {name}.{left}"),
        "If it was you, there is nothing to do. All other devices were signed out.",
    )
    .security()
}

/// After new recovery codes were made.
pub(crate) fn recovery_codes_renewed() -> Letter {
    Letter::plain(
        "recovery codes renewed",
        "New recovery codes were made",
        "ten new recovery codes were made for your account. The old ones do not work any more.",
        "If it was you, keep them where nobody else finds them.",
    )
    .security()
}

/// After a recovery code was used.
pub(crate) fn recovery_code_used(left: u32) -> Letter {
    Letter::plain(
        "recovery code used",
        "A recovery code was used",
        format!("one of your recovery codes was used just now; {left} of them are left."),
        "If it was you, make new ones under Security before the last one is gone.",
    )
    .security()
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
