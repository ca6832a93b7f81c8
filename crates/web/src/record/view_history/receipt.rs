//! From the number on a report back to its line.

use super::Entry;
use crate::edge::problem::Problem;
use crate::edge::session::in_query;
use crate::page::{Frame, Tab, render};
use crate::record::visit::Visit;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sharing::Purpose;
use store::{Access, Error, Manage, Record, ViewEntry};

#[derive(Template)]
#[template(path = "record/receipt.html")]
struct ReceiptPage {
    frame: Frame,
    record: String,
    number: String,
    entry: Option<Entry>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Typed {
    number: String,
}

/// The form without a script: on to the address of the receipt.
pub async fn find(visit: Visit, Query(typed): Query<Typed>) -> Result<Redirect, Problem> {
    visit.with(Purpose::ViewHistory, |patient: &mut Access<'_, Manage>| patient.record().map(drop)).await?;
    let number = typed.number.trim();
    let place = if number.is_empty() { "/view-history".to_owned() } else { format!("/receipts/{}", in_query(number)) };
    Ok(Redirect::to(&visit.url(&place)))
}

pub async fn page(visit: Visit, Path((_, number)): Path<(String, String)>) -> Result<Response, Problem> {
    let typed = number.clone();
    let (record, found): (Record, Option<ViewEntry>) = visit
        .with(Purpose::ViewHistory, move |patient: &mut Access<'_, Manage>| {
            let found = match patient.receipt(&typed) {
                Err(Error::NotFound) => None,
                found => Some(found?),
            };
            Ok((patient.record()?, found))
        })
        .await?;
    let frame = visit.frame(&format!("{}: receipt", record.name), &record, Tab::ViewHistory).await?;
    let entry = found.map(|entry| Entry::of(&visit, &record.zone, entry));
    let status = if entry.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let number = entry.as_ref().and_then(|entry| entry.receipt.clone()).unwrap_or(number);
    Ok((status, render(&ReceiptPage { frame, record: visit.record.to_string(), number, entry })).into_response())
}
