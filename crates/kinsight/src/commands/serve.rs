//! `kinsight serve`: the server, until it is asked to end.

use crate::settings::{Given, MASTER_KEY, Settings};
use crate::{handles, mail, server, sms, telemetry};
use anyhow::{Context, Result};
use sharing::Duty;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::{Clock, Roster, Store};
use tokio::net::TcpListener;
use tokio::sync::watch;
use web::{Web, WebSettings};
use worker::{Duties, Hosts, Outbound, Pusher, Work};

/// How soon after being written a mail goes out, at the latest.
const OUTBOX_EVERY: Duration = Duration::from_secs(1);

/// Run the server. Without any flag: an embedded database in a folder, for this computer only.
#[derive(clap::Args)]
pub struct Serve {
    #[command(flatten)]
    given: Given,
}

impl Serve {
    pub fn run(self) -> Result<()> {
        let mut settings = self.given.decide()?;
        telemetry::start(settings.given.log_format.unwrap_or_default());
        handles::take_all();
        super::runtime()?.block_on(async {
            // Before the data are opened: passkeys are tied to the address, with the port that was found.
            let (listener, address) = server::listen(settings.listen).await?;
            settings.listen = address;
            let (store, roster) = open(&settings)?;
            let web = settings.web(address)?;
            // Before anybody is told that it runs: whoever then asks it to end finds it listening.
            let asked = server::asked_to_end()?;
            super::print(&format!("Kinsight answers at {}", web.base_url))?;
            run(&settings, store, roster, (listener, web), asked).await
        })
    }
}

/// Opens the data, and says loudly where a new master key is.
pub fn open(settings: &Settings) -> Result<(Store, Roster)> {
    let key = settings.master_key_file();
    let is_new = std::env::var_os(MASTER_KEY).is_none() && !key.exists();
    let opened = open_quietly(settings)?;
    if is_new && key.exists() {
        tell_of_key(&key);
    }
    Ok(opened)
}

pub fn open_quietly(settings: &Settings) -> Result<(Store, Roster)> {
    make_private(&settings.data)?;
    Store::open(settings.store()).with_context(|| format!("cannot open the data in {}", settings.data.display()))
}

/// Answers and works until asked to end; the worker sends what it is sending, the store writes what it counts.
pub async fn run(
    settings: &Settings,
    store: Store,
    roster: Roster,
    (listener, web): (TcpListener, WebSettings),
    asked: watch::Receiver<bool>,
) -> Result<()> {
    let work = Work {
        store: store.clone(),
        duties: Duties {
            deliver: roster.on(Duty::Deliver),
            expire: roster.on(Duty::Expire),
            raise_alerts: roster.on(Duty::RaiseAlerts),
            pull: roster.on(Duty::Pull),
        },
        mailer: mail::mailer(settings)?,
        texter: sms::texter(settings)?,
        outbound: Outbound::new(settings.given.allow_private_targets),
        hosts: Hosts::default(),
        pusher: Pusher::new(settings.given.allow_private_targets)?,
        nats: settings.nats()?,
        base_url: web.base_url.origin(),
        clock: Arc::new(crate::clock::now),
        every: OUTBOX_EVERY,
    };
    let working = server::spawn(worker::run(work, asked.clone()));
    let clock = Clock::new(crate::clock::now);
    let answered = server::answer(listener, Web::new(store.clone(), clock, web), asked).await;
    working.await.context("the worker broke off")?;
    store.close().await.context("the last counts were not written")?;
    tracing::info!("ended in good order");
    answered
}

/// The data folder is nobody else's business.
fn make_private(folder: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    if folder.exists() {
        return Ok(());
    }
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.with_context(|| format!("cannot make the data folder {}", folder.display()))
}

fn tell_of_key(key: &Path) {
    let key = std::path::absolute(key).unwrap_or_else(|_| key.to_owned());
    eprintln!(
        "\n  ** A new master key was made: {}\n  ** It seals everything. WHOEVER LOSES IT LOSES ALL DATA, and nobody can bring it back.\n  \
         ** Copy it now to a place that is not where the backups of the data are.\n",
        key.display()
    );
}
