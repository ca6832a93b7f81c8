//! One's own browsers that show notices: asking for them in this one, and being rid of any of them.

use crate::{
    actor::Origin,
    db::{Row, params, statements},
    error::{Error, Invalid},
    inside::new_id,
    keys::place,
    own::Own,
    push::{self, Address, PushMessage, address_place},
    tokens,
};
use aws_lc_rs::agreement::{ECDH_P256, ParsedPublicKey, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use sharing::Id;

statements! {
    LIST = "select id, device, origin, made_at, worked_at, failing_since_at from push_subscriptions where account = $1 \
        order by made_at desc, id desc";
    KNOWN = "select id from push_subscriptions where hash = $1 and account = $2 and device = $3";
    SIGNED_IN = "select 1 from sessions where account = $1 and device = $2";
    DROP_SAME = "delete from push_subscriptions where hash = $1 or (account = $2 and device = $3)";
    INSERT = "insert into push_subscriptions (id, account, device, hash, sealed, origin, made_at) \
        values ($1, $2, $3, $4, $5, $6, $7)";
    REMOVE = "delete from push_subscriptions where account = $1 and id = $2";
}

/// Browsers of one account; the oldest makes room.
const MOST: usize = 20;

/// What a browser says when it may show notices.
#[derive(Clone, Debug, Default)]
pub struct NewPushSubscription {
    /// Where its push service takes notices for it.
    pub endpoint: String,
    /// Its public key, in the URL-safe alphabet.
    pub p256dh: String,
    /// The secret of browser and server, in the same alphabet.
    pub auth: String,
    /// The address that this one takes the place of, when the push service gave the browser another; else empty.
    pub before: String,
}

/// A browser that shows notices, as its owner sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct PushLine {
    /// Tells them apart.
    pub id: Id,
    /// Network address and browser, as they were then.
    pub origin: String,
    /// Since when.
    pub made_at: Timestamp,
    /// When a notice last reached the push service.
    pub worked_at: Option<Timestamp>,
    /// Since when none does.
    pub failing_since_at: Option<Timestamp>,
    /// The browser that asks.
    pub this: bool,
}

impl NewPushSubscription {
    /// An address over TLS and keys of the right kind. Which hosts may be reached is the worker's to say, when it does.
    fn address(&self) -> Result<Address, Error> {
        let wrong = Error::Invalid(Invalid::PushSubscription);
        let is_here = ["http://localhost:", "http://127.0.0.1:"].iter().any(|here| self.endpoint.starts_with(here));
        let plain = self.endpoint.len() <= 1000 && self.endpoint.bytes().all(|byte| byte.is_ascii_graphic());
        let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).unwrap_or_default();
        let (key, secret) = (decoded(&self.p256dh), decoded(&self.auth));
        let is_key = key.len() == 65 && ParsedPublicKey::try_from(UnparsedPublicKey::new(&ECDH_P256, &key)).is_ok();
        if !(self.endpoint.starts_with("https://") || is_here) || !plain || !is_key || secret.len() != 16 {
            return Err(wrong);
        }
        Ok(Address { endpoint: self.endpoint.clone(), key, secret })
    }
}

impl Own<'_> {
    /// The browsers that show notices, the newest first.
    pub fn push_subscriptions(&mut self, asking: &Origin) -> Result<Vec<PushLine>, Error> {
        let this = asking.device.as_deref().map(tokens::hash);
        let rows = self.tx.query(LIST, params![self.account])?;
        rows.iter().map(|row| self.push_line(row, this.as_ref())).collect()
    }

    fn push_line(&self, row: &Row, this: Option<&[u8; 32]>) -> Result<PushLine, Error> {
        let id = row.id(0)?;
        Ok(PushLine {
            id,
            origin: self.inside.keys.open_text(origin_place(id).of(self.account.0), row.bytes(2)?)?,
            made_at: row.instant(3)?,
            worked_at: row.opt_instant(4)?,
            failing_since_at: row.opt_instant(5)?,
            this: this.is_some_and(|this| this == row.bytes(1).unwrap_or_default()),
        })
    }

    /// Notices are shown in this browser from now on, and no longer to whoever had it before.
    pub fn turn_push_on(&mut self, new: &NewPushSubscription, asking: &Origin) -> Result<(), Error> {
        let address = new.address()?;
        let device = tokens::hash(asking.device.as_deref().ok_or(Error::NotSignedIn)?);
        let hash = self.inside.keys.find_by("push", &address.endpoint);
        if self.tx.query_one(KNOWN, params![hash.clone(), self.account, device])?.is_some() {
            return Ok(());
        }
        // Whoever knows the address of before is the browser itself.
        let before = self.inside.keys.find_by("push", &new.before);
        if self.tx.query_one(KNOWN, params![before, self.account, device])?.is_none() {
            self.fresh()?;
        }
        // Its sign-out must find it again.
        self.tx.query_one(SIGNED_IN, params![self.account, device])?.ok_or(Error::NotSignedIn)?;
        self.tx.execute(DROP_SAME, params![hash.clone(), self.account, device])?;
        for old in self.push_subscriptions(asking)?.iter().skip(MOST - 1) {
            self.tx.execute(REMOVE, params![self.account, old.id])?;
        }
        let (id, line) = (new_id(), asking.line());
        let plain = serde_json::to_vec(&address).map_err(Error::broken)?;
        let sealed = self.inside.keys.seal(address_place(id, self.account), &plain)?;
        let origin = self.inside.keys.seal(origin_place(id).of(self.account.0), line.as_bytes())?;
        self.tx.execute(INSERT, params![id, self.account, device, hash, sealed, origin, self.now])?;
        self.audit("turned notifications on", line)
    }

    /// A browser shows no more notices.
    pub fn remove_push(&mut self, id: Id) -> Result<(), Error> {
        if self.tx.execute(REMOVE, params![self.account, id])? == 0 {
            return Err(Error::NotFound);
        }
        self.audit("turned notifications off", String::new())
    }

    /// This browser shows no more notices; nothing, when it showed none.
    pub fn turn_push_off(&mut self, asking: &Origin) -> Result<(), Error> {
        let here = self.push_subscriptions(asking)?.into_iter().find(|line| line.this);
        here.map_or(Ok(()), |line| self.remove_push(line.id))
    }

    /// Sends a notice to this browser, to see whether it comes.
    pub fn test_push(&mut self, asking: &Origin) -> Result<(), Error> {
        let here = self.push_subscriptions(asking)?.into_iter().find(|line| line.this).ok_or(Error::NotFound)?;
        let message = PushMessage {
            title: "It works".to_owned(),
            body: "Notifications of Kinsight come to this device.".to_owned(),
            path: "/settings/notifications".to_owned(),
            tag: "test".to_owned(),
            urgent: true,
            record: None,
        };
        push::push_to(self.tx, self.inside, (self.account, here.id), &message, self.now)?;
        self.audit("sent a test notification", String::new())
    }
}

fn origin_place<'a>(id: Id) -> crate::keys::Place<'a> {
    place("push_subscriptions", "origin", id)
}
