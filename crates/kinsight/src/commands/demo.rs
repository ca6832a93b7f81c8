//! `kinsight demo`: a server with a family and a clinic in it, alive until it is ended.

use super::serve;
use crate::demo::{self, cast};
use crate::settings::{Given, Settings};
use crate::{clock, server, telemetry};
use anyhow::{Context, Result};
use std::fmt::Write as _;
use std::net::SocketAddr;
use store::{PasswordCost, Seeded, Store};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Run a living demo: a family, a clinic with 40 patients, devices that go on sending. Gone when it ends.
#[derive(clap::Args)]
pub struct Demo {
    /// Address and port to listen on [default: 127.0.0.1:8642, or a free port when that is taken]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

/// Its passwords are printed on the screen: a dearer hash would guard nothing, and its seven accounts would keep people
/// waiting for the first page.
const PASSWORD_COST: PasswordCost = PasswordCost::Fixed { memory_kib: 19 * 1024, rounds: 2 };

type Cast = Vec<(cast::Patient, sharing::RecordId, store::Actor)>;

impl Demo {
    pub fn run(self) -> Result<()> {
        let folder = tempfile::Builder::new().prefix("kinsight-demo-").tempdir().context("no temporary folder")?;
        let mut settings = Settings::of(Given { data: Some(folder.path().to_owned()), ..Given::default() });
        settings.password_cost = PASSWORD_COST;
        telemetry::start(crate::settings::LogFormat::Text);
        super::runtime()?.block_on(async {
            let asked = server::asked_to_end()?;
            let (listener, address) = self.listen().await?;
            settings.listen = address;
            let (store, roster) = serve::open_quietly(&settings)?;
            let now = clock::now();
            let (seeded, family, patients) = seed(&store).await?;
            demo::share(&store, now).await.context("the demo's sharing was not kept")?;
            let wearers = demo::fill(&store, now, family).await?;
            demo::alert(&store, &seeded, now).await.context("the demo's alerts were not kept")?;
            let web = settings.web(address)?;
            super::print(&welcome(&web.base_url.origin(), &settings.data.display().to_string()))?;
            let living = server::spawn(live(store.clone(), wearers, patients, asked.clone()));
            let ended = serve::run(&settings, store, roster, (listener, web), asked).await;
            living.await.context("the demo's devices broke off")??;
            ended
        })
    }

    async fn listen(&self) -> Result<(TcpListener, SocketAddr)> {
        match self.listen {
            Some(address) => server::listen(address).await,
            None => match server::listen(SocketAddr::from(([127, 0, 0, 1], 8642))).await {
                Err(_) => server::listen(SocketAddr::from(([127, 0, 0, 1], 0))).await,
                listening => listening,
            },
        }
    }
}

/// People and records, still without data: the family first, then the clinic's patients.
async fn seed(store: &Store) -> Result<(Seeded, Cast, Cast)> {
    let seeded = store.seed(demo::plan()).await.context("the demo's people were not kept")?;
    let with_device = |(patient, record): (cast::Patient, sharing::RecordId)| {
        let device = seeded.devices.get(&record).context("a record without a device")?;
        anyhow::Ok((patient, record, device.clone()))
    };
    let owned = seeded.records.iter().flatten().copied();
    let family =
        std::iter::once(cast::mara()).chain(cast::children()).zip(owned).map(with_device).collect::<Result<_>>()?;
    let kept = seeded.clinics.iter().flat_map(|(_, records)| records.iter().copied());
    let patients = cast::clinic_patients().into_iter().zip(kept).map(with_device).collect::<Result<_>>()?;
    Ok((seeded, family, patients))
}

/// The clinic fills up while the first pages are already looked at; then all devices go on.
async fn live(
    store: Store,
    mut wearers: Vec<demo::Wearer>,
    patients: Cast,
    asked: watch::Receiver<bool>,
) -> Result<()> {
    let mut ending = asked.clone();
    let filled = tokio::select! {
        filled = demo::fill(&store, clock::now(), patients) => filled?,
        _ = ending.wait_for(|ending| *ending) => return Ok(()),
    };
    wearers.extend(filled);
    super::print("  The clinic's patients are all in. Devices send every five minutes; Ctrl-C ends the demo.\n")?;
    demo::send_on(store, wearers, asked).await;
    Ok(())
}

fn welcome(address: &str, data: &str) -> String {
    let mut text = format!("\n  The demo answers at {address}\n\n  Sign in as (everybody is invented):\n\n");
    for person in cast::EVERYBODY {
        let who = format!("{} ({})", person.name, person.part);
        let _ = writeln!(text, "  {who:<54}  {:<20}  {}", person.email, cast::PASSWORD);
    }
    let _ = write!(
        text,
        "\n  Whoever works at the clinic signs in with a second step: DEMO-CODE-0000-0001, then …-0002 and so on to …-0030,\n  \
         or an authenticator app with the key {}\n",
        cast::SEED_TEXT
    );
    let _ = write!(text, "\n  Mails wait in a folder: kinsight admin mail --data {data}\n");
    text
}
