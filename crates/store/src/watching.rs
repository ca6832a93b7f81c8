//! Watching: a look that goes on, as an open page does. It brings no data, only word that there are some; whoever hears it asks
//! the gate.
//!
//! ```text
//! asked again   when somebody's access to the record changes, or sessions of the account end    (news, after the commit)
//!               when grant or session may end by themselves                                     (to the instant)
//!               every quarter of a minute                                                       (what other servers changed)
//! ```
//! Asking again is no look: it shows nothing, keeps no session open and leaves no line.

use crate::{
    actor::{Actor, Who},
    bells::Listener,
    db::{Tx, params, statements},
    error::Error,
    inside::{Inside, Store},
    keys::random,
    sessions::{self, Session},
    standing,
};
use jiff::{SignedDuration, Timestamp};
use sharing::{AccountId, Decision, Id, RecordId, Refusal, RightKind, Standing, Visibility, allows, lasts_until};
use std::sync::Arc;

statements! {
    SESSION = "select s.own_device, s.began_at, s.seen_at, a.delete_at from sessions s \
        join accounts a on a.id = s.account and a.locked_at is null where s.account = $1 and s.id = $2";
}

/// Asked again so often at least, and up to a third later, so that many do not come at once.
const AT_LEAST_EVERY: SignedDuration = SignedDuration::from_secs(12);

/// Why somebody may not watch any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Access was ended, or the record is gone.
    Removed,
    /// Access rests for a while.
    Paused,
    /// Access has run out.
    Expired,
    /// The patient's account was locked.
    Suspended,
    /// The conditions are others now, and not met.
    Changed,
    /// The session is over.
    SignedOut,
}

impl Ending {
    /// In one or two words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Paused => "paused",
            Self::Expired => "expired",
            Self::Suspended => "suspended",
            Self::Changed => "changed",
            Self::SignedOut => "signed out",
        }
    }
}

impl From<Refusal> for Ending {
    fn from(why: Refusal) -> Self {
        match why {
            Refusal::Paused => Self::Paused,
            Refusal::Expired => Self::Expired,
            Refusal::Suspended => Self::Suspended,
            _ => Self::Changed,
        }
    }
}

/// What whoever watches is told. Never data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// There are new readings, or some were taken back.
    Readings,
    /// What may be seen is another.
    Access,
    /// It is over.
    Ended(Ending),
}

/// Somebody who watches a record; until dropped.
pub struct Watch {
    store: Store,
    watcher: Watcher,
    record: RecordId,
    listener: Listener,
    /// As it was when last asked.
    standing: Standing,
    visibility: Visibility,
    ask_at: Timestamp,
    /// Said at once.
    over: Option<Ending>,
}

/// Who watches.
#[derive(Clone, Debug)]
enum Watcher {
    /// A session of an account.
    Session { account: AccountId, id: String },
    /// An app with its token.
    App { who: Who },
}

impl Store {
    /// Begins to watch for an app with the record's token; the rest is as for [`Store::watch`].
    pub async fn watch_for_app(&self, app: &Actor) -> Result<Watch, Error> {
        let Who::App { token, record, .. } = app.who else { return Err(Error::NotFound) };
        self.begin_watch(Watcher::App { who: app.who }, token, record).await
    }

    /// Begins to watch a record: whatever changes from now on is told. Whether one may is said by [`Watch::next`].
    pub async fn watch(&self, session: &Session, record: RecordId) -> Result<Watch, Error> {
        let watcher = Watcher::Session { account: session.account, id: session.id.clone() };
        self.begin_watch(watcher, session.account.0, record).await
    }

    async fn begin_watch(&self, watcher: Watcher, hears: Id, record: RecordId) -> Result<Watch, Error> {
        let mut watch = Watch {
            store: self.clone(),
            watcher,
            record,
            listener: self.0.news.listen_for(record, hears),
            standing: Standing::Stranger,
            visibility: Visibility::GLUCOSE_ONLY,
            ask_at: Timestamp::MAX,
            over: None,
        };
        watch.over = watch.ask().await?;
        Ok(watch)
    }
}

/// What came of asking.
enum Asked {
    Still { standing: Standing, visibility: Visibility, until: Timestamp },
    Over(Ending),
}

impl Watch {
    /// Which record.
    pub fn record(&self) -> RecordId {
        self.record
    }

    /// The next thing to tell. After [`Seen::Ended`] there is nothing more, and after an error nobody may rely on anything.
    pub async fn next(&mut self) -> Result<Seen, Error> {
        if let Some(ending) = self.over.take() {
            return Ok(Seen::Ended(ending));
        }
        loop {
            let clock = &self.store.0.clock;
            let ring = tokio::select! {
                biased;
                () = clock.until(self.ask_at) => None,
                ring = self.listener.heard() => Some(ring),
            };
            let before = self.standing;
            if let Some(ending) = self.ask().await? {
                return Ok(Seen::Ended(ending));
            }
            if before != self.standing {
                return Ok(Seen::Access);
            }
            // Whoever sees glucose alone is not told when there was something else.
            let shows_events = self.visibility != Visibility::GLUCOSE_ONLY;
            if ring.is_some_and(|ring| ring.has_readings() || (ring.has_events() && shows_events)) {
                return Ok(Seen::Readings);
            }
        }
    }

    async fn ask(&mut self) -> Result<Option<Ending>, Error> {
        let inside = Arc::clone(&self.store.0);
        let (watcher, record, now) = (self.watcher.clone(), self.record, inside.clock.now());
        let job = move |tx: &mut Tx| ask(tx, &inside, &watcher, record, now);
        match self.store.0.db.read(job).await? {
            Asked::Over(ending) => Ok(Some(ending)),
            Asked::Still { standing, visibility, until } => {
                (self.standing, self.visibility) = (standing, visibility);
                let later = now.saturating_add(AT_LEAST_EVERY + jitter()?).unwrap_or(Timestamp::MAX);
                self.ask_at = until.min(later);
                Ok(None)
            }
        }
    }
}

/// Up to four seconds.
fn jitter() -> Result<SignedDuration, Error> {
    let [byte] = random::<1>()?;
    Ok(SignedDuration::from_millis(i64::from(byte) * 16))
}

/// The session, when there is one, and the standing, in one snapshot.
fn ask(tx: &mut Tx, inside: &Inside, watcher: &Watcher, record: RecordId, now: Timestamp) -> Result<Asked, Error> {
    let (who, ends_at) = match watcher {
        Watcher::App { who } => (*who, Timestamp::MAX),
        Watcher::Session { account, id } => {
            let Some(row) = tx.query_one(SESSION, params![*account, id.as_str()])? else {
                return Ok(Asked::Over(Ending::SignedOut));
            };
            let ends_at = sessions::ends_at(inside, row.int(0)? != 0, row.instant(1)?, row.instant(2)?);
            if ends_at <= now || row.opt_instant(3)?.is_some() {
                return Ok(Asked::Over(Ending::SignedOut));
            }
            (Who::Account { id: *account }, ends_at)
        }
    };
    let standing = standing::of(tx, who, record, now)?;
    Ok(match allows(standing, RightKind::View, now) {
        Decision::Allowed(visibility) => {
            let until = lasts_until(standing, now).map_or(ends_at, |until| until.min(ends_at));
            Asked::Still { standing, visibility, until }
        }
        Decision::Refused(why) => Asked::Over(why.into()),
        Decision::Unknown => Asked::Over(Ending::Removed),
    })
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Watch({})", self.record)
    }
}
