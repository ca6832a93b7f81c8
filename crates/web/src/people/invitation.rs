//! An invitation, for whoever holds its link: who offers what. Opening it changes nothing (mail scanners open links); only
//! the account whose address was invited can accept or decline.

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::{SignedIn, Visitor};
use crate::page::{Frame, render};
use crate::show;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use sharing::{Id, Permission, Terms, Visibility, WeeklyPause};
use store::{Conflict, Error, Offer};
use words::Language;

#[derive(Template)]
#[template(path = "people/invitation.html")]
struct InvitationPage {
    frame: Frame,
    offer: Offered,
    reader: Reader,
}

/// Who holds the link.
enum Reader {
    SignedOut,
    Invited,
    /// Invited, and the address is not confirmed yet.
    Unconfirmed(String),
    /// Signed in with another address, this one.
    Another(String),
}

/// An offer in words.
pub struct Offered {
    pub id: String,
    pub from: String,
    /// Whose data, when that is somebody else than the one who invites.
    pub of: Option<String>,
    pub terms: Vec<(&'static str, String)>,
    pub message: String,
    pub ends: String,
}

impl Offered {
    pub fn of(offer: &Offer, zone: &TimeZone, language: Language) -> Self {
        Self {
            id: offer.id.to_string(),
            from: offer.from.clone(),
            of: (offer.record_name != offer.from).then(|| offer.record_name.clone()),
            terms: terms_words(&offer.terms, zone, language),
            message: offer.message.clone(),
            ends: moment(offer.ends_at, zone, language),
        }
    }
}

fn moment(at: jiff::Timestamp, zone: &TimeZone, language: Language) -> String {
    let utc = if *zone == TimeZone::UTC { " UTC" } else { "" };
    format!("{}{utc}", show::moment(at, zone, language))
}

pub fn permission_words(permission: Permission) -> &'static str {
    match permission {
        Permission::ViewOnly => "View only",
        Permission::ViewAndDownload => "View and download",
    }
}

/// `glucose, insulin and notes`.
pub fn visible_words(visible: Visibility) -> String {
    let kinds = [
        (visible.insulin, "insulin"),
        (visible.carbs, "carbs"),
        (visible.notes, "notes"),
        (visible.devices, "device settings and alarms"),
    ];
    let shown: Vec<&str> = kinds.into_iter().filter_map(|(on, words)| on.then_some(words)).collect();
    match shown[..] {
        [] => "glucose only".to_owned(),
        [one] => format!("glucose and {one}"),
        [ref most @ .., last] => format!("glucose, {} and {last}", most.join(", ")),
    }
}

/// What is offered, line by line.
fn terms_words(terms: &Terms, zone: &TimeZone, language: Language) -> Vec<(&'static str, String)> {
    let permission = match terms.permission {
        Permission::ViewOnly => "View only: on screen, nothing to print or take away",
        Permission::ViewAndDownload => "View and download: on screen, and reports as files",
    };
    let until = terms.until_at.map_or_else(|| "they or you end it".to_owned(), |at| moment(at, zone, language));
    let mut lines =
        vec![("Permission", permission.to_owned()), ("You see", visible_words(terms.visibility)), ("Until", until)];
    if let Some(pause) = terms.weekly_pause {
        lines.push(("Paused each week", format!("{}, by their clock", pause_words(pause, language))));
    }
    if terms.needs_second_step {
        let words = "needed when you sign in, such as an authenticator app or a passkey";
        lines.push(("Second step", words.to_owned()));
    }
    lines
}

/// `Mon, Tue, 08:00 to 13:00`.
fn pause_words(pause: WeeklyPause, language: Language) -> String {
    let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let week = Weekday::Monday.cycle_forward().zip(names);
    let days: Vec<&str> = week.filter_map(|(day, name)| pause.is_on(day).then_some(name)).collect();
    let (from, to) = pause.times();
    format!("{}, {} to {}", days.join(", "), language.time(from), language.time(to))
}

pub async fn page(
    State(web): State<Web>,
    visitor: Visitor,
    me: Result<SignedIn, Problem>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let offer = web.store.offer(&token).await.map_err(over)?;
    let reader = reader(&web, me.as_ref().ok(), token).await?;
    let (zone, language) = match &me {
        Ok(me) => (me.session.zone.clone(), me.language),
        Err(_) => (TimeZone::UTC, Language::default()),
    };
    let frame = Frame::plain("An invitation", visitor.theme, "/following");
    Ok(render(&InvitationPage { frame, offer: Offered::of(&offer, &zone, language), reader }))
}

async fn reader(web: &Web, me: Option<&SignedIn>, token: String) -> Result<Reader, Problem> {
    let Some(me) = me else { return Ok(Reader::SignedOut) };
    let is_invited = web.store.with_account(me.actor(), move |own| own.is_invited(&token)).await.map_err(over)?;
    Ok(match (is_invited, me.session.verified) {
        (true, true) => Reader::Invited,
        (true, false) => Reader::Unconfirmed(me.session.email.clone()),
        (false, _) => Reader::Another(me.session.email.clone()),
    })
}

/// Answered, withdrawn, over, never there: all the same.
fn over(error: Error) -> Problem {
    match error {
        Error::Invalid(_) | Error::NotFound => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "This invitation cannot be used",
            "It was answered, was taken back, is over, or its link is not whole. Ask the person to send it again.",
        )
        .with_way_on("Go to Following", "/following"),
        Error::Conflict(Conflict::Follows) => Problem::new(
            StatusCode::CONFLICT,
            "You follow this person already",
            "They can change what you see; an invitation is not needed for that.",
        )
        .with_way_on("Go to Following", "/following"),
        Error::Conflict(Conflict::CarePartners) => Problem::new(
            StatusCode::CONFLICT,
            "There is no room for one more",
            "This person has as many care partners as this server allows. Ask them to invite you again when there is room.",
        )
        .with_way_on("Go to Following", "/following"),
        error => error.into(),
    }
}

pub async fn accept(State(web): State<Web>, me: SignedIn, Path(invitation): Path<String>) -> Result<Redirect, Problem> {
    let id = Id::parse(&invitation).ok_or_else(Problem::not_found)?;
    if !me.session.verified {
        return Err(Error::Invalid(store::Invalid::Unconfirmed).into());
    }
    web.store.with_account(me.actor(), move |own| own.accept(id).map(drop)).await.map_err(over)?;
    Ok(Redirect::to("/following?done=accepted"))
}

pub async fn decline(
    State(web): State<Web>,
    me: SignedIn,
    Path(invitation): Path<String>,
) -> Result<Redirect, Problem> {
    let id = Id::parse(&invitation).ok_or_else(Problem::not_found)?;
    web.store.with_account(me.actor(), move |own| own.decline(id)).await.map_err(over)?;
    Ok(Redirect::to("/following?done=declined"))
}
