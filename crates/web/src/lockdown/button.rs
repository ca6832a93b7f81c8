//! The button. One page, one press, no password: it can only lock, and every second counts.

use crate::Web;
use crate::edge::cookies;
use crate::edge::problem::Problem;
use crate::edge::session::{SignedIn, Visitor};
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use askama::Template;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};

#[derive(Template)]
#[template(path = "lockdown/button.html")]
struct ButtonPage {
    frame: Frame,
    /// Whether the steps of an earlier press are still going on.
    lasting: bool,
}

#[derive(Template)]
#[template(path = "lockdown/ways.html")]
struct WaysPage {
    frame: Frame,
    contact: Option<String>,
}

/// Whoever is signed in sees the button; anybody else, by which ways it is reached.
pub async fn page(State(web): State<Web>, request: Request) -> Result<Response, Problem> {
    let (mut parts, _) = request.into_parts();
    let Ok(visitor) = Visitor::from_request_parts(&mut parts, &web).await;
    let Ok(me) = SignedIn::from_request_parts(&mut parts, &web).await else {
        let frame = Frame::plain("Lock your account", visitor.theme, "/lockdown");
        return Ok(render(&WaysPage { frame, contact: web.settings.support_contact.clone() }));
    };
    let overview = web.store.overview(me.actor()).await?;
    let frame = frame_of(&me, &overview, "Lock your account").at(Place::Security);
    Ok(render(&ButtonPage { frame, lasting: me.session.lockdown.is_some() }))
}

pub async fn lock(State(web): State<Web>, me: SignedIn) -> Result<Response, Problem> {
    web.store.lock_down(me.actor(), me.visitor.origin.clone()).await?;
    Ok(done(&web))
}

/// On to the page that says what happened; the session is over.
pub fn done(web: &Web) -> Response {
    let cookie = cookies::session_over(&web.settings.base_url);
    ([(header::SET_COOKIE, cookie)], Redirect::to("/lockdown/locked")).into_response()
}
