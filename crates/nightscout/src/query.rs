//! Questions of versions 1 and 2: `count=10&find[date][$gte]=1795223038989`.
//!
//! Only the operators that are listed are known; everything else is refused before anything is looked up. A question
//! says from when to when it can match, so that no more is loaded than that.

mod conditions;
mod pairs;
mod slice;

pub use pairs::{pairs, parameter};
pub use slice::Slice;

use crate::{
    Collection, Document,
    filter::{Filter, Operand, Span, Test},
};
use conditions::{Conditions, is_time};
use jiff::Timestamp;
use thiserror::Error;

/// Without a condition on the time only so much is searched.
const WINDOW_MS: i64 = 4 * 86_400_000;
const DAY_MS: i64 = 86_400_000;

/// Why a question is not answered; the words are those of the answer.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum QueryRefused {
    #[error("Operator {0} is not supported")]
    Operator(String),
    #[error("The query is nested too deeply")]
    TooDeep,
    #[error("The query has too many conditions")]
    TooMuch,
    #[error("A name or value of the query is too long")]
    TooLong,
    #[error("The query cannot be read")]
    Malformed,
    #[error("The regular expression cannot be used")]
    Pattern,
    #[error("The beginning of the time is a date with numbers in it, such as 2026-03 or 2026-03-{{01..07}}T")]
    Prefix,
    #[error("Parameter count is not a number")]
    Count,
}

/// A question about one collection.
#[derive(Clone, Debug)]
pub struct Query {
    pub collection: Collection,
    pub filter: Filter,
    /// At most so many, the newest first; `None` is without a limit.
    pub count: Option<usize>,
    /// Nothing outside of this can match.
    pub span: Span,
    /// It had conditions of its own.
    pub has_find: bool,
}

/// A question that only asks for a span of time and for kinds of readings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plain {
    pub span: Span,
    pub sensor: bool,
    pub meter: bool,
}

impl Query {
    /// From the text behind the question mark, as it came.
    pub fn parse(collection: Collection, raw: &str, now: Timestamp) -> Result<Self, QueryRefused> {
        let tree = pairs::tree(raw)?;
        let mut conditions = Conditions { collection, count: 0 };
        let filter = conditions.all(&tree)?;
        let has_find = conditions.count > 0;
        let count = count(collection, parameter(raw, "count").as_deref(), has_find)?;
        let mut query = Self { collection, filter, count, span: Span::default(), has_find };
        match query.filter.span(&|path| query.slack(path)) {
            Some(span) => query.span = span,
            None => query.look_back(now),
        }
        Ok(query)
    }

    /// Entries of one kind, as `/entries/sgv` asks for.
    pub fn of_type(mut self, kind: &str) -> Self {
        let test = Test::Equal(Operand::Text(kind.to_owned()));
        self.filter = Filter::All(vec![self.filter, Filter::Is { path: "type".to_owned(), test }]);
        self
    }

    pub fn matches(&self, document: &Document) -> bool {
        self.filter.matches(document)
    }

    /// Ids of which one must match, where the question names some.
    pub fn ids(&self) -> Option<Vec<&str>> {
        ids(&self.filter)
    }

    /// `Some` when readings can be told by instant and kind alone, without making documents of them.
    pub fn plain(&self) -> Option<Plain> {
        let mut plain = Plain { span: Span::default(), sensor: true, meter: true };
        (self.collection == Collection::Entries && narrow(&self.filter, &mut plain)).then_some(plain)
    }

    fn look_back(&mut self, now: Timestamp) {
        let windowed = [Collection::Entries, Collection::Treatments, Collection::DeviceStatus, Collection::Activity];
        if windowed.contains(&self.collection) {
            let from = now.as_millisecond().saturating_sub(WINDOW_MS);
            let (path, test) = (self.collection.time_field().to_owned(), Test::AtLeast(Operand::Instant(from as f64)));
            let filter = std::mem::replace(&mut self.filter, Filter::All(Vec::new()));
            self.filter = Filter::All(vec![filter, Filter::Is { path, test }]);
            self.span = Span { from_ms: Some(from), to_ms: None };
        }
    }

    /// An entry's second time may differ from its first; an id may be of any time.
    fn slack(&self, path: &str) -> Option<i64> {
        let exact = path == self.collection.time_field();
        (exact || path == "_id" || is_time(self.collection, path)).then_some(if exact { 1 } else { DAY_MS })
    }
}

fn count(collection: Collection, asked: Option<&str>, has_find: bool) -> Result<Option<usize>, QueryRefused> {
    let usual = match collection {
        Collection::Treatments if has_find => Some(1000),
        Collection::Treatments => Some(100),
        Collection::Entries | Collection::DeviceStatus | Collection::Profile => Some(10),
        Collection::Food | Collection::Activity | Collection::Settings => None,
    };
    let Some(asked) = asked.map(str::trim).filter(|asked| !asked.is_empty()) else { return Ok(usual) };
    let digits: String = asked.trim_start_matches('-').chars().take_while(char::is_ascii_digit).collect();
    if digits.is_empty() {
        return Err(QueryRefused::Count);
    }
    match digits.parse().unwrap_or(u32::MAX) {
        0 if has_find => Ok(None),
        0 => Ok(usual),
        count => Ok(Some(count as usize)),
    }
}

fn ids(filter: &Filter) -> Option<Vec<&str>> {
    match filter {
        Filter::All(filters) => filters.iter().find_map(ids),
        Filter::Any(filters) => {
            let all: Option<Vec<Vec<&str>>> = filters.iter().map(ids).collect();
            all.map(|all| all.concat())
        }
        Filter::Is { path, test } if path == "_id" || path == "identifier" => match test {
            Test::Equal(Operand::Text(id)) => Some(vec![id]),
            Test::OneOf(operands) => operands.iter().map(Operand::text).collect(),
            _ => None,
        },
        Filter::Is { .. } => None,
    }
}

/// Whether a filter asks for time and kind alone; what it asks for is taken into `plain`.
fn narrow(filter: &Filter, plain: &mut Plain) -> bool {
    let (path, test) = match filter {
        Filter::All(filters) => return filters.iter().all(|filter| narrow(filter, plain)),
        Filter::Any(_) => return false,
        Filter::Is { path, test } => (path.as_str(), test),
    };
    let span = &mut plain.span;
    match (path, test) {
        ("date", Test::AtLeast(Operand::Instant(ms))) => span.from_ms = span.from_ms.max(Some(ms.ceil() as i64)),
        ("date", Test::Above(Operand::Instant(ms))) => span.from_ms = span.from_ms.max(Some(ms.floor() as i64 + 1)),
        ("date", Test::AtMost(Operand::Instant(ms))) => until(span, ms.floor() as i64),
        ("date", Test::Below(Operand::Instant(ms))) => until(span, ms.ceil() as i64 - 1),
        ("type", Test::Equal(Operand::Text(kind))) => {
            (plain.sensor, plain.meter) = (plain.sensor && kind == "sgv", plain.meter && kind == "mbg");
        }
        ("type", Test::NotEqual(Operand::Text(kind))) => {
            (plain.sensor, plain.meter) = (plain.sensor && kind != "sgv", plain.meter && kind != "mbg");
        }
        _ => return false,
    }
    true
}

fn until(span: &mut Span, ms: i64) {
    span.to_ms = Some(span.to_ms.map_or(ms, |to| to.min(ms)));
}
