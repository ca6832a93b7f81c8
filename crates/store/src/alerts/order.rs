//! The order in which a record's care partners are called when nobody takes an alert; the owner sets it.

use super::{
    kept::{self, Steps, kind, kind_word},
    rules::look_at_it,
};
use crate::{
    access::Access,
    db::{Row, Tx, params, statements},
    error::{Error, Invalid},
    inside::Inside,
    keys::{Place, place},
    rights::Manage,
    share,
};
use glucose::AlertKind;
use sharing::{AccountId, CallOrder, RecordId};

statements! {
    STEPS = "select sealed from alert_state where record = $1";
    SET_STEPS = "update alert_state set sealed = $2 where record = $1";
    PLACES = "select account from alert_order where record = $1 order by place";
    CLEAR = "delete from alert_order where record = $1";
    PUT = "insert into alert_order (record, place, account) values ($1, $2, $3)";
    PARTNERS = "select g.partner, case when exists (select 1 from alert_channels c where c.account = g.partner) then 1 else 0 end \
        from grants g where g.record = $1 order by g.since_at, g.partner";
    OWNED = "select 1 from records where id = $1 and account is not null";
}

/// How the care partners of a record are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertOrder {
    /// Who, and after how many minutes each.
    pub order: CallOrder,
    /// For which alerts.
    pub kinds: Vec<AlertKind>,
}

/// A care partner who can stand in the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderPerson {
    /// Who.
    pub account: AccountId,
    /// By name.
    pub name: String,
    /// Whether there is any way to tell them.
    pub has_channel: bool,
}

/// Between two calls.
const STEP_MIN: std::ops::RangeInclusive<u16> = 2..=60;

impl AlertOrder {
    /// Nobody in it yet.
    pub fn empty() -> Self {
        let order = CallOrder { people: Vec::new(), step_min: 10, owner_first: false };
        Self { order, kinds: vec![AlertKind::UrgentLow, AlertKind::Low, AlertKind::NoData] }
    }

    pub(super) fn has(&self, kind: AlertKind, account: AccountId) -> bool {
        self.kinds.contains(&kind) && self.order.people.contains(&account)
    }
}

fn here<'a>(record: RecordId) -> Place<'a> {
    place("alert_state", "sealed", record.0).of(record.0)
}

/// The order of a record; an empty one when none was set.
pub(super) fn of(tx: &mut Tx, inside: &Inside, record: RecordId) -> Result<AlertOrder, Error> {
    let mut found = AlertOrder::empty();
    let row = tx.query_one(STEPS, params![record])?;
    if let Some(sealed) = row.as_ref().map(|row| row.opt_bytes(0)).transpose()?.flatten() {
        let steps: Steps = kept::read(&inside.keys.open(here(record), sealed)?)?;
        (found.order.step_min, found.order.owner_first) = (steps.step_min, steps.owner_first);
        found.kinds = steps.kinds.iter().map(|word| kind(word)).collect::<Result<_, _>>()?;
    }
    let people = tx.query(PLACES, params![record])?;
    found.order.people = people.iter().map(|row| row.id(0).map(AccountId)).collect::<Result<_, _>>()?;
    Ok(found)
}

impl Access<'_, Manage> {
    /// The order, and all care partners who can stand in it.
    pub fn alert_order(&mut self) -> Result<(AlertOrder, Vec<OrderPerson>), Error> {
        let (tx, inside, entered) = self.parts();
        owned(tx, entered.record)?;
        let order = of(tx, inside, entered.record)?;
        let rows = tx.query(PARTNERS, params![entered.record])?;
        let mut person = |row: &Row| {
            let account = AccountId(row.id(0)?);
            Ok(OrderPerson { account, name: share::name(tx, inside, account)?, has_channel: row.int(1)? != 0 })
        };
        let people = rows.iter().map(&mut person).collect::<Result<_, Error>>()?;
        Ok((order, people))
    }

    /// Sets the order. Each of its people is a care partner, once.
    pub fn set_alert_order(&mut self, new: &AlertOrder) -> Result<(), Error> {
        let (old, partners) = self.alert_order()?;
        let people = &new.order.people;
        let known = |account: &AccountId| partners.iter().any(|partner| partner.account == *account);
        let each_once = people.iter().all(|one| people.iter().filter(|other| *other == one).count() == 1);
        if !people.iter().all(known) || !each_once || !STEP_MIN.contains(&new.order.step_min) {
            return Err(Error::Invalid(Invalid::Alert));
        }
        if old == *new {
            return Ok(());
        }
        let (tx, inside, entered) = self.parts();
        let record = entered.record;
        look_at_it(tx, record, entered.now)?;
        let kinds = new.kinds.iter().map(|kind| kind_word(*kind).to_owned()).collect();
        let steps = Steps { step_min: new.order.step_min, owner_first: new.order.owner_first, kinds };
        let sealed = inside.keys.seal(here(record), &kept::write(&steps)?)?;
        tx.execute(SET_STEPS, params![record, sealed])?;
        tx.execute(CLEAR, params![record])?;
        for (place, account) in (0_i64..).zip(people) {
            tx.execute(PUT, params![record, place, *account])?;
        }
        self.audit("changed who is called", "")
    }
}

/// A clinic's own record has nobody to call.
fn owned(tx: &mut Tx, record: RecordId) -> Result<(), Error> {
    tx.query_one(OWNED, params![record])?.map(drop).ok_or(Error::NotFound)
}
