//! Figures in, pages out: charts as SVG, the same on screen and on paper, and PDF pages for printing.
//!
//! Pure and deterministic: the name, the dates and the zone are arguments; the same arguments give the same bytes.

mod agp_page;
mod chart_rows;
mod charts;
mod daily_pages;
mod daily_plan;
mod day;
mod day_facts;
mod event_rows;
mod frame;
mod ink;
mod link_letter;
mod order;
mod pdf;
mod range_rows;
mod scale;
mod show;
mod stack;
mod statistics;
mod support_report;
mod svg;

pub use agp_page::{AgpPage, agp_page};
pub use chart_rows::{HourRow, ReadingRow, hour_rows, reading_rows};
pub use charts::{
    agp_chart, daily_profiles, day_chart, describe_agp, describe_day, describe_profiles, describe_ranges,
    describe_sparkline, plain_range_bar, sparkline, time_in_range_bar,
};
pub use daily_pages::{DailyPages, daily_pages};
pub use day::DayView;
pub use day_facts::{DayFact, day_facts};
pub use event_rows::{EventRow, event_rows};
pub use ink::CHART_CSS;
pub use link_letter::{LinkLetter, link_letter};
pub use order::{Order, Person};
pub use pdf::{Paper, Pdf, PdfError};
pub use range_rows::{Goal, RangeRow, range_rows};
pub use show::Show;
pub use stack::Stack;
pub use statistics::{Statistic, statistics};
pub use support_report::{SupportReport, SupportSection, support_report};
pub use svg::{Size, Svg};
