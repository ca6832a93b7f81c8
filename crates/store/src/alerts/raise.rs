//! Looks at the records that are due, each in one write transaction: what begins, who is told, who is called next, what ended.
//!
//! Of several servers one takes the row of `alert_state`; another that was about to do the same finds it changed, is tried
//! again by the database's own rules, and then nothing is due any more. Whatever breaks off is as if it had never begun.

use super::{
    board::{Board, Episode},
    messages::{Said, Why},
    order::{self, AlertOrder},
    rules::{self, AlertSettings},
    tell::{self, To, may_be_told},
};
use crate::{
    access::Access,
    actor::Actor,
    db::{Tx, params, statements},
    error::Error,
    inside::{Inside, Store},
    news::{News, Told, What},
    records::open_name,
    rights::View,
    share,
    words::{unit, zone},
};
use glucose::{
    AlertKind, AlertRule, Reading, Unit,
    alert::{AlertChange, Seen, evaluate, next_at},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use sharing::{AccountId, Duty, Id, RecordId};
use std::sync::Arc;

statements! {
    MARK = "update alert_state set due_at = $2 where record = $1 and due_at > $2";
    DUE = "select record from alert_state where due_at <= $1 order by due_at, record limit 100";
    NEXT = "select due_at from alert_state order by due_at limit 1";
    CLAIM = "update alert_state set due_at = $3 where record = $1 and due_at <= $2";
    SET_DUE = "update alert_state set due_at = $2 where record = $1";
    FOLLOWERS = "select account from alert_rules where record = $1 union select account from alert_order where record = $1 \
        union select account from alert_calls where record = $1 and ended_at is null order by 1";
    OWNER = "select account, name from records where id = $1";
    PERSON = "select unit, zone from accounts where id = $1";
}

/// So far rules look back; a delay may be four hours.
const BACK: SignedDuration = SignedDuration::from_hours(5);
/// Clocks of devices run ahead by as much.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);
/// Looked at again after as long though nothing is expected.
const SELDOM: SignedDuration = SignedDuration::from_hours(6);

/// The record has something new: it is looked at by the next round, whatever happens to this process.
pub(crate) fn mark(tx: &mut Tx, record: RecordId, now: Timestamp) -> Result<(), Error> {
    tx.execute(MARK, params![record, now]).map(drop)
}

/// Somebody who may be told.
struct Follower {
    account: AccountId,
    settings: AlertSettings,
    /// Rules that they chose themselves; else they are only told when they are called.
    has_rules: bool,
    unit: Unit,
    zone: TimeZone,
}

/// All that is known while one record is looked at.
struct Round<'a> {
    inside: &'a Inside,
    record: RecordId,
    now: Timestamp,
    name: String,
    owner: Option<AccountId>,
    order: AlertOrder,
    followers: Vec<Follower>,
    readings: Vec<Reading>,
    board: Board,
    changed: bool,
}

impl Store {
    /// Looks at the records that are due; answers how many. Safe to repeat, to interrupt and to run on several servers.
    pub async fn raise_alerts(&self, duty: &Actor) -> Result<usize, Error> {
        duty.on(Duty::RaiseAlerts)?;
        let now = self.0.clock.now();
        let due = self.0.db.read(move |tx| tx.query(DUE, params![now])).await?;
        let mut failed = None;
        for row in &due {
            let (inside, duty, record) = (Arc::clone(&self.0), duty.clone(), RecordId(row.id(0)?));
            let look = move |tx: &mut Tx| look_at(tx, &inside, &duty, record, now);
            // One that fails keeps no other waiting.
            if let Err(error) = self.0.db.write(look, |()| ()).await {
                failed = Some(error);
            }
        }
        failed.map_or(Ok(due.len()), Err)
    }

    /// When the next record is due.
    pub async fn next_alerts_at(&self, duty: &Actor) -> Result<Option<Timestamp>, Error> {
        duty.on(Duty::RaiseAlerts)?;
        let row = self.0.db.read(|tx| tx.query_one(NEXT, params![])).await?;
        row.map(|row| row.instant(0)).transpose()
    }
}

fn look_at(tx: &mut Tx, inside: &Inside, duty: &Actor, record: RecordId, now: Timestamp) -> Result<(), Error> {
    let seldom = now.saturating_add(SELDOM).unwrap_or(Timestamp::MAX);
    if tx.execute(CLAIM, params![record, now, seldom])? == 0 {
        return Ok(());
    }
    let look = |patient: &mut Access<'_, View>| readings(patient, now);
    let readings = match Access::on_duty(tx, inside, duty, record, now, look) {
        Ok(readings) => readings,
        // The record is leaving, or gone.
        Err(Error::NotFound) => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut round = Round::begin(tx, inside, record, readings, now)?;
    round.follow(tx)?;
    round.call_next(tx)?;
    round.changed |= round.board.end_what_is_over(tx, now)?;
    let next = round.next_at().map_or(seldom, |next| next.min(seldom));
    tx.execute(SET_DUE, params![record, next])?;
    if round.changed {
        // Open pages show it.
        tx.tell(Told::Record(News { record, what: What::Readings }));
    }
    Ok(())
}

/// The last hours, and the newest reading however old it is. What a device's clock puts a little ahead is of now.
fn readings(patient: &mut Access<'_, View>, now: Timestamp) -> Result<Vec<Reading>, Error> {
    let from = now.saturating_sub(BACK).unwrap_or(Timestamp::MIN);
    let until = now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
    let mut readings = patient.readings_within(from, until)?;
    if readings.is_empty() {
        readings.extend(patient.latest()?.and_then(|latest| latest.reading).filter(|reading| reading.at < from));
    }
    readings.iter_mut().for_each(|reading| reading.at = reading.at.min(now));
    Ok(readings)
}

impl<'a> Round<'a> {
    fn begin(
        tx: &mut Tx,
        inside: &'a Inside,
        record: RecordId,
        readings: Vec<Reading>,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let row = tx.query_one(OWNER, params![record])?.ok_or(Error::NotFound)?;
        let (owner, name) = (row.opt_id(0)?.map(AccountId), open_name(inside, record, row.bytes(1)?)?);
        let name = name.split_whitespace().next().unwrap_or_default().to_owned();
        let board = Board::read(tx, inside, record)?;
        let order = order::of(tx, inside, record)?;
        let mut round =
            Self { inside, record, now, name, owner, order, followers: Vec::new(), readings, board, changed: false };
        let fallback = match owner {
            Some(owner) => rules::of(tx, inside, record, owner)?.unwrap_or_else(AlertSettings::usual),
            None => AlertSettings::usual(),
        };
        for row in tx.query(FOLLOWERS, params![record])? {
            let account = AccountId(row.id(0)?);
            if may_be_told(tx, account, record, now)? {
                let follower = round.follower(tx, account, &fallback)?;
                round.followers.push(follower);
            } else {
                round.drop_calls(tx, account)?;
            }
        }
        Ok(round)
    }

    /// Rules of their own; for what they were called to, those of the owner where they have none.
    fn follower(&self, tx: &mut Tx, account: AccountId, fallback: &AlertSettings) -> Result<Follower, Error> {
        let own = rules::of(tx, self.inside, self.record, account)?;
        let row = tx.query_one(PERSON, params![account])?.ok_or(Error::NotFound)?;
        let has_rules = own.is_some();
        let none = || AlertSettings { quiet: sharing::QuietHours::default(), says_value: true, rules: silent() };
        let mut settings = own.unwrap_or_else(none);
        for episode in &self.board.episodes {
            let called = self.board.call(episode.id, account).is_some_and(|call| call.in_order && !call.ended);
            for rule in settings.rules.iter_mut().filter(|rule| called && rule.kind == episode.kind && !rule.on) {
                *rule = AlertRule { on: true, ..fallback.rule(episode.kind) };
            }
        }
        Ok(Follower { account, settings, has_rules, unit: unit(row.text(0)?)?, zone: zone(row.text(1)?)? })
    }

    /// Somebody may not be told any more.
    fn drop_calls(&mut self, tx: &mut Tx, account: AccountId) -> Result<(), Error> {
        let theirs = |call: &&super::board::Call| call.account == account && !call.ended;
        let ids: Vec<Id> = self.board.calls.iter().filter(theirs).map(|call| call.episode).collect();
        ids.into_iter().try_for_each(|id| self.board.end_call(tx, (id, account), self.now))
    }

    /// Each person's rules.
    fn follow(&mut self, tx: &mut Tx) -> Result<(), Error> {
        for index in 0..self.followers.len() {
            let Follower { account, ref settings, has_rules, .. } = self.followers[index];
            let open = self.board.open_for(account);
            for change in evaluate(&settings.rules, &self.readings, &open, self.now) {
                match change {
                    AlertChange::Begin { kind, seen } if has_rules => self.begins(tx, index, kind, seen)?,
                    AlertChange::Begin { .. } => {}
                    AlertChange::Again { kind, seen } => {
                        let id = self.board.of_kind(kind).map(|episode| episode.id);
                        id.map_or(Ok(()), |id| self.say(tx, index, id, seen))?;
                    }
                    AlertChange::End { kind } => {
                        let id = self.board.of_kind(kind).map(|episode| episode.id);
                        id.map_or(Ok(()), |id| self.board.end_call(tx, (id, account), self.now))?;
                    }
                }
            }
        }
        Ok(())
    }

    fn begins(&mut self, tx: &mut Tx, index: usize, kind: AlertKind, seen: Seen) -> Result<(), Error> {
        let account = self.followers[index].account;
        let id = self.board.begin(tx, self.inside, (kind, seen), self.now)?;
        self.board.add_call(tx, (id, account), false, self.now)?;
        self.changed = true;
        let starts_order = Some(account) == self.owner || self.order.has(kind, account);
        if starts_order && self.order.kinds.contains(&kind) && !self.order.order.people.is_empty() {
            self.board.order(tx, id, self.now)?;
        }
        self.say(tx, index, id, seen)
    }

    /// Says it to one person, unless it is not their turn yet, they are not to be woken, or it is taken and they would be called.
    fn say(&mut self, tx: &mut Tx, index: usize, id: Id, seen: Seen) -> Result<(), Error> {
        let follower = &self.followers[index];
        let Some(episode) = self.board.episodes.iter().find(|episode| episode.id == id).cloned() else { return Ok(()) };
        let before = self.board.call(id, follower.account).and_then(|call| call.said_at);
        let in_order = self.order.has(episode.kind, follower.account) && episode.ordered_at.is_some();
        let waits = in_order && before.is_none() && !self.has_turn(&episode, follower.account);
        if waits || self.quiet_until(follower, episode.kind).is_some() {
            return Ok(());
        }
        let why = match (before, in_order && Some(&follower.account) != self.order.order.people.first()) {
            (Some(_), _) => Why::GoesOn,
            (None, true) => Why::Called,
            (None, false) => Why::Begins,
        };
        let said = self.said(tx, follower, &episode, seen, why)?;
        let to = To { account: follower.account, record: self.record, now: self.now };
        tell::tell(tx, self.inside, to, &said)?;
        self.changed = true;
        self.board.said(tx, (id, to.account), self.now)
    }

    fn said(&self, tx: &mut Tx, to: &Follower, episode: &Episode, seen: Seen, why: Why) -> Result<Said, Error> {
        let taken_by = match episode.taken {
            Some((Some(account), _)) => Some(share::name(tx, self.inside, account)?),
            Some((None, _)) => Some("Somebody".to_owned()),
            None => None,
        };
        Ok(Said {
            why,
            kind: episode.kind,
            seen,
            name: self.name.clone(),
            unit: to.unit,
            zone: to.zone.clone(),
            says_value: to.settings.says_value,
            taken_by,
            episode: episode.id,
            began_at: episode.began_at,
        })
    }

    fn quiet_until(&self, follower: &Follower, kind: AlertKind) -> Option<Timestamp> {
        follower.settings.quiet.waits_until(kind == AlertKind::UrgentLow, self.now, &follower.zone)
    }

    /// The order without those who cannot be told now: nobody waits for them.
    fn order_now(&self, kind: AlertKind) -> sharing::CallOrder {
        self.order.order.only(|account| {
            let follower = self.followers.iter().find(|follower| follower.account == account);
            follower.is_some_and(|follower| self.quiet_until(follower, kind).is_none())
        })
    }

    fn has_turn(&self, episode: &Episode, account: AccountId) -> bool {
        let Some(ordered_at) = episode.ordered_at.filter(|_| episode.taken.is_none()) else { return false };
        self.order_now(episode.kind).called(ordered_at, self.now).contains(&account)
    }

    /// Whose turn has come is called, with the value of now.
    fn call_next(&mut self, tx: &mut Tx) -> Result<(), Error> {
        for episode in self.board.episodes.clone() {
            let Some(ordered_at) = episode.ordered_at.filter(|_| episode.taken.is_none()) else { continue };
            let order = self.order_now(episode.kind);
            for account in order.called(ordered_at, self.now) {
                let call = self.board.call(episode.id, *account).copied();
                if call.is_some_and(|call| call.ended || call.said_at.is_some()) {
                    continue;
                }
                if call.is_none() {
                    self.board.add_call(tx, (episode.id, *account), true, self.now)?;
                }
                let index = self.followers.iter().position(|follower| follower.account == *account);
                let Some((index, seen)) = index.zip(self.newest(&episode)) else { continue };
                self.say(tx, index, episode.id, seen)?;
            }
        }
        Ok(())
    }

    /// What is told of an episode that goes on: nothing where its value is old.
    fn newest(&self, episode: &Episode) -> Option<Seen> {
        if episode.kind == AlertKind::NoData {
            return Some(episode.seen);
        }
        let newest = self.readings.iter().max_by_key(|reading| reading.at)?;
        let fresh = self.now.duration_since(newest.at) <= glucose::alert::STALE;
        let trend = newest.trend.or_else(|| glucose::Trend::of(&self.readings));
        fresh.then_some(Seen { at: newest.at, glucose: newest.glucose, trend })
    }

    /// When there is something to do though nothing comes in.
    fn next_at(&self) -> Option<Timestamp> {
        let newest = self.readings.iter().map(|reading| reading.at).max();
        let mut times = Vec::new();
        for follower in &self.followers {
            let open = self.board.open_for(follower.account);
            times.extend(next_at(&follower.settings.rules, newest, &open, self.now));
            let held_back = open.iter().filter(|alert| alert.said_at.is_none());
            times.extend(held_back.filter_map(|alert| self.quiet_until(follower, alert.kind)));
        }
        for episode in self.board.episodes.iter().filter(|episode| episode.taken.is_none()) {
            let next = |ordered_at| self.order_now(episode.kind).next_turn_at(ordered_at, self.now);
            times.extend(episode.ordered_at.and_then(next));
        }
        times.into_iter().filter(|at| *at > self.now).min()
    }
}

/// Rules that find nothing.
fn silent() -> Vec<AlertRule> {
    AlertKind::ALL.map(|kind| AlertRule { on: false, ..AlertRule::usual(kind) }).to_vec()
}
