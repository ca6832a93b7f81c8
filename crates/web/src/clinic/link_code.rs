//! The unique code: what it asks for, then the code, shown once, to be said aloud, sent or printed. The page that shows it holds it
//! in its forms, and the store knows it again; it stands in no address of ours.

use super::patient::{ids, refused, url};
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::forms::{Field, Form};
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use crate::refusals::{field_of, invalid_words};
use crate::security::qr;
use crate::sharing::link_terms::{TypedLink, sees};
use crate::sharing::words::Clock;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use glucose::local_day;
use reports::{LinkLetter, Paper};
use serde::Deserialize;
use sharing::{ClinicId, Email, LinkCode, LinkTerms, RecordId, Visibility};
use store::{CodeTo, Desk, Error, Invalid, Link, OpenCode, PatientProfile};

#[derive(Template)]
#[template(path = "clinic/code.html")]
struct CodePage {
    frame: Frame,
    url: String,
    name: String,
    form: Form,
}

#[derive(Template)]
#[template(path = "clinic/code_made.html")]
struct MadePage {
    frame: Frame,
    url: String,
    name: String,
    code: String,
    sees: String,
    ends: String,
    address: String,
    email: Form,
    phone: Option<Form>,
    sent: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Sent {
    code: String,
    by: String,
    email: String,
    phone: String,
    paper: String,
}

/// What a clinic needs as a rule; notes are for whom the person writes them.
fn usual() -> LinkTerms {
    LinkTerms { visibility: Visibility { notes: false, ..Visibility::ALL }, until_at: None }
}

fn form(typed: &TypedLink, clock: Clock<'_>) -> Form {
    let end = format!("Leave it empty for no end. By the clock of {}.", crate::sharing::words::zone_name(clock.zone));
    Form::of(typed.fields(Visibility::ALL, "What the clinic asks to see", end))
}

fn clock<'a>(web: &Web, me: &'a SignedIn) -> Clock<'a> {
    Clock { zone: &me.session.zone, language: me.language, now: web.clock.now() }
}

async fn frame(web: &Web, me: &SignedIn, title: &str) -> Result<Frame, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    Ok(Frame { narrow: true, ..frame_of(me, &overview, title).at(Place::Clinic) })
}

async fn asked(
    (web, me): (&Web, &SignedIn),
    patient: &PatientProfile,
    clinic: ClinicId,
    form: Form,
) -> Result<Response, Problem> {
    let frame = frame(web, me, &format!("{}: unique code", patient.name)).await?;
    Ok(render(&CodePage { frame, url: url(clinic, patient.id), name: patient.name.clone(), form }))
}

async fn patient(web: &Web, me: &SignedIn, clinic: ClinicId, profile: RecordId) -> Result<PatientProfile, Problem> {
    let look = move |desk: &mut Desk<'_, Link>| desk.patient(profile);
    Ok(web.store.with_clinic(me.actor(), clinic, look).await?)
}

pub async fn page(
    State(web): State<Web>,
    me: SignedIn,
    Path(path): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (clinic, profile) = ids(&path)?;
    let patient = patient(&web, &me, clinic, profile).await?;
    let form = form(&TypedLink::of(&usual(), &me.session.zone), clock(&web, &me));
    asked((&web, &me), &patient, clinic, form).await
}

pub async fn make(
    State(web): State<Web>,
    me: SignedIn,
    Path(path): Path<(String, String)>,
    axum::Form(typed): axum::Form<TypedLink>,
) -> Result<Response, Problem> {
    let (clinic, profile) = ids(&path)?;
    let patient = patient(&web, &me, clinic, profile).await?;
    let mut form = form(&typed, clock(&web, &me));
    let made = match typed.terms(&me.session.zone, None, &mut form) {
        None => None,
        Some(terms) => {
            let make = move |desk: &mut Desk<'_, Link>| {
                let code = desk.offer_link(profile, &terms)?;
                Ok((desk.shown_code(profile, &code)?, code))
            };
            match web.store.with_clinic(me.actor(), clinic, make).await {
                Ok(made) => Some(made),
                Err(Error::Invalid(invalid)) => {
                    form.refuse(field_of(invalid), invalid_words(invalid));
                    None
                }
                Err(why) => return Err(refused(why, &url(clinic, profile))),
            }
        }
    };
    match made {
        Some((open, code)) => shown((&web, &me), &patient, clinic, (&code, &open), Ways::of(&patient)).await,
        None => {
            let page = asked((&web, &me), &patient, clinic, form).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// How the code goes to the patient, besides being said aloud and printed.
struct Ways {
    email: Form,
    phone: Form,
    sent: Option<String>,
}

impl Ways {
    fn of(patient: &PatientProfile) -> Self {
        Self::typed(&patient.details.email, &patient.details.phone)
    }

    fn typed(email: &str, phone: &str) -> Self {
        let email = Field::input("email", "E-mail address", "email", "off", email);
        let phone = Field::input("phone", "Phone number", "tel", "off", phone);
        let hint = "With its country, such as +46 70 123 45 67.";
        Self { email: Form::of(vec![email]), phone: Form::of(vec![phone.hint(hint)]), sent: None }
    }
}

async fn shown(
    (web, me): (&Web, &SignedIn),
    patient: &PatientProfile,
    clinic: ClinicId,
    (code, open): (&LinkCode, &OpenCode),
    ways: Ways,
) -> Result<Response, Problem> {
    let clock = clock(web, me);
    Ok(render(&MadePage {
        frame: frame(web, me, &format!("{}: unique code", patient.name)).await?,
        url: url(clinic, patient.id),
        name: patient.name.clone(),
        code: code.to_string(),
        sees: sees(&open.terms, clock),
        ends: clock.moment(open.ends_at),
        address: web.settings.base_url.to_string(),
        email: ways.email,
        phone: web.store.sends_sms().then_some(ways.phone),
        sent: ways.sent,
    }))
}

/// The code that the form holds, if it is the one of this patient that waits.
async fn known(
    (web, me): (&Web, &SignedIn),
    (clinic, profile): (ClinicId, RecordId),
    typed: &str,
) -> Result<(PatientProfile, LinkCode, OpenCode), Problem> {
    let patient = patient(web, me, clinic, profile).await?;
    let over = || refused(Error::Invalid(Invalid::LinkCode), &url(clinic, profile));
    let code = LinkCode::parse(typed).ok_or_else(over)?;
    let look = {
        let code = code.clone();
        move |desk: &mut Desk<'_, Link>| desk.shown_code(profile, &code)
    };
    let open = web.store.with_clinic(me.actor(), clinic, look).await;
    Ok((patient, code, open.map_err(|why| refused(why, &url(clinic, profile)))?))
}

pub async fn send(
    State(web): State<Web>,
    me: SignedIn,
    Path(path): Path<(String, String)>,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    let ids = ids(&path)?;
    let (patient, code, open) = known((&web, &me), ids, &sent.code).await?;
    let mut ways = Ways::of(&patient);
    let by_email = sent.by == "email";
    let to = if by_email {
        Email::parse(&sent.email).map(CodeTo::Email).map_err(|why| why.to_string())
    } else {
        Ok(CodeTo::Phone(sent.phone.clone()))
    };
    let done = match to {
        Err(why) => Err(why),
        Ok(to) => {
            let (profile, code) = (ids.1, code.clone());
            let send = move |desk: &mut Desk<'_, Link>| desk.send_link_code(profile, &code, &to);
            match web.store.with_clinic(me.actor(), ids.0, send).await {
                Ok(()) => Ok(()),
                Err(Error::Invalid(why)) => Err(invalid_words(why).to_owned()),
                Err(Error::TooMany { .. }) => Err("That was sent often enough. Say it aloud or print it.".to_owned()),
                Err(why) => return Err(refused(why, &url(ids.0, ids.1))),
            }
        }
    };
    let status = match done {
        Ok(()) => {
            ways.sent =
                Some(format!("The code is on its way to {}.", if by_email { &sent.email } else { &sent.phone }));
            StatusCode::OK
        }
        Err(why) => {
            let (email, phone) =
                if by_email { (&sent.email, &patient.details.phone) } else { (&patient.details.email, &sent.phone) };
            ways = Ways::typed(email, phone);
            if by_email {
                ways.email.refuse("email", why)
            } else {
                ways.phone.refuse("phone", why)
            }
            StatusCode::UNPROCESSABLE_ENTITY
        }
    };
    Ok((status, shown((&web, &me), &patient, ids.0, (&code, &open), ways).await?).into_response())
}

/// A letter to take home. It is not kept: neither is the code.
pub async fn letter(
    State(web): State<Web>,
    me: SignedIn,
    Path(path): Path<(String, String)>,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    let ids = ids(&path)?;
    let (patient, code, open) = known((&web, &me), ids, &sent.code).await?;
    let clinic = web.store.with_clinic(me.actor(), ids.0, |desk: &mut Desk<'_, Link>| desk.clinic_name()).await?;
    let (clock, base) = (clock(&web, &me), &web.settings.base_url);
    let link = format!("{base}/link/{}", code.plain());
    let letter = LinkLetter {
        clinic,
        patient: patient.name,
        code: code.to_string(),
        squares: qr::squares(&link).unwrap_or_default(),
        link,
        address: base.to_string(),
        sees: sees(&open.terms, clock),
        until: clock.moment(open.ends_at),
        language: me.language.tag(),
        made_on: local_day(clock.now, clock.zone),
    };
    let paper = if sent.paper == "letter" { Paper::Letter } else { Paper::A4 };
    let drawn = tokio::task::spawn_blocking(move || reports::link_letter(&letter, paper)).await;
    let pdf = drawn.map_err(|_| Problem::ours())?.map_err(|error| {
        tracing::error!(%error, "a letter could not be drawn");
        Problem::ours()
    })?;
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    let name = (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline; filename=\"kinsight-link.pdf\""));
    Ok(([kind, name], pdf.into_bytes()).into_response())
}

pub async fn withdraw(
    State(web): State<Web>,
    me: SignedIn,
    Path(path): Path<(String, String)>,
) -> Result<Redirect, Problem> {
    let (clinic, profile) = ids(&path)?;
    web.store.with_clinic(me.actor(), clinic, move |desk: &mut Desk<'_, Link>| desk.withdraw_code(profile)).await?;
    Ok(Redirect::to(&format!("{}?done=withdrawn", url(clinic, profile))))
}
