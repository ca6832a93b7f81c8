//! The second step: what an account has besides its password.

pub(crate) mod base32;
mod challenges;
mod factors;
mod passkeys;
mod phone;
mod recovery_codes;
mod totp;

pub(crate) use challenges::About;
pub(crate) use passkeys::RelyingParty;
pub(crate) use phone::{own_number, send_to, shortened, valid_number};
pub use recovery_codes::RecoveryCodes;
pub(crate) use recovery_codes::use_up as use_recovery_code;
pub use totp::NewTotp;

use crate::{
    actor::Origin,
    db::{Row, Sql, Tx, params, statements},
    devices,
    error::{Error, Invalid},
    inside::{Inside, Store},
    mails,
    news::Told,
    notices,
    own::Own,
    recovery::{contact_changes, factor_loss},
    sessions::{self, Opened, SessionToken},
    standing::words,
    tokens::{self, Kept, TokenFacts},
};
use jiff::Timestamp;
use sharing::{AccountId, Id};

statements! {
    METHODS = "select distinct kind from factors where account = $1 and confirmed_at is not null order by kind";
    FACTORS_SINCE = "delete from factors where account = $1 and made_at > $2";
    CODES_SINCE = "delete from recovery_codes where account = $1 and made_at > $2";
    METHOD_OF_SESSION = "update sessions set method = $2 where hash = $1";
}

/// All statements of the second step.
pub(crate) fn all_statements() -> Vec<Sql> {
    [STATEMENTS, challenges::STATEMENTS, factors::STATEMENTS, phone::STATEMENTS, recovery_codes::STATEMENTS].concat()
}

/// What stands in the table of tokens.
pub(crate) const QUESTION: TokenFacts = challenges::QUESTION;
/// A code sent to a phone.
pub(crate) const PHONE_CODE: TokenFacts = phone::CODE;
/// A recovery code.
pub(crate) const RECOVERY_CODE: TokenFacts =
    TokenFacts { name: "recovery code", bits: recovery_codes::BITS, kept: Kept::KeyedHash, life: None, once: true };
/// What an authenticator app computes its codes from.
pub(crate) const SEED: TokenFacts =
    TokenFacts { name: "seed of an authenticator app", bits: 160, kept: Kept::Sealed, life: None, once: false };

/// A kind of second step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// An authenticator app.
    Totp,
    /// A passkey.
    Passkey,
    /// A code to the phone.
    Phone,
}

words!(Method, method_word, method: Totp = "totp", Passkey = "passkey", Phone = "phone");

impl Method {
    /// As the activity and letters call it.
    fn name(self) -> &'static str {
        match self {
            Self::Totp => "authenticator app",
            Self::Passkey => "passkey",
            Self::Phone => "phone",
        }
    }
}

/// A second step, as its owner sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct SecondStep {
    /// Which.
    pub id: Id,
    /// Its kind.
    pub method: Method,
    /// What the person called it; of a phone, the ends of its number.
    pub name: String,
    /// Since when.
    pub made_at: Timestamp,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
    /// Of a passkey: whether it is kept in several places.
    pub backed_up: Option<bool>,
}

/// All second steps of an account.
#[derive(Clone, Debug, PartialEq)]
pub struct SecondSteps {
    /// Oldest first.
    pub steps: Vec<SecondStep>,
    /// How many recovery codes are left.
    pub codes_left: u32,
    /// When they were made.
    pub codes_made_at: Option<Timestamp>,
}

/// A second step was added.
#[derive(Clone, Debug)]
pub struct AddedStep {
    /// The session goes on under this token.
    pub session: SessionToken,
    /// With the first second step come recovery codes, to be shown once.
    pub codes: Option<RecoveryCodes>,
}

/// What somebody gives as a second step, or as a fresh proof.
#[derive(Clone, PartialEq, Eq)]
pub enum Given {
    /// A code of an authenticator app or of an SMS, or a recovery code: their shapes tell them apart.
    Code(String),
    /// What a browser answered for a passkey, as JSON.
    Passkey(String),
}

impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Given(…)")
    }
}

/// Gives an account of a seeded database an authenticator app with this seed, and these recovery codes.
pub(crate) fn seed(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    seed: &[u8],
    codes: &[String],
    now: Timestamp,
) -> Result<(), Error> {
    totp::seed(tx, inside, account, seed, now)?;
    codes.iter().try_for_each(|code| recovery_codes::seed(tx, inside, account, code, now))
}

/// The kinds that an account has; none when the password is all.
pub(crate) fn methods(tx: &mut Tx, account: AccountId) -> Result<Vec<Method>, Error> {
    tx.query(METHODS, params![account])?.iter().map(|row: &Row| method(row.text(0)?)).collect()
}

/// Forgets every second step of an account: after a lost one, say.
pub(crate) fn remove_all(tx: &mut Tx, account: AccountId) -> Result<u64, Error> {
    recovery_codes::drop_all(tx, account)?;
    devices::forget_all(tx, account)?;
    factors::remove_all(tx, account)
}

/// Forgets the second steps and recovery codes that were made since; answers how many second steps.
pub(crate) fn remove_since(tx: &mut Tx, account: AccountId, since: Timestamp) -> Result<u64, Error> {
    tx.execute(CODES_SINCE, params![account, since])?;
    let gone = tx.execute(FACTORS_SINCE, params![account, since])?;
    if gone > 0 && methods(tx, account)?.is_empty() {
        recovery_codes::drop_all(tx, account)?;
    }
    Ok(gone)
}

/// Drops what nobody can use any more.
pub(crate) fn tidy(tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
    Ok(challenges::tidy(tx, now)? + factors::tidy(tx, now)?)
}

fn valid_name(name: &str) -> Result<String, Error> {
    let name = name.trim();
    let good = !name.is_empty() && name.chars().count() <= 60;
    if good { Ok(name.to_owned()) } else { Err(Error::Invalid(Invalid::Name)) }
}

/// In the words of the activity, how somebody came in who gave this after their password; none when it is wrong.
pub(crate) fn check(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    given: &Given,
    now: Timestamp,
) -> Result<Option<&'static str>, Error> {
    let (right, method) = match given {
        Given::Passkey(answer) => {
            let about = (About::SecondStep, account);
            (passkeys::check(tx, inside, about, answer, now)?, "password and passkey")
        }
        Given::Code(typed) if recovery_codes::looks_like(typed) => {
            (use_recovery_code(tx, inside, account, typed, now)?, "password and recovery code")
        }
        Given::Code(typed) if totp::check(tx, inside, account, typed, now)? => (true, "password and authenticator app"),
        Given::Code(typed) => (phone::check(tx, inside, account, typed, now)?, "password and SMS"),
    };
    Ok(right.then_some(method))
}

/// Whether this is a fresh proof: weaker ways, and those that are used up, are none.
fn proves(tx: &mut Tx, inside: &Inside, account: AccountId, given: &Given, now: Timestamp) -> Result<bool, Error> {
    match given {
        Given::Passkey(answer) => passkeys::check(tx, inside, (About::Proof, account), answer, now),
        Given::Code(typed) => totp::check(tx, inside, account, typed, now),
    }
}

impl Store {
    /// Finishes a half sign-in.
    pub async fn give_second_step(
        &self,
        half: &str,
        given: Given,
        remember: bool,
        origin: Origin,
    ) -> Result<Opened, Error> {
        let check = move |tx: &mut Tx, inside: &Inside, account, now| check(tx, inside, account, &given, now);
        self.finish(half, remember, origin, check).await
    }

    /// A fresh proof by an authenticator app or a passkey: the session goes on under another token.
    pub async fn prove(&self, session: &str, given: Given, origin: Origin) -> Result<SessionToken, Error> {
        let check = move |tx: &mut Tx, inside: &Inside, account, now| proves(tx, inside, account, &given, now);
        self.prove_by(session, origin, check).await
    }
}

impl Own<'_> {
    /// All second steps, and how many recovery codes are left.
    pub fn second_steps(&mut self) -> Result<SecondSteps, Error> {
        let mut steps = Vec::new();
        for factor in factors::all(self.tx, self.account)? {
            let is_passkey = factor.method == Method::Passkey;
            let backed_up =
                is_passkey.then(|| passkeys::Passkey::of(&factor, self.inside).map(|passkey| passkey.backed_up));
            steps.push(SecondStep {
                id: factor.id,
                method: factor.method,
                name: factor.name(self.inside)?,
                made_at: factor.made_at,
                used_at: factor.used_at,
                backed_up: backed_up.transpose()?,
            });
        }
        let (codes_left, codes_made_at) = recovery_codes::left(self.tx, self.account)?;
        Ok(SecondSteps { steps, codes_left, codes_made_at })
    }

    /// Removes a second step: all other sessions end, and every device asks again. With the last one the recovery codes go.
    pub fn remove_second_step(&mut self, session: &str, id: Id) -> Result<SessionToken, Error> {
        self.fresh()?;
        let number = phone::number(self.tx, self.inside, self.account, id)?;
        let (method, name) = factors::remove(self.tx, self.inside, self.account, id)?;
        factor_loss::stop(self.tx, self.inside, self.account, String::new(), self.now)?;
        if let Some(number) = number {
            contact_changes::phone_changed(self.tx, self.inside, self.account, Some(&number), self.now)?;
        }
        let is_last = methods(self.tx, self.account)?.is_empty();
        if is_last {
            recovery_codes::drop_all(self.tx, self.account)?;
            // A clinic, or somebody who is followed, may ask for one.
            self.tx.tell(Told::AccountAccess(self.account));
        }
        self.audit("removed a second step", format!("{}: {name}", method.name()))?;
        let letter = mails::second_step_removed(method.name(), &name, is_last);
        notices::tell(self.tx, self.inside, self.account, &letter, self.now)?;
        self.end_others(session)
    }

    /// What follows from a new second step: told to every address; with the first one come recovery codes, and whoever was
    /// signed in by the password alone is signed out.
    fn added_step(&mut self, session: &str, method: Method, name: &str, is_first: bool) -> Result<AddedStep, Error> {
        factor_loss::stop(self.tx, self.inside, self.account, String::new(), self.now)?;
        self.audit("added a second step", format!("{}: {name}", method.name()))?;
        let letter = mails::second_step_added(method.name(), name);
        notices::tell(self.tx, self.inside, self.account, &letter, self.now)?;
        if !is_first {
            let (session, _) = sessions::rotate(self.tx, &tokens::hash(session), self.now)?;
            return Ok(AddedStep { session, codes: None });
        }
        let session = self.end_others(session)?;
        let method = format!("password, then {}", method.name());
        self.tx.execute(METHOD_OF_SESSION, params![tokens::hash(session.as_str()), method])?;
        let codes = recovery_codes::make(self.tx, self.inside, self.account, self.now)?;
        Ok(AddedStep { session, codes: Some(codes) })
    }

    /// This session goes on under another token; all others end, and no device is remembered.
    fn end_others(&mut self, session: &str) -> Result<SessionToken, Error> {
        let (session, _) = sessions::rotate(self.tx, &tokens::hash(session), self.now)?;
        sessions::end_others(self.tx, self.account, Some(&tokens::hash(session.as_str())))?;
        devices::forget_all(self.tx, self.account)?;
        Ok(session)
    }
}
