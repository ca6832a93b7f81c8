//! The owner's side of invitations: invite, send again, withdraw, and the list of those that wait.

use super::{
    grants::{self, record_name},
    is_verified, mails, name, owner, terms, values,
};
use crate::{
    access::Access,
    accounts,
    audit::{self, Entry},
    db::{Row, Tx, Value, params, statements},
    error::{Conflict, Error, Invalid},
    inside::{Inside, new_id},
    keys::place,
    notices,
    outbox::{self, Channel, NewMessage},
    rights::Manage,
    throttle, tokens,
};
use jiff::Timestamp;
use sharing::{AccountId, Email, Id, Invitation, RecordId, Terms};

statements! {
    INSERT = "insert into invitations (id, record, hash, email, email_hash, message, made_at, sent_at, ends_at, permission, insulin, \
        carbs, notes, devices, until_at, needs_second_step, pause_days, pause_from_min, pause_to_min) \
        values ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
    OF_RECORD = "select id, email, message, made_at, sent_at, ends_at, permission, insulin, carbs, notes, devices, until_at, \
        needs_second_step, pause_days, pause_from_min, pause_to_min from invitations where record = $1 and ends_at > $2 \
        order by made_at, id";
    OPEN_TO = "select 1 from invitations where record = $1 and email_hash = $2 and ends_at > $3";
    DROP_OVER = "delete from invitations where record = $1 and email_hash = $2 and ends_at <= $3";
    OPEN = "select count(*) from invitations where record = $1 and ends_at > $2";
    ONE = "select email from invitations where record = $1 and id = $2";
    AGAIN = "update invitations set hash = $3, sent_at = $4, ends_at = $5 where record = $1 and id = $2";
    WITHDRAW = "delete from invitations where record = $1 and id = $2 returning email";
    WITHDRAW_ALL = "delete from invitations where record = $1";
    TIDY = "delete from invitations where ends_at <= $1";
}

/// The most characters of a message to the invited person.
const LONGEST_MESSAGE: usize = 500;

/// What an owner offers to somebody.
#[derive(Clone, PartialEq, Eq)]
pub struct NewInvitation {
    /// To whom.
    pub email: Email,
    /// What.
    pub terms: Terms,
    /// A few words of the owner's own; may be empty.
    pub message: String,
}

/// An invitation that waits, as its owner sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct InvitationLine {
    /// Which.
    pub id: Id,
    /// To whom.
    pub email: String,
    /// What is offered.
    pub terms: Terms,
    /// The owner's own words.
    pub message: String,
    /// Since when.
    pub made_at: Timestamp,
    /// When it was last sent.
    pub sent_at: Timestamp,
    /// Until when it can be accepted.
    pub ends_at: Timestamp,
}

impl std::fmt::Debug for NewInvitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewInvitation(…)")
    }
}

impl std::fmt::Debug for InvitationLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "InvitationLine({})", self.id)
    }
}

/// The keyed hash by which an address is found.
pub(super) fn address_hash(inside: &Inside, email: &Email) -> Vec<u8> {
    inside.keys.find_by("email", &email.key())
}

impl Access<'_, Manage> {
    /// Offers a grant by mail. Asks for a fresh proof. The answer does not tell whether the address has an account.
    pub fn invite(&mut self, new: &NewInvitation) -> Result<Id, Error> {
        self.fresh()?;
        let (tx, inside, entered) = self.parts();
        let (record, now) = (entered.record, entered.now);
        let me = owner(tx, record)?.ok_or(Error::Invalid(Invalid::Record))?;
        grants::check(&new.terms, now)?;
        let message = checked(&new.message)?;
        if !is_verified(tx, me)? {
            return Err(Error::Invalid(Invalid::Unconfirmed));
        }
        let hash = address_hash(inside, &new.email);
        tx.execute(DROP_OVER, params![record, hash.as_slice(), now])?;
        let known = known(tx, inside, &new.email)?;
        refuse(tx, inside, record, (me, known, &hash), now)?;
        throttle::begin(tx, &throttle::invitation_tries(&inside.keys, me, &new.email), now)?;
        let (id, token) = (new_id(), tokens::secret()?);
        let seal =
            |column, text: &str| inside.keys.seal(place("invitations", column, id).of(record.0), text.as_bytes());
        let (email, sealed) = (seal("email", new.email.as_str())?, seal("message", &message)?);
        let ends_at = Invitation::ends_at(now);
        let mut row: Vec<Value> = params![id, record, tokens::hash(&token), email, hash, sealed, now, ends_at].to_vec();
        row.extend(values(&new.terms));
        tx.execute(INSERT, &row)?;
        let letter = Invited { me, known, email: &new.email, token };
        letter.send(tx, inside, now)?;
        let letter = mails::invited(new.email.as_str(), &record_name(tx, inside, record)?);
        notices::tell(tx, inside, me, &letter, now)?;
        self.invited(me, "invited a care partner", new.email.as_str())?;
        Ok(id)
    }

    /// Sends an invitation again: with a new link, good for another seven days; the former link is void.
    pub fn invite_again(&mut self, invitation: Id) -> Result<(), Error> {
        self.fresh()?;
        let (tx, inside, entered) = self.parts();
        let (record, now) = (entered.record, entered.now);
        let me = owner(tx, record)?.ok_or(Error::NotFound)?;
        let row = tx.query_one(ONE, params![record, invitation])?.ok_or(Error::NotFound)?;
        let sealed = place("invitations", "email", invitation).of(record.0);
        let email = inside.keys.open_text(sealed, row.bytes(0)?)?;
        let email = Email::parse(&email).map_err(Error::broken)?;
        let known = known(tx, inside, &email)?;
        throttle::begin(tx, &throttle::invitation_tries(&inside.keys, me, &email), now)?;
        let token = tokens::secret()?;
        tx.execute(AGAIN, params![record, invitation, tokens::hash(&token), now, Invitation::ends_at(now)])?;
        Invited { me, known, email: &email, token }.send(tx, inside, now)?;
        self.invited(me, "invited a care partner again", email.as_str())
    }

    /// Takes an invitation back.
    pub fn withdraw_invitation(&mut self, invitation: Id) -> Result<(), Error> {
        let (tx, inside, entered) = self.parts();
        let record = entered.record;
        let me = owner(tx, record)?.ok_or(Error::NotFound)?;
        let row = tx.query_one(WITHDRAW, params![record, invitation])?.ok_or(Error::NotFound)?;
        let email = inside.keys.open_text(place("invitations", "email", invitation).of(record.0), row.bytes(0)?)?;
        self.invited(me, "withdrew an invitation", &email)
    }

    /// The invitations that wait for an answer, oldest first.
    pub fn invitations(&mut self) -> Result<Vec<InvitationLine>, Error> {
        let (tx, inside, entered) = self.parts();
        let rows = tx.query(OF_RECORD, params![entered.record, entered.now])?;
        rows.iter().map(|row| line(inside, entered.record, row)).collect()
    }

    /// How many care partners this record may have, where that is limited.
    pub fn most_care_partners(&self) -> Option<u32> {
        self.inside().most_care_partners
    }

    fn invited(&mut self, me: AccountId, act: &'static str, email: &str) -> Result<(), Error> {
        self.audit(act, email)?;
        let (tx, inside, entered) = self.parts();
        audit::write(tx, inside, &Entry::activity(me, entered.now, act, email.to_owned()))
    }
}

fn line(inside: &Inside, record: RecordId, row: &Row) -> Result<InvitationLine, Error> {
    let id = row.id(0)?;
    let open = |column, at| inside.keys.open_text(place("invitations", column, id).of(record.0), row.bytes(at)?);
    Ok(InvitationLine {
        id,
        email: open("email", 1)?,
        message: open("message", 2)?,
        made_at: row.instant(3)?,
        sent_at: row.instant(4)?,
        ends_at: row.instant(5)?,
        terms: terms(row, 6)?,
    })
}

/// The account whose confirmed address this is: whoever only says that an address is theirs gets no letter that went there.
fn known(tx: &mut Tx, inside: &Inside, email: &Email) -> Result<Option<AccountId>, Error> {
    let Some(account) = accounts::by_email(tx, inside, email)? else { return Ok(None) };
    Ok(is_verified(tx, account)?.then_some(account))
}

fn checked(message: &str) -> Result<String, Error> {
    let message = message.trim().replace("\r\n", "\n");
    let fits = message.chars().count() <= LONGEST_MESSAGE
        && message.chars().all(|letter| letter == '\n' || !letter.is_control());
    if fits { Ok(message) } else { Err(Error::Invalid(Invalid::Message)) }
}

/// Oneself, somebody who follows already, somebody who was invited already, and one more than there may be.
fn refuse(
    tx: &mut Tx,
    inside: &Inside,
    record: RecordId,
    (me, known, hash): (AccountId, Option<AccountId>, &[u8]),
    now: Timestamp,
) -> Result<(), Error> {
    if known == Some(me) {
        return Err(Error::Invalid(Invalid::OwnAddress));
    }
    if let Some(partner) = known
        && grants::follows_now(tx, record, partner, now)?
    {
        return Err(Error::Conflict(Conflict::Follows));
    }
    if tx.query_one(OPEN_TO, params![record, hash, now])?.is_some() {
        return Err(Error::Conflict(Conflict::Invited));
    }
    let open = tx.query_one(OPEN, params![record, now])?.ok_or(Error::Unavailable)?.count(0)?;
    let room = grants::active(tx, record, now)?.saturating_add(open) < grants::most(inside);
    if room { Ok(()) } else { Err(Error::Conflict(Conflict::CarePartners)) }
}

/// An invitation on its way.
struct Invited<'a> {
    me: AccountId,
    known: Option<AccountId>,
    email: &'a Email,
    token: String,
}

impl Invited<'_> {
    /// Whoever has an account finds it among their messages, with their phrase; everybody else gets a plain letter.
    fn send(self, tx: &mut Tx, inside: &Inside, now: Timestamp) -> Result<(), Error> {
        let from = name(tx, inside, self.me)?;
        let letter = mails::invitation(&from, self.token);
        if let Some(account) = self.known {
            return notices::tell_current(tx, inside, account, &letter, now);
        }
        let reader = crate::mails::Reader { name: "", address: self.email.as_str(), phrase: None, lock: None };
        let (channel, kind, mail) = (Channel::Mail, letter.kind, letter.to(&reader));
        outbox::put(tx, inside, &NewMessage { account: None, record: None, channel, kind, mail }, now)
    }
}

/// Takes back whatever was offered of a record; answers how many.
pub(crate) fn withdraw_all(tx: &mut Tx, record: RecordId) -> Result<u64, Error> {
    tx.execute(WITHDRAW_ALL, params![record])
}

pub(super) fn tidy(tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
    tx.execute(TIDY, params![now])
}
