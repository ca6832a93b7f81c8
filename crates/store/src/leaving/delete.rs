//! Deleting an account: sharing ends at once, the data stay sealed for a while, and the person can come back.

use crate::{
    actor::{self, Actor},
    audit::{self, Entry},
    clinic,
    db::{Sql, Tx, params, statements},
    downloads,
    error::{Conflict, Error, Invalid},
    inside::{Inside, Store},
    keys::place,
    link, lockdown, mails,
    news::Told,
    notices,
    own::Own,
    passes, push, share, tokens,
    words::zone,
};
use jiff::{SignedDuration, Timestamp};
use sharing::{AccountId, ClinicId, Email, RecordId};
use std::sync::Arc;

statements! {
    STATE = "select delete_at from accounts where id = $1";
    ZONE = "select zone from accounts where id = $1";
    ADDRESS = "select email from accounts where id = $1";
    RECORDS = "select id from records where account = $1 order by made_at, id";
    SET = "update accounts set delete_at = $2 where id = $1";
    GRANTS_ON = "delete from grants where record = $1";
    APPS_ON = "delete from app_tokens where record = $1";
    PULLS_ON = "delete from pulls where record = $1";
    UNSENT_ABOUT = "delete from outbox where record = $1 and sent_at is null";
    FOLLOWED = "delete from grants where partner = $1 returning record";
    UNSENT_TO = "delete from outbox where account = $1 and record is not null and sent_at is null";
    OTHER_SESSIONS = "delete from sessions where account = $1 and hash <> $2";
    HALF = "delete from half_sign_ins where account = $1";
    FAREWELLS = "delete from outbox where account is null and (sent_at is not null or made_at <= $1)";
    NAMES = "select id, name from records where account = $1 order by made_at, id";
    LET_IN = "select count(*) from grants g join records r on r.id = g.record where r.account = $1";
    LINKED = "select count(*) from links l join records r on r.id = l.record where r.account = $1";
    APPS = "select count(*) from app_tokens t join records r on r.id = t.record where r.account = $1";
    FOLLOWS = "select count(*) from grants where partner = $1";
    MEMBER_OF = "select c.id, c.name from clinic_members m join clinics c on c.id = m.clinic where m.account = $1 \
        and c.closed_at is null order by m.since_at, c.id";
}

/// What deleting an account would end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// The names of its records.
    pub records: Vec<String>,
    /// How many people were let in to them.
    pub care_partners: u32,
    /// How many clinics they are linked to.
    pub linked_clinics: u32,
    /// How many apps have a token of one of them.
    pub apps: u32,
    /// How many records of others the account follows.
    pub following: u32,
    /// The clinics that the person works at.
    pub memberships: Vec<String>,
    /// The clinics that would have no admin any more: those keep the person here.
    pub sole_admin_of: Vec<(ClinicId, String)>,
    /// Until when it could be restored, if it were deleted now.
    pub until: Timestamp,
}

/// Refuses an account that is leaving: it has nothing but the way back and the way out.
pub(crate) fn refuse(tx: &mut Tx, account: AccountId) -> Result<(), Error> {
    state(tx, account)?.map_or(Ok(()), |until| Err(Error::Leaving { until }))
}

fn state(tx: &mut Tx, account: AccountId) -> Result<Option<Timestamp>, Error> {
    tx.query_one(STATE, params![account])?.map_or(Ok(None), |row| row.opt_instant(0))
}

/// Drops last messages to people who are gone: once they went out, and after a week in any case.
pub(crate) fn tidy(tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
    let week_ago = now.saturating_sub(SignedDuration::from_hours(7 * 24)).unwrap_or(Timestamp::MIN);
    tx.execute(FAREWELLS, params![week_ago])
}

impl Own<'_> {
    /// What deleting the account would end.
    pub fn leaving(&mut self) -> Result<Leaving, Error> {
        let until = until(self.now(), self.parts().1);
        let (tx, inside, account) = self.parts();
        let mut count = |sql: Sql| tx.query_one(sql, params![account])?.ok_or(Error::Unavailable)?.count(0);
        let [care_partners, linked_clinics] = [count(LET_IN)?, count(LINKED)?];
        let [apps, following] = [count(APPS)?, count(FOLLOWS)?];
        let mut names = |sql: Sql, table: &str| {
            let rows = tx.query(sql, params![account])?;
            let name = |row: &crate::db::Row| inside.keys.open_text(place(table, "name", row.id(0)?), row.bytes(1)?);
            rows.iter().map(name).collect::<Result<Vec<String>, Error>>()
        };
        let (records, memberships) = (names(NAMES, "records")?, names(MEMBER_OF, "clinics")?);
        let sole_admin_of = clinic::sole(tx, inside, account)?;
        Ok(Leaving { sole_admin_of, records, care_partners, linked_clinics, apps, following, memberships, until })
    }
}

/// The last instant at which what was deleted or closed now can be brought back.
pub(crate) fn until(now: Timestamp, inside: &Inside) -> Timestamp {
    let kept = SignedDuration::from_hours(24 * i64::from(inside.keep_deleted_days));
    now.saturating_add(kept).unwrap_or(Timestamp::MAX)
}

impl Store {
    /// Deletes an account, of which `typed` is the address: all sharing ends at once, as do all sessions but the one of
    /// `token`. Answers until when it can be restored.
    pub async fn leave(&self, who: &Actor, token: &str, typed: &str) -> Result<Timestamp, Error> {
        let account = who.account().ok_or(Error::NotSignedIn)?;
        actor::fresh(who.proved_at, self.0.clock.now())?;
        let inside = Arc::clone(&self.0);
        let (hash, typed) = (tokens::hash(token), typed.to_owned());
        let now = self.0.clock.now();
        let work = move |tx: &mut Tx| {
            refuse(tx, account)?;
            lockdown::refuse(tx, account)?;
            confirmed(tx, &inside, account, &typed)?;
            if !clinic::sole(tx, &inside, account)?.is_empty() {
                return Err(Error::Conflict(Conflict::LastAdmin));
            }
            end_sharing(tx, &inside, account, now)?;
            tx.execute(OTHER_SESSIONS, params![account, hash])?;
            push::end_all(tx, account)?;
            tx.tell(Told::SessionsEnded(account));
            tx.execute(HALF, params![account])?;
            let until = until(now, &inside);
            tx.execute(SET, params![account, until])?;
            audit::write(tx, &inside, &Entry::activity(account, now, "deleted the account", until.to_string()))?;
            let letter = mails::leaving(&day(tx, account, until)?);
            notices::tell(tx, &inside, account, &letter, now)?;
            Ok(until)
        };
        self.0.db.write(work, |_| ()).await
    }

    /// Brings an account back that is leaving: its records too, and no sharing.
    pub async fn restore(&self, who: &Actor) -> Result<(), Error> {
        let account = who.account().ok_or(Error::NotSignedIn)?;
        let inside = Arc::clone(&self.0);
        let now = self.0.clock.now();
        let work = move |tx: &mut Tx| {
            lockdown::refuse(tx, account)?;
            // From the last instant on the purge may have begun, and then nothing is brought back.
            state(tx, account)?.filter(|until| now < *until).ok_or(Error::NotFound)?;
            tx.execute(SET, params![account, None::<Timestamp>])?;
            audit::write(tx, &inside, &Entry::activity(account, now, "restored the account", String::new()))?;
            notices::tell(tx, &inside, account, &mails::restored(), now)
        };
        self.0.db.write(work, |()| ()).await
    }

    /// Ends the time in which an account could come back, and purges it.
    pub async fn purge_now(&self, who: &Actor, typed: &str) -> Result<(), Error> {
        let account = who.account().ok_or(Error::NotSignedIn)?;
        actor::fresh(who.proved_at, self.0.clock.now())?;
        let (inside, typed) = (Arc::clone(&self.0), typed.to_owned());
        let now = self.0.clock.now();
        let work = move |tx: &mut Tx| {
            state(tx, account)?.ok_or(Error::NotFound)?;
            lockdown::refuse(tx, account)?;
            confirmed(tx, &inside, account, &typed)?;
            tx.execute(SET, params![account, now])?;
            audit::write(tx, &inside, &Entry::activity(account, now, "asked to be gone now", String::new()))?;
            notices::farewell(tx, &inside, account, &mails::purged(), now)
        };
        self.0.db.write(work, |()| ()).await?;
        // Should this break off, the worker's next round takes it up.
        self.purge(account).await.map(drop)
    }
}

/// The last day as the person reads it: where they live, and which clock is meant.
fn day(tx: &mut Tx, account: AccountId, until: Timestamp) -> Result<String, Error> {
    let row = tx.query_one(ZONE, params![account])?.ok_or(Error::NotSignedIn)?;
    Ok(until.to_zoned(zone(row.text(0)?)?).strftime("%-d %B %Y at %H:%M (%Z)").to_string())
}

/// The person typed the account's own address, so that nobody deletes by a slip.
fn confirmed(tx: &mut Tx, inside: &Inside, account: AccountId, typed: &str) -> Result<(), Error> {
    let row = tx.query_one(ADDRESS, params![account])?.ok_or(Error::NotSignedIn)?;
    let address = inside.keys.open_text(place("accounts", "email", account.0), row.bytes(0)?)?;
    let key = |text: &str| Email::parse(text).map(|email| email.key()).ok();
    let same = key(typed).is_some_and(|typed| key(&address) == Some(typed));
    if same { Ok(()) } else { Err(Error::Invalid(Invalid::Confirmation)) }
}

/// Grants, links, apps and waiting messages about the account's records, and its access to others'.
fn end_sharing(tx: &mut Tx, inside: &Inside, account: AccountId, now: Timestamp) -> Result<(), Error> {
    for row in tx.query(RECORDS, params![account])? {
        let record = row.id(0)?;
        link::end_all_of_record(tx, inside, account, RecordId(record), now)?;
        for end in [GRANTS_ON, APPS_ON, PULLS_ON, UNSENT_ABOUT] {
            tx.execute(end, params![record])?;
        }
        share::withdraw_all(tx, RecordId(record))?;
        passes::end_all(tx, RecordId(record))?;
        audit::write(tx, inside, &Entry::of_record(RecordId(record), account, now, "ended all sharing"))?;
        tx.tell(Told::access(RecordId(record)));
    }
    for row in tx.query(FOLLOWED, params![account])? {
        tx.tell(Told::access(RecordId(row.id(0)?)));
    }
    share::drop_requests(tx, account, now)?;
    tx.execute(UNSENT_TO, params![account])?;
    downloads::drop_for(tx, account)?;
    clinic::end_all(tx, inside, account, now)
}
