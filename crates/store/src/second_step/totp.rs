//! Codes of an authenticator app: RFC 6238 with SHA-1, six digits and 30 seconds, which every app can do.
//!
//! Computed here: fifteen lines over the HMAC that is in the tree already, held by the vectors of the RFC.

use super::{AddedStep, Method, base32, factors};
use crate::{
    db::Tx,
    error::{Error, Invalid},
    inside::Inside,
    keys::random,
    own::Own,
};
use aws_lc_rs::{constant_time, hmac};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sharing::AccountId;
use zeroize::Zeroizing;

/// How long one code is shown.
const STEP_S: i64 = 30;
/// Clocks may be wrong by one step in either direction.
const DRIFT: i64 = 1;

/// A seed that waits to be confirmed, for the person to bring into their app.
#[derive(Clone)]
pub struct NewTotp {
    /// As text, to type.
    pub seed: String,
    /// As a link, to open or to draw.
    pub link: String,
    /// What the person called it.
    pub name: String,
}

impl std::fmt::Debug for NewTotp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewTotp(…)")
    }
}

/// The code of a step.
fn code(seed: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, seed);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let from = usize::from(tag[19] & 0xf);
    let number = tag[from..from + 4].iter().fold(0u32, |number, byte| number << 8 | u32::from(*byte));
    format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
}

/// The step whose code this is: near now, and later than the last one that was taken.
fn step_of(seed: &[u8], typed: &str, last_step: i64, now: Timestamp) -> Option<i64> {
    let current = now.as_second().div_euclid(STEP_S);
    // Every step is compared, so that the time tells nothing.
    let compared = (current - DRIFT..=current + DRIFT).filter(|step| {
        let same = constant_time::verify_slices_are_equal(code(seed, *step).as_bytes(), typed.as_bytes()).is_ok();
        same && *step > last_step
    });
    compared.max()
}

/// Whether this is a code of one of the account's apps; each is taken once, whoever asks.
pub(super) fn check(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    typed: &str,
    now: Timestamp,
) -> Result<bool, Error> {
    let typed = digits(typed);
    for factor in factors::confirmed(tx, account, Method::Totp)? {
        let seed = Zeroizing::new(factor.secret(inside)?);
        if let Some(step) = step_of(&seed, &typed, factor.last_step, now)
            && factors::use_up_to(tx, factor.id, step, now)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// People type codes as their app shows them: in two groups.
pub(super) fn digits(typed: &str) -> String {
    typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
}

/// An app that is there from the start, in a seeded database.
pub(super) fn seed(tx: &mut Tx, inside: &Inside, account: AccountId, seed: &[u8], now: Timestamp) -> Result<(), Error> {
    let new = factors::New::seeded(Method::Totp, "Authenticator app", seed);
    factors::insert(tx, inside, account, &new, now).map(drop)
}

impl Own<'_> {
    /// Makes a seed for an authenticator app. It counts when a code of it was typed; an earlier one that waits is void.
    pub fn begin_totp(&mut self, name: &str) -> Result<(), Error> {
        self.fresh()?;
        let name = super::valid_name(name)?;
        let seed = Zeroizing::new(random::<20>()?);
        factors::drop_waiting(self.tx, self.account, Method::Totp)?;
        let new = factors::New::waiting(Method::Totp, &name, &seed[..]);
        factors::insert(self.tx, self.inside, self.account, &new, self.now).map(drop)
    }

    /// The seed that waits to be confirmed.
    pub fn waiting_totp(&mut self) -> Result<Option<NewTotp>, Error> {
        self.fresh()?;
        let email = self.account()?.email;
        let waiting = factors::waiting(self.tx, self.account, Method::Totp, self.now)?;
        let Some(factor) = waiting else { return Ok(None) };
        let seed = base32::seed(&Zeroizing::new(factor.secret(self.inside)?));
        let link = link(&self.inside.site.name, &email, &seed);
        Ok(Some(NewTotp { link, name: factor.name(self.inside)?, seed }))
    }

    /// Confirms the seed that waits by a code of it; from now on it is asked for.
    pub fn confirm_totp(&mut self, session: &str, typed: &str) -> Result<AddedStep, Error> {
        self.fresh()?;
        let waiting = factors::waiting(self.tx, self.account, Method::Totp, self.now)?;
        let factor = waiting.ok_or(Error::NotFound)?;
        let seed = Zeroizing::new(factor.secret(self.inside)?);
        let step = step_of(&seed, &digits(typed), -1, self.now).ok_or(Error::Invalid(Invalid::Code))?;
        let is_first = super::methods(self.tx, self.account)?.is_empty();
        factors::confirm(self.tx, factor.id, step, self.now)?;
        let name = factor.name(self.inside)?;
        self.added_step(session, Method::Totp, &name, is_first)
    }
}

/// <https://github.com/google/google-authenticator/wiki/Key-Uri-Format>, which all apps read.
fn link(site: &str, email: &str, seed: &str) -> String {
    let (site, email) = (percent(site), percent(email));
    format!("otpauth://totp/{site}:{email}?secret={seed}&issuer={site}&algorithm=SHA1&digits=6&period=30")
}

/// As one part of an address.
fn percent(text: &str) -> String {
    const ALL_BUT_PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, ALL_BUT_PLAIN).to_string()
}

#[cfg(test)]
mod tests {
    use super::{code, link, step_of};
    use jiff::Timestamp;

    /// RFC 6238, appendix B, SHA-1; the last six of its eight digits.
    const VECTORS: [(i64, &str); 6] = [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ];

    #[test]
    fn as_the_rfc_has_it() {
        for (second, expected) in VECTORS {
            assert_eq!(code(b"12345678901234567890", second / 30), expected, "at {second}");
        }
    }

    #[test]
    fn one_step_of_drift_and_never_twice() {
        let now = Timestamp::from_second(600).unwrap();
        for (step, taken) in [(18, false), (19, true), (20, true), (21, true), (22, false)] {
            let found = step_of(b"seed", &code(b"seed", step), -1, now);
            assert_eq!(found, taken.then_some(step));
        }
        assert_eq!(step_of(b"seed", &code(b"seed", 20), 20, now), None);
        assert_eq!(step_of(b"seed", "", -1, now), None);
    }

    #[test]
    fn a_link_is_safe_whatever_the_address() {
        let text = link("Kinsight", "a&secret=b@example.org", "ABC");
        assert_eq!(
            text,
            "otpauth://totp/Kinsight:a%26secret%3Db%40example.org?secret=ABC&issuer=Kinsight&algorithm=SHA1&digits=6&period=30"
        );
    }
}
