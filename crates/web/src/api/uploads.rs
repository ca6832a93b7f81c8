//! `kinsight upload FILE --to URL --token T`: one file as the body, or several as a form; the answer is JSON.

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::App;
use crate::uploading::{self, Ask, Brought, FileState, Found, Received, TooLarge, receive_body, receive_files};
use axum::Json;
use axum::extract::{FromRequest, Multipart, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use sharing::Purpose;
use store::{Access, Upload};

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    /// Take a file of another name or serial number too.
    accept_other: bool,
}

/// Where the name of a file stands when the body is the file itself.
const FILE_NAME: &str = "x-file-name";

pub async fn bring(
    State(web): State<Web>,
    App(actor): App,
    Query(asked): Query<Asked>,
    request: Request,
) -> Result<Response, Problem> {
    let record = actor.record().ok_or_else(Problem::no_token)?;
    let let_in = |patient: &mut Access<'_, Upload>| patient.record();
    let zone = web.store.with_patient(&actor, record, Purpose::Import, let_in).await?.zone;
    let files = receive(request).await?;
    if files.is_empty() {
        return Err(Problem::invalid("No file was sent."));
    }
    let brought = Brought { actor, record, zone, accepted: asked.accept_other, job: None };
    let mut answers = Vec::new();
    let mut worst = StatusCode::OK;
    for file in files {
        let (status, answer) = bring_one(&web, &brought, file).await?;
        worst = worst.max(status);
        answers.push(answer);
    }
    Ok((worst, Json(json!({ "files": answers }))).into_response())
}

async fn receive(request: Request) -> Result<Vec<Received>, Problem> {
    if is_form(request.headers()) {
        let form =
            Multipart::from_request(request, &()).await.map_err(|_| Problem::invalid("This form cannot be read."))?;
        return receive_files(form).await;
    }
    let name = request.headers().get(FILE_NAME).and_then(|name| name.to_str().ok()).unwrap_or("upload").to_owned();
    Ok(vec![receive_body(&name, request.into_body()).await?])
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.starts_with("multipart/form-data")
}

async fn bring_one(web: &Web, brought: &Brought, file: Received) -> Result<(StatusCode, Value), Problem> {
    let state = match file.content {
        Err(TooLarge) => return Ok((StatusCode::PAYLOAD_TOO_LARGE, refused(&file.name, &TooLarge::words()))),
        Ok(spool) => uploading::bring(web, brought, &file.name, spool).await?,
    };
    Ok(match state {
        FileState::Kept { found, outcome } => {
            let kept = json!({
                "number": outcome.upload,
                "readings_added": outcome.added_readings,
                "events_added": outcome.added_events,
                "readings_already_here": outcome.already_here_readings,
                "events_already_here": outcome.already_here_events,
            });
            (StatusCode::OK, json!({ "file": file.name, "upload": kept, "found": found_json(&found) }))
        }
        FileState::Asked { ask, found, .. } => {
            let why = match ask {
                Ask::AnotherName { .. } => "The file names another person than this record's files before.",
                Ask::AnotherSerial { .. } => "The file comes from a device that this record has not had before.",
            };
            let how = "Nothing was kept. If it is the right file, send it again with ?accept_other=true.";
            let answer = json!({ "file": file.name, "asked": format!("{why} {how}"), "found": found_json(&found) });
            (StatusCode::CONFLICT, answer)
        }
        FileState::Refused { why } => (StatusCode::UNPROCESSABLE_ENTITY, refused(&file.name, &why)),
        FileState::Waiting | FileState::Reading { .. } | FileState::Declined => return Err(Problem::ours()),
    })
}

fn refused(name: &str, why: &str) -> Value {
    json!({ "file": name, "refused": why })
}

fn found_json(found: &Found) -> Value {
    let problem =
        |problem: &imports::Problem| json!({ "line": problem.line, "column": problem.column, "why": problem.why });
    json!({
        "format": found.format,
        "rows": found.rows,
        "readings": found.readings,
        "events": found.events,
        "first_at": found.first_at.map(|at| at.to_string()),
        "last_at": found.last_at.map(|at| at.to_string()),
        "devices": found.devices,
        "problem_count": found.problem_count,
        "problems": found.problems.iter().map(problem).collect::<Vec<_>>(),
        "remarks": found.remarks,
    })
}
