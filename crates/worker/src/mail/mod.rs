//! Mail: to an SMTP server, or into a folder where a first start finds it without one.

mod compose;
mod smtp;

use anyhow::Context as _;
use compose::compose;
use jiff::Timestamp;
use lettre::message::Mailbox;
use smtp::Smtp;
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::Message;

/// Where and as whom mail is handed in.
#[derive(Clone)]
pub struct SmtpSettings {
    pub host: String,
    pub port: u16,
    /// TLS from the first byte (465), by STARTTLS (587), or none (a server on this machine).
    pub tls: SmtpTls,
    pub user: Option<(String, String)>,
    /// The address that messages come from.
    pub from: String,
    /// Who vouches for the server besides the usual authorities, as PEM.
    pub authority: Option<Vec<u8>>,
    /// How long the server may take for one answer.
    pub patience: Duration,
}

impl SmtpSettings {
    pub const PATIENCE: Duration = Duration::from_secs(20);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    Implicit,
    StartTls,
    None,
}

/// Why a message did not go out. What the server said stays out of it: it may quote the address.
#[derive(Debug)]
pub(crate) struct Undelivered {
    /// At which step.
    pub(crate) stage: &'static str,
    /// The server's code.
    pub(crate) code: Option<u16>,
    pub(crate) what: Consequence,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consequence {
    /// It is tried again.
    Later,
    /// Nobody answers, or not to us: others need not be tried just now.
    Away,
    /// It is not tried again.
    ForGood,
}

impl Undelivered {
    /// The server did not answer the message before this one.
    pub(crate) fn server_away() -> Self {
        Self { stage: "server away", code: None, what: Consequence::Away }
    }

    pub(crate) fn later(stage: &'static str, code: Option<u16>) -> Self {
        Self { stage, code, what: Consequence::Later }
    }

    pub(crate) fn refused(stage: &'static str, code: Option<u16>) -> Self {
        Self { stage, code, what: Consequence::ForGood }
    }

    fn away(self) -> Self {
        Self { what: Consequence::Away, ..self }
    }

    /// This recipient or this message: 5xx is the last word (RFC 5321, 4.2.1).
    fn for_good(self) -> Self {
        let last_word = self.code.is_some_and(|code| (500..600).contains(&code));
        if last_word { Self { what: Consequence::ForGood, ..self } } else { self }
    }
}

/// A way for messages to leave.
pub enum Mailer {
    Smtp { server: Box<Smtp>, from: Mailbox },
    Folder { folder: PathBuf, from: Mailbox },
}

impl Mailer {
    pub fn smtp(settings: &SmtpSettings) -> anyhow::Result<Self> {
        let from = settings.from.parse().context("the sender's address cannot be read")?;
        Ok(Self::Smtp { server: Box::new(Smtp::new(settings)?), from })
    }

    /// Keeps every message as a file that a mail program opens.
    pub fn folder(folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let from = "Kinsight <kinsight@localhost>".parse().expect("a constant that is an address");
        Ok(Self::Folder { folder: folder.to_owned(), from })
    }

    pub(crate) async fn send(&self, message: &Message, base_url: &str, now: Timestamp) -> Result<(), Undelivered> {
        let composed = |from| compose(message, from, base_url, now).map_err(|_| Undelivered::refused("writing", None));
        match self {
            Self::Smtp { server, from } => server.send(&composed(from)?).await,
            Self::Folder { folder, from } => {
                let kept = keep(folder, message, &composed(from)?.formatted(), now).await;
                kept.map_err(|why| {
                    tracing::warn!(%why, "the outbox folder did not take a message");
                    Undelivered::later("outbox folder", None)
                })
            }
        }
    }

    /// Nothing more is to be sent just now.
    pub(crate) async fn rest(&self) {
        if let Self::Smtp { server, .. } = self {
            server.rest().await;
        }
    }
}

/// Written beside and renamed, so that a reader never meets half a message; sent again, it is the same file.
async fn keep(folder: &Path, message: &Message, mail: &[u8], now: Timestamp) -> std::io::Result<()> {
    let name = format!("{}-{}", now.strftime("%Y%m%d-%H%M%S"), message.id);
    let unfinished = folder.join(format!("{name}.part"));
    tokio::fs::write(&unfinished, mail).await?;
    tokio::fs::rename(&unfinished, folder.join(format!("{name}.eml"))).await
}
