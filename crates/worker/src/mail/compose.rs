//! A message as it travels: plain text first, the same as HTML beside it, and headers that stop machines from answering.

use anyhow::Context as _;
use jiff::Timestamp;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use std::time::SystemTime;
use store::{Message, SITE};

/// Written again, it is the same mail with the same number: whoever gets it twice sees it once.
pub(super) fn compose(
    message: &Message,
    from: &Mailbox,
    base_url: &str,
    now: Timestamp,
) -> anyhow::Result<lettre::Message> {
    let base_url = base_url.trim_end_matches('/');
    let to: Mailbox = message.to.parse().map_err(|_| anyhow::anyhow!("the address cannot be read"))?;
    let parts =
        MultiPart::alternative_plain_html(message.text.replace(SITE, base_url), message.html.replace(SITE, base_url));
    let mut mail = lettre::Message::builder()
        .from(from.clone())
        .to(to)
        .subject(message.subject.as_str())
        .date(SystemTime::from(now))
        .message_id(Some(format!("<{}@{}>", message.id, from.email.domain())))
        .raw_header(raw("Auto-Submitted", "auto-generated".to_owned()))
        .raw_header(raw("X-Auto-Response-Suppress", "All".to_owned()));
    if let Some(path) = message.choice_at() {
        mail = mail.raw_header(raw("List-Unsubscribe", format!("<{base_url}{path}>")));
    }
    mail.multipart(parts).context("the message cannot be written")
}

/// Only for values of ours: nothing that a person wrote comes here.
fn raw(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}
