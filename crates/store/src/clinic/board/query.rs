//! What is asked of the list: who is looked for, which of them, and in which order. Pure.

use super::{
    BoardRow, LinkWord,
    calls::{self, IN_RANGE, LOW, VERY_LOW, days_between},
};
use jiff::Timestamp;
use std::cmp::Ordering;

/// By what the list is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BoardSort {
    /// Who needs a call first; see [`crate::CallReason`].
    #[default]
    Call,
    /// By name.
    Name,
    /// By birth date.
    BornOn,
    /// By the clinic's own number.
    Number,
    /// By the age of the newest data.
    Newest,
    /// By days with data, of fourteen.
    Days,
    /// By the mean, which is the order of GMI as well.
    Mean,
    /// By time in range.
    InRange,
    /// By time below 70 mg/dL.
    Below,
}

impl BoardSort {
    /// Whether the order tells something of figures.
    fn tells_figures(self) -> bool {
        matches!(self, Self::Call | Self::Days | Self::Mean | Self::InRange | Self::Below)
    }
}

/// Which patients are shown; all that are set must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BoardFilters {
    /// No data for so many days, or none yet.
    pub no_data_days: Option<u32>,
    /// Below 54 mg/dL more than 1 %.
    pub very_low: bool,
    /// Below 70 mg/dL more than 4 %.
    pub low: bool,
    /// In range less than 50 %.
    pub under_50: bool,
    /// In range less than 70 %.
    pub under_70: bool,
    /// With a link that shows data now, or without one.
    pub linked: Option<bool>,
    /// Asked to upload, and nothing came since.
    pub unanswered: bool,
    /// Those who left the clinic, in the place of those who have not.
    pub left: bool,
}

/// One look at the list.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct BoardQuery {
    /// Parts of the name, the birth date, the clinic's number, in any order.
    pub search: String,
    /// The order.
    pub sort: BoardSort,
    /// The other way round. Patients without what is sorted by stay at the end.
    pub descending: bool,
    /// Which of them.
    pub filters: BoardFilters,
    /// Only this group; empty for all.
    pub group: String,
    /// Only with this tag; empty for all.
    pub tag: String,
    /// Which page, from 0.
    pub page: usize,
}

impl std::fmt::Debug for BoardQuery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BoardQuery(…)")
    }
}

impl BoardQuery {
    /// What remains for whoever sees no figures: no order and no filter that would tell them.
    pub(super) fn without_figures(mut self) -> Self {
        if self.sort.tells_figures() {
            (self.sort, self.descending) = (BoardSort::Name, false);
        }
        let BoardFilters { no_data_days, linked, unanswered, left, .. } = self.filters;
        self.filters = BoardFilters { no_data_days, linked, unanswered, left, ..BoardFilters::default() };
        self
    }

    /// Whether a patient is among those asked for; the search is another matter.
    pub(super) fn takes(&self, row: &BoardRow, now: Timestamp) -> bool {
        let filters = &self.filters;
        let figure = |of: fn(&crate::Summary14) -> bool| row.figures().is_some_and(of);
        filters.left == row.left_at.is_some()
            && filters
                .no_data_days
                .is_none_or(|days| row.newest_at.is_none_or(|at| days_between(at, now) >= i64::from(days)))
            && (!filters.very_low || figure(|summary| summary.very_low > VERY_LOW))
            && (!filters.low || figure(|summary| summary.very_low + summary.low > LOW))
            && (!filters.under_50 || figure(|summary| summary.in_range < IN_RANGE[0]))
            && (!filters.under_70 || figure(|summary| summary.in_range < IN_RANGE[1]))
            && filters.linked.is_none_or(|linked| linked == matches!(row.link, LinkWord::Active { .. }))
            && (!filters.unanswered || row.asked_at.is_some_and(|asked| row.newest_at.is_none_or(|at| at < asked)))
            && (self.group.is_empty() || self.group.eq_ignore_case(row.group()))
            && (self.tag.is_empty() || row.tags().iter().any(|tag| self.tag.eq_ignore_case(tag)))
    }

    /// Which of two patients comes first.
    pub(super) fn compare(&self, a: &BoardRow, b: &BoardRow) -> Ordering {
        let down = self.descending;
        let figure =
            |of: fn(&crate::Summary14) -> f64| by(a.figures().map(of), b.figures().map(of), f64::total_cmp, down);
        let first = match self.sort {
            BoardSort::Call => call(a, b, down),
            BoardSort::Name => directed(a.folded_name().cmp(b.folded_name()), down),
            BoardSort::BornOn => by(a.born_on(), b.born_on(), Ord::cmp, down),
            BoardSort::Number => by(numbered(a), numbered(b), Ord::cmp, down),
            BoardSort::Newest => by(a.newest_at, b.newest_at, Ord::cmp, down),
            BoardSort::Days => figure(|summary| f64::from(summary.days_with_data)),
            BoardSort::Mean => figure(|summary| summary.mean_mg_dl.unwrap_or_default()),
            BoardSort::InRange => figure(|summary| summary.in_range),
            BoardSort::Below => figure(|summary| summary.very_low + summary.low),
        };
        first.then_with(|| a.folded_name().cmp(b.folded_name())).then_with(|| a.profile.cmp(&b.profile))
    }
}

trait IgnoreCase {
    fn eq_ignore_case(&self, other: &str) -> bool;
}

impl IgnoreCase for String {
    fn eq_ignore_case(&self, other: &str) -> bool {
        self.len() == other.len() && self.to_lowercase() == other.to_lowercase()
    }
}

fn call(a: &BoardRow, b: &BoardRow, down: bool) -> Ordering {
    let ((group, within), (other_group, other_within)) = (calls::place(&a.reasons), calls::place(&b.reasons));
    directed(group.cmp(&other_group).then_with(|| within.total_cmp(&other_within)), down)
}

/// Numbers as numbers, the rest as text.
fn numbered(row: &BoardRow) -> Option<(usize, &str)> {
    let number = row.number();
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let shown = if digits { number.trim_start_matches('0') } else { number };
    (!number.is_empty()).then_some((if digits { shown.len() } else { usize::MAX }, shown))
}

fn directed(order: Ordering, down: bool) -> Ordering {
    if down { order.reverse() } else { order }
}

/// Whoever has nothing to be sorted by comes last, whichever way.
fn by<T>(a: Option<T>, b: Option<T>, compare: impl Fn(&T, &T) -> Ordering, down: bool) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => directed(compare(&a, &b), down),
        (a, b) => a.is_none().cmp(&b.is_none()),
    }
}
