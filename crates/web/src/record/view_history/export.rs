//! The view history as a file: a table for people, JSON for programs. It is a download with a receipt like any other.

use super::filter::{self, Asked};
use super::words;
use crate::edge::problem::Problem;
use crate::edge::session::to_proof;
use crate::leaving::rows::Line;
use crate::record::pdf::{plain_name, taken_away};
use crate::record::visit::Visit;
use ::words::Language;
use axum::extract::Query;
use axum::response::Response;
use serde_json::{Value, json};
use sharing::Purpose;
use store::{Access, Error, Manage, Receipt, ViewEntry, ViewHistory, ViewKind};

/// Entries in one file.
const MOST: usize = 10_000;

const HEADER: &str = "first,last,kind,who,role,what,count,from,pages,receipt,file,sha256,detail\r\n";

pub async fn csv(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let form = Form { ending: "csv", kind: "text/csv; charset=utf-8", write: table };
    send(visit, asked, form).await
}

pub async fn json(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    send(visit, asked, Form { ending: "json", kind: "application/json", write: document }).await
}

struct Form {
    ending: &'static str,
    kind: &'static str,
    write: fn(&ViewHistory, &Receipt) -> String,
}

async fn send(visit: Visit, asked: Asked, form: Form) -> Result<Response, Problem> {
    let ending = form.ending;
    let seen = visit
        .web
        .store
        .with_patient(visit.me.actor(), visit.record, Purpose::ViewHistory, {
            move |patient: &mut Access<'_, Manage>| {
                let record = patient.record()?;
                let Ok(asked) = asked.of_store(&record.zone, MOST) else { return Ok(None) };
                Ok(Some((record.name, patient.export_view_history(&asked, ending)?)))
            }
        })
        .await;
    let seen = match seen {
        // The way back leads to the page: a file is no place to come back to.
        Err(Error::ProofNeeded) => return Ok(to_proof(&visit.url("/view-history"))),
        seen => seen?,
    };
    let (name, (history, receipt)) = seen.ok_or_else(|| filter::problem(&visit))?;
    let file = format!("{}_view-history.{ending}", plain_name(&name));
    let bytes = (form.write)(&history, &receipt).into_bytes();
    taken_away(&visit, Purpose::ViewHistory, &receipt, &file, form.kind, bytes).await
}

fn kind(kind: ViewKind) -> &'static str {
    match kind {
        ViewKind::Look => "look",
        ViewKind::Download => "download",
        ViewKind::Refused => "refused",
        ViewKind::Change => "change",
    }
}

fn table(history: &ViewHistory, _receipt: &Receipt) -> String {
    history.entries.iter().fold(HEADER.to_owned(), |all, entry| all + &row(entry))
}

fn row(entry: &ViewEntry) -> String {
    let pages: Vec<String> = entry.pages.iter().map(|page| words::page_words(page, Language::English)).collect();
    Line::default()
        .plain(entry.first_at)
        .plain(entry.last_at)
        .plain(kind(entry.kind))
        .text(&words::who(&entry.who))
        .text(&words::role(&entry.role))
        .text(&words::what(entry, Language::English))
        .plain(entry.count)
        .text(&entry.origin)
        .text(&pages.join("; "))
        .maybe(entry.receipt.as_deref())
        .maybe_text(entry.file.as_deref())
        .maybe(entry.sha256.as_deref())
        .text(words::detail(entry))
        .end()
}

fn document(history: &ViewHistory, receipt: &Receipt) -> String {
    let entry = |entry: &ViewEntry| {
        json!({
            "first": entry.first_at.to_string(),
            "last": entry.last_at.to_string(),
            "kind": kind(entry.kind),
            "who": words::who(&entry.who),
            "role": words::role(&entry.role),
            "what": words::what(entry, Language::English),
            "count": entry.count,
            "from": entry.origin,
            "pages": entry.pages.iter().map(|page| json!({
                "page": page.page,
                "count": page.count,
                "days": page.days.iter().map(|(first, last)| json!([first.to_string(), last.to_string()])).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
            "receipt": entry.receipt,
            "file": entry.file,
            "sha256": entry.sha256,
            "detail": words::detail(entry),
        })
    };
    let all: Vec<Value> = history.entries.iter().map(entry).collect();
    format!("{:#}\n", json!({ "receipt": receipt.number, "complete": history.earlier.is_none(), "entries": all }))
}
