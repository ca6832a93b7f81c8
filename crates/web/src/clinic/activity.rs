//! What members did at a clinic.

use super::Places;
use super::office::Office;
use crate::edge::problem::Problem;
use crate::page::{Frame, render};
use crate::people::activity::capital;
use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;
use store::{ClinicActivityLine, Desk, SeeActivity};

const MOST: u32 = 100;

#[derive(Template)]
#[template(path = "clinic/activity.html")]
struct ActivityPage {
    frame: Frame,
    places: Places,
    url: String,
    lines: Vec<Line>,
    /// The number before which older lines stand.
    older: Option<i64>,
}

struct Line {
    at: String,
    who: String,
    what: String,
    count: u32,
    detail: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    before: Option<i64>,
}

pub async fn page(office: Office, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let read = move |desk: &mut Desk<'_, SeeActivity>| desk.activity(MOST, asked.before);
    let lines = office.with(read).await?;
    let older = lines.last().map(|line| line.number).filter(|number| *number > 1);
    Ok(render(&ActivityPage {
        frame: office.frame("Activity of the clinic").await?.wide(),
        places: office.places("Activity"),
        url: office.url("/activity"),
        older,
        lines: lines.into_iter().map(|one| line(&office, one)).collect(),
    }))
}

fn line(office: &Office, line: ClinicActivityLine) -> Line {
    let patient = line.patient.map(|(_, name)| name.unwrap_or_else(|| "a patient whose record is gone".to_owned()));
    Line {
        at: office.moment(line.at),
        who: line.who.unwrap_or_else(|| "Somebody whose account is gone".to_owned()),
        what: capital(&line.what),
        count: line.count,
        detail: patient.unwrap_or(line.detail),
    }
}
