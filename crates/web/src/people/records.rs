//! One's own records, and adding a person: a parent with two children has two records.

use super::choices;
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::forms::{Field, Form};
use crate::page::{Frame, Place, render};
use crate::people::following::PersonLine;
use crate::record::visit::frame_of;
use crate::refusals::{field_of, invalid_words};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use store::{Error, NewRecord};

#[derive(Template)]
#[template(path = "people/records.html")]
struct RecordsPage {
    frame: Frame,
    people: Vec<PersonLine>,
    follows_others: bool,
}

#[derive(Template)]
#[template(path = "people/new_record.html")]
struct NewRecordPage {
    frame: Frame,
    form: Form,
}

#[derive(Deserialize)]
pub struct Filled {
    name: String,
    born_on: String,
    unit: String,
    zone: String,
}

pub async fn page(State(web): State<Web>, me: SignedIn) -> Result<Response, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    let now = web.clock.now();
    let page = RecordsPage {
        frame: frame_of(&me, &overview, "Records").at(Place::Records).wide(),
        people: overview.own.iter().map(|line| PersonLine::of(line, &me, now)).collect(),
        follows_others: !overview.following.is_empty(),
    };
    Ok(render(&page))
}

fn form(name: &str, born_on: &str, unit: glucose::Unit, zone: &str) -> Form {
    Form::of(vec![
        Field::text("name", "Name", "off", name).hint("The person the data is about, such as your child."),
        Field::input("born_on", "Date of birth", "date", "off", born_on).optional(),
        choices::unit(unit),
        choices::zone("zone", "Time zone", zone).hint("The wall clock of this person."),
    ])
}

async fn shown(web: &Web, me: &SignedIn, form: Form) -> Result<Response, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    Ok(render(&NewRecordPage { frame: frame_of(me, &overview, "Add a person").at(Place::Records), form }))
}

pub async fn new(State(web): State<Web>, me: SignedIn) -> Result<Response, Problem> {
    let zone = me.session.zone.iana_name().unwrap_or_default().to_owned();
    shown(&web, &me, form("", "", me.session.unit, &zone)).await
}

pub async fn add(
    State(web): State<Web>,
    me: SignedIn,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, Problem> {
    let unit = choices::unit_of(&filled.unit).unwrap_or(me.session.unit);
    let mut form = form(&filled.name, &filled.born_on, unit, &filled.zone);
    let Ok(born_on) = choices::date(&filled.born_on) else {
        form.refuse("born_on", "Write the date as year-month-day, such as 2016-03-12.");
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&web, &me, form).await?).into_response());
    };
    let new = NewRecord { name: filled.name.trim().to_owned(), born_on, unit, zone: filled.zone.trim().to_owned() };
    match web.store.with_account(me.actor(), move |own| own.add_record(&new)).await {
        Ok(record) => Ok(Redirect::to(&format!("/records/{record}")).into_response()),
        Err(Error::Invalid(invalid)) => {
            form.refuse(field_of(invalid), invalid_words(invalid));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&web, &me, form).await?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}
