//! Deleting the account, and what is left to somebody who did: coming back, or being gone at once.

use crate::Web;
use crate::edge::cookies;
use crate::edge::problem::Problem;
use crate::edge::session::{EvenLeaving, SignedIn, to_proof};
use crate::forms::{Field, Form};
use crate::leaving::frame_even_leaving;
use crate::page::{Frame, Place, render};
use crate::refusals::invalid_words;
use crate::show;
use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use store::{Conflict, Error, Invalid, Leaving};

#[derive(Template)]
#[template(path = "leaving/delete.html")]
struct DeletePage {
    frame: Frame,
    email: String,
    leaving: Leaving,
    until: String,
    form: Form,
}

#[derive(Template)]
#[template(path = "leaving/leaving.html")]
struct LeavingPage {
    frame: Frame,
    email: String,
    until: String,
    form: Form,
}

#[derive(Template)]
#[template(path = "leaving/gone.html")]
struct GonePage {
    frame: Frame,
}

#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    confirmation: String,
}

fn form() -> Form {
    let hint = "Type the e-mail address of this account, so that nothing is deleted by a slip.";
    Form::of(vec![Field::input("confirmation", "Your e-mail address", "email", "off", "").hint(hint)])
}

fn refused() -> Form {
    let mut form = form();
    form.refuse("confirmation", invalid_words(Invalid::Confirmation));
    form
}

/// The day on which it is over, where the person lives.
fn day(me: &SignedIn, until: Timestamp) -> String {
    show::moment(until, &me.session.zone, me.language)
}

async fn shown(web: &Web, me: &SignedIn, form: Form) -> Result<Response, Problem> {
    let email = me.session.email.clone();
    if let Some(until) = me.session.leaving {
        let frame = frame_even_leaving(web, me, "Your account is going to be deleted").await?;
        return Ok(render(&LeavingPage { frame, email, until: day(me, until), form }));
    }
    let leaving = web.store.with_account(me.actor(), |own| own.leaving()).await?;
    let frame = frame_even_leaving(web, me, "Delete your account").await?.at(Place::Settings);
    let until = day(me, leaving.until);
    Ok(render(&DeletePage { frame, email, leaving, until, form }))
}

/// Asks for a fresh proof before anything is typed.
pub async fn page(State(web): State<Web>, EvenLeaving(me): EvenLeaving) -> Result<Response, Problem> {
    if !me.session.is_fresh(web.clock.now()) {
        return Ok(to_proof("/leaving"));
    }
    shown(&web, &me, form()).await
}

pub async fn delete(
    State(web): State<Web>,
    me: SignedIn,
    axum::Form(typed): axum::Form<Typed>,
) -> Result<Response, Problem> {
    let token = me.visitor.token.clone().unwrap_or_default();
    match web.store.leave(me.actor(), &token, &typed.confirmation).await {
        Ok(_) => Ok(Redirect::to("/leaving").into_response()),
        Err(Error::Invalid(Invalid::Confirmation)) => again(&web, &me).await,
        Err(Error::Conflict(Conflict::LastAdmin)) => {
            Ok((StatusCode::CONFLICT, shown(&web, &me, form()).await?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn restore(State(web): State<Web>, EvenLeaving(me): EvenLeaving) -> Result<Redirect, Problem> {
    web.store.restore(me.actor()).await?;
    Ok(Redirect::to("/"))
}

pub async fn purge(
    State(web): State<Web>,
    EvenLeaving(me): EvenLeaving,
    axum::Form(typed): axum::Form<Typed>,
) -> Result<Response, Problem> {
    match web.store.purge_now(me.actor(), &typed.confirmation).await {
        Ok(()) => {
            let over = [(header::SET_COOKIE, cookies::session_over(&web.settings.base_url))];
            let frame = Frame::plain("Your account is gone", me.visitor.theme, "/");
            Ok((over, render(&GonePage { frame })).into_response())
        }
        Err(Error::Invalid(Invalid::Confirmation)) => again(&web, &me).await,
        Err(error) => Err(error.into()),
    }
}

async fn again(web: &Web, me: &SignedIn) -> Result<Response, Problem> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(web, me, refused()).await?).into_response())
}
