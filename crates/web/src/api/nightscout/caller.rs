//! Who calls. Apps show a token in many ways: as `api-secret` (plain, hashed, or as `token=…`), in the address, or as what
//! they were given for it before.

use super::failure::Failure;
use crate::Web;
use crate::edge::host::{self, Site};
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderName, header};
use jiff::Timestamp;
use nightscout::answers::authorized;
use nightscout::{Carried, Permissions, Presented, jwt, presented};
use serde_json::Value;
use sharing::{Purpose, RecordId};
use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use store::{Access, Actor, AppSecret, Error, Origin, Upload, View};

/// Of one address so many calls that nobody known made are answered in a minute; then they are put off.
const FREE: u32 = 20;
const MINUTE_S: i64 = 60;
/// Addresses that are remembered at once.
const MOST_ADDRESSES: usize = 10_000;

/// Calls with wrong secrets, by address.
#[derive(Debug, Default)]
pub struct Guesses(Mutex<HashMap<Option<IpAddr>, (i64, u32)>>);

impl Guesses {
    /// Counts one more; whether it is too many.
    fn count(&self, address: Option<IpAddr>, now_s: i64) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST_ADDRESSES {
            counts.retain(|_, (since, _)| now_s - *since < MINUTE_S);
        }
        let (since, count) = counts.entry(address).or_insert((now_s, 0));
        if now_s - *since >= MINUTE_S {
            (*since, *count) = (now_s, 0);
        }
        *count += 1;
        *count > FREE
    }
}

/// Whoever calls, known or not.
pub struct Caller {
    pub web: Web,
    /// Let in so far as it is the token of a record.
    app: Result<(Actor, RecordId), Failure>,
    /// Something was shown, right or wrong.
    pub showed: bool,
    /// It was the token itself and nothing that was given for it.
    lasting: bool,
}

/// Whoever calls under version 3, which takes nothing but what `Authorization: Bearer` carries.
pub struct Bearer(pub Caller);

impl Caller {
    pub fn app(&self) -> Result<(&Actor, RecordId), Failure> {
        match &self.app {
            Ok((app, record)) => Ok((app, *record)),
            Err(Failure::TooMany) => Err(Failure::TooMany),
            Err(Failure::TooOften(seconds)) => Err(Failure::TooOften(*seconds)),
            Err(_) => Err(Failure::Unauthorized),
        }
    }

    /// Reads of the record, as far as the token goes.
    pub async fn read<T, F>(&self, job: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: for<'a> FnMut(&mut Access<'a, View>) -> Result<T, Error> + Send + 'static,
    {
        let (app, record) = self.app()?;
        Ok(self.web.store.with_patient(app, record, Purpose::App, job).await?)
    }

    /// Brings to the record.
    pub async fn write<T, F>(&self, job: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: for<'a> FnMut(&mut Access<'a, Upload>) -> Result<T, Error> + Send + 'static,
    {
        let (app, record) = self.app()?;
        Ok(self.web.store.with_patient(app, record, Purpose::DeviceUpload, job).await?)
    }
}

impl FromRequestParts<Web> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Infallible> {
        let query = parts.uri.query().filter(|_| web.settings.tokens_in_addresses);
        let shown = presented(Carried {
            api_secret: text(parts, HeaderName::from_static("api-secret")),
            authorization: text(parts, header::AUTHORIZATION),
            query: query.unwrap_or_default(),
            body: None,
        });
        Ok(Self::showing(web, parts, &shown).await)
    }
}

impl FromRequestParts<Web> for Bearer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Infallible> {
        let shown = presented(Carried { authorization: text(parts, header::AUTHORIZATION), ..Carried::default() });
        Ok(Self(Caller::showing(web, parts, &shown).await))
    }
}

fn text(parts: &Parts, name: HeaderName) -> Option<&str> {
    parts.headers.get(name).and_then(|value| value.to_str().ok())
}

impl Caller {
    /// The same, or whoever the body names when nothing else did.
    pub async fn or_in_body(self, parts: &Parts, body: Option<&Value>) -> Self {
        if self.showed {
            return self;
        }
        let shown = presented(Carried { body, ..Carried::default() });
        Self::showing(&self.web, parts, &shown).await
    }

    /// Whoever has this token.
    pub async fn with_token(web: &Web, parts: &Parts, token: &str) -> Self {
        Self::of_socket(web, parts, &[token]).await
    }

    /// Takes one of the calls that this token has; what comes by a socket does so as well.
    pub fn count(&self) -> Result<(), Failure> {
        let (app, _) = self.app()?;
        let Some(token) = app.app_token() else { return Ok(()) };
        let (now, limit) = (self.web.clock.now().as_millisecond(), self.web.settings.api_limit);
        self.web.limits.take(token, now, limit).map_err(Failure::TooOften)
    }

    /// What an app can show for its token for some hours, and what that allows. It is not given for itself: it would never end.
    pub fn pass(&self, permissions: Permissions) -> Result<Value, Failure> {
        let (app, _) = self.app()?;
        if !self.lasting {
            return Err(Failure::Unauthorized);
        }
        let issued_at = self.web.clock.now().as_second();
        let expires_at = issued_at + jwt::LONGEST_S;
        let ends_at = Timestamp::from_second(expires_at).map_err(|_| Failure::Unauthorized)?;
        let subject = self.web.store.app_session(app, ends_at)?;
        let claims = jwt::Claims { subject, audience: AUDIENCE.to_owned(), issued_at, expires_at };
        let signed = jwt::issue(&claims, signature(&self.web));
        Ok(authorized(&signed, SUBJECT, permissions, issued_at, expires_at))
    }

    /// Whoever opened a socket, by what it says afterwards.
    pub async fn of_socket(web: &Web, parts: &Parts, secrets: &[&str]) -> Self {
        let said = secrets.iter().filter(|secret| !secret.is_empty());
        let shown: Vec<Presented> =
            said.flat_map(|secret| presented(Carried { api_secret: Some(secret), ..Carried::default() })).collect();
        Self::showing(web, parts, &shown).await
    }

    /// The first that is known of what was shown.
    async fn showing(web: &Web, parts: &Parts, shown: &[Presented]) -> Self {
        let (mut app, mut lasting) = (Err(Failure::Unauthorized), false);
        for one in shown {
            app = known(web, one, parts).await;
            lasting = !matches!(one, Presented::Jwt(_));
            if app.is_ok() {
                break;
            }
        }
        let mut caller = Self { web: web.clone(), app, showed: !shown.is_empty(), lasting };
        if let Err(often @ Failure::TooOften(_)) = caller.count() {
            caller.app = Err(often);
        }
        caller
    }
}

async fn known(web: &Web, shown: &Presented, parts: &Parts) -> Result<(Actor, RecordId), Failure> {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let address = host::address(peer, &parts.headers, &web.settings.trusted_proxies);
    let browser = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let origin = Origin { address, browser: browser.chars().take(200).collect(), device: None };
    let found = match shown {
        Presented::Token(token) => web.store.app(AppSecret::Token(token), origin).await,
        Presented::Sha1(hash) => web.store.app(AppSecret::Sha1(hash), origin).await,
        Presented::Jwt(jwt) => match session(web, jwt) {
            Some(session) => web.store.app(AppSecret::Session(&session), origin).await,
            None => Err(Error::NotSignedIn),
        },
        _ => Err(Error::NotSignedIn),
    };
    let app = match found {
        Ok(app) => app,
        Err(Error::NotSignedIn | Error::NotFound) => {
            let many = web.guesses.count(address, web.clock.now().as_second());
            return Err(if many { Failure::TooMany } else { Failure::Unauthorized });
        }
        Err(error) => return Err(error.into()),
    };
    let record = app.record().ok_or(Failure::Unauthorized)?;
    // At a record's own site its own tokens are good, and no others.
    if let Some(Site(site)) = parts.extensions.get::<Site>()
        && web.store.record_at_site(site).await? != record
    {
        return Err(Failure::Unauthorized);
    }
    Ok((app, record))
}

/// How a token's holder is called towards apps, which need a name and get no person's.
pub const SUBJECT: &str = "app";

/// Whom our signed answers are for.
const AUDIENCE: &str = "apps";

/// Signs what apps hand back to us.
fn signature(web: &Web) -> impl Fn(&[u8]) -> [u8; 32] {
    let store = web.store.clone();
    move |bytes| store.app_signature(&String::from_utf8_lossy(bytes))
}

/// The session in a signed answer that we gave out.
fn session(web: &Web, shown: &str) -> Option<String> {
    let now = web.clock.now().as_second();
    jwt::verify(shown, AUDIENCE, now, signature(web)).ok().map(|claims| claims.subject)
}
