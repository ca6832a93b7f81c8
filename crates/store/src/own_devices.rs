//! One's own sessions and known devices: which there are, and how to be rid of them. Ending takes no fresh proof: whoever
//! finds a stranger in the list must not be held up.

use crate::{
    actor::Origin,
    db::{Row, params, statements},
    devices,
    error::Error,
    keys::place,
    news::Told,
    own::Own,
    push, sessions, tokens,
};
use jiff::Timestamp;

statements! {
    SESSIONS = "select id, own_device, began_at, seen_at, origin, method from sessions where account = $1 order by began_at desc";
    END = "delete from sessions where account = $1 and id = $2 returning device";
    END_OTHERS = "delete from sessions where account = $1 and id <> $2";
    DEVICES = "select hash, first_at, seen_at, origin, remembered_until_at from known_devices where account = $1 \
        order by seen_at desc, hash";
    FORGET = "delete from known_devices where account = $1 and hash = $2";
    FORGET_ALL = "delete from known_devices where account = $1";
    END_OF = "delete from sessions where account = $1 and device = $2";
}

/// A session, as its owner sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionLine {
    /// Tells sessions apart; of no use to sign in.
    pub id: String,
    /// Marked as the person's own device.
    pub own_device: bool,
    /// Since when.
    pub began_at: Timestamp,
    /// Last used, to the minute.
    pub seen_at: Timestamp,
    /// Network address and browser, as they were at sign-in.
    pub origin: String,
    /// By what somebody signed in.
    pub method: String,
}

/// A browser that is known to the account, as its owner sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceLine {
    /// Tells devices apart; of no use to sign in.
    pub id: String,
    /// When somebody first signed in there; nobody yet, when a mailed link let it in.
    pub first_at: Option<Timestamp>,
    /// When somebody last signed in there.
    pub seen_at: Timestamp,
    /// Network address and browser, as they were then.
    pub origin: String,
    /// Until when the second step is not asked there.
    pub remembered_until_at: Option<Timestamp>,
    /// The browser that asks.
    pub this: bool,
}

impl Own<'_> {
    /// The sessions that are open, newest first.
    pub fn sessions(&mut self) -> Result<Vec<SessionLine>, Error> {
        let rows = self.tx.query(SESSIONS, params![self.account])?;
        let mut lines = Vec::new();
        for row in &rows {
            let (own_device, began_at, seen_at) = (row.int(1)? != 0, row.instant(2)?, row.instant(3)?);
            if sessions::open_at(self.inside, own_device, began_at, seen_at, self.now) {
                let origin = self.inside.keys.open_text(place("sessions", "origin", self.account.0), row.bytes(4)?)?;
                let (id, method) = (row.text(0)?.to_owned(), row.text(5)?.to_owned());
                lines.push(SessionLine { id, own_device, began_at, seen_at, origin, method });
            }
        }
        Ok(lines)
    }

    /// Ends one session.
    pub fn end_session(&mut self, id: &str) -> Result<(), Error> {
        let ended = self.tx.query_one(END, params![self.account, id])?.ok_or(Error::NotFound)?;
        if let Some(device) = ended.opt_bytes(0)? {
            push::end_on(self.tx, self.account, device)?;
        }
        self.tx.tell(Told::SessionsEnded(self.account));
        self.audit("ended a session", String::new())
    }

    /// Ends all sessions but this one; answers how many.
    pub fn end_other_sessions(&mut self, kept: &str) -> Result<u64, Error> {
        let ended = self.tx.execute(END_OTHERS, params![self.account, kept])?;
        push::end_signed_out(self.tx, self.account)?;
        self.tx.tell(Told::SessionsEnded(self.account));
        self.audit("ended all other sessions", String::new())?;
        Ok(ended)
    }

    /// The devices that are known, the last used first.
    pub fn known_devices(&mut self, asking: &Origin) -> Result<Vec<DeviceLine>, Error> {
        let this = asking.device.as_deref().map(tokens::hash);
        let rows = self.tx.query(DEVICES, params![self.account])?;
        rows.iter().map(|row| self.device_line(row, this.as_ref())).collect()
    }

    fn device_line(&self, row: &Row, this: Option<&[u8; 32]>) -> Result<DeviceLine, Error> {
        let (hash, remembered_until_at) = (row.bytes(0)?, row.instant(4)?);
        Ok(DeviceLine {
            id: device_id(hash),
            first_at: Some(row.instant(1)?).filter(|at| *at != devices::NOBODY_YET),
            seen_at: row.instant(2)?,
            origin: self.inside.keys.open_text(place("known_devices", "origin", self.account.0), row.bytes(3)?)?,
            remembered_until_at: Some(remembered_until_at).filter(|until| self.now < *until),
            this: this.is_some_and(|this| this == hash),
        })
    }

    /// Forgets a device: its sessions end, and whoever signs in there the next time comes as from a new one.
    pub fn forget_device(&mut self, id: &str) -> Result<(), Error> {
        let rows = self.tx.query(DEVICES, params![self.account])?;
        let hashes = rows.iter().map(|row| row.bytes(0)).collect::<Result<Vec<_>, _>>()?;
        let hash = hashes.into_iter().find(|hash| device_id(hash) == id).ok_or(Error::NotFound)?;
        self.tx.execute(FORGET, params![self.account, hash])?;
        self.tx.execute(END_OF, params![self.account, hash])?;
        push::end_on(self.tx, self.account, hash)?;
        self.tx.tell(Told::SessionsEnded(self.account));
        self.audit("forgot a device", String::new())
    }

    /// Forgets all devices, the one that asks included; of the sessions only this one is kept.
    pub fn forget_all_devices(&mut self, kept: &str) -> Result<(), Error> {
        self.tx.execute(FORGET_ALL, params![self.account])?;
        self.tx.execute(END_OTHERS, params![self.account, kept])?;
        push::end_signed_out(self.tx, self.account)?;
        self.tx.tell(Told::SessionsEnded(self.account));
        self.audit("forgot all devices", String::new())
    }
}

/// Eight bytes of the hash of what the browser holds.
fn device_id(hash: &[u8]) -> String {
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
