//! Signing in and out.

use crate::Web;
use crate::edge::cookies;
use crate::edge::problem::Problem;
use crate::edge::session::{SignedIn, Visitor, in_query};
use crate::lockdown::locked;
use crate::page::{Frame, own_path, render};
use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use store::{Entrance, Error, Opened};

#[derive(Template)]
#[template(path = "people/sign_in.html")]
struct SignInPage<'a> {
    frame: Frame,
    next: &'a str,
    refused: bool,
    confirmed: bool,
    reset: bool,
    known: bool,
    slowed: Option<Slowed>,
    notice: &'static str,
}

/// Too many tries at this address: when the next one counts, and to whom a link can be sent that opens the way.
struct Slowed {
    email: String,
    wait_min: Option<u64>,
}

/// Longer than this nobody waits; then only a known device or a mailed link helps.
const WORTH_WAITING_S: u64 = 2 * 3600;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    next: String,
    confirmed: bool,
    reset: bool,
    known: bool,
}

#[derive(Deserialize)]
pub struct Filled {
    email: String,
    password: String,
    own_device: Option<String>,
    next: Option<String>,
}

fn shown(web: &Web, visitor: &Visitor, asked: &Asked, refused: bool, slowed: Option<Slowed>) -> Response {
    let frame = Frame::plain("Sign in", visitor.theme, "/sign-in").with_passkeys(web.store.passkey_origin());
    let notice = frame.language.texts().notice_long;
    let Asked { next, confirmed, reset, known } = asked;
    let (confirmed, reset, known) = (*confirmed, *reset, *known);
    render(&SignInPage { frame, next, refused, confirmed, reset, known, slowed, notice })
}

pub async fn page(State(web): State<Web>, visitor: Visitor, Query(asked): Query<Asked>) -> Response {
    shown(&web, &visitor, &asked, false, None)
}

pub async fn enter(State(web): State<Web>, visitor: Visitor, Form(filled): Form<Filled>) -> Result<Response, Problem> {
    let own_device = filled.own_device.is_some();
    let next = filled.next.unwrap_or_default();
    let signed_in = web.store.sign_in(filled.email.trim(), &filled.password, own_device, visitor.origin.clone()).await;
    match signed_in {
        Ok(entrance) => Ok(let_in(&web, &entrance, &next)),
        Err(Error::Locked) => Ok(locked::at_sign_in(&visitor)),
        Err(Error::NotSignedIn) => {
            let asked = Asked { next, ..Asked::default() };
            Ok((StatusCode::UNAUTHORIZED, shown(&web, &visitor, &asked, true, None)).into_response())
        }
        Err(Error::TooMany { retry_after_s }) => Ok(too_many(&web, &visitor, next, filled.email, retry_after_s)),
        Err(error) => Err(error.into()),
    }
}

/// In, or on to the second step.
pub fn let_in(web: &Web, entrance: &Entrance, next: &str) -> Response {
    match entrance {
        Entrance::Open(opened) => inside(web, opened, next),
        Entrance::SecondStep(half) => {
            let cookie = cookies::half(half.as_str(), &web.settings.base_url);
            let place = format!("/sign-in/second-step?next={}", in_query(own_path(next).unwrap_or("/")));
            ([(header::SET_COOKIE, cookie)], Redirect::to(&place)).into_response()
        }
    }
}

/// Says the same whether the password was right, and whether there is such an account.
fn too_many(web: &Web, visitor: &Visitor, next: String, email: String, retry_after_s: u64) -> Response {
    let wait_min = (retry_after_s <= WORTH_WAITING_S).then(|| retry_after_s.div_ceil(60));
    let asked = Asked { next, ..Asked::default() };
    let page = shown(web, visitor, &asked, false, Some(Slowed { email, wait_min }));
    (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, retry_after_s.to_string())], page).into_response()
}

/// On to where the person wanted to be, with the cookies of a session that has begun.
pub fn inside(web: &Web, opened: &Opened, next: &str) -> Response {
    let base = &web.settings.base_url;
    let mut response = Redirect::to(own_path(next).unwrap_or("/")).into_response();
    let cookies = response.headers_mut();
    cookies.append(header::SET_COOKIE, cookies::session(opened.session.as_str(), opened.own_device, base));
    cookies.append(header::SET_COOKIE, cookies::half_over(base));
    if let Some(device) = &opened.device {
        cookies.append(header::SET_COOKIE, cookies::device(device.as_str(), base));
    }
    response
}

/// Tells the browser to forget what it keeps of us, pages in its cache included. The cookie of the session ends by name;
/// the one that says that this browser is known stays, so that the next sign-in is not a stranger's.
const FORGET: (HeaderName, &str) = (HeaderName::from_static("clear-site-data"), "\"cache\", \"storage\"");

pub async fn leave(State(web): State<Web>, visitor: Visitor) -> Result<Response, Problem> {
    if let Some(token) = &visitor.token {
        web.store.sign_out(token).await?;
    }
    Ok(gone(&web))
}

pub async fn leave_everywhere(State(web): State<Web>, me: SignedIn) -> Result<Response, Problem> {
    web.store.sign_out_everywhere(me.actor()).await?;
    Ok(gone(&web))
}

/// Out: the cookie of the session goes, and what the browser keeps of our pages.
pub fn gone(web: &Web) -> Response {
    let cookie = cookies::session_over(&web.settings.base_url);
    ([FORGET], [(header::SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response()
}
