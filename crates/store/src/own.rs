//! The door to one's own account: settings, records, sessions, activity.

use crate::{
    actor::{self, Actor, Who},
    audit::{self, Entry, detail_column},
    db::{Row, Tx, params, statements},
    error::{Error, Invalid},
    inside::{Inside, Store},
    keys::place,
    leaving, lockdown, mails, notices,
    records::{self, Keeper, NewRecord},
    words::{unit, unit_word, valid_name, valid_two_letters, valid_zone},
};
use glucose::Unit;
use jiff::Timestamp;
use sharing::{AccountId, RecordId};
use std::sync::Arc;

statements! {
    SELECT = "select name, email, country, language, unit, zone, verified_at, made_at from accounts where id = $1";
    CHANGE = "update accounts set name = $2, country = $3, language = $4, unit = $5, zone = $6 where id = $1";
    RECORDS = "select id, name from records where account = $1 order by made_at, id";
    ACTIVITY = "select number, at, act, count, detail from audit where chain = $1 order by number desc limit $2";
    MESSAGES = "select id, sealed, made_at, sent_at, kind, refused_at from outbox where account = $1 and channel <> 'push' \
        order by made_at desc, id desc limit $2";
    PHRASE = "select phrase from accounts where id = $1";
    SET_PHRASE = "update accounts set phrase = $2 where id = $1";
}

/// Being let in to one's own account, for as long as one job runs.
pub struct Own<'a> {
    pub(crate) tx: &'a mut Tx,
    pub(crate) inside: &'a Inside,
    pub(crate) account: AccountId,
    pub(crate) proved_at: Option<Timestamp>,
    pub(crate) now: Timestamp,
}

/// An account, as its owner sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// Which.
    pub id: AccountId,
    /// The person's name.
    pub name: String,
    /// The address.
    pub email: String,
    /// Two letters.
    pub country: String,
    /// Two letters.
    pub language: String,
    /// The unit to show.
    pub unit: Unit,
    /// A name of the IANA list.
    pub zone: String,
    /// When the address was confirmed.
    pub verified_at: Option<Timestamp>,
    /// Since when.
    pub made_at: Timestamp,
}

/// What can be changed of an account without a fresh proof.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountSettings {
    /// The person's name.
    pub name: String,
    /// Two letters.
    pub country: String,
    /// Two letters.
    pub language: String,
    /// The unit to show.
    pub unit: Unit,
    /// A name of the IANA list.
    pub zone: String,
}

/// Something that happened to an account.
#[derive(Clone, Debug, PartialEq)]
pub struct ActivityLine {
    /// When.
    pub at: Timestamp,
    /// What, in the audit's words.
    pub what: String,
    /// How often.
    pub count: u32,
    /// From where, or which.
    pub detail: String,
}

/// A message that was sent to the account, so that a suspicious mail can be checked.
#[derive(Clone, Debug, PartialEq)]
pub struct SentMessage {
    /// Its subject.
    pub subject: String,
    /// Its words; links have lost what opened something.
    pub text: String,
    /// When it was written.
    pub made_at: Timestamp,
    /// When it went out.
    pub sent_at: Option<Timestamp>,
    /// When it was given up: the address does not take it.
    pub refused_at: Option<Timestamp>,
}

impl Store {
    /// Lets somebody in to their own account and runs `job` there, in one write transaction.
    pub async fn with_account<T, F>(&self, who: &Actor, mut job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'a> FnMut(&mut Own<'a>) -> Result<T, Error> + Send + 'static,
    {
        let Who::Account { id } = who.who else { return Err(Error::NotSignedIn) };
        let inside = Arc::clone(&self.0);
        let (proved_at, now) = (who.proved_at, inside.clock.now());
        let work = move |tx: &mut Tx| {
            leaving::refuse(tx, id)?;
            lockdown::refuse(tx, id)?;
            job(&mut Own { tx, inside: &inside, account: id, proved_at, now })
        };
        self.0.db.write(work, |_| ()).await
    }
}

impl Own<'_> {
    /// Refuses unless the person proved lately that it is them: for whatever changes who can see what, or how to sign in.
    pub fn fresh(&self) -> Result<(), Error> {
        actor::fresh(self.proved_at, self.now)
    }

    /// The account itself.
    pub fn account(&mut self) -> Result<Account, Error> {
        let row = self.tx.query_one(SELECT, params![self.account])?.ok_or(Error::NotSignedIn)?;
        let text = |column, at| self.inside.keys.open_text(place("accounts", column, self.account.0), row.bytes(at)?);
        Ok(Account {
            id: self.account,
            name: text("name", 0)?,
            email: text("email", 1)?,
            country: row.text(2)?.to_owned(),
            language: row.text(3)?.to_owned(),
            unit: unit(row.text(4)?)?,
            zone: row.text(5)?.to_owned(),
            verified_at: row.opt_instant(6)?,
            made_at: row.instant(7)?,
        })
    }

    /// The records that the account owns, oldest first, with their names.
    pub fn records(&mut self) -> Result<Vec<(RecordId, String)>, Error> {
        let rows = self.tx.query(RECORDS, params![self.account])?;
        let line = |row: &Row| {
            let record = RecordId(row.id(0)?);
            Ok((record, records::open_name(self.inside, record, row.bytes(1)?)?))
        };
        rows.iter().map(line).collect()
    }

    /// Another record of the same account: a child's, say.
    pub fn add_record(&mut self, new: &NewRecord) -> Result<RecordId, Error> {
        let record = records::insert(self.tx, self.inside, Keeper::Account(self.account), new, self.now)?;
        self.audit("made a record", record.to_string())?;
        Ok(record)
    }

    /// Changes name, country, language, unit and zone.
    pub fn change_settings(&mut self, new: &AccountSettings) -> Result<(), Error> {
        valid_name(&new.name)?;
        valid_two_letters(&new.country, Invalid::Country)?;
        valid_two_letters(&new.language, Invalid::Language)?;
        valid_zone(&new.zone)?;
        let name = self.inside.keys.seal(place("accounts", "name", self.account.0), new.name.trim().as_bytes())?;
        let (country, language, zone) = (new.country.as_str(), new.language.as_str(), new.zone.as_str());
        self.tx.execute(CHANGE, params![self.account, name, country, language, unit_word(new.unit), zone])?;
        self.audit("changed settings", String::new())
    }

    /// What happened to the account, newest first.
    pub fn activity(&mut self, most: u32) -> Result<Vec<ActivityLine>, Error> {
        let rows = self.tx.query(ACTIVITY, params![self.account, most])?;
        let line = |row: &Row| {
            let column = detail_column(row.int(0)?);
            let detail = match row.bytes(4)? {
                [] => String::new(),
                sealed => self.inside.keys.open_text(place("audit", &column, self.account.0), sealed)?,
            };
            Ok(ActivityLine { at: row.instant(1)?, what: row.text(2)?.to_owned(), count: row.count(3)?, detail })
        };
        rows.iter().map(line).collect()
    }

    /// The messages that were sent to the account, newest first.
    pub fn messages(&mut self, most: u32) -> Result<Vec<SentMessage>, Error> {
        let address = self.account()?.email;
        let rows = self.tx.query(MESSAGES, params![self.account, most])?;
        let line = |row: &Row| {
            let mail = crate::outbox::open(self.inside, row.id(0)?, Some(self.account), row.bytes(1)?)?;
            if mails::says_whose_address_it_is(row.text(4)?, &mail, &address) {
                return Ok(None);
            }
            Ok(Some(SentMessage {
                subject: mail.subject,
                text: crate::outbox::readable(&mail.text),
                made_at: row.instant(2)?,
                sent_at: row.opt_instant(3)?,
                refused_at: row.opt_instant(5)?,
            }))
        };
        rows.iter().filter_map(|row| line(row).transpose()).collect()
    }

    /// The person's own phrase, by which they know our mails.
    pub fn phrase(&mut self) -> Result<Option<String>, Error> {
        let row = self.tx.query_one(PHRASE, params![self.account])?.ok_or(Error::NotSignedIn)?;
        let open = |sealed| self.inside.keys.open_text(place("accounts", "phrase", self.account.0), sealed);
        row.opt_bytes(0)?.map(open).transpose()
    }

    /// Chooses a phrase of 3 to 60 characters in one line, or none. Every address is told, with the new one.
    pub fn set_phrase(&mut self, phrase: &str) -> Result<(), Error> {
        self.fresh()?;
        let phrase = phrase.trim();
        let fits = (3..=60).contains(&phrase.chars().count()) && !phrase.chars().any(char::is_control);
        if !phrase.is_empty() && !fits {
            return Err(Error::Invalid(Invalid::Phrase));
        }
        let seal = || self.inside.keys.seal(place("accounts", "phrase", self.account.0), phrase.as_bytes());
        let sealed = (!phrase.is_empty()).then(seal).transpose()?;
        self.tx.execute(SET_PHRASE, params![self.account, sealed])?;
        self.audit(if phrase.is_empty() { "took the phrase away" } else { "chose a phrase" }, String::new())?;
        notices::tell(self.tx, self.inside, self.account, &mails::phrase_changed(), self.now)
    }

    /// The transaction, the rest of the house, and whose account it is.
    pub(crate) fn parts(&mut self) -> (&mut Tx, &Inside, AccountId) {
        (self.tx, self.inside, self.account)
    }

    /// When this job began.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    pub(crate) fn audit(&mut self, act: &'static str, detail: String) -> Result<(), Error> {
        audit::write(self.tx, self.inside, &Entry::activity(self.account, self.now, act, detail))
    }
}
