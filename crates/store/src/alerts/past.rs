//! Alerts as pages show them: what is open, what was, who was told by which way, and who took it.

use super::{
    board::{self, Episode},
    channels, take,
    tell::may_be_told,
};
use crate::{
    access::Access,
    actor::Who,
    db::{Row, Tx, params, statements},
    error::Error,
    inside::Inside,
    outbox::{Channel, channel},
    rights::{CanView, View},
    share,
};
use glucose::{AlertKind, alert::Seen};
use jiff::Timestamp;
use sharing::{AccountId, Id, RecordId, Standing};
use std::collections::HashMap;

statements! {
    LATELY = "select id, sealed, began_at, ordered_at, taken_by, taken_at, ended_at from alert_episodes \
        where record = $1 order by began_at desc, id desc limit 30";
    ONE = "select id, sealed, began_at, ordered_at, taken_by, taken_at, ended_at from alert_episodes where record = $1 and id = $2";
    OPEN = "select id, sealed, began_at, ordered_at, taken_by, taken_at, ended_at from alert_episodes \
        where record = $1 and ended_at is null order by began_at desc, id desc";
    TOLD = "select account, said_at, in_order from alert_calls where episode = $1 and said > 0 order by began_at, account";
    SENT = "select made_at, sent_at, refused_at, why, channel from outbox where episode = $1 and account = $2 and kind <> 'alert taken' \
        order by made_at desc, id desc limit 12";
}

/// What became of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// By which way.
    pub channel: Channel,
    /// When it was written.
    pub made_at: Timestamp,
    /// When it went out; a webhook, ntfy and a push service have it from then on.
    pub sent_at: Option<Timestamp>,
    /// When it was given up.
    pub given_up_at: Option<Timestamp>,
    /// Why it did not go out, the last time that it was tried.
    pub why: Option<String>,
}

/// One person who was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldPerson {
    /// By name; none when the account is gone.
    pub name: Option<String>,
    /// Whether it is whoever looks.
    pub you: bool,
    /// When they were told last.
    pub said_at: Timestamp,
    /// Because the order called them.
    pub in_order: bool,
    /// By which ways, newest first.
    pub messages: Vec<Delivered>,
}

/// An alert, open or past.
#[derive(Clone, Debug, PartialEq)]
pub struct PastAlert {
    /// Which.
    pub id: Id,
    /// Of what.
    pub kind: AlertKind,
    /// The reading with which it began.
    pub seen: Seen,
    /// When it began.
    pub began_at: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// Who took it.
    pub taken: Option<take::Taken>,
    /// Who was told: the owner sees everybody, a care partner sees what they got themselves.
    pub told: Vec<ToldPerson>,
}

/// What the page of alerts shows.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertPage {
    /// Newest first.
    pub alerts: Vec<PastAlert>,
    /// Whether it is the reader's own record.
    pub owns: bool,
    /// Whether the reader has any way to be told.
    pub has_channel: bool,
}

/// An alert that is open, in one line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertNow {
    /// Which.
    pub id: Id,
    /// Of what.
    pub kind: AlertKind,
    /// Since when.
    pub began_at: Timestamp,
    /// Who took it.
    pub taken: Option<take::Taken>,
}

/// A message as five columns tell of it, from `made_at` on.
pub(super) fn delivered(row: &Row, first: usize, channel: Channel) -> Result<Delivered, Error> {
    Ok(Delivered {
        channel,
        made_at: row.instant(first)?,
        sent_at: row.opt_instant(first + 1)?,
        given_up_at: row.opt_instant(first + 2)?,
        why: row.opt_text(first + 3)?.map(str::to_owned),
    })
}

/// The most urgent alert of a record that is open, as one who may be told sees it.
pub(crate) fn open_alert(
    tx: &mut Tx,
    inside: &Inside,
    (record, me): (RecordId, AccountId),
    now: Timestamp,
) -> Result<Option<AlertNow>, Error> {
    let Some(Episode { id, kind, began_at, taken, .. }) = most_urgent(tx, inside, record)? else { return Ok(None) };
    if !may_be_told(tx, me, record, now)? {
        return Ok(None);
    }
    let taken = taken.map(|taken| take::of(tx, inside, me, taken)).transpose()?;
    Ok(Some(AlertNow { id, kind, began_at, taken }))
}

fn most_urgent(tx: &mut Tx, inside: &Inside, record: RecordId) -> Result<Option<Episode>, Error> {
    let rows = tx.query(OPEN, params![record])?;
    let episodes = rows.iter().map(|row| board::episode(inside, record, row)).collect::<Result<Vec<_>, _>>()?;
    Ok(episodes.into_iter().min_by_key(|episode| episode.kind))
}

impl<R: CanView> Access<'_, R> {
    /// The most urgent alert that is open; nothing for those who are told of none.
    pub fn open_alert(&mut self) -> Result<Option<AlertNow>, Error> {
        let (tx, inside, entered) = self.parts();
        let Who::Account { id: me } = entered.who else { return Ok(None) };
        open_alert(tx, inside, (entered.record, me), entered.now)
    }

    /// The most urgent alert that is open and that nobody has taken, for an app that sounds alarms itself.
    pub fn alarm(&mut self) -> Result<Option<(Id, AlertKind)>, Error> {
        let (tx, inside, entered) = self.parts();
        let Who::App { .. } = entered.who else { return Ok(None) };
        let open = most_urgent(tx, inside, entered.record)?.filter(|episode| episode.taken.is_none());
        Ok(open.map(|episode| (episode.id, episode.kind)))
    }
}

impl Access<'_, View> {
    /// Alerts of the last months, for the owner and care partners; to everybody else there is no such page.
    pub fn alerts(&mut self) -> Result<AlertPage, Error> {
        let (me, owns) = self.told_of_alerts()?;
        let record = self.record_id();
        let rows = self.tx().query(LATELY, params![record])?;
        let alerts = rows.iter().map(|row| self.past(row, me, owns)).collect::<Result<_, _>>()?;
        let (tx, inside, _) = self.parts();
        Ok(AlertPage { alerts, owns, has_channel: !channels::of(tx, inside, me)?.is_empty() })
    }

    /// One alert.
    pub fn alert(&mut self, id: Id) -> Result<PastAlert, Error> {
        let (me, owns) = self.told_of_alerts()?;
        let record = self.record_id();
        let row = self.tx().query_one(ONE, params![record, id])?.ok_or(Error::NotFound)?;
        self.past(&row, me, owns)
    }

    fn told_of_alerts(&self) -> Result<(AccountId, bool), Error> {
        match (self.entered().who, self.entered().standing) {
            (Who::Account { id }, Standing::Owner) => Ok((id, true)),
            (Who::Account { id }, Standing::CarePartner { .. }) => Ok((id, false)),
            _ => Err(Error::NotFound),
        }
    }

    fn past(&mut self, row: &Row, me: AccountId, owns: bool) -> Result<PastAlert, Error> {
        let (tx, inside, entered) = self.parts();
        let Episode { id, kind, seen, began_at, taken, .. } = board::episode(inside, entered.record, row)?;
        let taken = taken.map(|taken| take::of(tx, inside, me, taken)).transpose()?;
        let mut names = HashMap::new();
        let mut told = Vec::new();
        for row in tx.query(TOLD, params![id])? {
            let account = AccountId(row.id(0)?);
            if account != me && !owns {
                continue;
            }
            let messages = tx.query(SENT, params![id, account])?;
            let messages =
                messages.iter().map(|row| delivered(row, 0, channel(row.text(4)?)?)).collect::<Result<_, _>>()?;
            let (said_at, in_order) = (row.instant(1)?, row.int(2)? != 0);
            told.push(ToldPerson {
                name: name(tx, inside, account, &mut names)?,
                you: account == me,
                said_at,
                in_order,
                messages,
            });
        }
        Ok(PastAlert { id, kind, seen, began_at, ended_at: row.opt_instant(6)?, taken, told })
    }
}

fn name(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    known: &mut HashMap<AccountId, Option<String>>,
) -> Result<Option<String>, Error> {
    if let Some(name) = known.get(&account) {
        return Ok(name.clone());
    }
    let name = match share::name(tx, inside, account) {
        Err(Error::NotFound) => None,
        name => Some(name?),
    };
    known.insert(account, name.clone());
    Ok(name)
}
