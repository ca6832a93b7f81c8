//! How a patient hears that somebody took a report away: by a mail or a push notice at once, by one mail each morning, or in the
//! app alone.
//!
//! What waits for the morning is taken out in the transaction that writes the mail: of several workers one finds it, and one
//! that dies in between has taken nothing.

use crate::{
    access::Entered,
    actor::{Actor, Who},
    db::{Tx, params, statements},
    error::Error,
    inside::{Inside, Store, new_id},
    keys::place,
    mails::{self, Download},
    notices,
    own::Own,
    push::push,
    records::open_name,
    reports::Report,
    standing::words,
    words::zone,
};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde::{Deserialize, Serialize};
use sharing::{AccountId, Duty, Id, RecordId, Standing};
use std::{collections::BTreeMap, sync::Arc};

statements! {
    OWNER = "select a.id, a.download_notices, a.zone, r.name from records r join accounts a on a.id = r.account where r.id = $1";
    NAME = "select name from accounts where id = $1";
    WAIT = "insert into download_notices (id, account, record, sealed, made_at, due_at) values ($1, $2, $3, $4, $5, $6)";
    DUE = "select distinct account from download_notices where due_at <= $1 order by account limit 100";
    TAKE = "delete from download_notices where account = $1 and due_at <= $2 returning id, record, sealed, made_at";
    ABOUT = "select r.name, a.zone from records r join accounts a on a.id = r.account where r.id = $1";
    DROP = "delete from download_notices where account = $1";
    CHOSEN = "select download_notices from accounts where id = $1";
    CHOOSE = "update accounts set download_notices = $2 where id = $1";
}

/// How a patient wants to hear of downloads by others. The view history has them all in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DownloadNotices {
    /// A mail for each.
    AtOnce,
    /// A notice to the browsers that show them; a mail while there is none.
    Push,
    /// One mail each morning, when there was any.
    Daily,
    /// No mail.
    InApp,
}

words!(DownloadNotices, choice_word, choice: AtOnce = "at once", Push = "push", Daily = "daily", InApp = "in the app");

/// A download that waits for the morning.
#[derive(Serialize, Deserialize)]
struct Waiting {
    who: String,
    what: String,
    receipt: String,
}

/// When the mail of the day goes out, where the patient lives.
const MORNING: i8 = 8;

/// Tells the patient in the way they chose, when it was somebody else.
pub(crate) fn tell(
    tx: &mut Tx,
    inside: &Inside,
    entered: &Entered,
    report: Report,
    receipt: &str,
) -> Result<(), Error> {
    if entered.standing == Standing::Owner {
        return Ok(());
    }
    let Some(row) = tx.query_one(OWNER, params![entered.record])? else { return Ok(()) };
    let (owner, zone) = (AccountId(row.id(0)?), zone(row.text(2)?)?);
    let taken = Waiting { who: who(tx, inside, entered)?, what: what(report), receipt: receipt.to_owned() };
    match choice(row.text(1)?)? {
        now @ (DownloadNotices::AtOnce | DownloadNotices::Push) => {
            let of = open_name(inside, entered.record, row.bytes(3)?)?;
            let download = told(taken, &of, entered.record, entered.now, &zone);
            if now == DownloadNotices::Push && push(tx, inside, owner, &download.notice(), entered.now)? > 0 {
                return Ok(());
            }
            notices::tell_about(tx, inside, owner, entered.record, &mails::downloaded(&download), entered.now)
        }
        DownloadNotices::Daily => wait(tx, inside, owner, entered, &taken, &zone),
        DownloadNotices::InApp => Ok(()),
    }
}

/// By name, so that the patient knows at once whether it is right.
fn who(tx: &mut Tx, inside: &Inside, entered: &Entered) -> Result<String, Error> {
    let Who::Account { id } = entered.who else { return Ok("An app or the operator of this server".to_owned()) };
    let row = tx.query_one(NAME, params![id])?.ok_or(Error::NotFound)?;
    let name = inside.keys.open_text(place("accounts", "name", id.0), row.bytes(0)?)?;
    Ok(match entered.standing {
        Standing::LinkedClinic { .. } => format!("{name}, of a clinic that you are linked to,"),
        _ => name,
    })
}

fn what(report: Report) -> String {
    let name = match report {
        Report::Agp(_) => "AGP report",
        Report::Daily(_) => "daily report",
    };
    let day = |day: jiff::civil::Date| day.strftime("%-d %B %Y").to_string();
    format!("the {name} for {} to {}", day(report.period().first), day(report.period().last))
}

fn told(taken: Waiting, of: &str, record: RecordId, at: Timestamp, zone: &TimeZone) -> Download {
    let Waiting { who, what, receipt } = taken;
    let at = at.to_zoned(zone.clone()).strftime("%-d %B %Y at %H:%M (%Z)").to_string();
    Download { who, what, of: of.to_owned(), at, receipt, record }
}

fn wait(
    tx: &mut Tx,
    inside: &Inside,
    owner: AccountId,
    entered: &Entered,
    taken: &Waiting,
    zone: &TimeZone,
) -> Result<(), Error> {
    let id = new_id();
    let plain = serde_json::to_vec(taken).map_err(Error::broken)?;
    let sealed = inside.keys.seal(waiting_place(id, owner), &plain)?;
    let due_at = next_morning(entered.now, zone)?;
    tx.execute(WAIT, params![id, owner, entered.record, sealed, entered.now, due_at]).map(drop)
}

fn waiting_place<'a>(id: Id, owner: AccountId) -> crate::keys::Place<'a> {
    place("download_notices", "sealed", id).of(owner.0)
}

fn next_morning(now: Timestamp, zone: &TimeZone) -> Result<Timestamp, Error> {
    let today = now.to_zoned(zone.clone()).date();
    let morning = |day: jiff::civil::Date| {
        Ok::<_, Error>(day.at(MORNING, 0, 0, 0).to_zoned(zone.clone()).map_err(Error::broken)?.timestamp())
    };
    let this = morning(today)?;
    if this > now { Ok(this) } else { morning(today.checked_add(1.day()).map_err(Error::broken)?) }
}

/// Drops what waits for somebody who leaves.
pub(crate) fn drop_for(tx: &mut Tx, account: AccountId) -> Result<(), Error> {
    tx.execute(DROP, params![account]).map(drop)
}

impl Own<'_> {
    /// How the account hears of downloads by others.
    pub fn download_notices(&mut self) -> Result<DownloadNotices, Error> {
        let (tx, _, account) = self.parts();
        choice(tx.query_one(CHOSEN, params![account])?.ok_or(Error::NotSignedIn)?.text(0)?)
    }

    /// Chooses how the account hears of downloads by others. It is told by mail: a thief cannot turn them off unseen.
    pub fn choose_download_notices(&mut self, chosen: DownloadNotices) -> Result<(), Error> {
        if self.download_notices()? == chosen {
            return Ok(());
        }
        let now = self.now();
        let (tx, inside, account) = self.parts();
        tx.execute(CHOOSE, params![account, choice_word(chosen)])?;
        if chosen == DownloadNotices::InApp {
            drop_for(tx, account)?;
        }
        notices::tell(tx, inside, account, &mails::notices_changed(chosen), now)?;
        self.audit("chose how to hear of downloads", choice_word(chosen).to_owned())
    }
}

impl Store {
    /// Writes the mail of the morning to whoever has downloads waiting; answers how many mails. Safe to repeat and to
    /// interrupt.
    pub async fn write_digests(&self, duty: &Actor) -> Result<u64, Error> {
        duty.on(Duty::Expire)?;
        let now = self.0.clock.now();
        let due = self.0.db.read(move |tx| tx.query(DUE, params![now])).await?;
        let mut written = 0;
        for row in &due {
            let (inside, account) = (Arc::clone(&self.0), AccountId(row.id(0)?));
            written += self.0.db.write(move |tx| digest(tx, &inside, account, now), |_| ()).await?;
        }
        Ok(written)
    }
}

fn digest(tx: &mut Tx, inside: &Inside, account: AccountId, now: Timestamp) -> Result<u64, Error> {
    let mut rows = tx.query(TAKE, params![account, now])?;
    let mut downloads: BTreeMap<RecordId, Vec<Download>> = BTreeMap::new();
    // An instant that cannot be read is found when its line is opened.
    rows.sort_by_key(|row| row.instant(3).unwrap_or(Timestamp::MIN));
    for row in &rows {
        let record = RecordId(row.id(1)?);
        let Some(about) = tx.query_one(ABOUT, params![record])? else { continue };
        let (of, zone) = (open_name(inside, record, about.bytes(0)?)?, zone(about.text(1)?)?);
        let plain = inside.keys.open(waiting_place(row.id(0)?, account), row.bytes(2)?)?;
        let taken = serde_json::from_slice(&plain).map_err(Error::broken)?;
        downloads.entry(record).or_default().push(told(taken, &of, record, row.instant(3)?, &zone));
    }
    let Some(first) = downloads.keys().next().copied() else { return Ok(0) };
    let letter = mails::digest(&downloads.into_values().collect::<Vec<_>>());
    notices::tell_about(tx, inside, account, first, &letter, now)?;
    Ok(1)
}

#[cfg(test)]
mod tests {
    use super::next_morning;
    use jiff::tz::TimeZone;

    #[test]
    fn the_next_morning_is_where_the_patient_lives() {
        for (zone, now, morning) in [
            ("Europe/Berlin", "2026-11-21T06:59:59Z", "2026-11-21T07:00:00Z"),
            ("Europe/Berlin", "2026-11-21T07:00:00Z", "2026-11-22T07:00:00Z"),
            ("Europe/Berlin", "2026-10-24T07:00:00Z", "2026-10-25T07:00:00Z"),
            ("America/Los_Angeles", "2026-11-21T09:00:00Z", "2026-11-21T16:00:00Z"),
            ("Asia/Kolkata", "2026-11-21T09:00:00Z", "2026-11-22T02:30:00Z"),
        ] {
            let zone = TimeZone::get(zone).expect("a zone of the list");
            let found = next_morning(now.parse().expect("an instant"), &zone).expect("a morning");
            assert_eq!(found.to_string(), morning);
        }
    }
}
