//! What each follower wants to be told of a record: their own rules, quiet hours, and how much a message says.

use super::{
    kept::{self, Settings},
    tell::may_be_told,
};
use crate::{
    db::{Tx, params, statements},
    error::{Error, Invalid},
    inside::Inside,
    keys::{Place, place},
    own::Own,
};
use glucose::{AlertKind, AlertRule};
use jiff::Timestamp;
use sharing::{AccountId, QuietHours, RecordId};

statements! {
    RULES = "select sealed from alert_rules where record = $1 and account = $2";
    CHANGE = "update alert_rules set sealed = $3, changed_at = $4 where record = $1 and account = $2";
    ADD = "insert into alert_rules (record, account, sealed, changed_at) values ($1, $2, $3, $4)";
    LOOK_AT_IT = "insert into alert_state (record, due_at) values ($1, $2) on conflict (record) do update set due_at = excluded.due_at";
}

/// What somebody wants to be told of one record, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertSettings {
    /// One for each kind.
    pub rules: Vec<AlertRule>,
    /// When they are not to be woken.
    pub quiet: QuietHours,
    /// Whether messages hold the value; else they say whose alert it is and of which kind.
    pub says_value: bool,
}

impl AlertSettings {
    /// As it stands until somebody chooses otherwise.
    pub fn usual() -> Self {
        let rules = AlertKind::ALL.map(AlertRule::usual).to_vec();
        Self { rules, quiet: QuietHours::default(), says_value: true }
    }

    /// The rule of a kind.
    pub fn rule(&self, kind: AlertKind) -> AlertRule {
        self.rules.iter().find(|rule| rule.kind == kind).copied().unwrap_or(AlertRule::usual(kind))
    }

    fn check(&self) -> Result<(), Error> {
        let each_once =
            AlertKind::ALL.iter().all(|kind| self.rules.iter().filter(|rule| rule.kind == *kind).count() == 1);
        let fits =
            each_once && self.rules.len() == AlertKind::ALL.len() && self.rules.iter().all(AlertRule::is_sensible);
        if fits && self.quiet.hours.len() <= 2 { Ok(()) } else { Err(Error::Invalid(Invalid::Alert)) }
    }
}

fn here<'a>(record: RecordId, account: AccountId) -> Place<'a> {
    place("alert_rules", "sealed", record.0).of(account.0)
}

/// What somebody chose for a record, if they did.
pub(super) fn of(
    tx: &mut Tx,
    inside: &Inside,
    record: RecordId,
    account: AccountId,
) -> Result<Option<AlertSettings>, Error> {
    let Some(row) = tx.query_one(RULES, params![record, account])? else { return Ok(None) };
    let plain = inside.keys.open(here(record, account), row.bytes(0)?)?;
    kept::read::<Settings>(&plain)?.settings().map(Some)
}

/// The record is looked at by the next round.
pub(super) fn look_at_it(tx: &mut Tx, record: RecordId, now: Timestamp) -> Result<(), Error> {
    tx.execute(LOOK_AT_IT, params![record, now]).map(drop)
}

impl Own<'_> {
    /// What the account wants to be told of a record that is its own or that it follows; none while nothing was chosen.
    pub fn alert_settings(&mut self, record: RecordId) -> Result<Option<AlertSettings>, Error> {
        let now = self.now();
        let (tx, inside, account) = self.parts();
        if !may_be_told(tx, account, record, now)? {
            return Err(Error::NotFound);
        }
        of(tx, inside, record, account)
    }

    /// Chooses what the account is told of a record.
    pub fn choose_alerts(&mut self, record: RecordId, new: &AlertSettings) -> Result<(), Error> {
        new.check()?;
        if self.alert_settings(record)?.as_ref() == Some(new) {
            return Ok(());
        }
        let now = self.now();
        let (tx, inside, account) = self.parts();
        let sealed = inside.keys.seal(here(record, account), &kept::write(&Settings::of(new))?)?;
        if tx.execute(CHANGE, params![record, account, sealed.as_slice(), now])? == 0 {
            tx.execute(ADD, params![record, account, sealed, now])?;
        }
        look_at_it(tx, record, now)?;
        self.audit("chose alerts", String::new())
    }
}
