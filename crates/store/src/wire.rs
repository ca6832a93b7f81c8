//! News from node to node: sealed, so that whoever listens in between learns neither who has news nor that there are any, and
//! nobody else can tell any.
//!
//! ```text
//! what is told here      → said by this node, sealed, with its number       → rings the bells of every other node
//! hello                  → every node finds what it sealed itself           → it is being heard: what was missed is over
//! a node that was away   → all bells of every node ring once                → whoever watches asks the gate
//! ```
//! Like all news these are a hint: no data, an id and a word. A packet that is replayed, strange or damaged is dropped.

use crate::{
    actor::Actor,
    error::Error,
    inside::{Inside, Store},
    keys::random,
    news::{News, Told, What},
};
use sharing::{AccountId, Duty, Id, RecordId};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::broadcast::{self, error::RecvError};

/// Nodes whose numbers are remembered; more than anybody has, with all their restarts of a month.
const MOST_NODES: usize = 10_000;
/// Node and number, before what is told.
const HEAD: usize = 24;
/// A word and an id.
const ONE: usize = 17;
/// Told at once; more than a commit ever tells.
const MOST: usize = 1000;

/// This node, as others know it.
pub(crate) struct Node {
    id: [u8; 16],
    /// The number of its last packet.
    said: AtomicU64,
    /// The number of the last packet of each other node.
    heard: Mutex<HashMap<[u8; 16], u64>>,
}

impl Node {
    pub(crate) fn new() -> Result<Self, Error> {
        Ok(Self { id: random()?, said: AtomicU64::default(), heard: Mutex::default() })
    }

    /// Whether this packet of another node is none of before.
    fn is_new(&self, node: [u8; 16], number: u64) -> bool {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.len() >= MOST_NODES {
            heard.clear();
        }
        let last = heard.entry(node).or_default();
        let is_new = number > *last;
        *last = number.max(*last);
        is_new
    }
}

/// What a packet of another node came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Bells rang, where somebody listens.
    News,
    /// This node hears itself: nothing is missed from here on, and all bells should ring once for what was missed before.
    Itself,
    /// Another node was away: all bells should ring once for what it could not say.
    Hello,
    /// Nothing of ours, or heard before.
    Nothing,
}

/// What this node tells, for whoever carries it to the others.
pub struct Said {
    inside: Arc<Inside>,
    told: broadcast::Receiver<Arc<[Told]>>,
}

impl Said {
    /// The next packet; none, when the store is closed. Whoever is too slow gets a hello in place of what was lost.
    pub async fn next(&mut self) -> Option<Vec<u8>> {
        let told = match self.told.recv().await {
            Ok(told) => told,
            Err(RecvError::Lagged(_)) => Arc::default(),
            Err(RecvError::Closed) => return None,
        };
        packet(&self.inside, &told).ok()
    }
}

impl std::fmt::Debug for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Said")
    }
}

impl Store {
    /// What this node tells from now on.
    pub fn said(&self, duty: &Actor) -> Result<Said, Error> {
        duty.on(Duty::Deliver)?;
        Ok(Said { inside: Arc::clone(&self.0), told: self.0.news.said() })
    }

    /// A packet that asks every node, this one included, to ring all its bells.
    pub fn hello(&self, duty: &Actor) -> Result<Vec<u8>, Error> {
        duty.on(Duty::Deliver)?;
        packet(&self.0, &[])
    }

    /// By which the nodes of one house find one another among strangers; tells nothing.
    pub fn house(&self) -> String {
        self.0.keys.find_by("house", "news").iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Takes a packet that came from a node: rings the bells here, and forgets what was purged there.
    pub fn hear(&self, duty: &Actor, packet: &[u8]) -> Result<Heard, Error> {
        duty.on(Duty::Deliver)?;
        let node = &self.0.node;
        let Some((from, number, told)) = opened(&self.0, packet) else { return Ok(Heard::Nothing) };
        if from == node.id {
            return Ok(if told.is_empty() { Heard::Itself } else { Heard::Nothing });
        }
        if !node.is_new(from, number) {
            return Ok(Heard::Nothing);
        }
        for one in &told {
            if let Told::Purged(id) = one {
                self.0.forget(*id);
            }
        }
        self.0.news.ring(&told);
        Ok(if told.is_empty() { Heard::Hello } else { Heard::News })
    }

    /// News may have been missed: every bell rings once, and nothing that was purged meanwhile stays open here.
    pub fn ring_all(&self, duty: &Actor) -> Result<(), Error> {
        duty.on(Duty::Deliver)?;
        self.0.forget_all();
        self.0.news.ring_all();
        Ok(())
    }
}

fn packet(inside: &Inside, told: &[Told]) -> Result<Vec<u8>, Error> {
    let number = inside.node.said.fetch_add(1, Ordering::Relaxed) + 1;
    let mut plain = [&inside.node.id[..], &number.to_be_bytes()].concat();
    for (word, id) in told.iter().take(MOST).map(|told| written(*told)) {
        plain.push(word);
        plain.extend_from_slice(&id.0.to_be_bytes());
    }
    inside.keys.seal_news(&plain)
}

/// Which node, its number, and what it told; none, when it is nothing that a node of ours sealed.
fn opened(inside: &Inside, packet: &[u8]) -> Option<([u8; 16], u64, Vec<Told>)> {
    if packet.len() > 2 * HEAD + MOST * ONE {
        return None;
    }
    let plain = inside.keys.open_news(packet).ok()?;
    let (head, told) = plain.split_at_checked(HEAD)?;
    let (node, number) = (head[..16].try_into().ok()?, u64::from_be_bytes(head[16..].try_into().ok()?));
    // A word of a newer program is nothing to this one.
    let told =
        told.chunks_exact(ONE).filter_map(|one| read(one[0], Id(u128::from_be_bytes(one[1..].try_into().ok()?))));
    Some((node, number, told.collect()))
}

fn written(told: Told) -> (u8, Id) {
    match told {
        Told::Record(News { record, what: What::Readings }) => (1, record.0),
        Told::Record(News { record, what: What::Events }) => (2, record.0),
        Told::Record(News { record, what: What::Access }) => (3, record.0),
        Told::SessionsEnded(account) => (4, account.0),
        Told::AccountAccess(account) => (5, account.0),
        Told::Purged(id) => (6, id),
    }
}

fn read(word: u8, id: Id) -> Option<Told> {
    let record = |what| Some(Told::Record(News { record: RecordId(id), what }));
    match word {
        1 => record(What::Readings),
        2 => record(What::Events),
        3 => record(What::Access),
        4 => Some(Told::SessionsEnded(AccountId(id))),
        5 => Some(Told::AccountAccess(AccountId(id))),
        6 => Some(Told::Purged(id)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{read, written};
    use sharing::Id;

    #[test]
    fn every_word_is_read_as_it_was_written() {
        let told: Vec<_> = (0..=255).filter_map(|word| Some((word, read(word, Id(7))?))).collect();
        assert_eq!(told.len(), 6);
        assert!(told.into_iter().all(|(word, told)| written(told) == (word, Id(7))));
    }
}
