//! The alerts of one record that have not ended, and who was told, as they stand in the database.

use super::kept::{self, What};
use crate::{
    db::{Row, Tx, params, statements},
    error::Error,
    inside::{Inside, new_id},
    keys::{Place, place},
};
use glucose::{
    AlertKind,
    alert::{OpenAlert, Seen},
};
use jiff::Timestamp;
use sharing::{AccountId, Id, RecordId};

statements! {
    OPEN = "select id, sealed, began_at, ordered_at, taken_by, taken_at from alert_episodes \
        where record = $1 and ended_at is null order by began_at, id";
    CALLS = "select c.episode, c.account, c.said_at, c.ended_at, c.in_order from alert_calls c \
        join alert_episodes e on e.id = c.episode where c.record = $1 and e.ended_at is null order by c.began_at, c.account";
    BEGIN = "insert into alert_episodes (id, record, open_as, sealed, began_at) values ($1, $2, $3, $4, $5)";
    ORDERED = "update alert_episodes set ordered_at = $2 where id = $1";
    END = "update alert_episodes set ended_at = $2, open_as = null where id = $1";
    CALL = "insert into alert_calls (episode, account, record, began_at, said, in_order) values ($1, $2, $3, $4, 0, $5)";
    CALL_AGAIN = "update alert_calls set ended_at = null, said_at = null where episode = $1 and account = $2";
    SAID = "update alert_calls set said_at = $3, said = said + 1 where episode = $1 and account = $2";
    END_CALL = "update alert_calls set ended_at = $3 where episode = $1 and account = $2";
    END_CALLS = "update alert_calls set ended_at = $2 where episode = $1 and ended_at is null";
}

/// Something that happens: one for each record and kind.
#[derive(Clone, Debug)]
pub(super) struct Episode {
    pub(super) id: Id,
    pub(super) kind: AlertKind,
    /// With which it began.
    pub(super) seen: Seen,
    pub(super) began_at: Timestamp,
    /// Since when people are called one after the other.
    pub(super) ordered_at: Option<Timestamp>,
    pub(super) taken: Option<(Option<AccountId>, Timestamp)>,
}

/// One person who is told of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    pub(super) episode: Id,
    pub(super) account: AccountId,
    pub(super) said_at: Option<Timestamp>,
    pub(super) ended: bool,
    /// Called by the order, and not by a rule of their own.
    pub(super) in_order: bool,
}

/// What has not ended of one record.
pub(super) struct Board {
    record: RecordId,
    pub(super) episodes: Vec<Episode>,
    pub(super) calls: Vec<Call>,
}

pub(super) fn here<'a>(id: Id, record: RecordId) -> Place<'a> {
    place("alert_episodes", "sealed", id).of(record.0)
}

/// An episode, from six columns that begin at 0.
pub(super) fn episode(inside: &Inside, record: RecordId, row: &Row) -> Result<Episode, Error> {
    let id = row.id(0)?;
    let (kind, seen) = kept::read::<What>(&inside.keys.open(here(id, record), row.bytes(1)?)?)?.parts()?;
    let taken_by = row.opt_id(4)?.map(AccountId);
    let taken = row.opt_instant(5)?.map(|at| (taken_by, at));
    Ok(Episode { id, kind, seen, began_at: row.instant(2)?, ordered_at: row.opt_instant(3)?, taken })
}

impl Board {
    pub(super) fn read(tx: &mut Tx, inside: &Inside, record: RecordId) -> Result<Self, Error> {
        let episodes = tx.query(OPEN, params![record])?;
        let episodes = episodes.iter().map(|row| episode(inside, record, row)).collect::<Result<_, _>>()?;
        let call = |row: &Row| {
            Ok::<_, Error>(Call {
                episode: row.id(0)?,
                account: AccountId(row.id(1)?),
                said_at: row.opt_instant(2)?,
                ended: row.opt_int(3)?.is_some(),
                in_order: row.int(4)? != 0,
            })
        };
        let calls = tx.query(CALLS, params![record])?.iter().map(call).collect::<Result<_, _>>()?;
        Ok(Self { record, episodes, calls })
    }

    pub(super) fn of_kind(&self, kind: AlertKind) -> Option<&Episode> {
        self.episodes.iter().find(|episode| episode.kind == kind)
    }

    pub(super) fn call(&self, episode: Id, account: AccountId) -> Option<&Call> {
        self.calls.iter().find(|call| call.episode == episode && call.account == account)
    }

    fn call_mut(&mut self, episode: Id, account: AccountId) -> Option<&mut Call> {
        self.calls.iter_mut().find(|call| call.episode == episode && call.account == account)
    }

    /// The alerts of one person, for their rules to be looked at.
    pub(super) fn open_for(&self, account: AccountId) -> Vec<OpenAlert> {
        let open = |episode: &Episode| {
            let call = self.call(episode.id, account).filter(|call| !call.ended)?;
            Some(OpenAlert { kind: episode.kind, said_at: call.said_at, taken: episode.taken.is_some() })
        };
        self.episodes.iter().filter_map(open).collect()
    }

    /// It happens: the episode of this kind, begun now unless it goes on already.
    pub(super) fn begin(
        &mut self,
        tx: &mut Tx,
        inside: &Inside,
        (kind, seen): (AlertKind, Seen),
        now: Timestamp,
    ) -> Result<Id, Error> {
        if let Some(episode) = self.of_kind(kind) {
            return Ok(episode.id);
        }
        let id = new_id();
        let open_as = inside.keys.find_by("open alert", &format!("{} {}", self.record, kept::kind_word(kind)));
        let sealed = inside.keys.seal(here(id, self.record), &kept::write(&What::of(kind, &seen))?)?;
        tx.execute(BEGIN, params![id, self.record, open_as, sealed, now])?;
        self.episodes.push(Episode { id, kind, seen, began_at: now, ordered_at: None, taken: None });
        Ok(id)
    }

    /// Somebody is to be told of it.
    pub(super) fn add_call(
        &mut self,
        tx: &mut Tx,
        (episode, account): (Id, AccountId),
        in_order: bool,
        now: Timestamp,
    ) -> Result<(), Error> {
        if let Some(call) = self.call_mut(episode, account) {
            (call.ended, call.said_at) = (false, None);
            return tx.execute(CALL_AGAIN, params![episode, account]).map(drop);
        }
        tx.execute(CALL, params![episode, account, self.record, now, in_order])?;
        self.calls.push(Call { episode, account, said_at: None, ended: false, in_order });
        Ok(())
    }

    /// People are called one after the other from now on.
    pub(super) fn order(&mut self, tx: &mut Tx, id: Id, now: Timestamp) -> Result<(), Error> {
        let Some(episode) = self.episodes.iter_mut().find(|episode| episode.id == id) else { return Ok(()) };
        if episode.ordered_at.is_none() {
            episode.ordered_at = Some(now);
            tx.execute(ORDERED, params![id, now])?;
        }
        Ok(())
    }

    pub(super) fn said(
        &mut self,
        tx: &mut Tx,
        (episode, account): (Id, AccountId),
        now: Timestamp,
    ) -> Result<(), Error> {
        if let Some(call) = self.call_mut(episode, account) {
            call.said_at = Some(now);
        }
        tx.execute(SAID, params![episode, account, now]).map(drop)
    }

    pub(super) fn end_call(
        &mut self,
        tx: &mut Tx,
        (episode, account): (Id, AccountId),
        now: Timestamp,
    ) -> Result<(), Error> {
        if let Some(call) = self.call_mut(episode, account) {
            call.ended = true;
        }
        tx.execute(END_CALL, params![episode, account, now]).map(drop)
    }

    /// Ends what no rule of anybody finds any more; answers whether anything ended.
    pub(super) fn end_what_is_over(&mut self, tx: &mut Tx, now: Timestamp) -> Result<bool, Error> {
        let calls = &self.calls;
        let lasts = |id: Id| calls.iter().any(|call| call.episode == id && !call.ended && !call.in_order);
        let over: Vec<Id> = self.episodes.iter().map(|episode| episode.id).filter(|id| !lasts(*id)).collect();
        for id in &over {
            tx.execute(END, params![*id, now])?;
            tx.execute(END_CALLS, params![*id, now])?;
        }
        self.episodes.retain(|episode| !over.contains(&episode.id));
        Ok(!over.is_empty())
    }
}
