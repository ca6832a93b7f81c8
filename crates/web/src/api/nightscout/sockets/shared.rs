//! What the sockets of one record have in common. News wakes all of them at once; the first works out what there is to tell,
//! and the others find it.
//!
//! **Invariant:** each asks the gate with its own token, and finds only what was made of the very state of the record that it
//! reads there, for somebody who sees just as much of it (`seal_of_all`): what is remembered here lets nobody see anything
//! (`sockets_of_one_record_hear_what_their_own_tokens_may_see`).

use super::super::caller::Caller;
use super::super::failure::Failure;
use super::super::find::soon;
use super::super::live;
use jiff::Timestamp;
use nightscout::sockets::{DataSet, Told, delta};
use nightscout::{Document, Live};
use sharing::RecordId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex as Lock, PoisonError, Weak};
use store::{Access, Error, View};
use tokio::sync::Mutex;

/// The table of each record that has open sockets.
#[derive(Default)]
pub struct Tables(Lock<HashMap<RecordId, Weak<Table>>>);

impl Tables {
    /// The one of this record, for as long as somebody sits at it.
    pub fn of(&self, record: RecordId) -> Arc<Table> {
        let mut tables = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = tables.get(&record).and_then(Weak::upgrade) {
            return table;
        }
        tables.retain(|_, table| table.strong_count() > 0);
        let table = Arc::default();
        tables.insert(record, Arc::downgrade(&table));
        table
    }
}

impl std::fmt::Debug for Tables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tables(…)")
    }
}

/// Whoever asks does so in turn, so that no two work out the same.
#[derive(Default)]
pub struct Table(Mutex<Vec<Step>>);

/// What a socket was told, and of which state of the record.
pub struct State {
    seal: [u8; 32],
    told: Told,
}

/// From one state to the next; the first has none before it.
#[derive(Clone)]
struct Step {
    before: Option<Arc<State>>,
    after: Arc<State>,
    news: Arc<Option<Document>>,
}

/// What came of a look.
enum Found {
    /// Nothing is new.
    Same,
    /// Another socket was told of it already.
    Known,
    New(State, Option<Document>),
}

impl Table {
    /// The two days that a socket is told at first.
    pub async fn whole(&self, caller: &Caller) -> Result<(Arc<State>, Live, DataSet), Failure> {
        let now = caller.web.clock.now();
        let job = move |patient: &mut Access<'_, View>| {
            let seal = patient.seal_of_all(live::beginning(now), soon(now))?;
            let live = live::load(patient, now)?;
            let set = DataSet::of(&live);
            Ok((State { seal, told: set.told() }, live, set))
        };
        let (state, live, set) = caller.read(job).await?;
        let mut steps = self.0.lock().await;
        if let Some(step) = steps.iter().find(|step| step.after.seal == state.seal) {
            return Ok((Arc::clone(&step.after), live, set));
        }
        let after = Arc::new(state);
        steps.push(Step { before: None, after: Arc::clone(&after), news: Arc::default() });
        Ok((after, live, set))
    }

    /// What there is to tell after what was told, and what is told then.
    pub async fn news(
        &self,
        caller: &Caller,
        told: &Arc<State>,
    ) -> Result<(Arc<State>, Arc<Option<Document>>), Failure> {
        let mut steps = self.0.lock().await;
        let from_here = |step: &&Step| step.before.as_ref().is_some_and(|before| Arc::ptr_eq(before, told));
        let known = steps.iter().find(from_here).cloned();
        let (before, now) = (Arc::clone(told), caller.web.clock.now());
        let expected = known.as_ref().map(|step| step.after.seal);
        let job = move |patient: &mut Access<'_, View>| look(patient, &before, expected, now);
        match (caller.read(job).await?, known) {
            (Found::New(state, news), _) => {
                let step = Step { before: Some(Arc::clone(told)), after: Arc::new(state), news: Arc::new(news) };
                let found = (Arc::clone(&step.after), Arc::clone(&step.news));
                keep(&mut steps, step);
                Ok(found)
            }
            (Found::Known, Some(step)) => Ok((step.after, step.news)),
            (Found::Known | Found::Same, _) => Ok((Arc::clone(told), Arc::default())),
        }
    }
}

fn look(
    patient: &mut Access<'_, View>,
    before: &State,
    expected: Option<[u8; 32]>,
    now: Timestamp,
) -> Result<Found, Error> {
    let seal = patient.seal_of_all(live::beginning(now), soon(now))?;
    if seal == before.seal {
        return Ok(Found::Same);
    }
    if expected == Some(seal) {
        return Ok(Found::Known);
    }
    let set = DataSet::of(&live::load(patient, now)?);
    let news = delta(&before.told, &set);
    Ok(Found::New(State { seal, told: set.told() }, news))
}

/// Instead of the one that led to where it begins, and of those at whose end nobody is any more.
fn keep(steps: &mut Vec<Step>, new: Step) {
    let is_before = |step: &Step| new.before.as_ref().is_some_and(|before| Arc::ptr_eq(before, &step.after));
    steps.retain(|step| !is_before(step) && Arc::strong_count(&step.after) > 1);
    steps.push(new);
}
