//! Who is called when nobody takes an alert: the owner puts the care partners of a record in an order.

use super::words::capital;
use crate::edge::problem::Problem;
use crate::forms::{Control, Field, Form, Tick};
use crate::page::{Frame, Tab, render};
use crate::record::visit::Visit;
use crate::sharing::proving;
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use glucose::AlertKind;
use sharing::{AccountId, CallOrder, Purpose};
use std::collections::HashMap;
use store::{Access, AlertOrder, Manage, OrderPerson, Record};

#[derive(Template)]
#[template(path = "alerts/order.html")]
struct OrderPage {
    frame: Frame,
    base: String,
    anybody: bool,
    /// Care partners whom nothing would reach.
    unreachable: Vec<String>,
    form: Form,
}

const PLACES: [(&str, &str); 6] = [
    ("first", "First"),
    ("second", "Second"),
    ("third", "Third"),
    ("fourth", "Fourth"),
    ("fifth", "Fifth"),
    ("sixth", "Sixth"),
];

const STEPS: [(&str, &str); 7] = [
    ("2", "2 minutes"),
    ("5", "5 minutes"),
    ("10", "10 minutes"),
    ("15", "15 minutes"),
    ("20", "20 minutes"),
    ("30", "30 minutes"),
    ("60", "60 minutes"),
];

/// Names of fields, for each kind.
fn key(kind: AlertKind) -> &'static str {
    match kind {
        AlertKind::UrgentLow => "for_urgent_low",
        AlertKind::Low => "for_low",
        AlertKind::High => "for_high",
        AlertKind::FallingFast => "for_falling",
        AlertKind::RisingFast => "for_rising",
        AlertKind::PredictedLow => "for_soon",
        AlertKind::NoData => "for_no_data",
    }
}

fn form(order: &AlertOrder, people: &[OrderPerson]) -> Form {
    let nobody = (String::new(), "Nobody".to_owned());
    let options: Vec<_> =
        [nobody].into_iter().chain(people.iter().map(|one| (one.account.to_string(), one.name.clone()))).collect();
    let place = |(index, (name, label)): (usize, (&'static str, &'static str))| {
        let chosen = order.order.people.get(index).map_or(String::new(), AccountId::to_string);
        Field::new(name, label, Control::Choose { options: options.clone(), chosen }).optional()
    };
    let mut fields: Vec<Field> = PLACES.into_iter().enumerate().take(people.len()).map(place).collect();
    fields.push(Field::choose(
        "step",
        "If nobody takes the alert, the next one is called after",
        &STEPS,
        &order.order.step_min.to_string(),
    ));
    fields.push(
        Field::tick("owner_first", "Give me as long before the first one is called", order.order.owner_first)
            .hint("Else the first one is called at once."),
    );
    let tick = |kind| Tick { name: key(kind), label: capital(kind), on: order.kinds.contains(&kind), fixed: false };
    fields.push(Field::new("kinds", "For which alerts", Control::Ticks { ticks: AlertKind::ALL.map(tick).to_vec() }));
    Form::of(fields)
}

fn filled(filled: &HashMap<String, String>) -> AlertOrder {
    let text = |name: &str| filled.get(name).map_or("", String::as_str);
    let people = PLACES.iter().filter_map(|(name, _)| AccountId::parse(text(name))).collect();
    let step_min = text("step").parse().unwrap_or_default();
    let order = CallOrder { people, step_min, owner_first: text("owner_first") == "yes" };
    AlertOrder { order, kinds: AlertKind::ALL.into_iter().filter(|kind| text(key(*kind)) == "yes").collect() }
}

async fn read(visit: &Visit) -> Result<(AlertOrder, Vec<OrderPerson>, Record), Problem> {
    let read = |patient: &mut Access<'_, Manage>| {
        let (order, people) = patient.alert_order()?;
        Ok((order, people, patient.record()?))
    };
    visit.with(Purpose::Alerts, read).await
}

async fn shown(visit: &Visit, people: &[OrderPerson], record: &Record, form: Form) -> Result<Response, Problem> {
    let title = format!("{}: who is called", record.name);
    let frame = Frame { narrow: true, ..visit.frame(&title, record, Tab::Alerts).await? };
    let unreachable = people.iter().filter(|one| !one.has_channel).map(|one| one.name.clone()).collect();
    Ok(render(&OrderPage { frame, base: visit.url(""), anybody: !people.is_empty(), unreachable, form }))
}

pub async fn page(visit: Visit) -> Result<Response, Problem> {
    let (order, people, record) = read(&visit).await?;
    shown(&visit, &people, &record, form(&order, &people)).await
}

pub async fn change(
    visit: Visit,
    axum::Form(fields): axum::Form<HashMap<String, String>>,
) -> Result<Response, Problem> {
    let new = filled(&fields);
    let (_, people, record) = read(&visit).await?;
    let mut form = form(&new, &people);
    let twice = new.order.people.iter().any(|one| new.order.people.iter().filter(|other| *other == one).count() > 1);
    let status = if twice {
        form.refuse("first", "Each person can have one place only.");
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        let set = move |patient: &mut Access<'_, Manage>| patient.set_alert_order(&new);
        match visit.web.store.with_patient(visit.me.actor(), visit.record, Purpose::Alerts, set).await {
            Ok(()) => return Ok(Redirect::to(&visit.url("/alerts?done=order")).into_response()),
            Err(why) => proving::refuse(&mut form, why, proving::NEEDED, None)?,
        }
    };
    Ok((status, shown(&visit, &people, &record, form).await?).into_response())
}
