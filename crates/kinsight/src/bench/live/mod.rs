//! Ten thousand open live streams and some hundred sockets of apps: the real server as a process of its own, real connections
//! over loopback, values that come in through the API, and how long after the request that brought it each is where it is
//! waited for. Client and server share the machine.

mod listeners;
mod sender;
mod socket;
mod sockets;

use super::crowd::{self, Crowd};
use super::{Measured, apps, percentile, start};
use crate::settings::Settings;
use crate::{clock, handles};
use anyhow::{Context, Result, bail};
use listeners::Listeners;
use sender::Sender;
use std::time::{Duration, Instant};

/// Each has a record and follows the next ones in the circle as well.
const PEOPLE: usize = 1000;
/// The records on a person's open pages, the own one among them.
const FOLLOWED: usize = 10;
/// Of the program itself, in the server and here.
const OTHER_HANDLES: u64 = 200;
const ROUND: Duration = Duration::from_secs(20);
/// How long the last words may take.
const PATIENCE: Duration = Duration::from_secs(20);
const FAST: f64 = 200.0;
const SLOW: f64 = 10.0;

pub fn live(settings: &Settings) -> Result<Vec<Measured>> {
    handles::take_all();
    let open = (PEOPLE * FOLLOWED) as u64;
    if handles::at_most().is_some_and(|most| most < open + OTHER_HANDLES) {
        bail!("{open} open streams need as many file handles: raise the hard limit (ulimit -Hn)");
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let store = crowd::open(settings)?;
    let crowd = runtime.block_on(crowd::gather_in_a_circle(&store, PEOPLE, FOLLOWED))?;
    let tokens = runtime.block_on(apps::tokens(&store, &crowd))?;
    drop(store);
    let mut server = start::serve_with(&settings.data, &["--api-limit", "0"])?;
    let process = server.id();
    let measured =
        start::address(&mut server).and_then(|address| runtime.block_on(all(&address, process, &crowd, &tokens)));
    server.kill()?;
    server.wait()?;
    measured
}

async fn all(address: &str, server: u32, crowd: &Crowd, tokens: &[String]) -> Result<Vec<Measured>> {
    let mut sender = Sender::new(address, tokens);
    // The first values, so that what the server needs for any work at all is not counted to the streams.
    sender.send(PEOPLE / 2, FAST).await?;
    let mut measured = sockets::sockets(address, server, tokens).await?;
    let before = memory_mb(server, "VmRSS:");
    let mut listeners = Listeners::open(address, crowd, FOLLOWED).await?;
    let (open, with_streams) = ((PEOPLE * FOLLOWED) as f64, memory_mb(server, "VmRSS:"));
    measured.extend([
        Measured::new("live: memory of the server before", before, "MB", None),
        Measured::new(format!("live: memory with {open} open streams"), with_streams, "MB", Some(400.0)),
        Measured::new("live: memory of a stream", (with_streams - before) * 1024.0 / open, "KB", None),
    ]);
    for (rate, goal) in [(SLOW, 50.0), (FAST, 100.0)] {
        let what = format!("live: streams, {rate} readings a second");
        let count = (rate * ROUND.as_secs_f64()) as usize;
        let sent = sender.send(count, rate).await?;
        let heard = listeners.hear(count * FOLLOWED).await?;
        measured.extend(figures(&what, &sent, &heard, goal)?);
    }
    let busy = memory_mb(server, "VmHWM:");
    measured.push(Measured::new(format!("live: memory at its peak with {open} streams"), busy, "MB", Some(400.0)));
    Ok(measured)
}

/// A value of a record, and when it was sent or heard of.
#[derive(Clone, Copy)]
struct Moment {
    record: usize,
    at: Instant,
}

/// What was sent, and when the last answer came.
struct Sent {
    moments: Vec<Moment>,
    /// From each request to its answer.
    answered_ms: Vec<f64>,
    seconds: f64,
}

/// From each request to each place where its value was waited for.
fn figures(what: &str, sent: &Sent, heard: &[Moment], goal_ms: f64) -> Result<Vec<Measured>> {
    let mut late = Vec::with_capacity(heard.len());
    for word in heard {
        let before = sent.moments.iter().rev().filter(|one| one.record == word.record && one.at <= word.at);
        let begun = before.map(|one| one.at).next().context("a word of nothing that was sent")?;
        late.push(word.at.duration_since(begun).as_secs_f64() * 1000.0);
    }
    let figure =
        |name: &str, part, goal| Measured::new(format!("{what}: {name}"), percentile(late.clone(), part), "ms", goal);
    Ok(vec![
        Measured::new(format!("{what}: taken"), sent.moments.len() as f64 / sent.seconds, "/s", None),
        Measured::new(format!("{what}: answer p99"), percentile(sent.answered_ms.clone(), 0.99), "ms", None),
        Measured::new(format!("{what}: words"), late.len() as f64, "", None),
        figure("p50", 0.5, None),
        figure("p99", 0.99, Some(goal_ms)),
        figure("longest", 1.0, None),
    ])
}

fn memory_mb(server: u32, which: &str) -> f64 {
    start::memory_mb(server, which).unwrap_or_default()
}

/// Waits for so many words, in the order in which they come.
async fn hear(from: &mut tokio::sync::mpsc::UnboundedReceiver<Moment>, many: usize) -> Result<Vec<Moment>> {
    let mut heard = Vec::with_capacity(many);
    while heard.len() < many {
        let next = tokio::time::timeout(PATIENCE, from.recv()).await;
        let next = next.with_context(|| format!("{} words of {many} were heard", heard.len()))?;
        heard.push(next.context("all who listened are gone")?);
    }
    Ok(heard)
}

/// When something happened to a record just now.
fn now(record: usize) -> Moment {
    Moment { record, at: clock::instant() }
}
