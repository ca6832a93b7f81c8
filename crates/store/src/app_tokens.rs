//! Tokens of phone apps and computers: what brings data into a record, or lets one follow it, without a session.
//!
//! A token is shown once. What is kept is a keyed hash of its SHA-1, because that is the form in which most apps that speak
//! to Nightscout send it (`api-secret`); neither the token nor anything an app sends can be made of it.

use crate::{
    access::{Access, Entered},
    actor::{Actor, Origin, Who},
    audit::{self, Entry},
    db::{Row, Tx, params, statements},
    error::{Error, Invalid},
    inside::{Inside, Store, new_id},
    keys::{place, random},
    known_apps::Found,
    news::{Told, What},
    pulls,
    rights::Manage,
    standing::{scope, scope_word, visibility},
    tokens,
    words::valid_name,
};
use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use sharing::{AccountId, ClinicId, Id, RecordId, TokenScope, Visibility};

statements! {
    INSERT = "insert into app_tokens (id, hash, record, name, scope, made_at, made_by, until_at, insulin, carbs, notes, devices) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    LIST = "select id, name, scope, made_at, used_at, until_at, insulin, carbs, notes, devices from app_tokens \
        where record = $1 and not exists (select 1 from pulls p where p.id = app_tokens.id) order by made_at, id";
    REVOKE = "delete from app_tokens where record = $1 and id = $2 returning id, name";
    REVOKE_ALL = "delete from app_tokens where record = $1 returning id, name";
    MADE_AT_CLINIC = "delete from app_tokens where made_by = $1 and record in (select id from records where clinic = $2) \
        returning id, name, record";
    MADE_AT_CLINICS = "delete from app_tokens where made_by = $1 and record in (select id from records where clinic is not null) \
        returning id, name, record";
    BY_HASH = "select id, record, scope, used_at from app_tokens where hash = $1 or hash = $2";
    BY_ID = "select id, record, scope, used_at from app_tokens where id = $1";
    USED = "update app_tokens set used_at = $2 where id = $1";
    SITE = "select site from records where id = $1";
    SET_SITE = "update records set site = $2 where id = $1";
    AT_SITE = "select id from records where site = $1";
}

/// What a new token is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAppToken {
    /// As the person calls the app, or whom it is for.
    pub name: String,
    /// How far it reaches.
    pub scope: TokenScope,
    /// At what, when it reads.
    pub visibility: Visibility,
    /// Until when; for as long as nobody ends it, when there is none.
    pub until_at: Option<Timestamp>,
    /// Sixteen letters and digits (82 random bits) for programs that take no longer one, instead of 32 hex digits (128).
    pub short: bool,
}

impl NewAppToken {
    /// One that shows everything and does not end.
    pub fn new(name: &str, scope: TokenScope) -> Self {
        Self { name: name.to_owned(), scope, visibility: Visibility::ALL, until_at: None, short: false }
    }
}

/// A token of an app, without the token itself.
#[derive(Clone, Debug, PartialEq)]
pub struct AppToken {
    /// By which it is revoked.
    pub id: Id,
    /// As the person called it.
    pub name: String,
    /// What it is for.
    pub scope: TokenScope,
    /// At what, when it reads.
    pub visibility: Visibility,
    /// Since when.
    pub made_at: Timestamp,
    /// When it was last used, to the hour.
    pub used_at: Option<Timestamp>,
    /// Until when.
    pub until_at: Option<Timestamp>,
}

/// What an app shows for itself.
#[derive(Clone, Copy)]
pub enum AppSecret<'a> {
    /// The token as it was shown.
    Token(&'a str),
    /// The SHA-1 of it, in hex.
    Sha1(&'a str),
    /// What [`Store::app_session`] gave out.
    Session(&'a str),
}

impl std::fmt::Debug for AppSecret<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AppSecret(…)")
    }
}

impl Access<'_, Manage> {
    /// Makes a token for an app. Shown this once; kept as a keyed hash. Asks for a fresh proof: it lets more see more.
    pub fn add_token(&mut self, new: &NewAppToken) -> Result<String, Error> {
        self.fresh()?;
        valid_name(&new.name)?;
        if new.until_at.is_some_and(|until| until <= self.now()) {
            return Err(Error::Invalid(Invalid::Period));
        }
        let (tx, inside, entered) = self.parts();
        let (id, token) = (new_id(), text(&new.name, new.short)?);
        let sealed =
            inside.keys.seal(place("app_tokens", "name", id).of(entered.record.0), new.name.trim().as_bytes())?;
        let by = match entered.who {
            Who::Account { id } => Some(id),
            _ => None,
        };
        let seen = new.visibility;
        tx.execute(
            INSERT,
            params![
                id,
                keyed(inside, &sha1_hex(&token)),
                entered.record,
                sealed,
                scope_word(new.scope),
                entered.now,
                by,
                new.until_at,
                i64::from(seen.insulin),
                i64::from(seen.carbs),
                i64::from(seen.notes),
                i64::from(seen.devices)
            ],
        )?;
        self.audit("made an app token", &new.name)?;
        Ok(token)
    }

    /// The record's app tokens, oldest first.
    pub fn tokens(&mut self) -> Result<Vec<AppToken>, Error> {
        let (tx, inside, entered) = self.parts();
        tx.query(LIST, params![entered.record])?.iter().map(|row| app_token(inside, entered.record, row)).collect()
    }

    /// Ends an app's token at once; open streams of the app end too.
    pub fn revoke_token(&mut self, id: Id) -> Result<(), Error> {
        let (tx, inside, entered) = self.parts();
        let row = tx.query_one(REVOKE, params![entered.record, id])?.ok_or(Error::NotFound)?;
        pulls::end(tx, id)?;
        let detail = ended(inside, entered.record, &row)?;
        self.note(What::Access);
        self.audit("ended an app token", &detail)
    }

    /// The name of the record's own site under the operator's domain, made when it is asked for first. Nobody can guess it,
    /// and it says nothing about the person.
    pub fn site(&mut self) -> Result<String, Error> {
        let (tx, _, entered) = self.parts();
        if let Some(row) = tx.query_one(SITE, params![entered.record])?
            && let Some(site) = row.opt_text(0)?
        {
            return Ok(site.to_owned());
        }
        let site = letters(12)?;
        tx.execute(SET_SITE, params![entered.record, site.as_str()])?;
        Ok(site)
    }
}

/// The token of a pull source: what lets it in, and shown to nobody, for nobody needs it.
pub(crate) fn for_pull(tx: &mut Tx, inside: &Inside, entered: &Entered, name: &str) -> Result<Id, Error> {
    let id = new_id();
    let sealed = inside.keys.seal(place("app_tokens", "name", id).of(entered.record.0), name.trim().as_bytes())?;
    let by = if let Who::Account { id } = entered.who { Some(id) } else { None };
    let (scope, until, no) = (scope_word(TokenScope::Upload), None::<Timestamp>, 0i64);
    let hash = keyed(inside, &tokens::secret()?);
    tx.execute(INSERT, params![id, hash, entered.record, sealed, scope, entered.now, by, until, no, no, no, no])?;
    Ok(id)
}

/// Ends every app's token of a record at once; answers how many.
pub(crate) fn revoke_all_tokens(
    tx: &mut Tx,
    inside: &Inside,
    who: Who,
    record: RecordId,
    now: Timestamp,
) -> Result<usize, Error> {
    let rows = tx.query(REVOKE_ALL, params![record])?;
    pulls::end_of_record(tx, record)?;
    for row in &rows {
        let line = Entry::beside(who, record, now, "ended an app token", ended(inside, record, row)?);
        audit::write(tx, inside, &line)?;
    }
    Ok(rows.len())
}

/// Ends what somebody had made for the records of a clinic, or of all clinics that they work at: it is not to outlive them there.
pub(crate) fn revoke_made_by(
    tx: &mut Tx,
    inside: &Inside,
    member: AccountId,
    clinic: Option<ClinicId>,
    now: Timestamp,
) -> Result<(), Error> {
    let rows = match clinic {
        Some(clinic) => tx.query(MADE_AT_CLINIC, params![member, clinic])?,
        None => tx.query(MADE_AT_CLINICS, params![member])?,
    };
    for row in &rows {
        let record = RecordId(row.id(2)?);
        pulls::end(tx, row.id(0)?)?;
        let detail = ended(inside, record, row)?;
        let line = Entry::beside(Who::Account { id: member }, record, now, "ended an app token", detail);
        audit::write(tx, inside, &line)?;
        tx.tell(Told::access(record));
    }
    Ok(())
}

/// Its id and its name: the history names what the app did even when its token is gone.
fn ended(inside: &Inside, record: RecordId, row: &Row) -> Result<String, Error> {
    let id = row.id(0)?;
    Ok(format!("{id} {}", inside.keys.open_text(place("app_tokens", "name", id).of(record.0), row.bytes(1)?)?))
}

fn app_token(inside: &Inside, record: RecordId, row: &Row) -> Result<AppToken, Error> {
    let id = row.id(0)?;
    Ok(AppToken {
        id,
        name: inside.keys.open_text(place("app_tokens", "name", id).of(record.0), row.bytes(1)?)?,
        scope: scope(row.text(2)?)?,
        visibility: visibility(row, 6)?,
        made_at: row.instant(3)?,
        used_at: row.opt_instant(4)?,
        until_at: row.opt_instant(5)?,
    })
}

/// The name's first letters, so that one knows which it is, and what nobody can guess. Lower case throughout: some apps
/// write whole addresses in lower case.
fn text(name: &str, short: bool) -> Result<String, Error> {
    let plain = |letter: &char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let mut start: String = name.to_lowercase().chars().filter(plain).take(10).collect();
    if start.is_empty() {
        start.push_str("app");
    }
    let secret = if short { letters(16)? } else { hex(&random::<16>()?) };
    Ok(format!("{start}-{secret}"))
}

/// Letters and digits, each of the 36 as likely as any other.
fn letters(count: usize) -> Result<String, Error> {
    const ALL: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let mut text = String::new();
    while text.len() < count {
        let fair = |byte: &u8| *byte < 252;
        let more = random::<32>()?;
        text.extend(more.iter().filter(|byte| fair(byte)).map(|byte| char::from(ALL[usize::from(byte % 36)])));
    }
    text.truncate(count);
    Ok(text)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sha1_hex(token: &str) -> String {
    hex(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes()).as_ref())
}

pub(crate) fn keyed(inside: &Inside, sha1: &str) -> Vec<u8> {
    inside.keys.find_by("app token", sha1)
}

fn found(row: Option<Row>) -> Result<Found, Error> {
    let row = row.ok_or(Error::NotSignedIn)?;
    let (token, record) = (row.id(0)?, RecordId(row.id(1)?));
    Ok((Who::App { token, record, scope: scope(row.text(2)?)? }, row.opt_instant(3)?))
}

impl Store {
    /// Who an app is, by what it shows. Whether its token is still good is decided at the gate, every time. That it was
    /// used is noted once an hour.
    pub async fn app(&self, secret: AppSecret<'_>, origin: Origin) -> Result<Actor, Error> {
        // By what it is known by heart: the keyed hash, in whichever form it was shown.
        let (hash, (who, used_at)) = match secret {
            AppSecret::Token(token) => {
                let hash = keyed(&self.0, &sha1_hex(token));
                // Tokens made before the keyed hash was the rule are found by their own.
                let found = self.app_by(&hash, || tokens::hash(token).to_vec()).await?;
                (Some(hash), found)
            }
            AppSecret::Sha1(hex) => {
                let hash = keyed(&self.0, &hex.to_ascii_lowercase());
                let found = self.app_by(&hash, || hash.clone()).await?;
                (Some(hash), found)
            }
            AppSecret::Session(text) => (None, self.app_in_session(text).await?),
        };
        let (now, hour) = (self.0.clock.now(), SignedDuration::from_hours(1));
        if let Who::App { token, .. } = who
            && used_at.is_none_or(|used| now.duration_since(used) >= hour)
        {
            self.0.db.write(move |tx| tx.execute(USED, params![token, now]).map(drop), |()| ()).await?;
            hash.into_iter().for_each(|hash| self.0.news.known_apps().keep(hash, (who, Some(now))));
        }
        Ok(Actor::of(who).coming_from(&origin))
    }

    async fn app_by(&self, hash: &[u8], old: impl FnOnce() -> Vec<u8>) -> Result<Found, Error> {
        if let Some(known) = self.0.news.known_apps().find(hash) {
            return Ok(known);
        }
        let (by_hash, old) = (hash.to_vec(), old());
        let find = move |tx: &mut Tx| found(tx.query_one(BY_HASH, params![by_hash.clone(), old.clone()])?);
        let found = self.0.db.read(find).await?;
        self.0.news.known_apps().keep(hash.to_vec(), found);
        Ok(found)
    }

    /// What an app may show for its token until then; of no use to anybody once the token has ended.
    pub fn app_session(&self, app: &Actor, ends_at: Timestamp) -> Result<String, Error> {
        let Who::App { token, .. } = app.who else { return Err(Error::NotFound) };
        let sealed = self.0.keys.seal(place("app_tokens", "session", token), &ends_at.as_second().to_be_bytes())?;
        Ok(format!("{token}.{}", URL_SAFE_NO_PAD.encode(sealed)))
    }

    async fn app_in_session(&self, text: &str) -> Result<Found, Error> {
        let (token, sealed) = text.split_once('.').ok_or(Error::NotSignedIn)?;
        let token = Id::parse(token).ok_or(Error::NotSignedIn)?;
        let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| Error::NotSignedIn)?;
        let place = place("app_tokens", "session", token);
        let plain = self.0.keys.open(place, &sealed).map_err(|_| Error::NotSignedIn)?;
        let ends = plain.try_into().map(i64::from_be_bytes).map_err(|_| Error::NotSignedIn)?;
        if ends <= self.0.clock.now().as_second() {
            return Err(Error::NotSignedIn);
        }
        self.0.db.read(move |tx| found(tx.query_one(BY_ID, params![token])?)).await
    }

    /// What signs the answers that apps hand back to us; of its own kind, so that it is of no use for anything else.
    pub fn app_signature(&self, text: &str) -> [u8; 32] {
        self.0.keys.find_by("app signature", text).try_into().expect("HMAC-SHA-256 gives 32 bytes")
    }

    /// The record whose site has this name.
    pub async fn record_at_site(&self, site: &str) -> Result<RecordId, Error> {
        let site = site.to_owned();
        let row = self.0.db.read(move |tx| tx.query_one(AT_SITE, params![site.as_str()])).await?;
        row.ok_or(Error::NotFound)?.id(0).map(RecordId)
    }
}
