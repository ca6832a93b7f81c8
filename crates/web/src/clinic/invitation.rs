//! An invitation to work at a clinic, for whoever holds its link. Opening it changes nothing; only the account whose address
//! was invited can answer.

use super::office::role_words;
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::{SignedIn, Visitor};
use crate::page::{Frame, render};
use crate::show;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use jiff::tz::TimeZone;
use sharing::Id;
use store::{ClinicOffer, Error, Own};
use words::Language;

#[derive(Template)]
#[template(path = "clinic/invitation.html")]
struct InvitationPage {
    frame: Frame,
    offer: Offered,
    reader: Reader,
}

/// Who holds the link.
enum Reader {
    SignedOut,
    /// Invited; without a second step it waits.
    Invited {
        has_second_step: bool,
    },
    /// Invited, and the address is not confirmed yet.
    Unconfirmed(String),
    /// Signed in with another address, this one.
    Another(String),
}

/// An offer in words.
pub struct Offered {
    pub id: String,
    pub clinic: String,
    pub from: String,
    pub role: &'static str,
    pub ends: String,
}

impl Offered {
    pub fn of(offer: ClinicOffer, zone: &TimeZone, language: Language) -> Self {
        let utc = if *zone == TimeZone::UTC { " UTC" } else { "" };
        Self {
            id: offer.id.to_string(),
            clinic: offer.clinic,
            from: offer.from,
            role: role_words(offer.role),
            ends: format!("{}{utc}", show::moment(offer.ends_at, zone, language)),
        }
    }
}

pub async fn page(
    State(web): State<Web>,
    visitor: Visitor,
    me: Result<SignedIn, Problem>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let offer = web.store.clinic_offer(&token).await.map_err(over)?;
    let reader = reader(&web, me.as_ref().ok(), token).await?;
    let (zone, language) = match &me {
        Ok(me) => (me.session.zone.clone(), me.language),
        Err(_) => (TimeZone::UTC, Language::default()),
    };
    let frame = Frame::plain("An invitation", visitor.theme, "/clinics");
    Ok(render(&InvitationPage { frame, offer: Offered::of(offer, &zone, language), reader }))
}

async fn reader(web: &Web, me: Option<&SignedIn>, token: String) -> Result<Reader, Problem> {
    let Some(me) = me else { return Ok(Reader::SignedOut) };
    let read = move |own: &mut Own<'_>| Ok((own.is_invited_to_clinic(&token)?, own.has_second_step()?));
    let (is_invited, has_second_step) = web.store.with_account(me.actor(), read).await.map_err(over)?;
    Ok(match (is_invited, me.session.verified) {
        (true, true) => Reader::Invited { has_second_step },
        (true, false) => Reader::Unconfirmed(me.session.email.clone()),
        (false, _) => Reader::Another(me.session.email.clone()),
    })
}

/// Answered, withdrawn, over, never there: all the same.
fn over(error: Error) -> Problem {
    match error {
        Error::Invalid(store::Invalid::Unconfirmed) => error.into(),
        Error::Invalid(_) | Error::NotFound => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "This invitation cannot be used",
            "It was answered, was taken back, is over, or its link is not whole. Ask the clinic to send it again.",
        )
        .with_way_on("Go to Clinics", "/clinics"),
        error => error.into(),
    }
}

pub async fn accept(State(web): State<Web>, me: SignedIn, Path(invitation): Path<String>) -> Result<Redirect, Problem> {
    let id = Id::parse(&invitation).ok_or_else(Problem::not_found)?;
    let clinic = web.store.with_account(me.actor(), move |own| own.accept_membership(id)).await.map_err(over)?;
    Ok(Redirect::to(&format!("/clinics/{clinic}/patients")))
}

pub async fn decline(
    State(web): State<Web>,
    me: SignedIn,
    Path(invitation): Path<String>,
) -> Result<Redirect, Problem> {
    let id = Id::parse(&invitation).ok_or_else(Problem::not_found)?;
    web.store.with_account(me.actor(), move |own| own.decline_membership(id)).await.map_err(over)?;
    Ok(Redirect::to("/clinics?done=declined"))
}
