//! One conversation with the mail server, for all messages of a round. It is held step by step, because what a refusal means
//! depends on what was refused: a recipient is refused for good, a password or a sender until the operator has mended it.

use super::{SmtpSettings, SmtpTls, Undelivered};
use anyhow::Context as _;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use std::future::Future;
use tokio::sync::Mutex;
use tokio::time::timeout;

/// The way to one mail server; the conversation stays open while there is something to say.
pub struct Smtp {
    settings: SmtpSettings,
    tls: Option<TlsParameters>,
    open: Mutex<Option<AsyncSmtpConnection>>,
}

impl Smtp {
    pub(super) fn new(settings: &SmtpSettings) -> anyhow::Result<Self> {
        let tls = (settings.tls != SmtpTls::None).then(|| trusted(settings)).transpose()?;
        Ok(Self { settings: settings.clone(), tls, open: Mutex::new(None) })
    }

    pub(super) async fn send(&self, mail: &lettre::Message) -> Result<(), Undelivered> {
        let mut open = self.open.lock().await;
        // Taken out, so that a conversation that breaks off is not gone on with.
        let mut connection = match open.take() {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let handed_over = self.hand_over(&mut connection, mail).await;
        if handed_over.is_ok() || self.begins_anew(&handed_over, &mut connection).await {
            *open = Some(connection);
        }
        handed_over
    }

    /// Says goodbye, so that the server need not wait.
    pub(super) async fn rest(&self) {
        if let Some(mut connection) = self.open.lock().await.take() {
            let _ = timeout(self.settings.patience, connection.quit()).await;
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Undelivered> {
        let SmtpSettings { host, port, tls, user, patience, .. } = &self.settings;
        let (me, server) = (ClientId::default(), (host.as_str(), *port));
        let at_once = self.tls.clone().filter(|_| *tls == SmtpTls::Implicit);
        let connecting = AsyncSmtpConnection::connect_tokio1(server, Some(*patience), &me, at_once, None);
        let mut connection = self.step("greeting", connecting).await.map_err(Undelivered::away)?;
        if let (SmtpTls::StartTls, Some(tls)) = (tls, self.tls.clone()) {
            self.step("STARTTLS", connection.starttls(tls, &me)).await.map_err(Undelivered::away)?;
        }
        if let Some((name, password)) = user {
            let known = Credentials::new(name.clone(), password.clone());
            self.step("AUTH", connection.auth(DEFAULT_MECHANISMS, &known)).await.map_err(Undelivered::away)?;
        }
        Ok(connection)
    }

    async fn hand_over(&self, to: &mut AsyncSmtpConnection, mail: &lettre::Message) -> Result<(), Undelivered> {
        let envelope = mail.envelope();
        let mut options = Vec::new();
        if !envelope.to().iter().chain(envelope.from()).all(|address| AsRef::<str>::as_ref(address).is_ascii()) {
            if !to.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(Undelivered::refused("SMTPUTF8", None));
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        self.step("MAIL", to.command(Mail::new(envelope.from().cloned(), options))).await?;
        for recipient in envelope.to() {
            let rcpt = self.step("RCPT", to.command(Rcpt::new(recipient.clone(), vec![]))).await;
            rcpt.map_err(Undelivered::for_good)?;
        }
        self.step("DATA", to.command(Data)).await?;
        self.step("message", to.message(&mail.formatted())).await.map_err(Undelivered::for_good).map(drop)
    }

    /// After a refusal of one message the next may go: both sides forget this one.
    async fn begins_anew(&self, refused: &Result<(), Undelivered>, connection: &mut AsyncSmtpConnection) -> bool {
        let spoke = matches!(refused, Err(Undelivered { code: Some(code), .. }) if *code != 421);
        spoke && self.step("RSET", connection.command(Rset)).await.is_ok()
    }

    /// One thing said and answered, within the time that the server has for it.
    async fn step<T>(
        &self,
        stage: &'static str,
        said: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Undelivered> {
        match timeout(self.settings.patience, said).await {
            Ok(answer) => answer.map_err(|error| {
                let code = error.status().map(u16::from);
                // What the server says may quote the address; what the network says does not.
                if code.is_none() {
                    tracing::warn!(stage, why = %error, "the conversation with the mail server broke off");
                }
                Undelivered::later(stage, code)
            }),
            Err(_) => Err(Undelivered::later(stage, None)),
        }
    }
}

/// The authorities that the program knows, and the operator's own.
fn trusted(settings: &SmtpSettings) -> anyhow::Result<TlsParameters> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.authority {
        builder = builder.add_root_certificate(Certificate::from_pem(pem).context("the mail server's authority")?);
    }
    builder.build().context("TLS to the mail server")
}
