//! Registering a clinic.

use super::settings::{Filled, form};
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::{SignedIn, to_proof};
use crate::forms::Form;
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use crate::sharing::proving::{self, Proven};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use store::Error;

#[derive(Template)]
#[template(path = "clinic/register.html")]
struct RegisterPage {
    frame: Frame,
    has_second_step: bool,
    form: Form,
}

async fn shown(web: &Web, me: &SignedIn, form: Form) -> Result<Response, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    let has_second_step = web.store.with_account(me.actor(), |own| own.has_second_step()).await?;
    let frame = frame_of(me, &overview, "Register a clinic").at(Place::Settings);
    Ok(render(&RegisterPage { frame, has_second_step, form }))
}

/// Asks for the proof before anything is typed, of whoever could go on.
pub async fn page(State(web): State<Web>, me: SignedIn) -> Result<Response, Problem> {
    let can = me.session.verified && web.store.with_account(me.actor(), |own| own.has_second_step()).await?;
    if can && !me.session.is_fresh(web.clock.now()) {
        return Ok(to_proof("/clinics/new"));
    }
    shown(&web, &me, form(&Filled::default())).await
}

pub async fn register(
    State(web): State<Web>,
    mut me: SignedIn,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, Problem> {
    let mut form = form(&filled);
    match Proven::by(&web, &mut me, &filled.password).await {
        Ok(proven) => Ok(proven.onto(send(&web, &me, filled, form).await)),
        Err(why) => {
            let status = proving::refuse(&mut form, why, proving::NEEDED, None)?;
            Ok((status, shown(&web, &me, form).await?).into_response())
        }
    }
}

async fn send(web: &Web, me: &SignedIn, filled: Filled, mut form: Form) -> Result<Response, Problem> {
    let register = move |own: &mut store::Own<'_>| own.register_clinic(&filled.name, &filled.contact);
    let why = match web.store.with_account(me.actor(), register).await {
        Ok(clinic) => return Ok(Redirect::to(&format!("/clinics/{clinic}/members?done=registered")).into_response()),
        Err(why @ Error::Invalid(store::Invalid::Unconfirmed)) => return Err(why.into()),
        Err(why) => why,
    };
    let status = proving::refuse(&mut form, why, proving::NEEDED, None)?;
    Ok((status, shown(web, me, form).await?).into_response())
}
