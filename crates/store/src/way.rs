//! The way in from a new device while strangers guess: a link, mailed to the owner, makes the browser in which it is opened
//! known, and a known device has tries of its own. The password is still asked, and the second step.

use crate::{
    accounts::by_email,
    actor::Origin,
    audit::{self, Entry},
    db::Tx,
    devices::{self, DeviceToken},
    error::{Error, Invalid},
    inside::{Inside, Store, new_id},
    mails, notices, outbox, throttle,
    tokens::{self, Kind},
};
use jiff::Timestamp;
use sharing::{AccountId, Email};
use std::sync::Arc;

impl Store {
    /// Mails a link to the owner of this address, at most five an hour. Answers the same, and after the same work, when there
    /// is nobody to whom it could be sent.
    pub async fn ask_for_way(&self, email: &str, origin: Origin) -> Result<(), Error> {
        let (inside, now) = (Arc::clone(&self.0), self.0.clock.now());
        let email = Email::parse(email).ok();
        let work = move |tx: &mut Tx| {
            throttle::begin(tx, &throttle::mail_tries(&inside.keys, &origin), now)?;
            let known = email.as_ref().map(|email| by_email(tx, &inside, email)).transpose()?.flatten();
            write(tx, &inside, known, &origin, now)
        };
        self.0.db.write(work, |()| ()).await
    }

    /// Uses the link: this browser is known from now on. Answers the token for its cookie, when it has none of ours yet.
    pub async fn take_way(&self, token: &str, origin: Origin) -> Result<Option<DeviceToken>, Error> {
        let (inside, hash) = (Arc::clone(&self.0), tokens::hash(token));
        let now = self.0.clock.now();
        let work = move |tx: &mut Tx| {
            let account = tokens::take(tx, Kind::Way, &hash, now)?.ok_or(Error::Invalid(Invalid::Token))?.account;
            let device = devices::let_in(tx, &inside, account, &origin, now)?;
            let line = Entry::activity(account, now, "let a browser in by a mailed link", origin.line());
            audit::write(tx, &inside, &line)?;
            Ok(device)
        };
        self.0.db.write(work, |_| ()).await
    }
}

fn write(tx: &mut Tx, inside: &Inside, known: Option<AccountId>, origin: &Origin, now: Timestamp) -> Result<(), Error> {
    let nobody = AccountId(new_id());
    let enough = outbox::enough_of(tx, known.unwrap_or(nobody), mails::WAY, now)?;
    let reader = known.filter(|_| !enough);
    let token = tokens::make_more(tx, Kind::Way, reader.unwrap_or(nobody), now, None)?;
    let letter = mails::way(token, &origin.line());
    match reader {
        Some(account) => notices::tell_current(tx, inside, account, &letter, now),
        None => {
            tokens::void(tx, Kind::Way, nobody)?;
            notices::tell_nobody(tx, inside, &letter, now)
        }
    }
}
