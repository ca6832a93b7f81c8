//! Reports as files. The gate prepares them (and tells the patient); drawing is done after, outside any transaction.

use super::agp::of_week;
use super::chosen_days::{Asked, ChosenDays};
use super::visit::Visit;
use crate::edge::problem::Problem;
use aws_lc_rs::digest;
use axum::extract::Query;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use glucose::{Period, local_day};
use reports::{AgpPage, DailyPages, Order, Paper, Pdf, PdfError, Person};
use sharing::Purpose;
use store::{Access, Download, Prepared, Receipt, Report};

pub async fn agp(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let (chosen, prepared) = prepare(&visit, Purpose::AgpReport, &asked, 14, Report::Agp).await?;
    send(visit, asked, chosen, prepared, AGP).await
}

pub async fn daily(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let (chosen, prepared) = prepare(&visit, Purpose::DailyReport, &asked, 7, Report::Daily).await?;
    send(visit, asked, chosen, prepared, DAILY).await
}

/// How one kind of report is drawn, and what it is called.
#[derive(Clone, Copy)]
struct Kind {
    purpose: Purpose,
    name: &'static str,
    draw: fn(Order, &Prepared, &ChosenDays) -> Result<Pdf, PdfError>,
}

const AGP: Kind = Kind { purpose: Purpose::AgpReport, name: "agp", draw: draw_agp };
const DAILY: Kind = Kind { purpose: Purpose::DailyReport, name: "daily", draw: draw_daily };

async fn prepare(
    visit: &Visit,
    purpose: Purpose,
    asked: &Asked,
    usual: u16,
    report: fn(Period) -> Report,
) -> Result<(ChosenDays, Prepared), Problem> {
    let (asked, now) = (asked.clone(), visit.web.clock.now());
    visit
        .with(purpose, move |patient: &mut Access<'_, Download>| {
            let zone = patient.record()?.zone;
            let chosen =
                ChosenDays::of(&asked, usual, now, &zone).map_err(|_| store::Error::Invalid(store::Invalid::Period))?;
            Ok((chosen, patient.prepare_report(report(chosen.period))?))
        })
        .await
}

/// Draws on a blocking thread, after the gate has closed behind the data. The hash of the file is in the history before the
/// file leaves.
async fn send(
    visit: Visit,
    asked: Asked,
    chosen: ChosenDays,
    prepared: Prepared,
    kind: Kind,
) -> Result<Response, Problem> {
    let order = order(&visit, &asked, &chosen, &prepared);
    let file = file_name(&prepared.record.name, kind.name, &chosen.period);
    let receipt = prepared.receipt.clone();
    let drawn = tokio::task::spawn_blocking(move || (kind.draw)(order, &prepared, &chosen)).await;
    let pdf = drawn.map_err(|_| Problem::ours())?.map_err(|error| {
        tracing::error!(%error, "a report could not be drawn");
        Problem::ours()
    })?;
    taken_away(&visit, kind.purpose, &receipt, &file, "application/pdf", pdf.into_bytes()).await
}

/// The answer with a file, the name and hash of which stand beside its receipt.
pub async fn taken_away(
    visit: &Visit,
    purpose: Purpose,
    receipt: &Receipt,
    file: &str,
    kind: &'static str,
    bytes: Vec<u8>,
) -> Result<Response, Problem> {
    let hash = digest::digest(&digest::SHA256, &bytes).as_ref().try_into().expect("SHA-256 gives 32 bytes");
    visit.web.store.finish_report(visit.me.actor(), visit.record, purpose, receipt, file, &hash).await?;
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{file}\"")).map_err(|_| Problem::ours())?;
    let kind = HeaderValue::from_static(kind);
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response())
}

fn order(visit: &Visit, asked: &Asked, chosen: &ChosenDays, prepared: &Prepared) -> Order {
    let record = &prepared.record;
    Order {
        person: Person { name: record.name.clone(), born_on: record.born_on },
        period: chosen.period,
        zone: record.zone.clone(),
        show: visit.show(),
        paper: if asked.paper == "letter" { Paper::Letter } else { Paper::A4 },
        made_on: local_day(prepared.made_at, &record.zone),
        receipt: Some(format!("Receipt {}", prepared.receipt.number)),
    }
}

fn draw_agp(order: Order, prepared: &Prepared, chosen: &ChosenDays) -> Result<Pdf, PdfError> {
    let readings = of_week(&prepared.readings, chosen.week, &prepared.record);
    reports::agp_page(&AgpPage::of(order, &readings, &prepared.events))
}

fn draw_daily(order: Order, prepared: &Prepared, chosen: &ChosenDays) -> Result<Pdf, PdfError> {
    let readings = of_week(&prepared.readings, chosen.week, &prepared.record);
    reports::daily_pages(&DailyPages::of(order, &readings, &prepared.events))
}

/// Says whose and which days.
fn file_name(person: &str, report: &str, period: &Period) -> String {
    format!("{}_{report}_{}_{}.pdf", plain_name(person), period.first, period.last)
}

/// Only letters and digits that every system takes.
pub fn plain_name(person: &str) -> String {
    let plain: String = person.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(40).collect();
    let plain = plain.trim_matches('-');
    if plain.is_empty() { "record" } else { plain }.to_owned()
}
