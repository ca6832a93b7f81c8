//! The standard one-page report in our own layout: who and when, times in ranges, figures, the percentile picture and
//! the days behind it.

use crate::{
    charts::{agp_chart, daily_profiles, describe_agp, describe_profiles, describe_ranges, time_in_range_bar},
    frame::{self, FOOT},
    order::Order,
    pdf::{Book, Column, Paper, Pdf, PdfError, Sheet, Style, Table},
    statistics::statistics,
    svg::Size,
};
use glucose::{Agp, DailyProfile, Event, Figures, Reading, Window};
use words::fill;

/// As many days are drawn one by one; the others are in the percentiles.
const DAYS_DRAWN: usize = 14;
/// Between two sections.
const SPACE: f32 = 20.0;

/// The page, ready to be drawn: what was asked for and what was computed for it.
#[derive(Clone, Debug)]
pub struct AgpPage {
    pub order: Order,
    pub figures: Figures,
    pub agp: Agp,
}

impl AgpPage {
    /// Computes the figures and curves of the order's period. The order of input does not matter.
    pub fn of(order: Order, readings: &[Reading], events: &[Event]) -> Self {
        let window = Window::of_days(&order.period, order.zone.clone(), order.show.ranges);
        let figures = Figures::of(readings, events, &window);
        let agp = Agp::of(readings, &order.period, &order.zone);
        Self { order, figures, agp }
    }

    /// The days that are drawn one by one: the last two weeks.
    pub fn days_drawn(&self) -> &[DailyProfile] {
        let days = &self.agp.days;
        &days[days.len().saturating_sub(DAYS_DRAWN)..]
    }
}

/// Draws the page.
pub fn agp_page(page: &AgpPage) -> Result<Pdf, PdfError> {
    let mut book = frame::book(&page.order, page.order.show.texts().agp_title);
    draw_into(&mut book, page);
    book.finish()
}

/// Draws the page into a file that may hold others.
pub(crate) fn draw_into(book: &mut Book, page: &AgpPage) {
    let texts = page.order.show.texts();
    book.page(|sheet| {
        let top = frame::head(sheet, &page.order, texts.agp_title, texts.agp_subtitle, &facts(page));
        let top = draw_figures(sheet, page, top + SPACE);
        let top = draw_profile(sheet, page, top + SPACE);
        draw_days(sheet, page, top + SPACE);
        frame::foot(sheet, &page.order, 1, 1);
    });
}

fn facts(page: &AgpPage) -> Vec<(&'static str, String)> {
    let (texts, language) = (page.order.show.texts(), page.order.show.language);
    let period = &page.order.period;
    let mut facts = Vec::new();
    if let Some(born) = page.order.person.born_on {
        facts.push((texts.born, language.short_date(born)));
    }
    let days = language.plural(u64::from(period.days()), texts.days);
    facts.push((texts.period, language.short_days(period.first, period.last)));
    facts.push((texts.length, days));
    let active = page.figures.number("active_percent").map(|percent| language.percent(percent, 1));
    facts.push((texts.percent_active, active.unwrap_or_else(|| language.number_or_none(None, 0))));
    facts
}

/// Times in ranges at the left, figures at the right; gives where they end.
fn draw_figures(sheet: &mut Sheet<'_>, page: &AgpPage, top: f32) -> f32 {
    let (show, texts) = (&page.order.show, page.order.show.texts());
    let (left, bar_width) = (sheet.left(), sheet.width() * 0.46);
    let right = left + bar_width + 24.0;
    let table_width = sheet.right() - right;
    let times = page.figures.time_in_range.as_ref();
    sheet.heading(2, Style::SECTION, left, top, texts.time_in_range);
    let bar = time_in_range_bar(times, show);
    let height = sheet.figure(&bar, left, top + 9.0, bar_width, &describe_ranges(times, show));
    sheet.heading(2, Style::SECTION, right, top, texts.statistics_and_goals);
    let columns = vec![
        Column { title: texts.figure, width: table_width - 104.0, is_number: false },
        Column { title: texts.value, width: 64.0, is_number: true },
        Column { title: texts.goal, width: 40.0, is_number: true },
    ];
    let table = Table::new(columns, &rows(page), 17.5, Style::BODY, texts.statistics_and_goals);
    let end = table.draw(sheet, 0..table.rows(), right, top + 4.0);
    (top + 9.0 + height).max(end)
}

fn rows(page: &AgpPage) -> Vec<Vec<String>> {
    statistics(&page.figures, &page.agp, &page.order.show)
        .into_iter()
        .filter(|row| row.key != "active_percent")
        .map(|row| vec![row.name, row.value, row.goal.map(|goal| goal.short).unwrap_or_default()])
        .collect()
}

fn draw_profile(sheet: &mut Sheet<'_>, page: &AgpPage, top: f32) -> f32 {
    let (show, texts) = (&page.order.show, page.order.show.texts());
    let (left, width) = (sheet.left(), sheet.width());
    sheet.heading(2, Style::SECTION, left, top, texts.percentile_chart);
    let explained = if page.agp.sufficiency.report || !page.agp.sufficiency.curves {
        texts.percentile_explained
    } else {
        texts.too_few_data_for_report
    };
    sheet.line(Style::SMALL, left, top + 11.0, explained);
    let size = match page.order.paper {
        Paper::A4 => Size { width: 760.0, height: 376.0 },
        Paper::Letter => Size { width: 760.0, height: 272.0 },
    };
    let chart = agp_chart(&page.agp, show, size);
    top + 18.0 + sheet.figure(&chart, left, top + 18.0, width, &describe_agp(&page.agp, show))
}

fn draw_days(sheet: &mut Sheet<'_>, page: &AgpPage, top: f32) {
    let (show, texts, days) = (&page.order.show, page.order.show.texts(), page.days_drawn());
    let (left, width) = (sheet.left(), sheet.width());
    sheet.heading(2, Style::SECTION, left, top, texts.daily_profiles);
    let left_out = page.agp.days.len().saturating_sub(days.len());
    let which = if left_out > 0 { fill(texts.last_days_only, &[&days.len().to_string()]) } else { String::new() };
    sheet.line(Style::SMALL, left, top + 11.0, format!("{} {which}", texts.daily_profiles_explained).trim_end());
    let chart = daily_profiles(days, show, 760.0);
    let room = sheet.bottom() - FOOT - top - 22.0;
    let fitting = width.min(room * chart.ratio() as f32);
    sheet.figure(&chart, left, top + 18.0, fitting, &describe_profiles(days, show));
}
