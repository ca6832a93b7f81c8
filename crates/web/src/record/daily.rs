//! The daily review: each day with its chart, its times in ranges and what happened.

use super::agp::Filter;
use super::chosen_days::{Asked, ChosenDays};
use super::visit::Visit;
use crate::edge::problem::Problem;
use crate::page::{Frame, Tab, render};
use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use glucose::{Event, Period, Reading, TimeInRange, local_day};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use reports::{DayView, RangeRow, Show, Size, Svg, day_chart, describe_day, range_rows};
use sharing::Purpose;
use store::{Access, Record, View};

const DAYS: u16 = 7;
/// Days on one page; a longer period is told to be looked at in parts.
const MOST_SHOWN: u32 = 31;

#[derive(Template)]
#[template(path = "record/daily.html")]
struct DailyPage {
    frame: Frame,
    filter: Filter,
    days: Vec<Day>,
    left_out: Option<String>,
    zone_name: String,
    notice: &'static str,
}

pub struct Day {
    pub on: String,
    pub title: String,
    pub is_empty: bool,
    pub wide: Svg,
    pub narrow: Svg,
    pub words: String,
    pub ranges: Vec<RangeRow>,
    pub events: Vec<reports::EventRow>,
}

pub async fn page(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let now = visit.web.clock.now();
    let seen = visit
        .look(Purpose::DailyReport, move |patient: &mut Access<'_, View>| {
            let record = patient.record()?;
            let Ok(chosen) = ChosenDays::of(&asked, DAYS, now, &record.zone) else { return Ok((record, None)) };
            let (from, to) = shown_period(&chosen).instants(&record.zone);
            let data = (chosen, patient.readings_within(from, to)?, events_around(patient, from, to)?);
            Ok((record, Some(data)))
        })
        .await?;
    let (record, Some((chosen, readings, events))) = seen else { return Err(Filter::problem(&visit)) };
    let frame =
        visit.frame(&format!("{}: daily review", record.name), &record, Tab::Reports).await?.with_script("js/live.js");
    let show = visit.show();
    let filter = Filter::of(&visit, &record, "daily", chosen, &show);
    let today = local_day(now, &record.zone);
    let zone_name = record.zone.iana_name().unwrap_or("UTC").to_owned();
    let drawn = tokio::task::spawn_blocking(move || draw(&readings, &events, &chosen, today, &record, &show)).await;
    let days = drawn.map_err(|_| Problem::ours())?;
    let left_out = left_out(&chosen);
    let (frame, notice) = (frame.with_script("js/chart.js"), show.texts().notice_long);
    Ok(render(&DailyPage { frame, filter, days, left_out, zone_name, notice }))
}

pub fn shown_period(chosen: &ChosenDays) -> Period {
    let period = chosen.period;
    if period.days() > MOST_SHOWN { Period::ending(period.last, MOST_SHOWN as u16) } else { period }
}

/// Says that not all days are shown, when they are not.
pub fn left_out(chosen: &ChosenDays) -> Option<String> {
    (chosen.period.days() > MOST_SHOWN).then(|| {
        format!("Only the newest {MOST_SHOWN} of these days are shown here. Choose fewer days to see earlier ones.")
    })
}

/// Events of the day before and after too: a basal segment reaches into these days, or out of them to where it ends.
pub fn events_around(
    patient: &mut Access<'_, View>,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Event>, store::Error> {
    let day = SignedDuration::from_hours(24);
    let from = from.saturating_sub(day).unwrap_or(Timestamp::MIN);
    patient.events_within(from, to.saturating_add(day).unwrap_or(Timestamp::MAX))
}

/// The newest day first; days that are still to come are left out.
pub fn draw(
    readings: &[Reading],
    events: &[Event],
    chosen: &ChosenDays,
    today: Date,
    record: &Record,
    show: &Show,
) -> Vec<Day> {
    let period = shown_period(chosen);
    let all = period.first.series(jiff::Span::new().days(1)).take_while(|on| *on <= period.last && *on <= today);
    let mut days: Vec<Date> = all.filter(|on| chosen.week.has(*on)).collect();
    days.reverse();
    days.into_iter().map(|on| day(on, readings, events, record, show)).collect()
}

fn day(on: Date, readings: &[Reading], events: &[Event], record: &Record, show: &Show) -> Day {
    let view = DayView::of_day(on, readings, events, &record.zone);
    let times = TimeInRange::of(&view.readings, &show.ranges);
    Day {
        on: on.to_string(),
        title: show.language.long_date(on),
        is_empty: view.readings.is_empty() && view.events.is_empty(),
        wide: day_chart(&view, show, Size { height: 220.0, ..Size::WIDE }),
        narrow: day_chart(&view, show, Size::NARROW),
        words: describe_day(&view, show),
        ranges: range_rows(times.as_ref(), show),
        events: reports::event_rows(&view, show),
    }
}
