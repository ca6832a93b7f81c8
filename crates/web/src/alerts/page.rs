//! The alerts of one record: what is open, what was, who was told and who took it.

use super::words::{AlertCard, Told};
use crate::edge::problem::Problem;
use crate::page::{Frame, Tab, render};
use crate::record::visit::Visit;
use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;
use sharing::Purpose;
use store::{Access, View};

#[derive(Template)]
#[template(path = "alerts/page.html")]
struct AlertsPage {
    frame: Frame,
    base: String,
    done: &'static str,
    owns: bool,
    has_rules: bool,
    has_channel: bool,
    open: Vec<AlertCard>,
    past: Vec<AlertCard>,
    zone: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    done: String,
}

fn done_words(done: &str) -> &'static str {
    match done {
        "rules" => "What you are told of is changed. It holds from now on.",
        "order" => "The order in which people are called is changed.",
        _ => "",
    }
}

pub async fn page(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let look = |patient: &mut Access<'_, View>| Ok((patient.alerts()?, patient.record()?));
    let (page, record) = visit.with(Purpose::Alerts, look).await?;
    let id = visit.record;
    let rules = visit.web.store.with_account(visit.me.actor(), move |own| own.alert_settings(id)).await?;
    let show = visit.show();
    let told = Told { show: &show, zone: &record.zone };
    let cards = page.alerts.iter().map(|alert| AlertCard::of(alert, &told));
    let (open, past) = cards.partition(AlertCard::is_open);
    Ok(render(&AlertsPage {
        frame: visit.frame(&format!("{}: alerts", record.name), &record, Tab::Alerts).await?.with_script("js/live.js"),
        base: visit.url(""),
        done: done_words(&asked.done),
        owns: page.owns,
        has_rules: rules.is_some_and(|rules| rules.rules.iter().any(|rule| rule.on)),
        has_channel: page.has_channel,
        open,
        past,
        zone: record.zone.iana_name().unwrap_or("UTC").to_owned(),
    }))
}
