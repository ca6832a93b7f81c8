//! Who is told what: letters to every address on file, with the person's own phrase and a way to lock the account.

use crate::{
    db::{Row, Tx, params, statements},
    error::Error,
    inside::{Inside, new_id},
    keys::place,
    mails::{Letter, Reader},
    outbox::{self, Channel, Mail, NewMessage},
    tokens::{self, Kind},
};
use jiff::Timestamp;
use sharing::{AccountId, RecordId};

statements! {
    READER = "select name, email, phrase, (select count(*) from grants where partner = $1) from accounts where id = $1";
    // An address that was changed lately may be the one that its owner still reads.
    FORMER = "select id, old from contact_changes where account = $1 and kind = 'email' and undo_until_at > $2 and undone_at is null \
        order by made_at, id";
}

/// Tells an account at every address on file.
pub(crate) fn tell(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    letter: &Letter,
    now: Timestamp,
) -> Result<(), Error> {
    let person = Person::read(tx, inside, account)?;
    person
        .addresses(tx, inside, now)?
        .iter()
        .try_for_each(|address| person.write(tx, inside, address, None, letter, now))
}

/// The last word to somebody whose account is about to be purged: it stands in nobody's list, and goes once it was sent.
pub(crate) fn farewell(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    letter: &Letter,
    now: Timestamp,
) -> Result<(), Error> {
    let person = Person::read(tx, inside, account)?;
    for address in &person.addresses(tx, inside, now)? {
        // Sealed under no key of the account, which is gone: the phrase stays out of it.
        let reader = Reader { name: &person.name, address, phrase: None, lock: None };
        let (channel, kind, mail) = (Channel::Mail, letter.kind, letter.to(&reader));
        outbox::put(tx, inside, &NewMessage { account: None, record: None, channel, kind, mail }, now)?;
    }
    Ok(())
}

/// Tells an account at the one address that was on file longest: whoever changed it lately may not be the owner.
pub(crate) fn tell_trusted(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    letter: &Letter,
    now: Timestamp,
) -> Result<(), Error> {
    let person = Person::read(tx, inside, account)?;
    let former = former(tx, inside, account, now)?;
    person.write(tx, inside, former.first().unwrap_or(&person.email), None, letter, now)
}

/// The address of an account.
pub(crate) fn address(tx: &mut Tx, inside: &Inside, account: AccountId) -> Result<String, Error> {
    Ok(Person::read(tx, inside, account)?.email)
}

/// Tells an account about a record; gone with the access to it, if it was not sent by then.
pub(crate) fn tell_about(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    record: RecordId,
    letter: &Letter,
    now: Timestamp,
) -> Result<(), Error> {
    let person = Person::read(tx, inside, account)?;
    person.write(tx, inside, &person.email, Some(record), letter, now)
}

/// Tells an account at its current address and nowhere else: what opens something.
pub(crate) fn tell_current(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    letter: &Letter,
    now: Timestamp,
) -> Result<(), Error> {
    let person = Person::read(tx, inside, account)?;
    person.write(tx, inside, &person.email, None, letter, now)
}

/// Asks at an address of which nobody knows yet whose it is: the phrase is not told there.
pub(crate) fn ask_at(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    address: &str,
    letter: &Letter,
    now: Timestamp,
) -> Result<(), Error> {
    let person = Person { phrase: None, ..Person::read(tx, inside, account)? };
    person.write(tx, inside, address, None, letter, now)
}

/// Tells an account at one address: the former one.
pub(crate) fn tell_at(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    address: &str,
    letter: &Letter,
    now: Timestamp,
) -> Result<(), Error> {
    Person::read(tx, inside, account)?.write(tx, inside, address, None, letter, now)
}

/// A letter as it goes to an account's current address, to be put into the outbox by whoever asks.
pub(crate) fn written(tx: &mut Tx, inside: &Inside, account: AccountId, letter: &Letter) -> Result<Mail, Error> {
    let person = Person::read(tx, inside, account)?;
    Ok(letter.to(&Reader { name: &person.name, address: &person.email, phrase: person.phrase.as_deref(), lock: None }))
}

/// Sends a text message to a phone.
pub(crate) fn text(tx: &mut Tx, inside: &Inside, account: AccountId, mail: Mail, now: Timestamp) -> Result<(), Error> {
    let message = NewMessage { account: Some(account), record: None, channel: Channel::Sms, kind: "phone left", mail };
    outbox::put(tx, inside, &message, now)
}

/// The same work as [`tell_current`] for an account that there is not, so that the time tells strangers nothing; nothing is kept.
pub(crate) fn tell_nobody(tx: &mut Tx, inside: &Inside, letter: &Letter, now: Timestamp) -> Result<(), Error> {
    tx.query_one(READER, params![AccountId(new_id())])?;
    let mail = letter.to(&Reader { name: "Nobody", address: "nobody@example.org", phrase: None, lock: None });
    let message = NewMessage { account: None, record: None, channel: Channel::Mail, kind: letter.kind, mail };
    outbox::put_and_take_back(tx, inside, &message, now)
}

struct Person {
    account: AccountId,
    name: String,
    email: String,
    phrase: Option<String>,
    follows: bool,
}

impl Person {
    fn read(tx: &mut Tx, inside: &Inside, account: AccountId) -> Result<Self, Error> {
        let row = tx.query_one(READER, params![account])?.ok_or(Error::NotFound)?;
        let open = |column, sealed| inside.keys.open_text(place("accounts", column, account.0), sealed);
        Ok(Self {
            account,
            name: open("name", row.bytes(0)?)?,
            email: open("email", row.bytes(1)?)?,
            phrase: row.opt_bytes(2)?.map(|sealed| open("phrase", sealed)).transpose()?,
            follows: row.int(3)? > 0,
        })
    }

    /// The current address, then those that were left lately.
    fn addresses(&self, tx: &mut Tx, inside: &Inside, now: Timestamp) -> Result<Vec<String>, Error> {
        let mut addresses = former(tx, inside, self.account, now)?;
        addresses.insert(0, self.email.clone());
        Ok(addresses)
    }

    fn write(
        &self,
        tx: &mut Tx,
        inside: &Inside,
        address: &str,
        record: Option<RecordId>,
        letter: &Letter,
        now: Timestamp,
    ) -> Result<(), Error> {
        let lock = letter.security.then(|| tokens::make_more(tx, Kind::Lockdown, self.account, now, None));
        let reader = Reader { name: &self.name, address, phrase: self.phrase.as_deref(), lock: lock.transpose()? };
        let mail = if self.follows { letter.clone().for_care_partner().to(&reader) } else { letter.to(&reader) };
        let (account, channel, kind) = (Some(self.account), Channel::Mail, letter.kind);
        outbox::put(tx, inside, &NewMessage { account, record, channel, kind, mail }, now)
    }
}

fn former(tx: &mut Tx, inside: &Inside, account: AccountId, now: Timestamp) -> Result<Vec<String>, Error> {
    let rows = tx.query(FORMER, params![account, now])?;
    let address =
        |row: &Row| inside.keys.open_text(place("contact_changes", "old", row.id(0)?).of(account.0), row.bytes(1)?);
    rows.iter().map(address).collect()
}
