//! The daily review on paper: each day with its chart, its figures and what happened.

use crate::{
    charts::{day_chart, describe_day},
    daily_plan::{Block, DAY_HEAD, Plan, chart_size},
    day::DayView,
    day_facts::day_facts,
    event_rows::event_rows,
    frame,
    order::Order,
    pdf::{Book, Column, Pdf, PdfError, Sheet, Style, Table},
    show::Show,
};
use glucose::{Event, Reading};
use jiff::{SignedDuration, Timestamp, civil::Date};
use words::fill;

/// The height of a line in a table of events.
const ROW: f32 = 12.0;
const EVENT_STYLE: Style = Style { size: 8.4, ..Style::BODY };
/// Where the days begin on the first page.
const FIRST: f32 = 134.0;

/// The days, ready to be drawn.
#[derive(Clone, Debug)]
pub struct DailyPages {
    pub order: Order,
    pub days: Vec<DayView>,
}

/// A day with its table.
pub(crate) struct DaySheet<'a> {
    pub(crate) view: &'a DayView,
    pub(crate) events: Table,
}

impl DailyPages {
    /// Every local day of the order's period. The order of input does not matter.
    pub fn of(order: Order, readings: &[Reading], events: &[Event]) -> Self {
        let (mut readings, mut events) = (readings.to_vec(), events.to_vec());
        readings.sort_by_key(|reading| reading.at);
        events.sort_by_key(|event| event.at);
        let days = dates(&order).map(|on| day(on, &readings, &events, &order)).collect();
        Self { order, days }
    }
}

fn dates(order: &Order) -> impl Iterator<Item = Date> {
    let last = order.period.last;
    std::iter::successors(Some(order.period.first), |on| on.tomorrow().ok()).take_while(move |on| *on <= last)
}

/// Of sorted data, so that each day looks at its own part only, and at the events of the days beside it.
fn day(on: Date, readings: &[Reading], events: &[Event], order: &Order) -> DayView {
    let (from, to) = glucose::Period { first: on, last: on }.instants(&order.zone);
    let around = SignedDuration::from_hours(25);
    let before = from.saturating_sub(around).unwrap_or(Timestamp::MIN);
    let after = to.saturating_add(around).unwrap_or(Timestamp::MAX);
    let start = readings.partition_point(|reading| reading.at < from);
    let end = readings.partition_point(|reading| reading.at < to);
    let first = events.partition_point(|event| event.at < before);
    let last = events.partition_point(|event| event.at < after);
    DayView::of_day(on, &readings[start..end], &events[first..last], &order.zone)
}

/// Draws the pages.
pub fn daily_pages(pages: &DailyPages) -> Result<Pdf, PdfError> {
    let mut book = frame::book(&pages.order, pages.order.show.texts().daily_title);
    draw_into(&mut book, pages);
    book.finish()
}

/// Draws the pages into a file that may hold others.
pub(crate) fn draw_into(book: &mut Book, pages: &DailyPages) {
    let (order, show) = (&pages.order, &pages.order.show);
    let width = (order.paper.size().0 - 2.0 * Sheet::MARGIN) / 2.0 - 8.0;
    let days: Vec<DaySheet<'_>> =
        pages.days.iter().map(|view| DaySheet { view, events: events_table(view, show, width) }).collect();
    let overview = overview(&pages.days, show, order.paper.size().0 - 2.0 * Sheet::MARGIN);
    let plan = Plan::of(order, &overview, &days, FIRST);
    for (index, blocks) in plan.pages.iter().enumerate() {
        book.page(|sheet| {
            if index == 0 {
                first_head(sheet, order);
            } else {
                frame::running_head(sheet, order, show.texts().daily_title);
            }
            for block in blocks {
                draw_block(sheet, block, &overview, &days, show);
            }
            frame::foot(sheet, order, index + 1, plan.pages.len());
        });
    }
}

fn first_head(sheet: &mut Sheet<'_>, order: &Order) {
    let (texts, language) = (order.show.texts(), order.show.language);
    let period = &order.period;
    let born = order.person.born_on.map(|born| (texts.born, language.short_date(born)));
    let days = language.plural(u64::from(period.days()), texts.days);
    let facts = [(texts.period, language.short_days(period.first, period.last)), (texts.length, days)];
    let facts: Vec<(&str, String)> = born.into_iter().chain(facts).collect();
    let top = frame::head(sheet, order, texts.daily_title, texts.daily_subtitle, &facts);
    let (left, width) = (sheet.left(), sheet.width());
    sheet.paragraph(Style::SMALL, left, top + 13.0, width, texts.day_legend);
}

fn events_table(day: &DayView, show: &Show, width: f32) -> Table {
    let texts = show.texts();
    let columns = vec![
        Column { title: texts.time, width: 34.0, is_number: false },
        Column { title: texts.event, width: 82.0, is_number: false },
        Column { title: texts.details, width: width - 116.0, is_number: false },
    ];
    let rows: Vec<Vec<String>> =
        event_rows(day, show).into_iter().map(|row| vec![row.time, row.name, row.details]).collect();
    Table::new(columns, &rows, ROW, EVENT_STYLE, texts.events)
}

/// A row for each day, so that the period is seen before its days.
fn overview(days: &[DayView], show: &Show, width: f32) -> Table {
    let texts = show.texts();
    let keys = ["in_range", "below", "above", "mean", "bolus", "basal", "insulin", "carbs"];
    let titles = [
        texts.in_range,
        texts.below_range,
        texts.above_range,
        texts.mean_glucose,
        texts.bolus,
        texts.basal,
        texts.total_insulin,
        texts.carbs,
    ];
    let day_width = 78.0;
    let each = (width - day_width) / titles.len() as f32;
    let columns = titles.map(|title| Column { title, width: each, is_number: true });
    let columns: Vec<Column> =
        [Column { title: texts.day, width: day_width, is_number: false }].into_iter().chain(columns).collect();
    let row = |day: &DayView| -> Vec<String> {
        let facts = day_facts(day, show);
        let fact = |key: &str| facts.iter().find(|fact| fact.key == key).map(|fact| fact.value.clone());
        let none = || show.language.number_or_none(None, 0);
        let on = day.on.map(|on| format!("{} {}", show.language.short_weekday(on), show.language.day_and_month(on)));
        [on.unwrap_or_default()].into_iter().chain(keys.map(|key| fact(key).unwrap_or_else(none))).collect()
    };
    let rows: Vec<Vec<String>> = days.iter().map(row).collect();
    Table::new(columns, &rows, ROW, EVENT_STYLE, texts.daily_title)
}

fn draw_block(sheet: &mut Sheet<'_>, block: &Block, overview: &Table, days: &[DaySheet<'_>], show: &Show) {
    let left = sheet.left();
    match block {
        Block::Overview { rows, top } => drop(overview.draw(sheet, rows.clone(), left, *top)),
        Block::Day { day, top } => draw_day(sheet, days[*day].view, show, *top),
        Block::Empty { day, top } => {
            sheet.heading(2, Style::SECTION, left, top + 10.0, &name(days[*day].view, show));
            sheet.line(Style::SMALL, left, top + 21.0, show.texts().no_readings);
        }
        Block::Continued { day, top } => {
            let words = fill(show.texts().continued, &[&name(days[*day].view, show)]);
            sheet.line(Style::STRONG, left, top + 8.0, &words);
        }
        Block::Events { day, rows, is_right, top } => {
            let x = if *is_right { left + sheet.width() / 2.0 + 8.0 } else { left };
            days[*day].events.draw(sheet, rows.clone(), x, *top);
        }
    }
}

fn draw_day(sheet: &mut Sheet<'_>, day: &DayView, show: &Show, top: f32) {
    let (left, width) = (sheet.left(), sheet.width());
    sheet.heading(2, Style::SECTION, left, top + 10.0, &name(day, show));
    let facts = day_facts(day, show);
    let each = width / facts.len().max(6) as f32;
    for (index, fact) in facts.iter().enumerate() {
        sheet.labelled(fact.name, &fact.value, left + index as f32 * each, top + 22.0, each - 6.0);
    }
    let chart = day_chart(day, show, chart_size(sheet.paper()));
    sheet.figure(&chart, left, top + DAY_HEAD, width, &describe_day(day, show));
}

fn name(day: &DayView, show: &Show) -> String {
    day.on.map(|on| show.language.long_date(on)).unwrap_or_default()
}
