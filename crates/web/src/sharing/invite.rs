//! Inviting a care partner.

use super::proving::{self, Proven};
use super::record::{Shared, shared};
use super::terms::{Typed, by_clock};
use super::work_address::is_work_style;
use crate::edge::problem::Problem;
use crate::edge::session::to_proof;
use crate::forms::{Field, Form};
use crate::page::{Frame, Tab, render};
use crate::record::visit::Visit;
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sharing::{Email, Purpose, Terms};
use store::{Access, Manage, NewInvitation};

#[derive(Template)]
#[template(path = "sharing/invite.html")]
struct InvitePage {
    frame: Frame,
    record: String,
    record_name: String,
    form: Form,
    /// The address looks like one at work, which was said; sending once more means it.
    at_work: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Filled {
    email: String,
    message: String,
    /// The address that the warning was about.
    anyway: String,
    password: String,
    #[serde(flatten)]
    terms: Typed,
}

fn form(filled: &Filled, shared: &Shared) -> Form {
    let mut fields =
        vec![Field::input("email", "Their e-mail address", "email", "off", &filled.email).hint(
            "A personal address, not one at work: others may read what arrives there, and it ends with the job.",
        )];
    fields.extend(filled.terms.fields(&by_clock(&shared.record.zone)));
    fields.push(Field::heading("words", "Your words"));
    let message = Field::area("message", "Message", &filled.message).optional();
    fields.push(message.hint("It stands in the mail, at most 500 characters. Write nothing about your health."));
    Form::of(fields)
}

async fn shown(visit: &Visit, shared: &Shared, form: Form, at_work: Option<String>) -> Result<Response, Problem> {
    let name = &shared.record.name;
    let frame = visit.frame(&format!("{name}: invite a care partner"), &shared.record, Tab::Share).await?;
    let frame = Frame { narrow: true, ..frame };
    let (record, record_name) = (visit.record.to_string(), name.clone());
    Ok(render(&InvitePage { frame, record, record_name, form, at_work }))
}

/// Asks for the proof before anything is typed.
pub async fn page(visit: Visit) -> Result<Response, Problem> {
    let shared = shared(&visit).await?;
    if !visit.me.session.is_fresh(visit.web.clock.now()) {
        return Ok(to_proof(&visit.me.visitor.path));
    }
    let terms = Typed::of(&Terms::LEAST, &shared.record.zone);
    let form = form(&Filled { terms, ..Filled::default() }, &shared);
    shown(&visit, &shared, form, None).await
}

pub async fn invite(mut visit: Visit, axum::Form(filled): axum::Form<Filled>) -> Result<Response, Problem> {
    let shared = shared(&visit).await?;
    match Proven::by(&visit.web, &mut visit.me, &filled.password).await {
        Ok(proven) => Ok(proven.onto(send(&visit, &shared, &filled).await)),
        Err(why) => {
            let mut form = form(&filled, &shared);
            let status = proving::refuse(&mut form, why, proving::NEEDED, None)?;
            Ok((status, shown(&visit, &shared, form, None).await?).into_response())
        }
    }
}

async fn send(visit: &Visit, shared: &Shared, filled: &Filled) -> Result<Response, Problem> {
    let mut form = form(filled, shared);
    let Some(new) = new(filled, shared, &mut form) else {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(visit, shared, form, None).await?).into_response());
    };
    let email = new.email.as_str().to_owned();
    if is_work_style(&email) && filled.anyway != email {
        return shown(visit, shared, form, Some(email)).await;
    }
    let at_work = (filled.anyway == email).then_some(email);
    let invite = move |patient: &mut Access<'_, Manage>| patient.invite(&new);
    let invited = visit.web.store.with_patient(visit.me.actor(), visit.record, Purpose::Sharing, invite).await;
    let status = match invited {
        Ok(id) => {
            let place = visit.url(&format!("/sharing?done=invited&invitation={id}"));
            return Ok(Redirect::to(&place).into_response());
        }
        Err(why) => proving::refuse(&mut form, why, proving::NEEDED, Some("email"))?,
    };
    Ok((status, shown(visit, shared, form, at_work).await?).into_response())
}

fn new(filled: &Filled, shared: &Shared, form: &mut Form) -> Option<NewInvitation> {
    let email = Email::parse(&filled.email).map_err(|invalid| form.refuse("email", invalid.to_string())).ok();
    let terms = filled.terms.terms(&shared.record.zone, None, form);
    Some(NewInvitation { email: email?, terms: terms?, message: filled.message.clone() })
}
