//! Mail: to an SMTP server, or into a folder where a first start finds it without one.

use anyhow::Context as _;
use jiff::Timestamp;
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use store::{Message, SITE};

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
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    Implicit,
    StartTls,
    None,
}

/// A way for messages to leave.
pub enum Mailer {
    Smtp { transport: AsyncSmtpTransport<Tokio1Executor>, from: Mailbox },
    Folder { folder: PathBuf, from: Mailbox },
}

impl Mailer {
    pub fn smtp(settings: &SmtpSettings) -> anyhow::Result<Self> {
        use AsyncSmtpTransport as Transport;
        let builder = match settings.tls {
            SmtpTls::Implicit => Transport::<Tokio1Executor>::relay(&settings.host)?,
            SmtpTls::StartTls => Transport::<Tokio1Executor>::starttls_relay(&settings.host)?,
            SmtpTls::None => Transport::<Tokio1Executor>::builder_dangerous(&settings.host),
        };
        let mut builder = builder.port(settings.port).timeout(Some(Duration::from_secs(20)));
        if let Some((name, password)) = &settings.user {
            builder = builder.credentials(Credentials::new(name.clone(), password.clone()));
        }
        let from = settings.from.parse().context("the sender's address cannot be read")?;
        Ok(Self::Smtp { transport: builder.build(), from })
    }

    /// Keeps every message as a file that a mail program opens.
    pub fn folder(folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let from = "Kinsight <kinsight@localhost>".parse().expect("a constant that is an address");
        Ok(Self::Folder { folder: folder.to_owned(), from })
    }

    pub(crate) async fn send(&self, message: &Message, base_url: &str, now: Timestamp) -> anyhow::Result<()> {
        match self {
            Self::Smtp { transport, from } => {
                transport
                    .send(compose(message, from, base_url, now)?)
                    .await
                    .context("the mail server did not take it")?;
            }
            Self::Folder { folder, from } => {
                let mail = compose(message, from, base_url, now)?.formatted();
                keep(folder, message, &mail, now).await.context("the outbox folder did not take it")?;
            }
        }
        Ok(())
    }
}

/// A real multipart message: plain text first, the same as HTML beside it.
fn compose(message: &Message, from: &Mailbox, base_url: &str, now: Timestamp) -> anyhow::Result<lettre::Message> {
    let base_url = base_url.trim_end_matches('/');
    let to: Mailbox = message.to.parse().map_err(|_| anyhow::anyhow!("the address cannot be read"))?;
    let parts =
        MultiPart::alternative_plain_html(message.text.replace(SITE, base_url), message.html.replace(SITE, base_url));
    lettre::Message::builder()
        .from(from.clone())
        .to(to)
        .subject(message.subject.as_str())
        .date(SystemTime::from(now))
        .message_id(Some(format!("<{}@kinsight>", message.id)))
        .multipart(parts)
        .context("the message cannot be written")
}

/// Written beside and renamed, so that a reader never meets half a message; sent again, it is the same file.
async fn keep(folder: &Path, message: &Message, mail: &[u8], now: Timestamp) -> std::io::Result<()> {
    let name = format!("{}-{}", now.strftime("%Y%m%d-%H%M%S"), message.id);
    let unfinished = folder.join(format!("{name}.part"));
    tokio::fs::write(&unfinished, mail).await?;
    tokio::fs::rename(&unfinished, folder.join(format!("{name}.eml"))).await
}
