//! A person's own side of clinics: where they work, who invites them, what was closed, and leaving.

use super::invitation::Offered;
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use crate::show;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{Redirect, Response};
use serde::Deserialize;
use sharing::ClinicId;
use store::{Conflict, Error, Own};

#[derive(Template)]
#[template(path = "clinic/clinics.html")]
struct ClinicsPage {
    frame: Frame,
    done: &'static str,
    has_second_step: bool,
    /// Id and name.
    clinics: Vec<(String, String)>,
    offers: Vec<Offered>,
    /// Id, name and until when.
    closed: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "clinic/departure.html")]
struct DeparturePage {
    frame: Frame,
    clinic: String,
    name: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    done: String,
}

fn done_words(done: &str) -> &'static str {
    match done {
        "declined" => "You declined the invitation. The clinic is told.",
        "left" => "You left the clinic, and see nothing of it any more.",
        "closed" => "The clinic is closed. Until the day below you can bring it back.",
        "reopened" => "The clinic is back: its members and its own records. Each link with a patient begins anew.",
        _ => "",
    }
}

pub async fn page(State(web): State<Web>, me: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    let read = |own: &mut Own<'_>| Ok((own.has_second_step()?, own.clinic_invitations()?, own.closed_clinics()?));
    let (has_second_step, offers, closed) = web.store.with_account(me.actor(), read).await?;
    let moment = |at| show::moment(at, &me.session.zone, me.language);
    Ok(render(&ClinicsPage {
        frame: frame_of(&me, &overview, "Clinics").at(Place::Settings),
        done: done_words(&asked.done),
        has_second_step,
        clinics: overview.clinics.iter().map(|(id, name)| (id.to_string(), name.clone())).collect(),
        offers: offers.into_iter().map(|offer| Offered::of(offer, &me.session.zone, me.language)).collect(),
        closed: closed.into_iter().map(|one| (one.id.to_string(), one.name, moment(one.until))).collect(),
    }))
}

fn id(text: &str) -> Result<ClinicId, Problem> {
    ClinicId::parse(text).ok_or_else(Problem::not_found)
}

pub async fn departure(State(web): State<Web>, me: SignedIn, Path(clinic): Path<String>) -> Result<Response, Problem> {
    let id = id(&clinic)?;
    let overview = web.store.overview(me.actor()).await?;
    let name = overview.clinics.iter().find(|(known, _)| *known == id).map(|(_, name)| name.clone());
    let name = name.ok_or_else(Problem::not_found)?;
    let frame = frame_of(&me, &overview, &format!("Leave {name}")).at(Place::Settings);
    Ok(render(&DeparturePage { frame, clinic: id.to_string(), name }))
}

pub async fn depart(State(web): State<Web>, me: SignedIn, Path(clinic): Path<String>) -> Result<Redirect, Problem> {
    let id = id(&clinic)?;
    let left = web.store.with_account(me.actor(), move |own| own.leave_clinic(id)).await;
    left.map_err(|error| match error {
        error @ Error::Conflict(Conflict::LastAdmin) => {
            Problem::from(error).with_way_on("Go to the members", format!("/clinics/{id}/members"))
        }
        error => error.into(),
    })?;
    Ok(Redirect::to("/clinics?done=left"))
}

pub async fn reopen(State(web): State<Web>, me: SignedIn, Path(clinic): Path<String>) -> Result<Redirect, Problem> {
    let id = id(&clinic)?;
    web.store.with_account(me.actor(), move |own| own.reopen_clinic(id)).await.map_err(|error| match error {
        Error::ProofNeeded => Problem::proof_needed().with_way_on("Confirm that it is you", "/proof?next=/clinics"),
        error => error.into(),
    })?;
    Ok(Redirect::to("/clinics?done=reopened"))
}
