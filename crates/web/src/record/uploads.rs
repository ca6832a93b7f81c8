//! Sources and uploads: the drop zone, what came before, and the tokens of apps.

use super::visit::{Visit, may};
use crate::edge::problem::Problem;
use crate::page::{Frame, Tab, render};
use crate::show;
use crate::uploading::JobId;
use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;
use sharing::{Purpose, RightKind};
use store::{Access, Upload};

#[derive(Template)]
#[template(path = "record/uploads.html")]
struct UploadsPage {
    frame: Frame,
    record: String,
    job: JobId,
    may_manage: bool,
    limit_mb: usize,
    limit_bytes: usize,
    zone: String,
    uploads: Vec<Line>,
    /// What *Upload now* did already.
    asked: Option<&'static str>,
}

struct Line {
    number: u32,
    at: String,
    name: String,
    source: String,
    added: String,
    known: String,
    problems: String,
    taken_back: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    asked: u64,
}

pub async fn page(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let (record, lines) = visit
        .with(Purpose::Uploads, |patient: &mut Access<'_, Upload>| Ok((patient.record()?, patient.uploads()?)))
        .await?;
    let frame = visit.frame(&format!("{}: sources and uploads", record.name), &record, Tab::Uploads).await?;
    let language = visit.me.language;
    let moment = |at| show::moment(at, &record.zone, language);
    let line = |line: store::UploadLine| Line {
        number: line.number,
        at: moment(line.at),
        name: line.file_name,
        source: line.format,
        added: language.count(line.added),
        known: language.count(line.already_here),
        problems: language.count(line.problems),
        taken_back: line.taken_back_at.map(moment),
    };
    let mut uploads: Vec<Line> = lines.into_iter().map(line).collect();
    uploads.sort_by_key(|line| std::cmp::Reverse(line.number));
    Ok(render(&UploadsPage {
        frame: frame.with_script("js/upload.js"),
        record: visit.record.to_string(),
        job: JobId::new(),
        may_manage: may(&record, RightKind::Manage, visit.web.clock.now()),
        limit_mb: imports::LARGEST_FILE / 1024 / 1024,
        limit_bytes: imports::LARGEST_FILE,
        zone: record.zone.iana_name().unwrap_or("UTC").to_owned(),
        uploads,
        asked: match asked.asked {
            0 => None,
            1 => Some("Your source is being asked for what is new. Files can be uploaded here."),
            _ => Some("Your sources are being asked for what is new. Files can be uploaded here."),
        },
    }))
}
