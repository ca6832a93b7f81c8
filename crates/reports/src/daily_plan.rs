//! Where everything of the daily review stands: which day on which page, and how its table of events is divided.

use crate::{
    charts::lanes_height,
    daily_pages::DaySheet,
    day::DayView,
    frame::FOOT,
    order::Order,
    pdf::{Paper, Sheet, Table},
    svg::Size,
};
use std::ops::Range;

/// The glucose part of a day's chart: two usual days go on a page of either paper.
pub(crate) fn chart_size(paper: Paper) -> Size {
    let height = match paper {
        Paper::A4 => 190.0,
        Paper::Letter => 164.0,
    };
    Size { height, ..Size::WIDE }
}

/// Date and figures above the chart.
pub(crate) const DAY_HEAD: f32 = 42.0;
/// Where a page after the first begins.
const TOP: f32 = 62.0;
/// Between two days.
const SPACE: f32 = 18.0;
/// Between the chart and the events.
const GAP: f32 = 4.0;

/// Of a day that is longer than a page, as many events at least stand with its chart.
const FEW: usize = 4;

/// Something on a page, with its upper edge.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Block {
    /// Rows of the table of all days.
    Overview { rows: Range<usize>, top: f32 },
    /// Date, figures and chart.
    Day { day: usize, top: f32 },
    /// A day without anything.
    Empty { day: usize, top: f32 },
    /// The date again, where its events go on.
    Continued { day: usize, top: f32 },
    /// Some of its events, in the left or right half.
    Events { day: usize, rows: Range<usize>, is_right: bool, top: f32 },
}

/// All pages with their blocks.
pub(crate) struct Plan {
    pub(crate) pages: Vec<Vec<Block>>,
    /// Where the next block goes on the last page.
    y: f32,
    limit: f32,
    chart_width: f32,
    chart: Size,
}

impl Plan {
    /// `first` is where the first page's head ends.
    pub(crate) fn of(order: &Order, overview: &Table, days: &[DaySheet], first: f32) -> Self {
        let (width, height) = order.paper.size();
        let limit = height - 26.0 - FOOT;
        let mut plan = Self {
            pages: vec![Vec::new()],
            y: first,
            limit,
            chart_width: width - 2.0 * Sheet::MARGIN,
            chart: chart_size(order.paper),
        };
        plan.add_overview(overview);
        for (index, day) in days.iter().enumerate() {
            plan.add_day(index, day);
        }
        plan
    }

    /// One day needs no table of days.
    fn add_overview(&mut self, table: &Table) {
        let mut from = 0;
        while table.rows() > 1 && from < table.rows() {
            if from > 0 {
                self.new_page();
            }
            let rows = from..from + table.fitting(from, self.limit - self.y - table.head_height());
            from = rows.end;
            self.place(Block::Overview { rows: rows.clone(), top: self.y });
            self.y += table.head_height() + table.height_of(rows) + SPACE;
        }
    }

    fn add_day(&mut self, index: usize, day: &DaySheet) {
        if day.view.readings.is_empty() && day.events.rows() == 0 {
            self.make_room(32.0);
            self.place(Block::Empty { day: index, top: self.y });
            self.y += 32.0;
            return;
        }
        let head = DAY_HEAD + self.chart_height(day.view);
        let whole = head + self.events_height(&day.events, 0..day.events.rows());
        let is_too_long = whole > self.limit - TOP;
        let few = day.events.rows().min(FEW);
        self.make_room(if is_too_long { head + self.events_height(&day.events, 0..few) } else { whole });
        self.place(Block::Day { day: index, top: self.y });
        self.y += head + GAP;
        self.add_events(index, &day.events);
        self.y += SPACE;
    }

    fn add_events(&mut self, day: usize, table: &Table) {
        let mut from = 0;
        while from < table.rows() {
            let room = self.limit - self.y - table.head_height();
            if room < table.height_of(from..from + 1) && !self.is_fresh() {
                self.new_page();
                self.place(Block::Continued { day, top: self.y });
                self.y += 16.0;
                continue;
            }
            let rest = table.height_of(from..table.rows());
            let column = room.min((rest / 2.0).max(table.height_of(from..from + 1)) + table.head_height());
            let left = from..from + table.fitting(from, column);
            let right = left.end..left.end + if left.end < table.rows() { table.fitting(left.end, room) } else { 0 };
            from = right.end;
            self.place_columns(day, table, left, right);
        }
    }

    fn place_columns(&mut self, day: usize, table: &Table, left: Range<usize>, right: Range<usize>) {
        let height = table.height_of(left.clone()).max(table.height_of(right.clone()));
        self.place(Block::Events { day, rows: left, is_right: false, top: self.y });
        if !right.is_empty() {
            self.place(Block::Events { day, rows: right, is_right: true, top: self.y });
        }
        self.y += height + table.head_height();
    }

    fn events_height(&self, table: &Table, rows: Range<usize>) -> f32 {
        if rows.is_empty() { 0.0 } else { table.height_of(rows) / 2.0 + 1.5 * table.head_height() + GAP }
    }

    fn chart_height(&self, day: &DayView) -> f32 {
        self.chart_width * ((self.chart.height + lanes_height(day)) / self.chart.width) as f32
    }

    /// Goes to a new page when this does not fit any more.
    fn make_room(&mut self, height: f32) {
        if self.y + height > self.limit && !self.pages.last().is_some_and(Vec::is_empty) {
            self.new_page();
        }
    }

    /// Whether nothing but a repeated date stands on the page: then it cannot get emptier.
    fn is_fresh(&self) -> bool {
        self.pages.last().is_some_and(|page| matches!(page.as_slice(), [] | [Block::Continued { .. }]))
    }

    fn new_page(&mut self) {
        self.pages.push(Vec::new());
        self.y = TOP;
    }

    fn place(&mut self, block: Block) {
        self.pages.last_mut().expect("there is always a page").push(block);
    }
}
