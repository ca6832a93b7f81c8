//! Who calls. Apps show a token in many ways: as `api-secret` (plain, hashed, or as `token=…`), in the address, or as what
//! they were given for it before.

use super::failure::Failure;
use crate::Web;
use crate::edge::host::{self, Site};
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, header};
use nightscout::{Carried, Presented, presented};
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
}

impl Caller {
    pub fn app(&self) -> Result<(&Actor, RecordId), Failure> {
        match &self.app {
            Ok((app, record)) => Ok((app, *record)),
            Err(Failure::TooMany) => Err(Failure::TooMany),
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
        Ok(self.web.store.with_patient(app, record, Purpose::DeviceUpload, job).await?)
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
        let text = |name| parts.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let shown = presented(Carried {
            api_secret: text(HeaderName::from_static("api-secret")),
            authorization: text(header::AUTHORIZATION),
            query: parts.uri.query().unwrap_or_default(),
            body: None,
        });
        Ok(Self::showing(web, parts, &shown).await)
    }
}

impl Caller {
    /// Whoever opened a socket, by what it says afterwards.
    pub async fn of_socket(web: &Web, parts: &Parts, secrets: &[&str]) -> Self {
        let said = secrets.iter().filter(|secret| !secret.is_empty());
        let shown: Vec<Presented> =
            said.flat_map(|secret| presented(Carried { api_secret: Some(secret), ..Carried::default() })).collect();
        Self::showing(web, parts, &shown).await
    }

    /// The first that is known of what was shown.
    async fn showing(web: &Web, parts: &Parts, shown: &[Presented]) -> Self {
        let mut app = Err(Failure::Unauthorized);
        for one in shown {
            app = known(web, one, parts).await;
            if app.is_ok() {
                break;
            }
        }
        Self { web: web.clone(), app, showed: !shown.is_empty() }
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

/// Whom our signed answers are for.
pub const AUDIENCE: &str = "apps";

/// Signs what apps hand back to us.
pub fn signature(web: &Web) -> impl Fn(&[u8]) -> [u8; 32] {
    let store = web.store.clone();
    move |bytes| store.app_signature(&String::from_utf8_lossy(bytes))
}

/// The session in a signed answer that we gave out.
fn session(web: &Web, jwt: &str) -> Option<String> {
    let now = web.clock.now().as_second();
    nightscout::jwt::verify(jwt, AUDIENCE, now, signature(web)).ok().map(|claims| claims.subject)
}
