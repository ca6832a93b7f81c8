//! Reports as files. The gate prepares them (and tells the patient); drawing is done after, outside any transaction.

use super::agp::of_week;
use super::chosen_days::{Asked, ChosenDays};
use super::visit::Visit;
use crate::edge::problem::Problem;
use axum::extract::Query;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use glucose::{Period, local_day};
use reports::{AgpPage, DailyPages, Order, Paper, Pdf, PdfError, Person};
use sharing::Purpose;
use store::{Access, Download, Prepared, Report};

pub async fn agp(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let (chosen, prepared) = prepare(&visit, Purpose::AgpReport, &asked, 14, Report::Agp).await?;
    send(visit, asked, chosen, prepared, draw_agp, "agp").await
}

pub async fn daily(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let (chosen, prepared) = prepare(&visit, Purpose::DailyReport, &asked, 7, Report::Daily).await?;
    send(visit, asked, chosen, prepared, draw_daily, "daily").await
}

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

/// Draws on a blocking thread, after the gate has closed behind the data.
async fn send(
    visit: Visit,
    asked: Asked,
    chosen: ChosenDays,
    prepared: Prepared,
    draw: fn(Order, &Prepared, &ChosenDays) -> Result<Pdf, PdfError>,
    name: &str,
) -> Result<Response, Problem> {
    let order = order(&visit, &asked, &chosen, &prepared);
    let file = file_name(&prepared.record.name, name, &chosen.period);
    let drawn = tokio::task::spawn_blocking(move || draw(order, &prepared, &chosen)).await;
    let pdf = drawn.map_err(|_| Problem::ours())?.map_err(|error| {
        tracing::error!(%error, "a report could not be drawn");
        Problem::ours()
    })?;
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{file}\"")).map_err(|_| Problem::ours())?;
    let kind = HeaderValue::from_static("application/pdf");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)], pdf.into_bytes()).into_response())
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

/// Says whose and which days; only letters and digits that every system takes.
fn file_name(person: &str, report: &str, period: &Period) -> String {
    let plain: String = person.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(40).collect();
    let plain = plain.trim_matches('-');
    let person = if plain.is_empty() { "record" } else { plain };
    format!("{person}_{report}_{}_{}.pdf", period.first, period.last)
}
