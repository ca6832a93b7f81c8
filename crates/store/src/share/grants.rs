//! Grants: given once an invitation was accepted or a request approved; edited, paused and ended at once.

use super::{expiry, mails, name, owner, terms, values, zone_of};
use crate::{
    access::Access,
    alerts,
    audit::{self, Entry},
    db::{Row, Tx, Value, params, statements},
    error::{Conflict, Error, Invalid},
    inside::Inside,
    news::{Told, What},
    notices, outbox,
    own::Own,
    records::open_name,
    rights::Manage,
};
use jiff::{SignedDuration, Timestamp};
use sharing::{AccountId, Grant, RecordId, Terms};

statements! {
    GIVE = "insert into grants (record, partner, since_at, paused_until_at, told_of_end, permission, insulin, carbs, notes, devices, until_at, \
        needs_second_step, pause_days, pause_from_min, pause_to_min) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    DROP_ENDED = "delete from grants where record = $1 and partner = $2 and until_at <= $3";
    ANY = "select 1 from grants where record = $1 and partner = $2 and (until_at is null or until_at > $3)";
    ACTIVE = "select count(*) from grants where record = $1 and (until_at is null or until_at > $2)";
    TERMS = "select permission, insulin, carbs, notes, devices, until_at, needs_second_step, pause_days, pause_from_min, \
        pause_to_min, paused_until_at from grants where record = $1 and partner = $2";
    EDIT = "update grants set told_of_end = $3, permission = $4, insulin = $5, carbs = $6, notes = $7, devices = $8, \
        until_at = $9, needs_second_step = $10, pause_days = $11, pause_from_min = $12, pause_to_min = $13 \
        where record = $1 and partner = $2";
    PAUSE = "update grants set paused_until_at = $3 where record = $1 and partner = $2";
    REMOVE = "delete from grants where record = $1 and partner = $2";
    RECORD = "select name from records where id = $1";
}

/// The longest pause; whoever wants a longer one removes the care partner.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(24 * 366);

/// Keeps a grant.
pub(crate) fn give(tx: &mut Tx, grant: &Grant) -> Result<(), Error> {
    let told = expiry::told(grant.terms.until_at, grant.since_at);
    let mut row = params![grant.record, grant.partner, grant.since_at, grant.paused_until_at, told].to_vec();
    row.extend(values(&grant.terms));
    tx.execute(GIVE, &row).map(drop)
}

/// Keeps a new grant where there is room for one more, in the place of one that has ended.
pub(super) fn give_new(tx: &mut Tx, inside: &Inside, grant: &Grant) -> Result<(), Error> {
    tx.execute(DROP_ENDED, params![grant.record, grant.partner, grant.since_at])?;
    if follows_now(tx, grant.record, grant.partner, grant.since_at)? {
        return Err(Error::Conflict(Conflict::Follows));
    }
    room(tx, inside, grant.record, grant.since_at)?;
    give(tx, grant)
}

/// Refuses one more care partner than there may be.
fn room(tx: &mut Tx, inside: &Inside, record: RecordId, now: Timestamp) -> Result<(), Error> {
    let has_room = active(tx, record, now)? < most(inside);
    if has_room { Ok(()) } else { Err(Error::Conflict(Conflict::CarePartners)) }
}

/// Whether there is a grant whose time is not over; paused and suspended ones count.
pub(super) fn follows_now(tx: &mut Tx, record: RecordId, partner: AccountId, now: Timestamp) -> Result<bool, Error> {
    Ok(tx.query_one(ANY, params![record, partner, now])?.is_some())
}

/// How many care partners a record has whose time is not over.
pub(super) fn active(tx: &mut Tx, record: RecordId, now: Timestamp) -> Result<u32, Error> {
    tx.query_one(ACTIVE, params![record, now])?.ok_or(Error::Unavailable)?.count(0)
}

/// How many care partners a record may have in this region.
pub(super) fn most(inside: &Inside) -> u32 {
    inside.most_care_partners.unwrap_or(u32::MAX)
}

/// Terms that make sense now.
pub(super) fn check(terms: &Terms, now: Timestamp) -> Result<(), Error> {
    if terms.until_at.is_some_and(|until| until <= now) { Err(Error::Invalid(Invalid::Until)) } else { Ok(()) }
}

impl Access<'_, Manage> {
    /// What a care partner was given.
    pub fn care_partner_terms(&mut self, partner: AccountId) -> Result<Terms, Error> {
        self.kept(partner).map(|(terms, _)| terms)
    }

    fn kept(&mut self, partner: AccountId) -> Result<(Terms, Option<Timestamp>), Error> {
        let record = self.record_id();
        let row: Row = self.tx().query_one(TERMS, params![record, partner])?.ok_or(Error::NotFound)?;
        Ok((terms(&row, 0)?, row.opt_instant(10)?))
    }

    /// Changes what a care partner may see, at once. Asks for a fresh proof when they will see more than before.
    pub fn edit_care_partner(&mut self, partner: AccountId, new: &Terms) -> Result<(), Error> {
        let (old, _) = self.kept(partner)?;
        if old == *new {
            return Ok(());
        }
        check(new, self.now())?;
        if old.are_widened_by(new) {
            self.fresh()?;
        }
        let record = self.record_id();
        if old.until_at.is_some_and(|until| until <= self.now()) {
            // Whoever comes back after their time takes a place like anybody new.
            let (tx, inside, entered) = self.parts();
            room(tx, inside, record, entered.now)?;
        }
        let told = expiry::told(new.until_at, self.now());
        let mut row: Vec<Value> = params![record, partner, told].to_vec();
        row.extend(values(new));
        self.tx().execute(EDIT, &row)?;
        self.tell_of_change(partner, "edited a care partner", &mails::Change::Terms { old, new: *new })
    }

    /// Shuts a care partner out until then. Shutting out for longer asks for no proof, letting in sooner does.
    pub fn pause_care_partner(&mut self, partner: AccountId, until: Timestamp) -> Result<(), Error> {
        let now = self.now();
        let last = now.saturating_add(LONGEST_PAUSE).unwrap_or(Timestamp::MAX);
        if until <= now || until > last {
            return Err(Error::Invalid(Invalid::Pause));
        }
        if self.kept(partner)?.1.is_some_and(|paused| until < paused) {
            self.fresh()?;
        }
        let record = self.record_id();
        self.tx().execute(PAUSE, params![record, partner, until])?;
        self.tell_of_change(partner, "paused a care partner", &mails::Change::Paused { until })
    }

    /// Ends a pause now. Asks for a fresh proof.
    pub fn resume_care_partner(&mut self, partner: AccountId) -> Result<(), Error> {
        if self.kept(partner)?.1.is_none_or(|paused| paused <= self.now()) {
            return Ok(());
        }
        self.fresh()?;
        let record = self.record_id();
        self.tx().execute(PAUSE, params![record, partner, None::<Timestamp>])?;
        self.tell_of_change(partner, "resumed a care partner", &mails::Change::Resumed)
    }

    /// Ends a care partner's access at once, with every message to them about this record that was not sent yet.
    pub fn remove_care_partner(&mut self, partner: AccountId) -> Result<(), Error> {
        let record = self.record_id();
        if self.tx().execute(REMOVE, params![record, partner])? == 0 {
            return Err(Error::NotFound);
        }
        let (tx, _, entered) = self.parts();
        alerts::forget(tx, record, partner, entered.now)?;
        self.tell_of_change(partner, "removed a care partner", &mails::Change::Removed)
    }

    /// One change: pending messages go, both sides are told, both sides' activity and the record's history have a line.
    pub(crate) fn tell_of_change(
        &mut self,
        partner: AccountId,
        act: &'static str,
        change: &mails::Change,
    ) -> Result<(), Error> {
        self.note(What::Access);
        self.audit(act, &partner.to_string())?;
        let (tx, inside, entered) = self.parts();
        outbox::drop_for(tx, partner, entered.record)?;
        let changed = Changed::read(tx, inside, entered.record, partner)?;
        changed.tell(tx, inside, act, change, entered.now)
    }
}

impl Own<'_> {
    /// Follows a record no longer.
    pub fn stop_following(&mut self, record: RecordId) -> Result<(), Error> {
        let partner = self.account;
        if self.tx.execute(REMOVE, params![record, partner])? == 0 {
            return Err(Error::NotFound);
        }
        self.tx.tell(Told::access(record));
        alerts::forget(self.tx, record, partner, self.now)?;
        let line = Entry::of_record(record, partner, self.now, "stopped following");
        audit::write(self.tx, self.inside, &line)?;
        outbox::drop_for(self.tx, partner, record)?;
        let changed = Changed::read(self.tx, self.inside, record, partner)?;
        changed.tell(self.tx, self.inside, "stopped following", &mails::Change::Stopped, self.now)
    }
}

/// Whose data a record holds.
pub(super) fn record_name(tx: &mut Tx, inside: &Inside, record: RecordId) -> Result<String, Error> {
    let row = tx.query_one(RECORD, params![record])?.ok_or(Error::NotFound)?;
    open_name(inside, record, row.bytes(0)?)
}

/// Whose access to what was changed.
pub(super) struct Changed {
    owner: Option<AccountId>,
    partner: AccountId,
    record_name: String,
    partner_name: String,
}

impl Changed {
    pub(super) fn read(tx: &mut Tx, inside: &Inside, record: RecordId, partner: AccountId) -> Result<Self, Error> {
        let record_name = record_name(tx, inside, record)?;
        Ok(Self { owner: owner(tx, record)?, partner, record_name, partner_name: name(tx, inside, partner)? })
    }

    /// Writes the change into the activity of both sides and tells both.
    pub(super) fn tell(
        &self,
        tx: &mut Tx,
        inside: &Inside,
        act: &'static str,
        change: &mails::Change,
        now: Timestamp,
    ) -> Result<(), Error> {
        let detail = format!("{}: {}", self.record_name, self.partner_name);
        audit::write(tx, inside, &Entry::activity(self.partner, now, act, detail.clone()))?;
        let letter = mails::to_partner(change, &self.record_name, &zone_of(tx, self.partner)?);
        notices::tell_current(tx, inside, self.partner, &letter, now)?;
        let Some(owner) = self.owner else { return Ok(()) };
        audit::write(tx, inside, &Entry::activity(owner, now, act, detail))?;
        let zone = zone_of(tx, owner)?;
        let letter = mails::to_owner(change, &self.record_name, &self.partner_name, &zone);
        notices::tell(tx, inside, owner, &letter, now)
    }
}
