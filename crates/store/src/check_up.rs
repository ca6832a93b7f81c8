//! The facts that the security check-up is made from, read in one go, and the remedies that need no form.

use crate::{
    db::{Row, Tx, params, statements},
    error::Error,
    own::Own,
    pulls,
    recovery::factor_loss,
    second_step::{self, Method},
};
use jiff::{SignedDuration, Timestamp};
use sharing::{
    AccountId,
    check_up::{Facts, KnownDevice, Partner},
};

statements! {
    ACCOUNT = "select password_at, verified_at, phrase, reviewed_at from accounts where id = $1";
    LOCKDOWN = "select began_at from lockdowns where account = $1 and ended_at is null";
    CODES = "select count(*) from recovery_codes where account = $1 and used_at is null";
    PARTNERS = "select g.since_at, (select count(*) from factors f where f.account = g.partner and f.confirmed_at is not null) \
        from grants g join records r on r.id = g.record \
        where r.account = $1 and (g.until_at is null or g.until_at > $2)";
    DEVICES = "select first_at, seen_at from known_devices where account = $1";
    TOKENS = "select t.made_at, t.used_at from app_tokens t join records r on r.id = t.record where r.account = $1";
    END_UNUSED = "delete from app_tokens where coalesce(used_at, made_at) <= $2 \
        and record in (select id from records where account = $1)";
}

impl Own<'_> {
    /// What the security check-up looks at.
    pub fn check_up(&mut self) -> Result<Facts, Error> {
        let (account, now) = (self.account, self.now);
        let row = self.tx.query_one(ACCOUNT, params![account])?.ok_or(Error::NotSignedIn)?;
        let methods = second_step::methods(self.tx, account)?;
        let has_phone = methods.contains(&Method::Phone);
        let phone_can_be = has_phone || self.inside.site.sends_sms;
        Ok(Facts {
            second_step: !methods.is_empty(),
            recovery_codes: self.tx.query_one(CODES, params![account])?.map_or(Ok(0), |row| row.count(0))?,
            password_at: row.instant(0)?,
            email_verified: row.opt_int(1)?.is_some(),
            phone_verified: phone_can_be.then_some(has_phone),
            partners: partners(self.tx, account, now)?,
            reviewed_at: row.opt_instant(3)?,
            devices: devices(self.tx, account)?,
            phrase: row.opt_bytes(2)?.is_some(),
            tokens_used_at: tokens_used_at(self.tx, account)?,
            lockdown: self.tx.query_one(LOCKDOWN, params![account])?.is_some(),
            loses_second_step_at: factor_loss::due_at(self.tx, account)?,
        })
    }

    /// Ends the app tokens that nobody has used for 90 days; answers how many.
    pub fn end_unused_tokens(&mut self) -> Result<u64, Error> {
        let unused = SignedDuration::from_hours(24 * sharing::check_up::QUARTER_DAYS);
        let before = self.now.saturating_sub(unused).unwrap_or(Timestamp::MIN);
        let ended = self.tx.execute(END_UNUSED, params![self.account, before])?;
        pulls::end_without_token(self.tx, self.account)?;
        self.audit("ended app tokens that were not used", ended.to_string())?;
        Ok(ended)
    }
}

fn partners(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<Vec<Partner>, Error> {
    let partner = |row: &Row| Ok(Partner { since_at: row.instant(0)?, second_step: row.int(1)? > 0 });
    tx.query(PARTNERS, params![account, now])?.iter().map(partner).collect()
}

fn devices(tx: &mut Tx, account: AccountId) -> Result<Vec<KnownDevice>, Error> {
    let device = |row: &Row| Ok(KnownDevice { first_at: row.instant(0)?, seen_at: row.instant(1)? });
    tx.query(DEVICES, params![account])?.iter().map(device).collect()
}

fn tokens_used_at(tx: &mut Tx, account: AccountId) -> Result<Vec<Timestamp>, Error> {
    let used = |row: &Row| row.opt_instant(1)?.map_or_else(|| row.instant(0), Ok);
    tx.query(TOKENS, params![account])?.iter().map(used).collect()
}
