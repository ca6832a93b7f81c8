//! Answering somebody who asks to follow: let them in on terms, or decline without a word to them.

use super::home::{clock, records};
use super::proving::{self, Proven};
use super::terms::{Typed, by_clock};
use super::words::zone_name;
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::forms::{Control, Field, Form};
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sharing::{Id, Purpose, Terms};
use store::{Access, Error, FollowRequest, Manage, Record};

#[derive(Template)]
#[template(path = "sharing/request.html")]
struct RequestPage {
    frame: Frame,
    url: String,
    name: String,
    email: String,
    ends: String,
    /// Whose data, when there is only one record to choose.
    only: Option<String>,
    form: Form,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Filled {
    record: String,
    password: String,
    #[serde(flatten)]
    terms: Typed,
}

/// What is asked, and which records could be shown.
struct Asked {
    request: FollowRequest,
    records: Vec<Record>,
}

async fn asked(web: &Web, me: &SignedIn, id: &str) -> Result<Asked, Problem> {
    let over = || Problem::not_found().with_way_on("Data sharing", "/sharing");
    let id = Id::parse(id).ok_or_else(over)?;
    let requests = web.store.with_account(me.actor(), |own| own.follow_requests()).await?;
    let request = requests.into_iter().find(|request| request.id == id).ok_or_else(over)?;
    let records = records(web, me).await?.into_iter().map(|(record, _)| record).collect();
    Ok(Asked { request, records })
}

impl Asked {
    fn form(&self, filled: &Filled) -> Form {
        let mut fields = Vec::new();
        if self.records.len() > 1 {
            let option = |record: &Record| (record.id.to_string(), record.name.clone());
            let options = self.records.iter().map(option).collect();
            fields.push(Field::new(
                "record",
                "Which record",
                Control::Choose { options, chosen: filled.record.clone() },
            ));
        }
        fields.extend(filled.terms.fields(&self.by()));
        Form::of(fields)
    }

    /// On whose clock the form's times are: on that of the record that is chosen.
    fn by(&self) -> String {
        match self.records.as_slice() {
            [] => String::new(),
            [first, rest @ ..] if rest.iter().all(|record| record.zone == first.zone) => by_clock(&first.zone),
            records => {
                let zone = |record: &Record| format!("{} for {}", zone_name(&record.zone), record.name);
                format!("By the clock of the record: {}.", records.iter().map(zone).collect::<Vec<_>>().join(", "))
            }
        }
    }

    fn record(&self, chosen: &str) -> Option<&Record> {
        match self.records.as_slice() {
            [only] => Some(only),
            records => records.iter().find(|record| record.id.to_string() == chosen),
        }
    }
}

async fn shown(web: &Web, me: &SignedIn, asked: &Asked, form: Form) -> Result<Response, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    let request = &asked.request;
    Ok(render(&RequestPage {
        frame: frame_of(me, &overview, "A request to follow you").at(Place::Sharing),
        url: format!("/sharing/requests/{}", request.id),
        name: request.name.clone(),
        email: request.email.clone(),
        ends: clock(web, me).moment(request.ends_at),
        only: match asked.records.as_slice() {
            [only] => Some(only.name.clone()),
            _ => None,
        },
        form,
    }))
}

pub async fn page(State(web): State<Web>, me: SignedIn, Path(id): Path<String>) -> Result<Response, Problem> {
    let asked = asked(&web, &me, &id).await?;
    let terms = Typed::of(&Terms::LEAST, &me.session.zone);
    let form = asked.form(&Filled { terms, ..Filled::default() });
    shown(&web, &me, &asked, form).await
}

pub async fn approve(
    State(web): State<Web>,
    mut me: SignedIn,
    Path(id): Path<String>,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, Problem> {
    let asked = asked(&web, &me, &id).await?;
    match Proven::by(&web, &mut me, &filled.password).await {
        Ok(proven) => Ok(proven.onto(let_in(&web, &me, &asked, &filled).await)),
        Err(why) => {
            let mut form = asked.form(&filled);
            let status = proving::refuse(&mut form, why, proving::NEEDED, None)?;
            Ok((status, shown(&web, &me, &asked, form).await?).into_response())
        }
    }
}

async fn let_in(web: &Web, me: &SignedIn, asked: &Asked, filled: &Filled) -> Result<Response, Problem> {
    let mut form = asked.form(filled);
    let record = asked.record(&filled.record);
    if record.is_none() {
        form.refuse("record", "Choose a record.");
    }
    let zone = record.map_or(&me.session.zone, |record| &record.zone);
    let (Some(record), Some(terms)) = (record, filled.terms.terms(zone, None, &mut form)) else {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(web, me, asked, form).await?).into_response());
    };
    let request = asked.request.id;
    let approve = move |patient: &mut Access<'_, Manage>| patient.approve_request(request, &terms);
    let status = match web.store.with_patient(me.actor(), record.id, Purpose::Sharing, approve).await {
        Ok(partner) => {
            let place = format!("/records/{}/sharing?done=approved&partner={partner}", record.id);
            return Ok(Redirect::to(&place).into_response());
        }
        Err(why) => proving::refuse(&mut form, why, proving::NEEDED, Some("record"))?,
    };
    Ok((status, shown(web, me, asked, form).await?).into_response())
}

pub async fn decline(State(web): State<Web>, me: SignedIn, Path(id): Path<String>) -> Result<Redirect, Problem> {
    let id = Id::parse(&id);
    web.store.with_account(me.actor(), move |own| own.decline_request(id.ok_or(Error::NotFound)?)).await?;
    Ok(Redirect::to("/sharing?done=declined"))
}
