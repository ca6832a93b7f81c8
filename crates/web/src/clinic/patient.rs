//! One patient of a clinic: the path that a support call follows. Linked? With which account, from when are the data? Not linked?
//! Link to Personal.

use super::Places;
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use crate::routes::{leads_somewhere, takes_a_form};
use crate::sharing::link_terms::sees;
use crate::sharing::words::Clock;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{Redirect, Response};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use sharing::{ClinicId, ClinicRole, RecordId};
use store::{AskForUpload, Desk, Link, LinkAct, LinkBy, LinkEvent, LinkedPatient, PatientProfile, Support, Tie};

/// Older than this, the patient is to be asked to upload.
const OLD_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);

#[derive(Template)]
#[template(path = "clinic/patient.html")]
struct PatientPage {
    frame: Frame,
    places: Places,
    /// Of this page.
    url: String,
    done: Option<&'static str>,
    patient: Head,
    /// Where the clinic's own uploads are.
    own: String,
    own_newest: String,
    /// Whether the one who looks may see figures.
    reports: bool,
    linked: Linked,
    code: Option<Code>,
    /// Not linked, and not left: the two ways are offered.
    can_link: bool,
    hands_over: bool,
    events: Vec<(String, String)>,
    zone: String,
}

/// Who the patient is, as the clinic wrote it.
struct Head {
    name: String,
    born: String,
    number: String,
    group: String,
    tags: String,
    change: Option<String>,
}

enum Linked {
    No,
    Yes(Box<Tied>),
    Ended(String),
    Suspended,
}

/// The personal record at the other end.
struct Tied {
    record: String,
    holder: String,
    email: String,
    warning: Option<&'static str>,
    newest: String,
    is_old: bool,
    sees: String,
    since: String,
    /// When the patient may be asked again; none when now.
    ask_again: Option<String>,
}

struct Code {
    made: String,
    ends: String,
    sees: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    done: String,
}

/// The ids in the path of a page about a patient.
pub fn ids((clinic, record): &(String, String)) -> Result<(ClinicId, RecordId), Problem> {
    ClinicId::parse(clinic).zip(RecordId::parse(record)).ok_or_else(Problem::not_found)
}

pub fn url(clinic: ClinicId, profile: RecordId) -> String {
    format!("/clinics/{clinic}/patients/{profile}")
}

pub async fn page(
    State(web): State<Web>,
    me: SignedIn,
    Path(path): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let (clinic, profile) = ids(&path)?;
    let support = web.store.support(me.actor(), clinic, profile).await?;
    let overview = web.store.overview(me.actor()).await?;
    let clock = Clock { zone: &me.session.zone, language: me.language, now: web.clock.now() };
    let frame = frame_of(&me, &overview, &format!("{}: {}", support.patient.name, support.clinic_name));
    let event = |event: &LinkEvent| (clock.moment(event.at), event_words(event));
    Ok(render(&PatientPage {
        frame: frame.at(Place::Clinic).wide(),
        places: Places::of(clinic, support.role, ""),
        url: url(clinic, profile),
        done: done(&asked.done),
        patient: head(&support.patient, clinic, clock),
        own: format!("/records/{profile}"),
        own_newest: newest(support.own_newest_at, clock),
        reports: support.role != ClinicRole::FrontDesk,
        linked: tie(&support, clock),
        code: support.code.as_ref().map(|code| Code {
            made: format!("{} by {}", clock.moment(code.made_at), code.by.as_deref().unwrap_or("a former member")),
            ends: clock.moment(code.ends_at),
            sees: sees(&code.terms, clock),
        }),
        can_link: support.patient.left_at.is_none() && matches!(support.tie, Tie::NotLinked | Tie::Ended(_)),
        hands_over: takes_a_form("/clinics/{clinic}/patients/{record}/handover"),
        events: support.events.iter().map(event).collect(),
        zone: crate::sharing::words::zone_name(clock.zone),
    }))
}

fn head(patient: &PatientProfile, clinic: ClinicId, clock: Clock<'_>) -> Head {
    let details = &patient.details;
    let change = leads_somewhere("/clinics/{clinic}/patients/{record}/details");
    Head {
        name: patient.name.clone(),
        born: patient.born_on.map_or_else(|| "not noted".to_owned(), |born| clock.language.short_date(born)),
        number: details.number.clone(),
        group: details.group.clone(),
        tags: details.tags.join(", "),
        change: change.then(|| format!("{}/details", url(clinic, patient.id))),
    }
}

fn newest(at: Option<Timestamp>, clock: Clock<'_>) -> String {
    at.map_or_else(
        || "none yet".to_owned(),
        |at| format!("{} ({})", clock.language.ago(at, clock.now), clock.moment(at)),
    )
}

fn tie(support: &Support, clock: Clock<'_>) -> Linked {
    match &support.tie {
        Tie::NotLinked => Linked::No,
        Tie::Ended(at) => Linked::Ended(clock.moment(*at)),
        Tie::Suspended => Linked::Suspended,
        Tie::Active(linked) => Linked::Yes(Box::new(tied(linked, support.ask_again_at, clock))),
    }
}

fn tied(linked: &LinkedPatient, ask_again_at: Option<Timestamp>, clock: Clock<'_>) -> Tied {
    let holder = &linked.holder;
    Tied {
        record: format!("/records/{}", linked.record),
        holder: holder.name.clone(),
        email: holder.masked_email.clone(),
        warning: match (holder.other_name, holder.other_birth) {
            (true, true) => Some("The personal record has another name and another birth date than this one."),
            (true, false) => Some("The personal record has another name than this one."),
            (false, true) => Some("The personal record has another birth date than this one."),
            (false, false) => None,
        },
        newest: newest(linked.newest_at, clock),
        is_old: linked.newest_at.is_none_or(|at| clock.now.duration_since(at) > OLD_AFTER),
        sees: sees(&linked.terms, clock),
        since: clock.moment(linked.since_at),
        ask_again: ask_again_at.map(|at| clock.moment(at)),
    }
}

fn event_words(event: &LinkEvent) -> String {
    let what = match event.act {
        LinkAct::Offered => "Unique code made",
        LinkAct::SentByEmail => "Unique code sent by e-mail",
        LinkAct::SentBySms => "Unique code sent by SMS",
        LinkAct::Withdrawn => "Unique code taken back",
        LinkAct::Declined => "Unique code declined",
        LinkAct::Linked => "Linked",
        LinkAct::Changed => "What the clinic sees was changed",
        LinkAct::Restored => "Link restored after a lockdown",
        LinkAct::Ended => "Link ended",
        LinkAct::EndsSoon => "Link ends within three days",
        LinkAct::TimeOver => "Link ended: its time is over",
        LinkAct::AskedForUpload => "Asked to upload",
    };
    match &event.by {
        LinkBy::Patient => format!("{what}, by the patient"),
        LinkBy::Member(Some(name)) => format!("{what}, by {name}"),
        LinkBy::Member(None) => format!("{what}, by a former member"),
        LinkBy::Nobody => what.to_owned(),
    }
}

fn done(word: &str) -> Option<&'static str> {
    match word {
        "asked" => Some("Asked: a mail is on its way to the patient. It opens Upload now."),
        "ended" => {
            Some("The link has ended. What this clinic uploaded itself is still here. The patient is told by mail.")
        }
        "withdrawn" => Some("The code is taken back: it opens nothing any more."),
        _ => None,
    }
}

pub async fn ask(
    State(web): State<Web>,
    me: SignedIn,
    Path(path): Path<(String, String)>,
) -> Result<Redirect, Problem> {
    let (clinic, profile) = ids(&path)?;
    let back = url(clinic, profile);
    let ask = move |desk: &mut Desk<'_, AskForUpload>| desk.ask_for_upload(profile);
    let asked = web.store.with_clinic(me.actor(), clinic, ask).await;
    asked.map_err(|why| refused(why, &back))?;
    Ok(Redirect::to(&format!("{back}?done=asked")))
}

/// A refusal leads back to the patient, unless there is none.
pub fn refused(why: store::Error, back: &str) -> Problem {
    match why {
        why @ (store::Error::Conflict(_) | store::Error::Invalid(_) | store::Error::TooMany { .. }) => {
            Problem::from(why).with_way_on("Back to the patient", back.to_owned())
        }
        why => why.into(),
    }
}

#[derive(Template)]
#[template(path = "clinic/link_removal.html")]
struct RemovalPage {
    frame: Frame,
    url: String,
    name: String,
}

/// Asked once more, and then at once.
pub async fn removal(
    State(web): State<Web>,
    me: SignedIn,
    Path(path): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (clinic, profile) = ids(&path)?;
    let look = move |desk: &mut Desk<'_, Link>| desk.patient(profile);
    let patient = web.store.with_clinic(me.actor(), clinic, look).await?;
    let overview = web.store.overview(me.actor()).await?;
    let title = format!("End the link of {}", patient.name);
    let frame = Frame { narrow: true, ..frame_of(&me, &overview, &title).at(Place::Clinic) };
    Ok(render(&RemovalPage { frame, url: url(clinic, profile), name: patient.name }))
}

pub async fn end(
    State(web): State<Web>,
    me: SignedIn,
    Path(path): Path<(String, String)>,
) -> Result<Redirect, Problem> {
    let (clinic, profile) = ids(&path)?;
    web.store.with_clinic(me.actor(), clinic, move |desk: &mut Desk<'_, Link>| desk.end_link(profile)).await?;
    Ok(Redirect::to(&format!("{}?done=ended", url(clinic, profile))))
}
