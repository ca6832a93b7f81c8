//! The care partner review: who can see which record, that the list was looked at, and a reminder each quarter.

use crate::{
    actor::{Actor, Who},
    audit::who_text,
    db::{Row, Tx, params, statements},
    error::Error,
    inside::{Inside, Store},
    keys::place,
    mails, notices,
    own::Own,
    records::open_name,
    share,
};
use jiff::{SignedDuration, Timestamp};
use sharing::{AccountId, Duty, RecordId, Terms, check_up::QUARTER_DAYS};
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

statements! {
    PARTNERS = "select g.record, r.name, g.partner, a.name, a.email, g.permission, g.insulin, g.carbs, g.notes, g.devices, \
        g.until_at, g.needs_second_step, g.pause_days, g.pause_from_min, g.pause_to_min, g.since_at, g.paused_until_at, \
        g.suspended_at, \
        (select count(*) from factors f where f.account = g.partner and f.confirmed_at is not null) \
        from grants g join records r on r.id = g.record join accounts a on a.id = g.partner \
        where r.account = $1 order by r.made_at, r.id, g.since_at, g.partner";
    LOOKED = "select who, max(at) from audit where chain = $1 and act in ('looked', 'looked again', 'downloaded') group by who";
    REVIEWED = "update accounts set reviewed_at = $2 where id = $1";
    // Nobody is reminded of a list that is younger than a quarter, or that was looked at since.
    TO_REMIND = "select distinct a.id from accounts a join records r on r.account = a.id join grants g on g.record = r.id \
        where g.since_at <= $1 and a.reminded_at <= $1 and (a.reviewed_at is null or a.reviewed_at <= $1) \
        and (g.until_at is null or g.until_at > $2) limit 100";
    REMIND = "update accounts set reminded_at = $2 where id = $1 and reminded_at <= $3";
    DUE = "select 1 from accounts a where a.id = $1 and a.reminded_at > coalesce(a.reviewed_at, 0) \
        and exists (select 1 from grants g join records r on r.id = g.record \
        where r.account = a.id and (g.until_at is null or g.until_at > $2))";
}

/// Who can see a record.
#[derive(Clone, PartialEq, Eq)]
pub struct CarePartnerLine {
    /// Which record.
    pub record: RecordId,
    /// Whose data it holds.
    pub record_name: String,
    /// Who can see it.
    pub partner: AccountId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// How far, at what, until when.
    pub terms: Terms,
    /// Since when.
    pub since_at: Timestamp,
    /// Paused until when.
    pub paused_until_at: Option<Timestamp>,
    /// Suspended by a lockdown.
    pub suspended_at: Option<Timestamp>,
    /// Whether they have a second step.
    pub second_step: bool,
    /// When they last looked, to the visit.
    pub looked_at: Option<Timestamp>,
}

impl std::fmt::Debug for CarePartnerLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CarePartnerLine({} on {})", self.partner, self.record)
    }
}

impl Own<'_> {
    /// Who can see which of one's own records.
    pub fn care_partners(&mut self) -> Result<Vec<CarePartnerLine>, Error> {
        let rows = self.tx.query(PARTNERS, params![self.account])?;
        let mut looks: HashMap<RecordId, HashMap<String, Timestamp>> = HashMap::new();
        let mut lines = Vec::with_capacity(rows.len());
        for row in &rows {
            let record = RecordId(row.id(0)?);
            let looks = match looks.entry(record) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => place.insert(looked(self.tx, record)?),
            };
            lines.push(line(self.inside, row, record, looks)?);
        }
        Ok(lines)
    }

    /// The list was looked at, and it is right.
    pub fn review(&mut self) -> Result<(), Error> {
        self.tx.execute(REVIEWED, params![self.account, self.now])?;
        self.audit("reviewed who can see the records", String::new())
    }
}

impl Store {
    /// Reminds whoever has care partners and has not looked at the list for a quarter, once; answers how many.
    pub async fn remind_of_reviews(&self, duty: &Actor) -> Result<u64, Error> {
        duty.on(Duty::Expire)?;
        let now = self.0.clock.now();
        let quarter = SignedDuration::from_hours(24 * QUARTER_DAYS);
        let before = now.saturating_sub(quarter).unwrap_or(Timestamp::MIN);
        let due = self.0.db.read(move |tx| tx.query(TO_REMIND, params![before, now])).await?;
        let mut reminded = 0;
        for row in &due {
            let (inside, account) = (Arc::clone(&self.0), AccountId(row.id(0)?));
            // The stamp is the claim: of several workers one finds it old.
            let remind = move |tx: &mut Tx| {
                let claimed = tx.execute(REMIND, params![account, now, before])?;
                if claimed > 0 {
                    notices::tell(tx, &inside, account, &mails::review(), now)?;
                }
                Ok(claimed)
            };
            reminded += self.0.db.write(remind, |_| ()).await?;
        }
        Ok(reminded)
    }
}

/// Whether the person was reminded and has not looked yet.
pub(crate) fn is_due(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<bool, Error> {
    Ok(tx.query_one(DUE, params![account, now])?.is_some())
}

fn looked(tx: &mut Tx, record: RecordId) -> Result<HashMap<String, Timestamp>, Error> {
    let look = |row: &Row| Ok((row.text(0)?.to_owned(), row.instant(1)?));
    tx.query(LOOKED, params![record])?.iter().map(look).collect()
}

fn line(
    inside: &Inside,
    row: &Row,
    record: RecordId,
    looks: &HashMap<String, Timestamp>,
) -> Result<CarePartnerLine, Error> {
    let partner = AccountId(row.id(2)?);
    let text = |column, at| inside.keys.open_text(place("accounts", column, partner.0), row.bytes(at)?);
    Ok(CarePartnerLine {
        record,
        record_name: open_name(inside, record, row.bytes(1)?)?,
        partner,
        name: text("name", 3)?,
        email: text("email", 4)?,
        terms: share::terms(row, 5)?,
        since_at: row.instant(15)?,
        paused_until_at: row.opt_instant(16)?,
        suspended_at: row.opt_instant(17)?,
        second_step: row.int(18)? > 0,
        looked_at: looks.get(&who_text(Who::Account { id: partner })).copied(),
    })
}
