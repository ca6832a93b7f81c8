//! The history of a record, with names instead of ids: who looked, took away or changed what, when and from where.
//!
//! ```text
//! view     the view history: visits, downloads, refusals and changes, filtered, page by page
//! since    the plain lines since an instant, for the steps after a lockdown
//! export   every line and every receipt, for whoever takes everything along
//! receipt  the line that a number on a report leads back to
//! ```

mod export;
mod names;
mod receipt;
mod sheet;
mod since;
mod view;

pub use export::{HistoryLine, ReceiptLine};
pub use names::Doer;
pub use since::HistoryEntry;
pub use view::{PageSeen, Role, ViewAsked, ViewEntry, ViewHistory, ViewKind, Viewer};

use crate::{
    audit::{Page, Span},
    db::Sql,
};
use glucose::local_day;
use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// All statements of the history.
pub(crate) fn statements() -> Vec<Sql> {
    [export::STATEMENTS, names::STATEMENTS, receipt::STATEMENTS, view::STATEMENTS].concat()
}

/// Pages as they are shown, with days on the wall clock of the record.
fn pages_seen(pages: &[Page], zone: &TimeZone) -> Vec<PageSeen> {
    let seen = |page: &Page| PageSeen {
        page: page.page.clone(),
        count: page.count,
        days: page.spans.iter().filter_map(|span| days(*span, zone)).collect(),
    };
    pages.iter().map(seen).collect()
}

/// The first and the last day of a span, the end of which is not in it.
fn days((from, to): Span, zone: &TimeZone) -> Option<(Date, Date)> {
    let day = |ms| Timestamp::from_millisecond(ms).ok().map(|at| local_day(at, zone));
    Some((day(from)?, day(to.saturating_sub(1).max(from))?))
}
