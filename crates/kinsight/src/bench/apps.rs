//! The Nightscout API as phone apps call it: the real server as a process of its own, real HTTP over loopback, the embedded
//! database, everything on disk before it is answered. Client and server share the machine.

use super::asker::{Asker, get, request};
use super::crowd::{self, Crowd};
use super::{Measured, percentile, start};
use crate::clock;
use crate::settings::Settings;
use anyhow::{Context, Result};
use jiff::SignedDuration;
use sharing::{Purpose, TokenScope};
use std::fmt::Write as _;
use std::time::Duration;
use store::{Access, Manage, NewAppToken, Store};
use tokio::task::JoinSet;

const CONNECTIONS: usize = 50;
/// Records that are read, and those that get late values.
const RECORDS: usize = 50;
/// Records whose devices were away for a day and bring one value after the other: so many to a connection.
const EACH: usize = 8;
const WARM: Duration = Duration::from_secs(1);
const ROUND: Duration = Duration::from_secs(5);
const DAY_MS: i64 = 86_400_000;
/// Lists of a day are sent for so many days back of each record that is read, over so many connections.
const LISTS: i64 = 60;
const SENDERS: usize = 8;

pub fn apps(settings: &Settings) -> Result<Vec<Measured>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let store = crowd::open(settings)?;
    let now = clock::now();
    let until = |number: usize| if number < RECORDS { now } else { now - SignedDuration::from_hours(24) };
    let crowd = runtime.block_on(crowd::gather_until(&store, RECORDS + CONNECTIONS * EACH, 0, until))?;
    let tokens = runtime.block_on(tokens(&store, &crowd))?;
    drop(store);
    let mut server = start::serve_with(&settings.data, &["--api-limit", "0"])?;
    let measured = start::address(&mut server).and_then(|address| {
        let server = Server { address, process: server.id() };
        runtime.block_on(all(&server, &tokens))
    });
    let memory = start::memory_mb(server.id(), "VmHWM:").unwrap_or_default();
    server.kill()?;
    server.wait()?;
    let mut measured = measured?;
    measured.push(Measured::new("apps: the server’s memory at its peak", memory, "MB", Some(150.0)));
    Ok(measured)
}

/// One for each record, which brings and reads.
pub(super) async fn tokens(store: &Store, crowd: &Crowd) -> Result<Vec<String>> {
    let mut tokens = Vec::new();
    for (record, owner) in crowd.records.iter().zip(&crowd.owners) {
        let make = |patient: &mut Access<'_, Manage>| patient.add_token(&NewAppToken::new("Phone", TokenScope::Both));
        tokens.push(store.with_patient(&owner.actor, *record, Purpose::Tokens, make).await?);
    }
    Ok(tokens)
}

/// What is asked, and whose processor time is counted.
struct Server {
    address: String,
    process: u32,
}

impl Server {
    /// Of the server and of this program, so far.
    fn processor_ms(&self) -> [f64; 2] {
        [self.process, std::process::id()].map(|process| start::processor_ms(process).unwrap_or_default())
    }
}

async fn all(server: &Server, tokens: &[String]) -> Result<Vec<Measured>> {
    let now = clock::now().as_millisecond();
    let one = tokens.first().context("no token")?.as_str();
    let (read, away) = tokens.split_at_checked(RECORDS).context("too few tokens")?;
    let from = now - DAY_MS;
    let day = format!("/api/v1/entries/sgv.json?count=288&token={one}");
    let window = format!("/api/v1/entries/sgv.json?find[date][$gte]={from}&count=1000&token={one}");
    let mut measured = Vec::new();
    let address = server.address.as_str();
    let same = |path: &str| vec![vec![get(address, path, &[])]; CONNECTIONS];
    measured.extend(rate("apps: newest 288 by token", server, same(&day), Some(8000.0), Some(20.0)).await?);
    measured.extend(rate("apps: 24 hours by find[date]", server, same(&window), Some(6000.0), None).await?);
    let others: Vec<_> = (0..CONNECTIONS)
        .map(|place| {
            let token = &read[place % read.len()];
            vec![get(address, &format!("/api/v1/entries/sgv.json?count=288&token={token}"), &[])]
        })
        .collect();
    measured.extend(rate("apps: newest 288, fifty records", server, others, Some(8000.0), Some(20.0)).await?);
    measured.extend(post_newest(server, away, now).await?);
    measured.extend(post_late(server, read, now).await?);
    measured.extend(post_lists(server, read, now).await?);
    measured.push(version_3(address, one).await?);
    measured.push(quarter(address, one, now).await?);
    Ok(measured)
}

/// Fifty connections, each asking again as soon as it is answered.
async fn rate(
    what: &str,
    server: &Server,
    requests: Vec<Vec<Vec<u8>>>,
    goal: Option<f64>,
    p99: Option<f64>,
) -> Result<Vec<Measured>> {
    let mut askers = Vec::new();
    for requests in requests {
        askers.push(Asker::connect(&server.address, requests).await?);
    }
    let (mut times_ms, mut bytes, mut seconds, mut spent_ms) = (Vec::new(), 0, 0.0, [0.0; 2]);
    for length in [WARM, ROUND] {
        let (begun, before) = (clock::instant(), server.processor_ms());
        let mut work = JoinSet::new();
        for asker in askers.drain(..) {
            work.spawn(asker.ask_until(begun + length));
        }
        times_ms.clear();
        while let Some(done) = work.join_next().await {
            let (asker, times, length) = done.context("an app broke off")??;
            times_ms.extend(times);
            bytes = length;
            askers.push(asker);
        }
        seconds = begun.elapsed().as_secs_f64();
        let after = server.processor_ms();
        spent_ms = [after[0] - before[0], after[1] - before[1]];
    }
    let answers = times_ms.len() as f64;
    let wanted = goal.map_or(String::new(), |goal| format!(" ({goal} and more are wanted)"));
    Ok(vec![
        Measured::new(format!("{what}: answers{wanted}"), answers / seconds, "/s", None),
        Measured::new(format!("{what}: p50"), percentile(times_ms.clone(), 0.5), "ms", None),
        Measured::new(format!("{what}: p99"), percentile(times_ms, 0.99), "ms", p99),
        Measured::new(format!("{what}: bytes of an answer"), bytes as f64, "bytes", None),
        Measured::new(format!("{what}: the server’s processor time for one"), spent_ms[0] / answers * 1e3, "µs", None),
        Measured::new(format!("{what}: the client’s"), spent_ms[1] / answers * 1e3, "µs", None),
    ])
}

pub(super) fn reading(at_ms: i64, value: i64) -> String {
    format!(
        "{{\"type\":\"sgv\",\"sgv\":{value},\"date\":{at_ms},\"dateString\":\"{}\",\"direction\":\"Flat\",\"device\":\"bench\",\
         \"noise\":1}}",
        jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default()
    )
}

pub(super) fn post(address: &str, token: &str, body: &str) -> Vec<u8> {
    let headers = [("api-secret", token), ("content-type", "application/json")];
    request("POST", address, "/api/v1/entries", &headers, body)
}

/// One value each, newer than all before, over many records: what phones do all day.
async fn post_newest(server: &Server, tokens: &[String], now: i64) -> Result<Vec<Measured>> {
    // Values of each minute since the devices went away, of one record after the other.
    let minutes = |tokens: &[String]| {
        let one = |minute: i64, token: &String| {
            let at = now - DAY_MS + minute * 60_000 + 30_000;
            post(&server.address, token, &format!("[{}]", reading(at, 100 + minute % 80)))
        };
        (1..300).flat_map(|minute| tokens.iter().map(move |token| one(minute, token))).collect()
    };
    let requests = tokens.chunks(EACH).map(minutes).collect();
    rate("apps: one new value over 400 records", server, requests, Some(8000.0), None).await
}

/// One value each that lies among others and is close to many: worse than what phones do.
async fn post_late(server: &Server, tokens: &[String], now: i64) -> Result<Vec<Measured>> {
    let requests = (0..CONNECTIONS)
        .map(|place| {
            let token = &tokens[place % tokens.len()];
            // A value every second of the last half hour: none of them is there yet.
            let one = |second: i64| {
                post(&server.address, token, &format!("[{}]", reading(now - second * 1000 - 500, 100 + second % 80)))
            };
            (0..2000).rev().map(one).collect()
        })
        .collect();
    rate("apps: one late value over fifty records, a second apart", server, requests, None, None).await
}

/// A day of five-minute values in one list.
async fn post_lists(server: &Server, tokens: &[String], now: i64) -> Result<Vec<Measured>> {
    let address = server.address.as_str();
    let day = |back: i64| {
        let mut list = String::from("[");
        for slot in 0..288 {
            let comma = if slot == 0 { "" } else { "," };
            let _ = write!(list, "{comma}{}", reading(now - back * DAY_MS - slot * 300_000, 90 + slot % 90));
        }
        list + "]"
    };
    let days: Vec<String> = (10..10 + LISTS).map(day).collect();
    let all_of = |token: &String| days.iter().map(|list| post(address, token, list)).collect::<Vec<_>>();
    let mut work = JoinSet::new();
    let mut askers = Vec::new();
    for tokens in tokens.chunks(tokens.len().div_ceil(SENDERS)) {
        let requests: Vec<_> = tokens.iter().flat_map(all_of).collect();
        askers.push((requests.len(), Asker::connect(address, requests).await?));
    }
    let (begun, before) = (clock::instant(), server.processor_ms());
    for (many, mut asker) in askers {
        work.spawn(async move {
            for _ in 0..many {
                asker.ask().await?;
            }
            anyhow::Ok(many)
        });
    }
    let mut lists = 0;
    while let Some(done) = work.join_next().await {
        lists += done.context("an app broke off")??;
    }
    let (values, after) = ((lists * 288) as f64, server.processor_ms());
    let per_second = values / begun.elapsed().as_secs_f64();
    let spent = |who: usize| (after[who] - before[who]) / values * 1e3;
    Ok(vec![
        Measured::new("apps: lists of 288 new values (200000 and more are wanted)", per_second, "values/s", None),
        Measured::new("apps: lists of 288: the server’s processor time for one value", spent(0), "µs", None),
        Measured::new("apps: lists of 288: the client’s", spent(1), "µs", None),
    ])
}

/// The newest 288 as version 3 has them.
async fn version_3(address: &str, token: &str) -> Result<Measured> {
    let path = "/api/v3/entries?sort$desc=date&limit=288";
    let bearer = format!("Bearer {token}");
    let median = one_at_a_time(50, address, get(address, path, &[("authorization", &bearer)])).await?;
    Ok(Measured::new("apps: version 3, newest 288, one at a time", median, "ms", Some(3.0)))
}

/// Ninety days in one answer.
async fn quarter(address: &str, token: &str, now: i64) -> Result<Measured> {
    let from = now - 90 * DAY_MS;
    let path = format!("/api/v1/entries/sgv.json?find[date][$gte]={from}&count=100000&token={token}");
    let median = one_at_a_time(20, address, get(address, &path, &[])).await?;
    Ok(Measured::new("apps: 90 days in one answer", median, "ms", Some(15.0)))
}

/// So many times, each asked when the one before is there; the median in milliseconds.
async fn one_at_a_time(many: usize, address: &str, request: Vec<u8>) -> Result<f64> {
    let mut asker = Asker::connect(address, vec![request]).await?;
    let mut times = Vec::with_capacity(many);
    for _ in 0..many {
        let begun = clock::instant();
        asker.ask().await?;
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(super::median(times))
}
