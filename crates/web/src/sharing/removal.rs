//! Removing a care partner: asked once more, and then at once.

use super::record::{partner, shared};
use crate::edge::problem::Problem;
use crate::page::{Frame, Tab, render};
use crate::record::visit::Visit;
use askama::Template;
use axum::extract::Path;
use axum::response::{Redirect, Response};
use sharing::{AccountId, Purpose};
use store::{Access, Error, Manage};

#[derive(Template)]
#[template(path = "sharing/removal.html")]
struct RemovalPage {
    frame: Frame,
    record: String,
    record_name: String,
    partner: String,
    name: String,
    email: String,
}

pub async fn page(visit: Visit, Path((_, who)): Path<(String, String)>) -> Result<Response, Problem> {
    let shared = shared(&visit).await?;
    let line = partner(&visit, &who).await?;
    let title = format!("{}: remove {}", shared.record.name, line.name);
    let frame = Frame { narrow: true, ..visit.frame(&title, &shared.record, Tab::Share).await? };
    let (record, record_name) = (visit.record.to_string(), shared.record.name);
    let (partner, name, email) = (line.partner.to_string(), line.name, line.email);
    Ok(render(&RemovalPage { frame, record, record_name, partner, name, email }))
}

pub async fn remove(visit: Visit, Path((_, who)): Path<(String, String)>) -> Result<Redirect, Problem> {
    let partner = AccountId::parse(&who);
    let remove = move |patient: &mut Access<'_, Manage>| patient.remove_care_partner(partner.ok_or(Error::NotFound)?);
    visit.with(Purpose::Sharing, remove).await?;
    Ok(Redirect::to(&visit.url("/sharing?done=removed")))
}
