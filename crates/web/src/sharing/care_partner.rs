//! What one care partner may see: up or down, at once.

use super::cards::Card;
use super::proving::{self, Proven};
use super::record::{Shared, clock, partner, shared};
use super::terms::{Typed, by_clock};
use crate::edge::problem::Problem;
use crate::forms::Form;
use crate::page::{Frame, Tab, render};
use crate::record::visit::Visit;
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sharing::Purpose;
use store::{Access, CarePartnerLine, Manage};

#[derive(Template)]
#[template(path = "sharing/care_partner.html")]
struct CarePartnerPage {
    frame: Frame,
    record: String,
    card: Card,
    form: Form,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Filled {
    password: String,
    #[serde(flatten)]
    terms: Typed,
}

async fn shown(visit: &Visit, shared: &Shared, line: &CarePartnerLine, form: Form) -> Result<Response, Problem> {
    let title = format!("{}: {}", shared.record.name, line.name);
    let frame = Frame { narrow: true, ..visit.frame(&title, &shared.record, Tab::Share).await? };
    let card = Card::of(line, clock(visit, &shared.record));
    Ok(render(&CarePartnerPage { frame, record: visit.record.to_string(), card, form }))
}

pub async fn page(visit: Visit, Path((_, who)): Path<(String, String)>) -> Result<Response, Problem> {
    let shared = shared(&visit).await?;
    let line = partner(&visit, &who).await?;
    let zone = &shared.record.zone;
    let form = Form::of(Typed::of(&line.terms, zone).fields(&by_clock(zone)));
    shown(&visit, &shared, &line, form).await
}

pub async fn change(
    mut visit: Visit,
    Path((_, who)): Path<(String, String)>,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, Problem> {
    let shared = shared(&visit).await?;
    let line = partner(&visit, &who).await?;
    match Proven::by(&visit.web, &mut visit.me, &filled.password).await {
        Ok(proven) => Ok(proven.onto(edit(&visit, &shared, &line, &filled).await)),
        Err(why) => {
            let mut form = Form::of(filled.terms.fields(&by_clock(&shared.record.zone)));
            let status = proving::refuse(&mut form, why, proving::NEEDED, None)?;
            Ok((status, shown(&visit, &shared, &line, form).await?).into_response())
        }
    }
}

async fn edit(visit: &Visit, shared: &Shared, line: &CarePartnerLine, filled: &Filled) -> Result<Response, Problem> {
    let zone = &shared.record.zone;
    let mut form = Form::of(filled.terms.fields(&by_clock(zone)));
    let Some(terms) = filled.terms.terms(zone, Some(&line.terms), &mut form) else {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(visit, shared, line, form).await?).into_response());
    };
    let partner = line.partner;
    let change = move |patient: &mut Access<'_, Manage>| patient.edit_care_partner(partner, &terms);
    let changed = visit.web.store.with_patient(visit.me.actor(), visit.record, Purpose::Sharing, change).await;
    let status = match changed {
        Ok(()) => {
            let place = visit.url(&format!("/sharing?done=changed&partner={partner}"));
            return Ok(Redirect::to(&place).into_response());
        }
        Err(why) => proving::refuse(&mut form, why, "They will see more than before. Confirm that it is you.", None)?,
    };
    Ok((status, shown(visit, shared, line, form).await?).into_response())
}
