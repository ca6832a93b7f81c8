//! The dashboard's data as care partners and owners read them: the real server as a process of its own, real HTTP over loopback,
//! the embedded database, the audit on. Client and server share the machine.

use super::asker::{Asker, get};
use super::crowd::{self, Crowd, Member};
use super::{Measured, start};
use crate::clock;
use crate::commands::serve;
use crate::settings::Settings;
use anyhow::{Context, Result, bail};
use std::time::{Duration, Instant};
use store::Store;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

const CONNECTIONS: usize = 64;
const PATIENTS: usize = 8;
const ROUNDS: usize = 5;
const WARM: Duration = Duration::from_secs(1);
const ROUND: Duration = Duration::from_secs(3);

pub fn dashboard(settings: &Settings) -> Result<Vec<Measured>> {
    // One thread for all readers: what is left of the machine is the server's.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let store = crowd::open(settings)?;
    let crowd = runtime.block_on(crowd::gather(&store, PATIENTS, CONNECTIONS))?;
    let before = lines(&runtime, store)?;
    let mut server = start::serve(&settings.data)?;
    let read = start::address(&mut server).and_then(|address| runtime.block_on(read(&address, &crowd)));
    let memory = start::memory_mb(server.id(), "VmHWM:").unwrap_or_default();
    server.kill()?;
    server.wait()?;
    let [partners, owners] = read?;
    let written = lines(&runtime, serve::open_quietly(settings)?.0)? - before;
    let all = (partners.times_ms.len() + owners.times_ms.len()) as f64;
    let (rate, owners_rate, bytes) = (partners.rate(), owners.rate(), partners.bytes as f64);
    let what = |who: &str, what: &str| format!("dashboard of 24 h, 64 connections: {who}, {what}");
    Ok(vec![
        Measured::new(what("care partners", "reads"), rate, "/s", None),
        Measured::new(what("care partners", "p50"), partners.percentile_ms(0.5), "ms", None),
        Measured::new(what("care partners", "p99"), partners.percentile_ms(0.99), "ms", Some(20.0)),
        Measured::new(what("owners", "reads"), owners_rate, "/s", None),
        Measured::new(what("owners", "p50"), owners.percentile_ms(0.5), "ms", None),
        Measured::new(what("owners", "p99"), owners.percentile_ms(0.99), "ms", None),
        Measured::new("care partners’ reads by owners’, interleaved", rate / owners_rate, "", None),
        Measured::new("bytes of an answer", bytes, "bytes", None),
        Measured::new("reads in all", all, "", None),
        Measured::new("lines of the audit written for them", written, "", None),
        Measured::new("the server’s memory at its peak", memory, "MB", None),
    ])
}

/// How many lines the audit has.
fn lines(runtime: &Runtime, store: Store) -> Result<f64> {
    let report = runtime.block_on(store.verify_audit())?;
    if !report.broken.is_empty() {
        bail!("the audit does not hold");
    }
    Ok(report.lines as f64)
}

/// What one kind of reader saw.
#[derive(Default)]
struct Reads {
    seconds: f64,
    times_ms: Vec<f64>,
    bytes: usize,
}

impl Reads {
    fn rate(&self) -> f64 {
        self.times_ms.len() as f64 / self.seconds
    }

    fn percentile_ms(&self, part: f64) -> f64 {
        super::percentile(self.times_ms.clone(), part)
    }
}

/// Both kinds in turn, so that whatever else the machine does falls on both.
async fn read(address: &str, crowd: &Crowd) -> Result<[Reads; 2]> {
    let mut readers = [connect(address, crowd, &crowd.partners).await?, connect(address, crowd, &crowd.owners).await?];
    let mut reads = [Reads::default(), Reads::default()];
    for round in 0..=ROUNDS {
        for (readers, reads) in readers.iter_mut().zip(&mut reads) {
            let length = if round == 0 { WARM } else { ROUND };
            let (begun, before) = (clock::instant(), reads.times_ms.len());
            *readers = all(std::mem::take(readers), begun + length, reads).await?;
            if round == 0 {
                // The first looks are written, and nothing is warm yet.
                reads.times_ms.truncate(before);
            } else {
                reads.seconds += begun.elapsed().as_secs_f64();
            }
        }
    }
    Ok(reads)
}

async fn connect(address: &str, crowd: &Crowd, members: &[Member]) -> Result<Vec<Asker>> {
    let mut readers = Vec::new();
    for number in 0..CONNECTIONS {
        let record = crowd.records.get(number % PATIENTS).context("no record")?;
        let member = members.get(number % members.len()).context("nobody")?;
        let path = format!("/records/{record}/dashboard.json?hours=24");
        readers.push(Asker::connect(address, vec![get(address, &path, &[("cookie", &member.cookie())])]).await?);
    }
    Ok(readers)
}

/// All of them at once, each asking again as soon as it is answered.
async fn all(readers: Vec<Asker>, until: Instant, reads: &mut Reads) -> Result<Vec<Asker>> {
    let mut work = JoinSet::new();
    for reader in readers {
        work.spawn(reader.ask_until(until));
    }
    let mut back = Vec::new();
    while let Some(done) = work.join_next().await {
        let (reader, times_ms, bytes) = done.context("a reader broke off")??;
        reads.times_ms.extend(times_ms);
        reads.bytes = bytes;
        back.push(reader);
    }
    Ok(back)
}
