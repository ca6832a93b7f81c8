//! The way out for mails: a server when one is named, else a folder.

use crate::settings::{Mail, Settings};
use anyhow::{Context, Result, bail};
use worker::{Mailer, SmtpSettings, SmtpTls};

pub fn mailer(settings: &Settings) -> Result<Mailer> {
    match &settings.given.mail.smtp {
        Some(url) => Mailer::smtp(&smtp(url, &settings.given.mail)?).context("the mail settings"),
        None => Mailer::folder(&settings.outbox_folder()).context("the folder for mails that wait"),
    }
}

fn smtp(url: &str, mail: &Mail) -> Result<SmtpSettings> {
    const LOOKS: &str = "--smtp looks like smtps://user@mail.example.org or smtp://user@mail.example.org:587";
    let (scheme, rest) = url.split_once("://").context(LOOKS)?;
    let (tls, usual_port) = match scheme {
        "smtps" => (SmtpTls::Implicit, 465),
        "smtp" => (SmtpTls::StartTls, 587),
        "smtp+plain" => (SmtpTls::None, 25),
        _ => bail!(LOOKS),
    };
    // A user name may itself be an address.
    let (user, server) =
        rest.trim_end_matches('/').rsplit_once('@').map_or((None, rest), |(user, server)| (Some(user), server));
    let (host, port) = match server.trim_end_matches('/').rsplit_once(':') {
        Some((host, port)) => (host, port.parse().context(LOOKS)?),
        None => (server.trim_end_matches('/'), usual_port),
    };
    if host.is_empty() {
        bail!(LOOKS);
    }
    let from = mail.mail_from.clone().context("--smtp needs --mail-from, the sender that people see")?;
    let password = mail.smtp_password.clone().unwrap_or_default();
    let authority = mail
        .smtp_ca
        .as_ref()
        .map(|path| std::fs::read(path).with_context(|| format!("cannot read {}", path.display())));
    Ok(SmtpSettings {
        host: host.to_owned(),
        port,
        tls,
        user: user.map(|user| (user.to_owned(), password)),
        from,
        authority: authority.transpose()?,
        patience: SmtpSettings::PATIENCE,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> String {
        let mail = Mail {
            mail_from: Some("Kinsight <k@example.org>".into()),
            smtp_password: Some("p".into()),
            ..Mail::default()
        };
        smtp(url, &mail).map_or_else(
            |error| error.to_string(),
            |it| format!("{:?} {} {} {}", it.tls, it.host, it.port, it.user.map_or(String::new(), |(user, _)| user)),
        )
    }

    #[test]
    fn addresses_of_mail_servers() {
        assert_eq!(parsed("smtps://anna@mail.example.org"), "Implicit mail.example.org 465 anna");
        assert_eq!(
            parsed("smtp://anna@example.org@mail.example.org:2587/"),
            "StartTls mail.example.org 2587 anna@example.org"
        );
        assert_eq!(parsed("smtp+plain://localhost"), "None localhost 25 ");
        for wrong in ["mail.example.org", "http://mail", "smtp://anna@", "smtp://host:mail"] {
            assert!(parsed(wrong).starts_with("--smtp looks like"), "{wrong}");
        }
    }
}
