//! Changes of e-mail and phone: the new one is confirmed first, the old one is told, and can undo it for 72 hours.
//!
//! ```text
//! asked        a link to the new address, 24 hours; whether it is taken is not told
//! confirmed    the account moves; the old address gets a link that undoes it
//! 72 hours     the old address is told of everything that happens, and nobody else can take it
//! undone       it goes back, with all later changes; every session ends
//! ```

use crate::{
    accounts,
    actor::Origin,
    audit::{self, Entry},
    db::{Tx, params, statements},
    devices,
    error::{Conflict, Error, Invalid},
    inside::{Inside, Store, new_id},
    keys::place,
    mails, notices,
    own::Own,
    sessions, sign_in, throttle,
    tokens::{self, Kind},
};
use jiff::{SignedDuration, Timestamp};
use sharing::{AccountId, Email, Id};
use std::sync::Arc;

statements! {
    INSERT = "insert into contact_changes (id, account, kind, old, hash, made_at, undo_until_at) \
        values ($1, $2, $3, $4, $5, $6, $7)";
    FIND = "select kind, old from contact_changes \
        where id = $1 and account = $2 and undo_until_at > $3 and undone_at is null";
    // Ids are ordered by time: what came later is undone with it.
    UNDONE = "update contact_changes set undone_at = $4 \
        where account = $1 and kind = $2 and id >= $3 and undone_at is null";
    KEPT_FREE = "select account from contact_changes \
        where hash = $1 and kind = 'email' and undo_until_at > $2 and undone_at is null order by id desc";
    OLDEST = "select id, old from contact_changes \
        where account = $1 and kind = $2 and undo_until_at > $3 and undone_at is null order by id limit 1";
    LEFT_LATELY = "select id from contact_changes \
        where account = $1 and hash = $2 and kind = 'email' and undo_until_at > $3 and undone_at is null order by id limit 1";
    HOLD = "update contact_changes set undo_until_at = $2 where account = $1 and undo_until_at > $3 and undone_at is null";
    EMAIL = "select email from accounts where id = $1";
    MOVE = "update accounts set email = $2, verified_at = $3 where id = $1";
    LEAVE_EMAIL = "delete from emails where account = $1";
    TAKE_EMAIL = "insert into emails (hash, account, since_at) values ($1, $2, $3)";
    LOCKED = "select locked_at from accounts where id = $1";
    LOCKDOWN = "select began_at from lockdowns where account = $1 and ended_at is null";
    DROP_PHONES = "delete from factors where account = $1 and kind = 'phone'";
    KEEP_PHONE = "insert into factors (id, account, kind, name, secret, credential, last_step, made_at, confirmed_at, used_at) \
        values ($1, $2, 'phone', $3, $4, null, -1, $5, $5, null)";
    DROP_CODES = "delete from recovery_codes where account = $1 \
        and not exists (select 1 from factors f where f.account = $1 and f.confirmed_at is not null)";
}

/// How long the old address or phone can undo a change.
const UNDO: SignedDuration = SignedDuration::from_hours(72);

/// How long they can while the account is locked.
const HELD: SignedDuration = SignedDuration::from_hours(90 * 24);

const EMAIL_KIND: &str = "email";
const PHONE_KIND: &str = "phone";

/// What was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contact {
    /// The e-mail address.
    Email,
    /// The phone number.
    Phone,
}

/// A change that was undone.
#[derive(Clone, PartialEq, Eq)]
pub struct Undone {
    /// What went back.
    pub contact: Contact,
    /// Starts lockdown, as the links in security mails do.
    pub lockdown: String,
}

impl std::fmt::Debug for Undone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Undone({:?})", self.contact)
    }
}

/// Refuses while a lockdown is on: until it has ended, no address or phone changes.
pub(crate) fn frozen(tx: &mut Tx, account: AccountId) -> Result<(), Error> {
    let locked = tx.query_one(LOCKED, params![account])?.ok_or(Error::NotSignedIn)?.opt_int(0)?.is_some();
    let is_frozen = locked || tx.query_one(LOCKDOWN, params![account])?.is_some();
    if is_frozen { Err(Error::Frozen) } else { Ok(()) }
}

/// The account was locked: what can be undone now stays so, so that no address of a thief's becomes the trusted one by waiting.
pub(crate) fn hold(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<(), Error> {
    let until = now.saturating_add(HELD).unwrap_or(Timestamp::MAX);
    tx.execute(HOLD, params![account, until, now])?;
    tokens::prolong(tx, Kind::UndoChange, account, until, now)
}

/// The account was unlocked by a link to the address that was on file longest: whoever reads it is the owner, and what was
/// changed since goes back.
pub(crate) fn take_back(tx: &mut Tx, inside: &Inside, account: AccountId, now: Timestamp) -> Result<(), Error> {
    for (kind, contact) in [(EMAIL_KIND, Contact::Email), (PHONE_KIND, Contact::Phone)] {
        let Some(row) = tx.query_one(OLDEST, params![account, kind, now])? else { continue };
        let change = Change { id: row.id(0)?, contact, old: row.bytes(1)?.to_vec() };
        give_back(tx, inside, account, &change, now)?;
        audit::write(tx, inside, &Entry::activity(account, now, contact.undone(), "unlocked".to_owned()))?;
    }
    Ok(())
}

/// Whose address this was lately: until the change can no longer be undone, nobody else takes it.
pub(crate) fn kept_free_for(
    tx: &mut Tx,
    inside: &Inside,
    email: &Email,
    now: Timestamp,
) -> Result<Option<AccountId>, Error> {
    let hash = inside.keys.find_by("email", &email.key());
    tx.query_one(KEPT_FREE, params![hash, now])?.map(|row| row.id(0).map(AccountId)).transpose()
}

impl Own<'_> {
    /// Asks at a new address whether it is this person's. The answer is the same when somebody else has it; then that
    /// account is told.
    pub fn ask_new_email(&mut self, new: &Email) -> Result<(), Error> {
        self.fresh()?;
        frozen(self.tx, self.account)?;
        if current_email(self.tx, self.inside, self.account)?.key() == new.key() {
            return Err(Error::Conflict(Conflict::Taken));
        }
        throttle::begin(self.tx, &throttle::contact_tries(&self.inside.keys, self.account), self.now)?;
        self.audit("asked to change the e-mail address", String::new())?;
        let other = accounts::taken(self.tx, self.inside, new, self.now)?.filter(|other| *other != self.account);
        if let Some(other) = other {
            return notices::tell(self.tx, self.inside, other, &mails::address_wanted(), self.now);
        }
        let about = self
            .inside
            .keys
            .seal(place("tokens", "about", self.account.0).of(self.account.0), new.as_str().as_bytes())?;
        tokens::void(self.tx, Kind::ConfirmChange, self.account)?;
        let token = tokens::make_more(self.tx, Kind::ConfirmChange, self.account, self.now, Some(about))?;
        let letter = mails::confirm_new_address(token);
        notices::ask_at(self.tx, self.inside, self.account, new.as_str(), &letter, self.now)
    }

    /// Sends the link that confirms the address once more.
    pub fn ask_to_confirm(&mut self) -> Result<(), Error> {
        throttle::begin(self.tx, &throttle::contact_tries(&self.inside.keys, self.account), self.now)?;
        accounts::mail_confirmation(self.tx, self.inside, self.account, self.now)
    }
}

impl Store {
    /// Confirms a new address by the link that was sent there: the account moves to it, and the old address is told.
    pub async fn confirm_new_email(&self, token: &str) -> Result<(), Error> {
        let (inside, hash, now) = (Arc::clone(&self.0), tokens::hash(token), self.0.clock.now());
        let work = move |tx: &mut Tx| {
            let taken = tokens::take(tx, Kind::ConfirmChange, &hash, now)?.ok_or(Error::Invalid(Invalid::Token))?;
            let account = taken.account;
            frozen(tx, account)?;
            let about = taken.about.ok_or(Error::Invalid(Invalid::Token))?;
            let new = inside.keys.open_text(place("tokens", "about", account.0).of(account.0), &about)?;
            let new = Email::parse(&new).map_err(Error::broken)?;
            if accounts::taken(tx, &inside, &new, now)?.is_some_and(|other| other != account) {
                return Err(Error::Conflict(Conflict::Taken));
            }
            change_email(tx, &inside, account, &new, now)
        };
        self.0.db.write(work, |()| ()).await
    }

    /// What a link from the old address or phone would undo. Looking changes nothing.
    pub async fn contact_change(&self, token: &str) -> Result<Contact, Error> {
        let (hash, now) = (tokens::hash(token), self.0.clock.now());
        let look = move |tx: &mut Tx| {
            let taken = tokens::look(tx, Kind::UndoChange, &hash, now)?.ok_or(Error::Invalid(Invalid::Token))?;
            Ok(find(tx, &taken, now)?.contact)
        };
        self.0.db.read(look).await
    }

    /// Undoes a change, and all later ones of the same kind. Every session ends.
    pub async fn undo_contact_change(&self, token: &str, origin: Origin) -> Result<Undone, Error> {
        let (inside, hash, now) = (Arc::clone(&self.0), tokens::hash(token), self.0.clock.now());
        let work = move |tx: &mut Tx| {
            let taken = tokens::take(tx, Kind::UndoChange, &hash, now)?.ok_or(Error::Invalid(Invalid::Token))?;
            let change = find(tx, &taken, now)?;
            undo(tx, &inside, taken.account, &change, (&origin, now))?;
            let lockdown = tokens::make_more(tx, Kind::Lockdown, taken.account, now, None)?;
            Ok(Undone { contact: change.contact, lockdown })
        };
        self.0.db.write(work, |_| ()).await
    }
}

/// A change that can still be undone.
struct Change {
    id: Id,
    contact: Contact,
    old: Vec<u8>,
}

fn find(tx: &mut Tx, taken: &tokens::Taken, now: Timestamp) -> Result<Change, Error> {
    let no = || Error::Invalid(Invalid::Token);
    let about = taken.about.as_deref().and_then(|about| std::str::from_utf8(about).ok());
    let id = about.and_then(Id::parse).ok_or_else(no)?;
    let row = tx.query_one(FIND, params![id, taken.account, now])?.ok_or_else(no)?;
    let contact = if row.text(0)? == EMAIL_KIND { Contact::Email } else { Contact::Phone };
    Ok(Change { id, contact, old: row.bytes(1)?.to_vec() })
}

fn undo(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    change: &Change,
    (origin, now): (&Origin, Timestamp),
) -> Result<(), Error> {
    give_back(tx, inside, account, change, now)?;
    sessions::end_others(tx, account, None)?;
    sign_in::drop_halves(tx, account)?;
    devices::forget_all(tx, account)?;
    audit::write(tx, inside, &Entry::activity(account, now, change.contact.undone(), origin.line()))?;
    notices::tell(tx, inside, account, &mails::change_undone(change.contact), now)
}

impl Contact {
    /// In the words of the activity.
    fn undone(self) -> &'static str {
        match self {
            Self::Email => "undid a change of the e-mail address",
            Self::Phone => "undid a change of the phone number",
        }
    }
}

/// The old address or phone is the account's again; later changes of the same kind are void with this one.
fn give_back(tx: &mut Tx, inside: &Inside, account: AccountId, change: &Change, now: Timestamp) -> Result<(), Error> {
    let old = inside.keys.open_text(place("contact_changes", "old", change.id).of(account.0), &change.old)?;
    let kind = if change.contact == Contact::Email { EMAIL_KIND } else { PHONE_KIND };
    tx.execute(UNDONE, params![account, kind, change.id, now])?;
    match change.contact {
        Contact::Email => move_to(tx, inside, account, &Email::parse(&old).map_err(Error::broken)?, now),
        Contact::Phone => restore_phone(tx, inside, account, &old, now),
    }
}

fn change_email(tx: &mut Tx, inside: &Inside, account: AccountId, new: &Email, now: Timestamp) -> Result<(), Error> {
    let old = current_email(tx, inside, account)?;
    move_to(tx, inside, account, new, now)?;
    audit::write(tx, inside, &Entry::activity(account, now, "changed the e-mail address", String::new()))?;
    // The new address and earlier ones; the one just left gets a letter of its own, with the way back.
    notices::tell(tx, inside, account, &mails::address_changed(), now)?;
    // Back to an address that was left lately: that undoes the change, and whoever brought the other one has no way back.
    let left = tx.query_one(LEFT_LATELY, params![account, inside.keys.find_by("email", &new.key()), now])?;
    if let Some(row) = left {
        return tx.execute(UNDONE, params![account, EMAIL_KIND, row.id(0)?, now]).map(drop);
    }
    let token = keep_way_back(tx, inside, account, (EMAIL_KIND, old.as_str()), now)?;
    notices::tell_at(tx, inside, account, old.as_str(), &mails::address_left(token), now)
}

/// The account has this address from now on. Links sent to another one are void.
fn move_to(tx: &mut Tx, inside: &Inside, account: AccountId, to: &Email, now: Timestamp) -> Result<(), Error> {
    let sealed = inside.keys.seal(place("accounts", "email", account.0), to.as_str().as_bytes())?;
    tx.execute(LEAVE_EMAIL, params![account])?;
    tx.execute(TAKE_EMAIL, params![inside.keys.find_by("email", &to.key()), account, now])?;
    tx.execute(MOVE, params![account, sealed, now])?;
    [Kind::Confirm, Kind::ConfirmChange, Kind::ResetPassword]
        .into_iter()
        .try_for_each(|kind| tokens::void(tx, kind, account))
}

/// Notes what was, for 72 hours; answers the token that brings it back.
fn keep_way_back(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    (kind, old): (&str, &str),
    now: Timestamp,
) -> Result<String, Error> {
    let id = new_id();
    let sealed = inside.keys.seal(place("contact_changes", "old", id).of(account.0), old.as_bytes())?;
    let hash = (kind == EMAIL_KIND).then(|| inside.keys.find_by("email", &old.to_lowercase()));
    let until = now.saturating_add(UNDO).unwrap_or(Timestamp::MAX);
    tx.execute(INSERT, params![id, account, kind, sealed, hash, now, until])?;
    tokens::make_more(tx, Kind::UndoChange, account, now, Some(id.to_string().into_bytes()))
}

/// The phone was changed to one that was verified: told to every address on file and to the old phone, with the way back.
pub(crate) fn phone_changed(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    old: Option<&str>,
    now: Timestamp,
) -> Result<(), Error> {
    let token = keep_way_back(tx, inside, account, (PHONE_KIND, old.unwrap_or_default()), now)?;
    if let Some(old) = old {
        notices::text(tx, inside, account, mails::phone_left(old, token.clone()), now)?;
    }
    notices::tell(tx, inside, account, &mails::phone_changed(token), now)
}

/// No phone but the old one counts; without an old one none does.
fn restore_phone(tx: &mut Tx, inside: &Inside, account: AccountId, old: &str, now: Timestamp) -> Result<(), Error> {
    tx.execute(DROP_PHONES, params![account])?;
    if old.is_empty() {
        return tx.execute(DROP_CODES, params![account]).map(drop);
    }
    let id = new_id();
    let tail = old.len().saturating_sub(3);
    let name = format!("{} … {}", old.get(..3).unwrap_or_default(), old.get(tail..).unwrap_or_default());
    let name = inside.keys.seal(place("factors", "name", id).of(account.0), name.as_bytes())?;
    let secret = inside.keys.seal(place("factors", "secret", id).of(account.0), old.as_bytes())?;
    tx.execute(KEEP_PHONE, params![id, account, name, secret, now]).map(drop)
}

fn current_email(tx: &mut Tx, inside: &Inside, account: AccountId) -> Result<Email, Error> {
    let row = tx.query_one(EMAIL, params![account])?.ok_or(Error::NotSignedIn)?;
    let text = inside.keys.open_text(place("accounts", "email", account.0), row.bytes(0)?)?;
    Email::parse(&text).map_err(Error::broken)
}
