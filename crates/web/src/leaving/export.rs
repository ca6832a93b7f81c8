//! Exporting everything: the page that says what is in it, and the ZIP itself.

use super::archive::{self, Plan};
use super::pipe::pipe;
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::{Proved, SignedIn, to_proof};
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use glucose::local_day;
use tokio::runtime::Handle;

/// Exports of the whole server at the same time: it bounds memory and threads.
pub const AT_ONCE: usize = 4;

#[derive(Template)]
#[template(path = "leaving/export.html")]
struct ExportPage {
    frame: Frame,
    records: Vec<String>,
}

pub async fn page(State(web): State<Web>, Proved(me): Proved) -> Result<Response, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    let records = overview.own.iter().map(|line| line.name.clone()).collect();
    let frame = frame_of(&me, &overview, "Export everything").at(Place::Settings);
    Ok(render(&ExportPage { frame, records }))
}

/// Everything is asked at the gate before the first byte goes out, so that a refusal is a page and not half a file.
pub async fn zip(State(web): State<Web>, me: SignedIn) -> Result<Response, Problem> {
    if !me.session.is_fresh(web.clock.now()) {
        return Ok(to_proof("/export"));
    }
    let place = web.exporting.clone().try_acquire_owned().map_err(|_| Problem::unavailable())?;
    let account = web.store.with_account(me.actor(), |own| own.begin_export()).await?;
    let mut exports = Vec::with_capacity(account.records.len());
    for (record, _) in &account.records {
        exports.push(web.store.begin_export(me.actor(), *record).await?);
    }
    let day = local_day(web.clock.now(), &me.session.zone);
    let name = format!("kinsight-export-{day}.zip");
    let (store, actor) = (web.store.clone(), me.actor().clone());
    let plan = Plan { name: name.clone(), store, actor, account, exports, handle: Handle::current() };
    let (pipe, body) = pipe();
    let broken = pipe.breaker();
    tokio::task::spawn_blocking(move || {
        let written = archive::write(&plan, pipe);
        // The body ends when `broken` goes: by then the place is free for the next one.
        drop(place);
        if let Err(why) = written {
            tracing::warn!(kind = ?why.kind(), "an export broke off");
            broken();
        }
    });
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
    let kind = HeaderValue::from_static("application/zip");
    let headers =
        [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition.map_err(|_| Problem::ours())?)];
    Ok((headers, body).into_response())
}
