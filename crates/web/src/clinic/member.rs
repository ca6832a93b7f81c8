//! One member: another role, or none any more.

use super::Places;
use super::invite::role_field;
use super::office::{Office, role_name, role_of, role_words};
use crate::edge::problem::Problem;
use crate::forms::Form;
use crate::page::{Frame, render};
use crate::sharing::proving::{self, Proven};
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sharing::AccountId;
use store::{Conflict, Desk, Error, KeepMembers, MemberLine};

#[derive(Template)]
#[template(path = "clinic/member.html")]
struct MemberPage {
    frame: Frame,
    places: Places,
    url: String,
    line: MemberLine,
    role: &'static str,
    form: Form,
}

#[derive(Template)]
#[template(path = "clinic/member_removal.html")]
struct RemovalPage {
    frame: Frame,
    places: Places,
    url: String,
    line: MemberLine,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Filled {
    role: String,
    password: String,
}

/// The member in the path; not found for anybody else.
async fn line(office: &Office, who: &str) -> Result<MemberLine, Problem> {
    let members = office.with(|desk: &mut Desk<'_, KeepMembers>| desk.members()).await?;
    members.into_iter().find(|line| line.id.to_string() == who).ok_or_else(Problem::not_found)
}

async fn shown(office: &Office, line: MemberLine, form: Form) -> Result<Response, Problem> {
    let (frame, places) = (office.frame(&line.name).await?, office.places("Members"));
    let (url, role) = (office.url(&format!("/members/{}", line.id)), role_words(line.role));
    Ok(render(&MemberPage { frame, places, url, line, role, form }))
}

pub async fn page(office: Office, Path((_, who)): Path<(String, String)>) -> Result<Response, Problem> {
    let line = line(&office, &who).await?;
    let form = Form::of(vec![role_field(role_name(line.role))]);
    shown(&office, line, form).await
}

pub async fn change(
    mut office: Office,
    Path((_, who)): Path<(String, String)>,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, Problem> {
    let line = line(&office, &who).await?;
    let mut form = Form::of(vec![role_field(&filled.role)]);
    match Proven::by(&office.web.clone(), &mut office.me, &filled.password).await {
        Ok(proven) => Ok(proven.onto(send(&office, line, &filled.role, form).await)),
        Err(why) => {
            let status = proving::refuse(&mut form, why, proving::NEEDED, None)?;
            Ok((status, shown(&office, line, form).await?).into_response())
        }
    }
}

async fn send(office: &Office, line: MemberLine, role: &str, mut form: Form) -> Result<Response, Problem> {
    let Some(role) = role_of(role) else {
        form.refuse("role", "Choose a role.");
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(office, line, form).await?).into_response());
    };
    let (member, is_me) = (line.id, line.is_me);
    let why = match office.with(move |desk: &mut Desk<'_, KeepMembers>| desk.change_role(member, role)).await {
        // Whoever is an admin no more has no list of members either.
        Ok(()) if is_me => return Ok(Redirect::to(&office.url("/patients")).into_response()),
        Ok(()) => return Ok(Redirect::to(&office.url("/members?done=changed")).into_response()),
        Err(why) => why,
    };
    let status = proving::refuse(&mut form, why, proving::NEEDED, Some("role"))?;
    Ok((status, shown(office, line, form).await?).into_response())
}

pub async fn removal(office: Office, Path((_, who)): Path<(String, String)>) -> Result<Response, Problem> {
    let line = line(&office, &who).await?;
    let (frame, places) = (office.frame(&format!("Remove {}", line.name)).await?, office.places("Members"));
    Ok(render(&RemovalPage { frame, places, url: office.url("/members"), line }))
}

pub async fn remove(office: Office, Path((_, who)): Path<(String, String)>) -> Result<Redirect, Problem> {
    let line = line(&office, &who).await?;
    let member: AccountId = line.id;
    let removed = office.with(move |desk: &mut Desk<'_, KeepMembers>| desk.remove_member(member)).await;
    removed.map_err(|error| match error {
        error @ Error::Conflict(Conflict::LastAdmin) => {
            Problem::from(error).with_way_on("Back to the members", office.url("/members"))
        }
        error => error.into(),
    })?;
    let next = if line.is_me { "/clinics?done=left".to_owned() } else { office.url("/members?done=removed") };
    Ok(Redirect::to(&next))
}
