//! Who asks: a person with a session, or an app with its token.

use super::cookies::{self, Theme};
use super::host;
use super::problem::Problem;
use crate::Web;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::net::SocketAddr;
use store::{Actor, AppSecret, Origin, Session};
use words::Language;

/// What is known of any visitor.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub origin: Origin,
    pub theme: Theme,
    /// Path and query of this request.
    pub path: String,
    pub token: Option<String>,
}

/// A visitor with a session, of an account that is not leaving.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub session: Session,
    pub language: Language,
    pub visitor: Visitor,
}

/// The same, also when the account is leaving: only for the pages that are left to it.
#[derive(Clone, Debug)]
pub struct EvenLeaving(pub SignedIn);

impl SignedIn {
    pub fn actor(&self) -> &Actor {
        &self.session.actor
    }
}

/// Signed in, and proved lately enough that it is the person; else on to the page that asks for it.
#[derive(Clone, Debug)]
pub struct Proved(pub SignedIn);

/// Sent by what a page does by itself, so that it keeps no session open.
pub const QUIET: &str = "kinsight-quiet";

/// What only scripts ask for, whatever headers they could send: it keeps no session open.
pub struct Quiet<T>(pub T);

impl<T: FromRequestParts<Web>> FromRequestParts<Web> for Quiet<T> {
    type Rejection = T::Rejection;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, T::Rejection> {
        parts.headers.insert(QUIET, HeaderValue::from_static("1"));
        T::from_request_parts(parts, web).await.map(Self)
    }
}

/// A phone app, a device or `kinsight upload`, by the token of one record.
pub struct App(pub Actor);

impl FromRequestParts<Web> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Self::Rejection> {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let token = cookies::session_token(&parts.headers, &web.settings.base_url).map(str::to_owned);
        Ok(Self { origin: origin(parts, web), theme: Theme::of(&parts.headers), path, token })
    }
}

impl FromRequestParts<Web> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let EvenLeaving(me) = EvenLeaving::from_request_parts(parts, web).await?;
        if me.session.leaving.is_some() { Err(Problem::leaving()) } else { Ok(me) }
    }
}

impl FromRequestParts<Web> for EvenLeaving {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let Ok(visitor) = Visitor::from_request_parts(parts, web).await;
        let token = visitor.token.as_deref().ok_or_else(Problem::not_signed_in)?;
        let quiet = parts.headers.contains_key(QUIET);
        let session = if quiet { web.store.session_quietly(token).await? } else { web.store.session(token).await? };
        let language = Language::of_tag(&session.language).unwrap_or_default();
        let session = Session { actor: session.actor.clone().coming_from(&visitor.origin), ..session };
        Ok(Self(SignedIn { session, language, visitor }))
    }
}

impl FromRequestParts<Web> for Proved {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        let me = SignedIn::from_request_parts(parts, web).await.map_err(IntoResponse::into_response)?;
        if me.session.is_fresh(web.clock.now()) {
            return Ok(Self(me));
        }
        if parts.method.is_safe() {
            return Err(to_proof(&me.visitor.path));
        }
        Err(Problem::proof_needed().into_response())
    }
}

/// As one value of a query.
pub fn in_query(text: &str) -> String {
    const ALL_BUT_PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
    utf8_percent_encode(text, ALL_BUT_PLAIN).to_string()
}

/// To the page that asks for a fresh proof, and back here.
pub fn to_proof(back: &str) -> Response {
    Redirect::to(&format!("/proof?next={}", in_query(back))).into_response()
}

impl FromRequestParts<Web> for App {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let token = bearer(&parts.headers).ok_or_else(Problem::no_token)?;
        match web.store.app(AppSecret::Token(token), origin(parts, web)).await {
            Ok(actor) => Ok(Self(actor)),
            Err(store::Error::NotSignedIn | store::Error::NotFound) => Err(Problem::no_token()),
            Err(error) => Err(error.into()),
        }
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn origin(parts: &Parts, web: &Web) -> Origin {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let browser = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Origin {
        address: host::address(peer, &parts.headers, &web.settings.trusted_proxies),
        browser: browser.chars().take(200).collect(),
        device: cookies::device_token(&parts.headers, &web.settings.base_url).map(str::to_owned),
    }
}
