//! The button: shuts everything about an account at once. Whoever holds any of its keys may press it, for it only shuts.

use super::{Step, Steps, mails, unlock};
use crate::{
    accounts,
    actor::{Actor, Origin, Who},
    app_tokens,
    audit::{self, Entry},
    clinic,
    db::{Row, Tx, params, statements},
    devices,
    error::{Error, Invalid},
    flags,
    inside::{Inside, Store},
    news::Told,
    notices, passes,
    recovery::contact_changes,
    second_step, sessions, share, sign_in, throttle,
    tokens::{self, Kind},
};
use jiff::Timestamp;
use sharing::{AccountId, Email, RecordId};
use std::sync::Arc;

statements! {
    LOCK = "update accounts set locked_at = $2 where id = $1 and locked_at is null";
    BEGIN = "insert into lockdowns (account, began_at, how, done, clinics, ended_at) values ($1, $2, $3, '', $4, null) \
        on conflict (account) do update set began_at = excluded.began_at, how = excluded.how, done = excluded.done, \
        clinics = excluded.clinics, ended_at = null where lockdowns.ended_at is not null";
    DONE = "select done from lockdowns where account = $1";
    UNDO_STEP = "update lockdowns set done = $2 where account = $1";
    RECORDS = "select id from records where account = $1 order by made_at, id";
    LINKED = "select l.record, l.clinic from links l join records r on r.id = l.record where r.account = $1 \
        order by l.since_at, l.clinic";
    SUSPEND_GRANTS = "update grants set suspended_at = $2 where record = $1 and suspended_at is null";
    SUSPEND_LINKS = "update links set suspended_at = $2 where record = $1 and suspended_at is null";
    DROP_MESSAGES = "delete from outbox where sent_at is null and record = $1 and account <> $2";
    DROP_CHALLENGES = "delete from challenges where account = $1";
    DROP_LOSS = "delete from factor_losses where account = $1";
    DROP_HANDOVERS = "delete from handovers where account = $1";
    DROP_UNCONFIRMED = "delete from factors where account = $1 and confirmed_at is null";
}

/// By which door the button was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Page,
    Mail,
    Code,
}

impl How {
    fn words(self) -> &'static str {
        match self {
            Self::Page => "from a signed-in page",
            Self::Mail => "by the link in a mail",
            Self::Code => "by a recovery code",
        }
    }
}

impl Store {
    /// Locks the account of whoever is signed in. Asks for no fresh proof: it only shuts, and every second counts.
    pub async fn lock_down(&self, who: &Actor, origin: Origin) -> Result<(), Error> {
        let account = who.account().ok_or(Error::NotSignedIn)?;
        self.shut(How::Page, origin, move |_, _, _| Ok(Some(account))).await?;
        Ok(())
    }

    /// Whether the link of a mail would lock an account. Changes nothing, for mail scanners open links.
    pub async fn check_lock_link(&self, token: &str) -> Result<(), Error> {
        let (hash, now) = (tokens::hash(token), self.0.clock.now());
        let look = move |tx: &mut Tx| Ok(tokens::look(tx, Kind::Lockdown, &hash, now)?.is_some());
        if self.0.db.read(look).await? { Ok(()) } else { Err(Error::Invalid(Invalid::Token)) }
    }

    /// Locks the account to which the mail with this link was sent. Needs no session; works once.
    pub async fn lock_by_mail(&self, token: &str, origin: Origin) -> Result<(), Error> {
        let hash = tokens::hash(token);
        let whose = move |tx: &mut Tx, _: &Inside, now| {
            let taken = tokens::take(tx, Kind::Lockdown, &hash, now)?;
            Ok(taken.map(|taken| taken.account))
        };
        self.shut(How::Mail, origin, whose).await?.ok_or(Error::Invalid(Invalid::Token))
    }

    /// Locks an account by its address and one of its recovery codes, which is used up. Needs no session. Unknown
    /// addresses answer like wrong codes, and tries are counted like those at a password.
    pub async fn lock_by_code(&self, email: &str, code: &str, origin: Origin) -> Result<(), Error> {
        let email = Email::parse(email).ok();
        let asked = email.as_ref().map_or(String::new(), Email::key);
        let tries = throttle::lock_tries(&self.0.keys, &asked, &origin);
        let (now, counted) = (self.0.clock.now(), tries.clone());
        self.0.db.write(move |tx| throttle::begin(tx, &counted, now), |()| ()).await?;
        let code = code.to_owned();
        let from = origin.line();
        let whose = move |tx: &mut Tx, inside: &Inside, now| {
            let known = email.as_ref().map(|email| accounts::by_email(tx, inside, email)).transpose()?.flatten();
            // The same work for nobody as for somebody.
            let account = known.unwrap_or(AccountId(sharing::Id(0)));
            if second_step::use_recovery_code(tx, inside, account, &code, now)? {
                throttle::succeeded(tx, &tries)?;
                return Ok(known);
            }
            throttle::touch(tx, &tries, now)?;
            if let Some(account) = known {
                let line = Entry::activity(account, now, "lockdown with a wrong code", from.clone());
                audit::write(tx, inside, &line)?;
            }
            Ok(None)
        };
        self.shut(How::Code, origin, whose).await?.ok_or(Error::WrongProof)
    }

    /// One transaction: finds out whose account it is, and shuts it. Listeners hear of it after the commit.
    async fn shut(
        &self,
        how: How,
        origin: Origin,
        mut whose: impl FnMut(&mut Tx, &Inside, Timestamp) -> Result<Option<AccountId>, Error> + Send + 'static,
    ) -> Result<Option<()>, Error> {
        let (inside, now) = (Arc::clone(&self.0), self.0.clock.now());
        let work = move |tx: &mut Tx| {
            let Some(account) = whose(tx, &inside, now)? else { return Ok(None) };
            lock(tx, &inside, account, how, &origin, now).map(Some)
        };
        self.0.db.write(work, |_| ()).await
    }
}

/// Everything the button does. Pressed again it shuts again what was opened since, and it is still one lockdown.
fn lock(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    how: How,
    origin: &Origin,
    now: Timestamp,
) -> Result<(), Error> {
    let was_locked = super::is_locked(tx, account)?;
    end_everybody(tx, account, now)?;
    app_tokens::revoke_made_by(tx, inside, account, None, now)?;
    contact_changes::hold(tx, account, now)?;
    begin(tx, account, how, now)?;
    for row in tx.query(RECORDS, params![account])? {
        let record = RecordId(row.id(0)?);
        shut_record(tx, inside, account, record, now)?;
        tx.tell(Told::access(record));
    }
    let line = format!("{} · {}", how.words(), origin.line());
    audit::write(tx, inside, &Entry::activity(account, now, "locked the account", line.clone()))?;
    if !was_locked {
        notices::tell(tx, inside, account, &mails::locked(&line), now)?;
    }
    unlock::mail_unlock(tx, inside, account, now)
}

/// Sessions, half sign-ins, remembered devices, links in mails, and what was begun to change how one signs in.
fn end_everybody(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<(), Error> {
    sessions::end_others(tx, account, None)?;
    sign_in::drop_halves(tx, account)?;
    devices::forget_all(tx, account)?;
    tokens::void_all(tx, account)?;
    share::drop_requests(tx, account, now)?;
    clinic::withdraw_by(tx, account)?;
    for sql in [DROP_CHALLENGES, DROP_LOSS, DROP_UNCONFIRMED] {
        tx.execute(sql, params![account])?;
    }
    Ok(())
}

fn begin(tx: &mut Tx, account: AccountId, how: How, now: Timestamp) -> Result<(), Error> {
    tx.execute(LOCK, params![account, now])?;
    let pair = |row: &Row| Ok(format!("{} {}", row.text(0)?, row.text(1)?));
    let linked = tx.query(LINKED, params![account])?.iter().map(pair).collect::<Result<Vec<_>, Error>>()?;
    tx.execute(BEGIN, params![account, now, how.words(), linked.join("\n")])?;
    // A second time: the new password is to be set again, whatever else was done.
    let row = tx.query_one(DONE, params![account])?.ok_or(Error::Unavailable)?;
    let mut steps = Steps::read(row.text(0)?)?;
    steps.undo(Step::Password);
    tx.execute(UNDO_STEP, params![account, steps.written()]).map(drop)
}

/// One record: its apps end, and whoever was let in waits until the owner lets them in again.
fn shut_record(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    record: RecordId,
    now: Timestamp,
) -> Result<(), Error> {
    let who = Who::Account { id: account };
    let apps = app_tokens::revoke_all_tokens(tx, inside, who, record, now)?;
    let partners = tx.execute(SUSPEND_GRANTS, params![record, now])?;
    let clinics = tx.execute(SUSPEND_LINKS, params![record, now])?;
    let passes = passes::end_all(tx, record)?;
    let invitations = share::withdraw_all(tx, record)?;
    tx.execute(DROP_MESSAGES, params![record, account])?;
    flags::put(tx, inside, record, "lockdown", "Lockdown of the account", now)?;
    let detail = format!(
        "{apps} app tokens and {passes} visit passes ended, {invitations} invitations withdrawn, {partners} care partners and \
         {clinics} clinics suspended"
    );
    audit::write(tx, inside, &Entry::beside(who, record, now, "lockdown", detail))
}
