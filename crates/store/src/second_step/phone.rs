//! Codes by SMS: a second step that is weaker than the others, because a phone number can be taken over (SIM swapping).
//!
//! Six digits, ten minutes, one use, five tries, three messages an hour; kept as keyed hashes.

use super::{
    AddedStep, Method,
    challenges::{self, About},
    factors, totp,
};
use crate::{
    db::{Row, Tx, params, statements},
    error::{Error, Invalid},
    inside::{Inside, Store},
    keys::random,
    outbox::{self, Channel, Mail, NewMessage, SECRET},
    own::Own,
    recovery::contact_changes,
    sign_in,
    tokens::{self, Kept, TokenFacts},
};
use aws_lc_rs::constant_time;
use jiff::{SignedDuration, Timestamp};
use sharing::{AccountId, Id};
use std::sync::Arc;

statements! {
    SENT = "select made_at from outbox where account = $1 and channel = 'sms' and episode is null and made_at > $2 order by made_at desc";
}

/// A code sent to a phone.
pub(crate) const CODE: TokenFacts = TokenFacts {
    name: "code by SMS",
    bits: 20,
    kept: Kept::KeyedHash,
    life: Some(SignedDuration::from_mins(10)),
    once: true,
};
/// How often one code may be tried.
const TRIES: u32 = 5;
/// How many messages an account may cause in an hour.
const AN_HOUR: usize = 3;
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// A number as the whole world writes it: `+` and 8 to 15 digits.
pub(crate) fn valid_number(typed: &str) -> Result<String, Error> {
    let number: String = typed.chars().filter(|c| !c.is_whitespace() && !"-()./".contains(*c)).collect();
    let number = number.strip_prefix("00").map_or(number.clone(), |rest| format!("+{rest}"));
    let digits = number.strip_prefix('+').ok_or(Error::Invalid(Invalid::Phone))?;
    let good = (8..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    if good { Ok(number) } else { Err(Error::Invalid(Invalid::Phone)) }
}

/// Enough of a number to know it again.
pub(crate) fn shortened(number: &str) -> String {
    let tail = number.len().saturating_sub(3);
    format!("{} … {}", number.get(..3).unwrap_or_default(), number.get(tail..).unwrap_or_default())
}

/// Sends a new code; one that was sent before is void.
pub(crate) fn send_code(
    tx: &mut Tx,
    inside: &Inside,
    (about, account): (About, AccountId),
    number: &str,
    now: Timestamp,
) -> Result<(), Error> {
    if !inside.site.sends_sms {
        return Err(Error::NotFound);
    }
    not_too_often(tx, account, now)?;
    let code = new_code()?;
    challenges::drop_older(tx, account, about)?;
    let id = random::<32>()?;
    let ends_at = now.saturating_add(CODE.life.unwrap_or_default()).unwrap_or(Timestamp::MAX);
    challenges::put(tx, inside, &id, (about, account), &hash(inside, account, &code), ends_at)?;
    let message = NewMessage {
        account: Some(account),
        record: None,
        channel: Channel::Sms,
        kind: outbox::CODE_BY_SMS,
        mail: message(inside, number, code),
    };
    outbox::put(tx, inside, &message, now)
}

/// Sends a code to the account's own phone, for the second step.
pub(crate) fn send_to(tx: &mut Tx, inside: &Inside, account: AccountId, now: Timestamp) -> Result<(), Error> {
    let phone = factors::confirmed(tx, account, Method::Phone)?.pop().ok_or(Error::NotFound)?;
    let number = String::from_utf8(phone.secret(inside)?).map_err(Error::broken)?;
    send_code(tx, inside, (About::PhoneCode, account), &number, now)
}

/// Whether this is the code that was sent last; each try counts, and a right one is used up.
pub(crate) fn is_code(
    tx: &mut Tx,
    inside: &Inside,
    (about, account): (About, AccountId),
    typed: &str,
    now: Timestamp,
) -> Result<bool, Error> {
    if !challenges::try_once(tx, account, about, TRIES, now)? {
        return Ok(false);
    }
    let Some(kept) = challenges::latest(tx, inside, account, about, now)? else { return Ok(false) };
    let typed = hash(inside, account, &totp::digits(typed));
    let same = constant_time::verify_slices_are_equal(&kept, &typed).is_ok();
    if same {
        challenges::drop_older(tx, account, about)?;
    }
    Ok(same)
}

/// Whether this is the code that was sent for the second step.
pub(super) fn check(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    typed: &str,
    now: Timestamp,
) -> Result<bool, Error> {
    let Some(factor) = factors::confirmed(tx, account, Method::Phone)?.pop() else { return Ok(false) };
    let same = is_code(tx, inside, (About::PhoneCode, account), typed, now)?;
    if same {
        factors::used(tx, inside, &factor, &factor.secret(inside)?, now)?;
    }
    Ok(same)
}

/// The confirmed number of an account.
pub(crate) fn own_number(tx: &mut Tx, inside: &Inside, account: AccountId) -> Result<Option<String>, Error> {
    let phone = factors::confirmed(tx, account, Method::Phone)?.pop();
    phone.map(|phone| String::from_utf8(phone.secret(inside)?).map_err(Error::broken)).transpose()
}

/// The number of this factor, when it is a phone.
pub(super) fn number(tx: &mut Tx, inside: &Inside, account: AccountId, id: Id) -> Result<Option<String>, Error> {
    let phones = factors::confirmed(tx, account, Method::Phone)?;
    let Some(phone) = phones.iter().find(|phone| phone.id == id) else { return Ok(None) };
    String::from_utf8(phone.secret(inside)?).map(Some).map_err(Error::broken)
}

fn not_too_often(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<(), Error> {
    let since = now.saturating_sub(HOUR).unwrap_or(Timestamp::MIN);
    let sent = tx.query(SENT, params![account, since])?;
    let Some(third) = sent.get(AN_HOUR - 1).map(|row: &Row| row.instant(0)).transpose()? else { return Ok(()) };
    let wait = third.duration_since(since).as_secs().unsigned_abs();
    Err(Error::TooMany { retry_after_s: wait + 1 })
}

/// Every number from 0 to 999,999 alike.
fn new_code() -> Result<String, Error> {
    const EVEN: u32 = u32::MAX - u32::MAX % 1_000_000;
    loop {
        let number = u32::from_be_bytes(random()?);
        if number < EVEN {
            return Ok(format!("{:06}", number % 1_000_000));
        }
    }
}

fn hash(inside: &Inside, account: AccountId, code: &str) -> Vec<u8> {
    inside.keys.find_by("code by SMS", &format!("{account} {code}"))
}

/// The last line ties the code to our address: phones then offer it on our page and on no other.
fn message(inside: &Inside, to: &str, code: String) -> Mail {
    let name = &inside.site.name;
    let tied = inside.site.party.as_ref().map_or(String::new(), |party| format!("\n\n@{} #{SECRET}", party.id));
    let text =
        format!("{SECRET} is your {name} code, good for 10 minutes. Nobody of {name} ever asks you for it.{tied}");
    Mail {
        to: to.to_owned(),
        subject: "A code by SMS".to_owned(),
        text,
        html: String::new(),
        secrets: vec![code.clone(), code],
        noticed: None,
    }
}

impl Own<'_> {
    /// Sends a code to a phone that is to be a second step.
    pub fn begin_phone(&mut self, number: &str) -> Result<(), Error> {
        self.fresh()?;
        contact_changes::frozen(self.tx, self.account)?;
        let number = valid_number(number)?;
        factors::drop_waiting(self.tx, self.account, Method::Phone)?;
        let name = shortened(&number);
        let new = factors::New::waiting(Method::Phone, &name, number.as_bytes());
        factors::insert(self.tx, self.inside, self.account, &new, self.now)?;
        send_code(self.tx, self.inside, (About::NewPhone, self.account), &number, self.now)
    }

    /// The number that waits for its code, shortened.
    pub fn waiting_phone(&mut self) -> Result<Option<String>, Error> {
        let waiting = factors::waiting(self.tx, self.account, Method::Phone, self.now)?;
        waiting.map(|factor| factor.name(self.inside)).transpose()
    }

    /// Confirms the phone by the code that was sent there. None when it is another code; the try is counted.
    pub fn confirm_phone(&mut self, session: &str, typed: &str) -> Result<Option<AddedStep>, Error> {
        self.fresh()?;
        let waiting = factors::waiting(self.tx, self.account, Method::Phone, self.now)?;
        let factor = waiting.ok_or(Error::NotFound)?;
        if !is_code(self.tx, self.inside, (About::NewPhone, self.account), typed, self.now)? {
            return Ok(None);
        }
        contact_changes::frozen(self.tx, self.account)?;
        let is_first = super::methods(self.tx, self.account)?.is_empty();
        self.leave_phones()?;
        factors::confirm(self.tx, factor.id, -1, self.now)?;
        let name = factor.name(self.inside)?;
        self.added_step(session, Method::Phone, &name, is_first).map(Some)
    }

    /// There is one phone: the one before it is told, and can take the change back.
    fn leave_phones(&mut self) -> Result<(), Error> {
        let old = factors::confirmed(self.tx, self.account, Method::Phone)?;
        if old.is_empty() {
            return contact_changes::phone_changed(self.tx, self.inside, self.account, None, self.now);
        }
        for old in old {
            let number = String::from_utf8(old.secret(self.inside)?).map_err(Error::broken)?;
            factors::remove(self.tx, self.inside, self.account, old.id)?;
            contact_changes::phone_changed(self.tx, self.inside, self.account, Some(&number), self.now)?;
        }
        Ok(())
    }
}

impl Store {
    /// Whether this server can send text messages.
    pub fn sends_sms(&self) -> bool {
        self.0.site.sends_sms
    }

    /// Sends a code to the phone of a half sign-in.
    pub async fn send_second_step_code(&self, half: &str) -> Result<(), Error> {
        let (inside, hash, now) = (Arc::clone(&self.0), tokens::hash(half), self.0.clock.now());
        let send = move |tx: &mut Tx| {
            let account = sign_in::half_of(tx, &hash, now)?.account;
            send_to(tx, &inside, account, now)
        };
        self.0.db.write(send, |()| ()).await
    }
}

#[cfg(test)]
mod tests {
    use super::{shortened, valid_number};

    #[test]
    fn numbers_of_the_whole_world() {
        for (typed, kept) in [
            ("+49 151 2345678", "+491512345678"),
            ("0046 (70) 123-45-67", "+46701234567"),
            ("+1.202.555.0143", "+12025550143"),
        ] {
            assert_eq!(valid_number(typed).unwrap(), kept);
        }
        for typed in ["", "0151 2345678", "+0151234567", "+49", "+49151x345678", "+1234567890123456", "++4915123456"] {
            assert!(valid_number(typed).is_err(), "{typed}");
        }
        assert_eq!(shortened("+491512345678"), "+49 … 678");
    }
}
