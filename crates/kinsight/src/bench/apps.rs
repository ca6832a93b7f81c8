//! The Nightscout API as phone apps call it: the real server as a process of its own, real HTTP over loopback, the embedded
//! database, everything on disk before it is answered. Client and server share the machine.

use super::asker::{Asker, get, request};
use super::crowd::{self, Crowd};
use super::{Measured, percentile, start};
use crate::clock;
use crate::settings::Settings;
use anyhow::{Context, Result};
use sharing::{Purpose, TokenScope};
use std::fmt::Write as _;
use std::time::Duration;
use store::{Access, Manage, NewAppToken, Store};
use tokio::task::JoinSet;

const CONNECTIONS: usize = 50;
const RECORDS: usize = 50;
const WARM: Duration = Duration::from_secs(1);
const ROUND: Duration = Duration::from_secs(5);
const DAY_MS: i64 = 86_400_000;
/// Lists of a day are sent for so many days back, each once.
const LISTS: i64 = 60;

pub fn apps(settings: &Settings) -> Result<Vec<Measured>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let store = crowd::open(settings)?;
    let crowd = runtime.block_on(crowd::gather(&store, RECORDS, 0))?;
    let tokens = runtime.block_on(tokens(&store, &crowd))?;
    drop(store);
    let mut server = start::serve_with(&settings.data, &["--api-limit", "0"])?;
    let measured = start::address(&mut server).and_then(|address| runtime.block_on(all(&address, &tokens)));
    let memory = start::memory_mb(server.id(), "VmHWM:").unwrap_or_default();
    server.kill()?;
    server.wait()?;
    let mut measured = measured?;
    measured.push(Measured::new("apps: the server’s memory at its peak", memory, "MB", Some(150.0)));
    Ok(measured)
}

/// One for each record, which brings and reads.
async fn tokens(store: &Store, crowd: &Crowd) -> Result<Vec<String>> {
    let mut tokens = Vec::new();
    for (record, owner) in crowd.records.iter().zip(&crowd.owners) {
        let make = |patient: &mut Access<'_, Manage>| patient.add_token(&NewAppToken::new("Phone", TokenScope::Both));
        tokens.push(store.with_patient(&owner.actor, *record, Purpose::Tokens, make).await?);
    }
    Ok(tokens)
}

async fn all(address: &str, tokens: &[String]) -> Result<Vec<Measured>> {
    let now = clock::now().as_millisecond();
    let one = tokens.first().context("no token")?.as_str();
    let from = now - DAY_MS;
    let day = format!("/api/v1/entries/sgv.json?count=288&token={one}");
    let window = format!("/api/v1/entries/sgv.json?find[date][$gte]={from}&count=1000&token={one}");
    let mut measured = Vec::new();
    let same = |path: &str| vec![vec![get(address, path, &[])]; CONNECTIONS];
    measured.extend(rate("apps: newest 288 by token", address, same(&day), 8000.0, Some(20.0)).await?);
    measured.extend(rate("apps: 24 hours by find[date]", address, same(&window), 6000.0, None).await?);
    let others: Vec<_> = (0..CONNECTIONS)
        .map(|place| {
            let token = &tokens[place % tokens.len()];
            vec![get(address, &format!("/api/v1/entries/sgv.json?count=288&token={token}"), &[])]
        })
        .collect();
    measured.extend(rate("apps: newest 288, fifty records", address, others, 8000.0, Some(20.0)).await?);
    measured.extend(post_one(address, tokens, now).await?);
    measured.extend(post_lists(address, tokens, now).await?);
    measured.push(quarter(address, one, now).await?);
    Ok(measured)
}

/// Fifty connections, each asking again as soon as it is answered.
async fn rate(
    what: &str,
    address: &str,
    requests: Vec<Vec<Vec<u8>>>,
    goal: f64,
    p99: Option<f64>,
) -> Result<Vec<Measured>> {
    let mut askers = Vec::new();
    for requests in requests {
        askers.push(Asker::connect(address, requests).await?);
    }
    let (mut times_ms, mut bytes, mut seconds) = (Vec::new(), 0, 0.0);
    for length in [WARM, ROUND] {
        let begun = clock::instant();
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
    }
    let per_second = times_ms.len() as f64 / seconds;
    Ok(vec![
        Measured::new(format!("{what}: answers ({goal} and more are wanted)"), per_second, "/s", None),
        Measured::new(format!("{what}: p50"), percentile(times_ms.clone(), 0.5), "ms", None),
        Measured::new(format!("{what}: p99"), percentile(times_ms, 0.99), "ms", p99),
        Measured::new(format!("{what}: bytes of an answer"), bytes as f64, "bytes", None),
    ])
}

fn reading(at_ms: i64, value: i64) -> String {
    format!(
        "{{\"type\":\"sgv\",\"sgv\":{value},\"date\":{at_ms},\"dateString\":\"{}\",\"direction\":\"Flat\",\"device\":\"bench\",\
         \"noise\":1}}",
        jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default()
    )
}

fn post(address: &str, token: &str, body: &str) -> Vec<u8> {
    let headers = [("api-secret", token), ("content-type", "application/json")];
    request("POST", address, "/api/v1/entries", &headers, body)
}

/// One new value each, over all records.
async fn post_one(address: &str, tokens: &[String], now: i64) -> Result<Vec<Measured>> {
    let requests = (0..CONNECTIONS)
        .map(|place| {
            let token = &tokens[place % tokens.len()];
            // A value every second of the last hours: none of them is there yet.
            let one = |second: i64| {
                post(address, token, &format!("[{}]", reading(now - second * 1000 - 500, 100 + second % 80)))
            };
            (0..2000).rev().map(one).collect()
        })
        .collect();
    rate("apps: one new value over fifty records", address, requests, 8000.0, None).await
}

/// A day of five-minute values in one list.
async fn post_lists(address: &str, tokens: &[String], now: i64) -> Result<Vec<Measured>> {
    let day = |back: i64| {
        let mut list = String::from("[");
        for slot in 0..288 {
            let comma = if slot == 0 { "" } else { "," };
            let _ = write!(list, "{comma}{}", reading(now - back * DAY_MS - slot * 300_000, 90 + slot % 90));
        }
        list + "]"
    };
    let days: Vec<String> = (10..10 + LISTS).map(day).collect();
    let mut work = JoinSet::new();
    let mut askers = Vec::new();
    for token in tokens.iter().take(8) {
        askers.push(Asker::connect(address, days.iter().map(|list| post(address, token, list)).collect()).await?);
    }
    let begun = clock::instant();
    for mut asker in askers {
        work.spawn(async move {
            for _ in 0..LISTS {
                asker.ask().await?;
            }
            anyhow::Ok(LISTS)
        });
    }
    let mut lists = 0;
    while let Some(done) = work.join_next().await {
        lists += done.context("an app broke off")??;
    }
    let per_second = (lists * 288) as f64 / begun.elapsed().as_secs_f64();
    Ok(vec![Measured::new("apps: lists of 288 new values (200000 and more are wanted)", per_second, "values/s", None)])
}

/// Ninety days in one answer.
async fn quarter(address: &str, token: &str, now: i64) -> Result<Measured> {
    let from = now - 90 * DAY_MS;
    let path = format!("/api/v1/entries/sgv.json?find[date][$gte]={from}&count=100000&token={token}");
    let mut asker = Asker::connect(address, vec![get(address, &path, &[])]).await?;
    let mut times = Vec::new();
    for _ in 0..20 {
        let begun = clock::instant();
        asker.ask().await?;
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(Measured::new("apps: 90 days in one answer", super::median(times), "ms", Some(15.0)))
}
