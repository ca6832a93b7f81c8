//! Phones that bring values, so many a second over all records.

use super::{Moment, Sent, now};
use crate::bench::apps;
use crate::bench::asker::Asker;
use crate::clock;
use anyhow::{Context, Result};
use std::time::Duration;
use tokio::task::JoinSet;

/// Connections over which values come; each record always by the same one.
const PHONES: usize = 20;

pub struct Sender {
    address: String,
    tokens: Vec<String>,
    /// The next value's record.
    next: usize,
}

impl Sender {
    pub fn new(address: &str, tokens: &[String]) -> Self {
        Self { address: address.to_owned(), tokens: tokens.to_vec(), next: 0 }
    }

    /// So many values, one record after the other, so many a second. Whoever waits for an answer sends the next one later.
    pub async fn send(&mut self, many: usize, a_second: f64) -> Result<Sent> {
        // Connections that rested are closed by the server, so each round has its own.
        let mut phones = Vec::with_capacity(PHONES);
        for _ in 0..PHONES {
            phones.push(Asker::connect(&self.address, Vec::new()).await?);
        }
        let begun = clock::instant();
        let mut lists = vec![Vec::new(); PHONES];
        for place in 0..many {
            let record = (self.next + place) % self.tokens.len();
            lists[place % PHONES].push((begun + Duration::from_secs_f64(place as f64 / a_second), record));
        }
        self.next = (self.next + many) % self.tokens.len();
        let mut work = JoinSet::new();
        for (mut phone, list) in phones.into_iter().zip(lists) {
            let (address, tokens) = (self.address.clone(), self.tokens.clone());
            work.spawn(async move {
                let mut sent = Vec::with_capacity(list.len());
                for (due, record) in list {
                    tokio::time::sleep_until(due.into()).await;
                    let value = apps::reading(clock::now().as_millisecond(), 80 + (record % 100) as i64);
                    phone.now_ask(apps::post(&address, &tokens[record], &format!("[{value}]")));
                    let moment = now(record);
                    phone.ask().await?;
                    sent.push((moment, moment.at.elapsed().as_secs_f64() * 1000.0));
                }
                anyhow::Ok(sent)
            });
        }
        let mut all: Vec<(Moment, f64)> = Vec::with_capacity(many);
        while let Some(done) = work.join_next().await {
            all.extend(done.context("a phone broke off")??);
        }
        all.sort_by_key(|(moment, _)| moment.at);
        let (moments, answered_ms) = all.into_iter().unzip();
        Ok(Sent { moments, answered_ms, seconds: begun.elapsed().as_secs_f64() })
    }
}
