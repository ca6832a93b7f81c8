//! Taking an upload back, whole, after asking.

use super::visit::Visit;
use crate::edge::problem::Problem;
use crate::page::{Frame, Tab, render};
use crate::show;
use askama::Template;
use axum::extract::Path;
use axum::response::{Redirect, Response};
use sharing::Purpose;
use store::{Access, Upload};

#[derive(Template)]
#[template(path = "record/take_back.html")]
struct TakeBackPage {
    frame: Frame,
    record: String,
    number: u32,
    name: String,
    at: String,
    added: String,
}

fn number(text: &str) -> Result<u32, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

pub async fn page(visit: Visit, Path((_, upload)): Path<(String, String)>) -> Result<Response, Problem> {
    let number = number(&upload)?;
    let (record, lines) = visit
        .with(Purpose::Uploads, |patient: &mut Access<'_, Upload>| Ok((patient.record()?, patient.uploads()?)))
        .await?;
    let line = lines.into_iter().find(|line| line.number == number && line.taken_back_at.is_none());
    let line = line.ok_or_else(|| Problem::not_found().with_way_on("Sources and uploads", visit.url("/uploads")))?;
    let frame = visit.frame("Take an upload back", &record, Tab::Uploads).await?;
    Ok(render(&TakeBackPage {
        frame: Frame { narrow: true, ..frame },
        record: visit.record.to_string(),
        number,
        name: line.file_name,
        at: show::moment(line.at, &record.zone, visit.me.language),
        added: visit.me.language.count(line.added),
    }))
}

pub async fn take_back(visit: Visit, Path((_, upload)): Path<(String, String)>) -> Result<Redirect, Problem> {
    let number = number(&upload)?;
    visit.with(Purpose::TakeBack, move |patient: &mut Access<'_, Upload>| patient.take_back(number).map(drop)).await?;
    Ok(Redirect::to(&visit.url("/uploads")))
}
