//! Inviting a colleague.

use super::Places;
use super::office::{Office, ROLES, role_of};
use crate::edge::problem::Problem;
use crate::forms::{Field, Form};
use crate::page::{Frame, render};
use crate::sharing::proving::{self, Proven};
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sharing::Email;
use std::borrow::Cow;
use store::{Desk, KeepMembers};

#[derive(Template)]
#[template(path = "clinic/invite.html")]
struct InvitePage {
    frame: Frame,
    places: Places,
    url: String,
    form: Form,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Filled {
    email: String,
    role: String,
    password: String,
}

/// The roles, all in sight.
pub fn role_field(chosen: &str) -> Field {
    let options = ROLES.map(|(_, name, words, reach)| (name, Cow::Owned(format!("{words}: {reach}"))));
    Field::pick("role", "Role", options, chosen)
}

fn form(filled: &Filled) -> Form {
    Form::of(vec![
        Field::input("email", "Their e-mail address", "email", "off", &filled.email)
            .hint("The address at work is fine here. Only an account with this very address can accept."),
        role_field(&filled.role),
    ])
}

async fn shown(office: &Office, form: Form) -> Result<Response, Problem> {
    let frame = office.frame("Invite a colleague").await?;
    Ok(render(&InvitePage { frame, places: office.places("Members"), url: office.url("/members"), form }))
}

/// Asks for the proof before anything is typed.
pub async fn page(office: Office) -> Result<Response, Problem> {
    office.with(|desk: &mut Desk<'_, KeepMembers>| desk.clinic_name()).await?;
    match office.proof_first() {
        Some(proof) => Ok(proof),
        None => shown(&office, form(&Filled { role: "clinician".to_owned(), ..Filled::default() })).await,
    }
}

pub async fn invite(mut office: Office, axum::Form(filled): axum::Form<Filled>) -> Result<Response, Problem> {
    office.with(|desk: &mut Desk<'_, KeepMembers>| desk.clinic_name()).await?;
    let mut form = form(&filled);
    match Proven::by(&office.web.clone(), &mut office.me, &filled.password).await {
        Ok(proven) => Ok(proven.onto(send(&office, &filled, form).await)),
        Err(why) => {
            let status = proving::refuse(&mut form, why, proving::NEEDED, None)?;
            Ok((status, shown(&office, form).await?).into_response())
        }
    }
}

async fn send(office: &Office, filled: &Filled, mut form: Form) -> Result<Response, Problem> {
    let email = Email::parse(&filled.email).map_err(|invalid| form.refuse("email", invalid.to_string())).ok();
    let role = role_of(&filled.role);
    if role.is_none() {
        form.refuse("role", "Choose a role.");
    }
    let (Some(email), Some(role)) = (email, role) else {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(office, form).await?).into_response());
    };
    let why = match office.with(move |desk: &mut Desk<'_, KeepMembers>| desk.invite_member(&email, role)).await {
        Ok(_) => return Ok(Redirect::to(&office.url("/members?done=invited")).into_response()),
        Err(why) => why,
    };
    let status = proving::refuse(&mut form, why, proving::NEEDED, Some("email"))?;
    Ok((status, shown(office, form).await?).into_response())
}
