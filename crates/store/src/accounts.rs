//! Accounts: signing up, confirming the address, and what belongs to an account.

use crate::{
    actor::Origin,
    audit::{self, Entry},
    db::{Tx, params, statements},
    error::{Error, Invalid},
    inside::{Inside, Store, new_id},
    keys::place,
    mails, notices, outbox,
    records::{self, NewRecord},
    recovery::contact_changes,
    throttle,
    tokens::{self, Kind},
    words::{unit_word, valid_name, valid_two_letters, valid_zone},
};
use glucose::Unit;
use jiff::{Timestamp, civil::Date};
use sharing::{AccountId, Email};
use std::sync::Arc;

statements! {
    BY_EMAIL = "select account from emails where hash = $1";
    INSERT = "insert into accounts (id, name, email, password, country, language, unit, zone, verified_at, made_at, password_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)";
    INSERT_EMAIL = "insert into emails (hash, account, since_at) values ($1, $2, $3)";
    VERIFY = "update accounts set verified_at = $2 where id = $1 and verified_at is null";
    PASSWORD = "select password from accounts where id = $1";
    VERIFIED = "select verified_at from accounts where id = $1";
}

/// What somebody brings who signs up.
#[derive(Clone)]
pub struct NewAccount {
    /// The address; the account counts as verified once a mail sent there was answered.
    pub email: Email,
    /// As typed.
    pub password: String,
    /// The person's name.
    pub name: String,
    /// Patients only.
    pub born_on: Option<Date>,
    /// Two letters.
    pub country: String,
    /// Two letters.
    pub language: String,
    /// The unit to show.
    pub unit: Unit,
    /// A name of the IANA list.
    pub zone: String,
    /// Whether the person brings data of their own.
    pub with_record: bool,
}

impl std::fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewAccount(…)")
    }
}

impl NewAccount {
    /// Checks everything but the password.
    fn check(&self, now: Timestamp) -> Result<(), Error> {
        valid_name(&self.name)?;
        valid_two_letters(&self.country, Invalid::Country)?;
        valid_two_letters(&self.language, Invalid::Language)?;
        valid_zone(&self.zone)?;
        records::valid_birth(self.born_on, now)
    }

    fn record(&self) -> NewRecord {
        NewRecord { name: self.name.clone(), born_on: self.born_on, unit: self.unit, zone: self.zone.clone() }
    }
}

impl Store {
    /// Signs somebody up and sends a mail to confirm the address. The answer is the same when the address has an
    /// account already; then that account's owner gets a mail instead.
    pub async fn sign_up(&self, new: NewAccount, origin: Origin) -> Result<(), Error> {
        let now = self.0.clock.now();
        new.check(now)?;
        self.0.passwords.strong(&new.password, &[&new.name, new.email.as_str()], new.born_on)?;
        let tries = throttle::sign_up_tries(&self.0.keys, &origin);
        self.0.db.write(move |tx| throttle::begin(tx, &tries, now), |()| ()).await?;
        let password = self.0.passwords.hash(&new.password).await?;
        let inside = Arc::clone(&self.0);
        let work = move |tx: &mut Tx| match taken(tx, &inside, &new.email, now)? {
            Some(known) => {
                // A new account would make one key, and one more for its record.
                inside.keys.no_new_key()?;
                if new.with_record {
                    inside.keys.no_new_key()?;
                }
                mail_known(tx, &inside, known, now)
            }
            None => {
                let account = insert(tx, &inside, &new, &password, None, now)?;
                audit::write(tx, &inside, &Entry::activity(account, now, "signed up", origin.line()))?;
                mail_confirmation(tx, &inside, account, now)
            }
        };
        self.0.db.write(work, |()| ()).await
    }

    /// Confirms the address to which the token was sent. Works once, within a day.
    pub async fn confirm_email(&self, token: &str) -> Result<(), Error> {
        let (inside, hash) = (Arc::clone(&self.0), tokens::hash(token));
        let now = self.0.clock.now();
        let work = move |tx: &mut Tx| {
            let account = tokens::take(tx, Kind::Confirm, &hash, now)?.ok_or(Error::Invalid(Invalid::Token))?.account;
            tx.execute(VERIFY, params![account, now])?;
            audit::write(tx, &inside, &Entry::activity(account, now, "confirmed the address", String::new()))
        };
        self.0.db.write(work, |()| ()).await
    }
}

/// Whose address this is.
pub(crate) fn by_email(tx: &mut Tx, inside: &Inside, email: &Email) -> Result<Option<AccountId>, Error> {
    let row = tx.query_one(BY_EMAIL, params![inside.keys.find_by("email", &email.key())])?;
    row.map(|row| row.id(0).map(AccountId)).transpose()
}

/// Who has this address, or had it so lately that it can still go back to them.
pub(crate) fn taken(tx: &mut Tx, inside: &Inside, email: &Email, now: Timestamp) -> Result<Option<AccountId>, Error> {
    let account = by_email(tx, inside, email)?;
    if account.is_some() { Ok(account) } else { contact_changes::kept_free_for(tx, inside, email, now) }
}

/// The kept hash of an account's password.
pub(crate) fn password(tx: &mut Tx, account: AccountId) -> Result<String, Error> {
    Ok(tx.query_one(PASSWORD, params![account])?.ok_or(Error::Unavailable)?.text(0)?.to_owned())
}

/// Keeps a new account, and its first record when it brings one.
pub(crate) fn insert(
    tx: &mut Tx,
    inside: &Inside,
    new: &NewAccount,
    password: &str,
    verified_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<AccountId, Error> {
    let id = new_id();
    let account = AccountId(id);
    inside.keys.new_account(account, now)?;
    let name = inside.keys.seal(place("accounts", "name", id), new.name.trim().as_bytes())?;
    let email = inside.keys.seal(place("accounts", "email", id), new.email.as_str().as_bytes())?;
    tx.execute(
        INSERT,
        params![
            account,
            name,
            email,
            password,
            new.country.as_str(),
            new.language.as_str(),
            unit_word(new.unit),
            new.zone.as_str(),
            verified_at,
            now
        ],
    )?;
    tx.execute(INSERT_EMAIL, params![inside.keys.find_by("email", &new.email.key()), account, now])?;
    if new.with_record {
        records::insert(tx, inside, records::Keeper::Account(account), &new.record(), now)?;
    }
    Ok(account)
}

/// Sends a link that confirms the address, to that address alone.
pub(crate) fn mail_confirmation(tx: &mut Tx, inside: &Inside, account: AccountId, now: Timestamp) -> Result<(), Error> {
    if outbox::enough_of(tx, account, mails::CONFIRM, now)? {
        return Ok(());
    }
    let token = tokens::make(tx, Kind::Confirm, account, now)?;
    notices::tell_current(tx, inside, account, &mails::confirm(token), now)
}

fn mail_known(tx: &mut Tx, inside: &Inside, account: AccountId, now: Timestamp) -> Result<(), Error> {
    let row = tx.query_one(VERIFIED, params![account])?.ok_or(Error::NotFound)?;
    // Whoever signed up before and lost the mail gets another link; whoever is confirmed is told of the try.
    if row.opt_int(0)?.is_none() {
        mail_confirmation(tx, inside, account, now)
    } else if outbox::enough_of(tx, account, mails::KNOWN_ADDRESS, now)? {
        Ok(())
    } else {
        notices::tell(tx, inside, account, &mails::known_address(), now)
    }
}
