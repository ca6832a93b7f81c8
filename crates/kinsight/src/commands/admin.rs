//! `kinsight admin …`: what an operator looks up.

use super::admin_flags::{AuditExport, FlagRecord, Flags, Unflag};
use super::breached::BreachedPasswords;
use super::second_step_loss::SecondStepLoss;
use crate::outbox::{self, KeptMail};
use crate::settings::Given;
use anyhow::Result;
use serde_json::json;
use std::fmt::Write as _;

/// Look after a server.
#[derive(clap::Args)]
pub struct Admin {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// List the mails that wait in the data folder because no mail server is set, with the links in them
    Mail {
        #[command(flatten)]
        given: Box<Given>,
        /// One JSON list
        #[arg(long)]
        json: bool,
    },
    BreachedPasswords(BreachedPasswords),
    SecondStepLoss(SecondStepLoss),
    Flag(FlagRecord),
    Unflag(Unflag),
    Flags(Flags),
    AuditExport(AuditExport),
}

impl Admin {
    pub fn run(self) -> Result<()> {
        match self.what {
            What::Mail { given, json } => list_mails(*given, json),
            What::BreachedPasswords(command) => command.run(),
            What::SecondStepLoss(command) => command.run(),
            What::Flag(command) => command.run(),
            What::Unflag(command) => command.run(),
            What::Flags(command) => command.run(),
            What::AuditExport(command) => command.run(),
        }
    }
}

fn list_mails(given: Given, json: bool) -> Result<()> {
    let mails = outbox::mails(&given.decide()?.outbox_folder())?;
    super::print(&if json { as_json(&mails)? } else { as_text(&mails) })
}

fn as_json(mails: &[KeptMail]) -> Result<String> {
    let list: Vec<_> = mails
        .iter()
        .map(|mail| json!({ "at": mail.at, "to": mail.to, "subject": mail.subject, "links": mail.links }))
        .collect();
    Ok(serde_json::to_string_pretty(&list)?)
}

fn as_text(mails: &[KeptMail]) -> String {
    if mails.is_empty() {
        return "No mail waits.".to_owned();
    }
    let mut text = String::new();
    for mail in mails {
        let _ = writeln!(text, "{}  to {}\n  {}", mail.at, mail.to, mail.subject);
        for link in &mail.links {
            let _ = writeln!(text, "  {link}");
        }
    }
    text
}
