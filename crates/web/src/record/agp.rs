//! The AGP page: percentiles over the day, times in ranges, figures, and the days behind them.

use super::chosen_days::{Asked, ChosenDays, USUAL_DAYS, Week};
use super::figures::{Explained, RangeCard, explained};
use super::visit::{Visit, may};
use crate::edge::problem::Problem;
use crate::page::{Frame, Tab, render};
use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use glucose::{Agp, Event, Figures, Reading, Window, local_day};
use reports::{Show, Size, Svg, agp_chart, daily_profiles, describe_agp};
use sharing::{Purpose, RightKind};
use store::{Access, Record, View};

const DAYS: u16 = 14;
const NARROW: f64 = 340.0;

#[derive(Template)]
#[template(path = "record/agp.html")]
struct AgpPage {
    frame: Frame,
    filter: Filter,
    report: AgpReport,
    notice: &'static str,
}

/// The form above a report, and the files it can be had as.
pub struct Filter {
    /// Where the record's pages are.
    pub base: String,
    pub name: String,
    pub report: &'static str,
    pub chosen: ChosenDays,
    pub days: String,
    pub first: String,
    pub last: String,
    /// Whoever this is shown to, or whose eyes they have, may take it away.
    pub may_download: bool,
    /// Seen with another's eyes, of whom it is only said.
    pub is_seen_as: bool,
}

pub struct AgpReport {
    pub is_empty: bool,
    pub enough_for_curves: bool,
    pub enough_for_report: bool,
    pub wide: Svg,
    pub narrow: Svg,
    pub words: String,
    pub ranges: RangeCard,
    pub figures: Vec<Explained>,
    pub days_wide: Svg,
    pub days_narrow: Svg,
}

pub async fn page(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let now = visit.web.clock.now();
    let seen = visit
        .look(Purpose::AgpReport, move |patient: &mut Access<'_, View>| {
            let record = patient.record()?;
            // A malformed question is answered after the gate, so that strangers hear of nothing.
            let Ok(chosen) = ChosenDays::of(&asked, DAYS, now, &record.zone) else { return Ok((record, None)) };
            let (from, to) = chosen.period.instants(&record.zone);
            let data = (chosen, patient.readings_within(from, to)?, patient.events_within(from, to)?);
            Ok((record, Some(data)))
        })
        .await?;
    let (record, Some((chosen, readings, events))) = seen else { return Err(Filter::problem(&visit)) };
    let frame = visit
        .frame(&format!("{}: glucose profile", record.name), &record, Tab::Reports)
        .await?
        .with_script("js/live.js");
    let show = visit.show();
    let filter = Filter::of(&visit, &record, "agp", chosen, &show);
    let drawn = tokio::task::spawn_blocking(move || draw(&readings, &events, &chosen, &record, &show)).await;
    let report = drawn.map_err(|_| Problem::ours())?;
    Ok(render(&AgpPage { frame, filter, report, notice: show.texts().notice_long }))
}

pub fn draw(readings: &[Reading], events: &[Event], chosen: &ChosenDays, record: &Record, show: &Show) -> AgpReport {
    let readings = of_week(readings, chosen.week, record);
    let window = Window::of_days(&chosen.period, record.zone.clone(), show.ranges);
    let figures = Figures::of(&readings, events, &window);
    let agp = Agp::of(&readings, &chosen.period, &record.zone);
    AgpReport {
        is_empty: agp.readings == 0,
        enough_for_curves: agp.sufficiency.curves,
        enough_for_report: agp.sufficiency.report,
        wide: agp_chart(&agp, show, Size::WIDE),
        narrow: agp_chart(&agp, show, Size::NARROW),
        words: describe_agp(&agp, show),
        ranges: RangeCard::of_days(figures.time_in_range.as_ref(), show),
        figures: explained(&figures, &agp, show),
        days_wide: daily_profiles(&agp.days, show, Size::WIDE.width),
        days_narrow: daily_profiles(&agp.days, show, NARROW),
    }
}

/// Only the readings of the chosen days of the week.
pub fn of_week(readings: &[Reading], week: Week, record: &Record) -> Vec<Reading> {
    let is_chosen = |reading: &&Reading| week == Week::All || week.has(local_day(reading.at, &record.zone));
    readings.iter().filter(is_chosen).copied().collect()
}

impl Filter {
    pub fn of(visit: &Visit, record: &Record, report: &'static str, chosen: ChosenDays, show: &Show) -> Self {
        Self {
            base: visit.url(""),
            name: record.name.clone(),
            report,
            chosen,
            days: show.language.days(chosen.period.first, chosen.period.last),
            first: chosen.period.first.to_string(),
            last: chosen.period.last.to_string(),
            may_download: may(record, RightKind::Download, visit.web.clock.now()),
            is_seen_as: visit.eyes.is_some(),
        }
    }

    /// Number of days, and whether they are shown.
    pub fn usual(&self) -> Vec<(u16, bool)> {
        USUAL_DAYS.iter().map(|&days| (days, self.chosen.days == Some(days))).collect()
    }

    pub fn weeks(&self) -> Vec<(&'static str, &'static str, bool)> {
        let chosen = self.chosen.week.name();
        Week::CHOICES.iter().map(|&(name, words)| (name, words, name == chosen)).collect()
    }

    pub fn problem(visit: &Visit) -> Problem {
        Problem::invalid(
            "Choose at least one day and at most a year, the first day before the last, written as 2026-03-12.",
        )
        .with_way_on("Back to the reports", visit.url("/reports/agp"))
    }
}
