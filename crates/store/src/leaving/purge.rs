//! Purging: the keys of an account and its records are destroyed first, so that no copy can be read, then every row goes.
//!
//! ```text
//! 1  nobody finds it any more   address, sessions, tokens: one transaction, refused unless its time has come
//! 2  keys                       of each record and of the account, out of the key store and its file
//! 3  large rows                 originals, days and ids, some at a time, so that nobody waits long
//! 4  all other rows             one transaction, with the last line of each chain
//! 5  files                      the log of the database is folded back; what was deleted is overwritten
//! ```
//! Each step finds done what is done: whatever breaks off is taken up by the next round. **Invariant:** no row of the
//! account or its records stays, but the lines of the audit (`tests/it/purge.rs`).

use crate::{
    actor::{Actor, Who},
    audit::{self, Chain, Entry},
    db::{Sql, Tx, params, statements},
    error::Error,
    inside::Store,
    news::Told,
};
use jiff::Timestamp;
use sharing::{AccountId, Duty, Id, RecordId};
use std::sync::Arc;

statements! {
    DUE = "select id from accounts where delete_at <= $1 order by delete_at, id limit 20";
    IS_DUE = "select 1 from accounts where id = $1 and delete_at <= $2";
    RECORDS = "select id from records where account = $1 order by id";
    SOME_ORIGINALS = "delete from originals where record = $1 and number in \
        (select number from originals where record = $1 order by number limit 4)";
    SOME_DAYS = "delete from days where record = $1 and day in \
        (select day from days where record = $1 order by day limit 200)";
    SOME_IDS = "delete from datum_ids where record = $1 and hash in \
        (select hash from datum_ids where record = $1 order by hash limit 2000)";
    UPLOADS = "delete from uploads where record = $1";
    DEVICES = "delete from devices where record = $1";
    LATEST = "delete from latest where record = $1";
    REPORTS = "delete from reports_log where record = $1";
    APPS = "delete from app_tokens where record = $1";
    PULLS = "delete from pulls where record = $1";
    GRANTS = "delete from grants where record = $1";
    INVITATIONS = "delete from invitations where record = $1";
    PASSES = "delete from passes where record = $1";
    LINKS = "delete from links where record = $1 or profile = $1";
    CODES_OF_LINKS = "delete from link_codes where profile = $1";
    HANDOVERS = "delete from handovers where profile = $1";
    MERGES = "delete from merges where gone = $1 or kept = $1";
    FLAGS = "delete from flags where record = $1";
    NOTICES_ABOUT = "delete from download_notices where record = $1";
    ALERT_RULES = "delete from alert_rules where record = $1";
    ALERT_STATE = "delete from alert_state where record = $1";
    ALERT_ORDER = "delete from alert_order where record = $1";
    ALERT_CALLS = "delete from alert_calls where record = $1";
    ALERTS = "delete from alert_episodes where record = $1";
    // What others were told about it stays theirs.
    MESSAGES_ABOUT = "update outbox set record = null where record = $1";
    RECORD = "delete from records where id = $1";
    EMAILS = "delete from emails where account = $1";
    SESSIONS = "delete from sessions where account = $1";
    HALF = "delete from half_sign_ins where account = $1";
    TOKENS = "delete from tokens where account = $1";
    PUSH = "delete from push_subscriptions where account = $1";
    CHALLENGES = "delete from challenges where account = $1";
    KNOWN_DEVICES = "delete from known_devices where account = $1";
    FACTORS = "delete from factors where account = $1";
    CODES = "delete from recovery_codes where account = $1";
    CHANGES = "delete from contact_changes where account = $1";
    LOSSES = "delete from factor_losses where account = $1";
    LOCKDOWNS = "delete from lockdowns where account = $1";
    FOLLOWED = "delete from grants where partner = $1";
    ASKED = "delete from follow_requests where partner = $1";
    MEMBERSHIPS = "delete from clinic_members where account = $1";
    HANDED_OVER = "delete from handovers where account = $1";
    OWN_ALERT_RULES = "delete from alert_rules where account = $1";
    PLACES = "delete from alert_order where account = $1";
    CALLS = "delete from alert_calls where account = $1";
    CHANNELS = "delete from alert_channels where account = $1";
    TAKEN = "update alert_episodes set taken_by = null where taken_by = $1";
    NOTICES = "delete from download_notices where account = $1";
    MESSAGES = "delete from outbox where account = $1";
    ACCOUNT = "delete from accounts where id = $1";
}

/// Ways in: gone first.
const WAYS_IN: &[Sql] = &[EMAILS, SESSIONS, HALF, TOKENS, PUSH, CHALLENGES, KNOWN_DEVICES, FACTORS, CODES];

pub(super) const OF_RECORD: &[Sql] = &[
    UPLOADS,
    DEVICES,
    LATEST,
    REPORTS,
    APPS,
    PULLS,
    GRANTS,
    INVITATIONS,
    PASSES,
    LINKS,
    CODES_OF_LINKS,
    HANDOVERS,
    MERGES,
    FLAGS,
    NOTICES_ABOUT,
    ALERT_RULES,
    ALERT_STATE,
    ALERT_ORDER,
    ALERT_CALLS,
    ALERTS,
    MESSAGES_ABOUT,
    RECORD,
];

const OF_ACCOUNT: &[Sql] = &[
    CHANGES,
    LOSSES,
    LOCKDOWNS,
    FOLLOWED,
    ASKED,
    MEMBERSHIPS,
    HANDED_OVER,
    OWN_ALERT_RULES,
    PLACES,
    CALLS,
    CHANNELS,
    TAKEN,
    NOTICES,
    MESSAGES,
    ACCOUNT,
];

impl Store {
    /// Purges the accounts and clinics whose time is over; answers how many. Safe to repeat and to interrupt.
    pub async fn purge_due(&self, duty: &Actor) -> Result<u64, Error> {
        duty.on(Duty::Expire)?;
        let now = self.0.clock.now();
        let due = self.0.db.read(move |tx| tx.query(DUE, params![now])).await?;
        let (mut purged, mut failed) = (0, None);
        for row in &due {
            // One that fails keeps no other waiting.
            match self.purge(AccountId(row.id(0)?)).await {
                Ok(done) => purged += u64::from(done),
                Err(error) => failed = Some(error),
            }
        }
        purged += self.purge_clinics().await?;
        failed.map_or(Ok(purged), Err)
    }

    /// Purges one account, unless it was restored in time.
    pub(crate) async fn purge(&self, account: AccountId) -> Result<bool, Error> {
        let now = self.0.clock.now();
        let begin = move |tx: &mut Tx| begin(tx, account, now);
        let Some(records) = self.0.db.write(begin, |_| ()).await? else { return Ok(false) };
        self.destroy_keys(records.iter().map(|record| record.0).chain([account.0]).collect()).await?;
        for record in &records {
            self.drop_large_rows(*record).await?;
        }
        let inside = Arc::clone(&self.0);
        let end = move |tx: &mut Tx| end(tx, &inside, account, &records, now);
        self.0.db.write(end, |()| ()).await?;
        self.scrub().await?;
        Ok(true)
    }

    pub(crate) async fn destroy_keys(&self, ids: Vec<Id>) -> Result<(), Error> {
        let inside = Arc::clone(&self.0);
        let destroy = move |id: &Id| {
            inside.keys.destroy(*id)?;
            inside.forget(*id);
            // No transaction tells it: the key store has its own.
            inside.news.publish(&[Told::Purged(*id)]);
            Ok(())
        };
        self.0.db.read(move |_| ids.iter().try_for_each(&destroy)).await
    }

    pub(crate) async fn drop_large_rows(&self, record: RecordId) -> Result<(), Error> {
        for some in [SOME_ORIGINALS, SOME_DAYS, SOME_IDS] {
            while self.0.db.write(move |tx| tx.execute(some, params![record]), |_| ()).await? > 0 {}
        }
        Ok(())
    }

    /// The log of SQLite still holds what was deleted, until it is folded back.
    pub(crate) async fn scrub(&self) -> Result<(), Error> {
        let inside = Arc::clone(&self.0);
        self.0.db.read(move |_| inside.scrub()).await
    }
}

fn begin(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<Option<Vec<RecordId>>, Error> {
    if tx.query_one(IS_DUE, params![account, now])?.is_none() {
        return Ok(None);
    }
    for way in WAYS_IN {
        tx.execute(*way, params![account])?;
    }
    tx.tell(Told::SessionsEnded(account));
    let rows = tx.query(RECORDS, params![account])?;
    rows.iter().map(|row| row.id(0).map(RecordId)).collect::<Result<_, _>>().map(Some)
}

/// All rows about one record, but the large ones, which are gone already; its chain gets its last line.
pub(crate) fn end_record(
    tx: &mut Tx,
    inside: &crate::inside::Inside,
    record: RecordId,
    now: Timestamp,
) -> Result<(), Error> {
    audit::write(tx, inside, &Entry::last(Chain::Record(record), Who::Duty(Duty::Expire), now))?;
    OF_RECORD.iter().try_for_each(|rows| tx.execute(*rows, params![record]).map(drop))
}

fn end(
    tx: &mut Tx,
    inside: &crate::inside::Inside,
    account: AccountId,
    records: &[RecordId],
    now: Timestamp,
) -> Result<(), Error> {
    records.iter().try_for_each(|record| end_record(tx, inside, *record, now))?;
    audit::write(tx, inside, &Entry::last(Chain::Account(account), Who::Duty(Duty::Expire), now))?;
    OF_ACCOUNT.iter().try_for_each(|rows| tx.execute(*rows, params![account]).map(drop))
}
