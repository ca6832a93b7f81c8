//! Questions by a pattern of the time, written as an address: `slice/entries/dateString/sgv/2026-03/T{12..18}:.*`.

use super::QueryRefused;
use crate::Collection;
use jiff::civil::Date;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// Documents of one kind whose time, as text, begins like this and goes on like that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    pub collection: Collection,
    field: String,
    kind: Option<String>,
    prefix: String,
    pattern: String,
}

/// Of the time of day; all else of a document is asked for by `find`.
const FIELDS: &[&str] = &["dateString", "sysTime", "created_at"];
/// The widest range of numbers in braces.
const MOST_NUMBERS: u32 = 100;
const LONGEST: usize = 200;

impl Slice {
    /// `{collection}/{field}/{type}/{prefix}/{pattern}`; the last three may be missing.
    pub fn parse(path: &str) -> Option<Self> {
        let mut parts = path.split('/');
        let collection = Collection::named(parts.next()?)?;
        let field = parts.next().filter(|field| FIELDS.contains(field))?.to_owned();
        let kind = parts.next().filter(|kind| !kind.is_empty()).map(str::to_owned);
        Self { collection, field, kind, prefix: String::new(), pattern: String::new() }.like(parts)
    }

    /// `{prefix}/{pattern}` of entries.
    pub fn of_times(path: &str) -> Option<Self> {
        let (collection, field) = (Collection::Entries, "dateString".to_owned());
        Self { collection, field, kind: None, prefix: String::new(), pattern: String::new() }.like(path.split('/'))
    }

    fn like<'p>(mut self, mut parts: impl Iterator<Item = &'p str>) -> Option<Self> {
        self.prefix = parts.next().unwrap_or_default().to_owned();
        self.pattern = parts.next().unwrap_or_default().to_owned();
        parts.next().is_none().then_some(self)
    }

    /// The same as a question of `find`, in addition to what else is asked for. No more is searched than what the
    /// beginning of the time tells.
    pub fn question(&self, raw: &str) -> Result<String, QueryRefused> {
        let (from, to) = days(&self.prefix).ok_or(QueryRefused::Prefix)?;
        let text = format!("^{}.*{}", numbers(&self.prefix)?, numbers(&self.pattern)?);
        let mut asked = raw.trim_start_matches('?').to_owned();
        let mut ask = |name: &str, value: &str| {
            let value = utf8_percent_encode(value, NON_ALPHANUMERIC);
            asked.push_str(&format!("&find{name}={value}"));
        };
        ask(&format!("[{}][$regex]", self.field), &text);
        let time = self.collection.time_field();
        ask(&format!("[{time}][$gte]"), &format!("{from}T00:00:00Z"));
        ask(&format!("[{time}][$lt]"), &format!("{to}T00:00:00Z"));
        if let Some(kind) = &self.kind {
            ask("[type]", kind);
        }
        Ok(asked)
    }

    /// What would be asked for.
    pub fn echo(&self) -> Value {
        json!({
            "storage": self.collection.name(),
            "params": {"field": self.field, "type": self.kind, "prefix": self.prefix, "regex": self.pattern},
        })
    }
}

/// From which day to before which day a time can be that begins like this; a day more on both sides for its offset.
fn days(prefix: &str) -> Option<(Date, Date)> {
    let plain = prefix.split(['{', 'T']).next()?.trim_end_matches('-');
    let number = |place: usize| plain.split('-').nth(place).map(|part| part.parse::<i16>().ok());
    let year = number(0)??;
    let (month, day) = (number(1), number(2));
    let small = |number: i16| i8::try_from(number).ok();
    let first = match (month, day) {
        (None, _) => Date::new(year, 1, 1),
        (Some(month), None) => Date::new(year, small(month?)?, 1),
        (Some(month), Some(day)) => Date::new(year, small(month?)?, small(day?)?),
    }
    .ok()?;
    let after = match (month, day) {
        (None, _) => Date::new(year.checked_add(1)?, 1, 1).ok()?,
        (Some(_), None) => first.last_of_month().tomorrow().ok()?,
        (Some(_), Some(_)) => first.tomorrow().ok()?,
    };
    Some((first.yesterday().ok()?, after.tomorrow().ok()?))
}

/// `{08..17}` as a pattern of these numbers, as wide as they are written.
fn numbers(text: &str) -> Result<String, QueryRefused> {
    if text.len() > LONGEST {
        return Err(QueryRefused::TooLong);
    }
    let mut pattern = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (range, after) = after.split_once('}').ok_or(QueryRefused::Pattern)?;
        pattern.push_str(before);
        pattern.push_str(&range_of(range).ok_or(QueryRefused::Pattern)?);
        rest = after;
    }
    Ok(pattern + rest)
}

fn range_of(range: &str) -> Option<String> {
    let (first, last) = range.split_once("..")?;
    let (from, to): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
    if from > to || to - from >= MOST_NUMBERS {
        return None;
    }
    let width = first.len();
    let all: Vec<String> = (from..=to).map(|number| format!("{number:0width$}")).collect();
    Some(format!("(?:{})", all.join("|")))
}

#[cfg(test)]
mod tests {
    use super::{Slice, days, numbers};
    use crate::{Collection, Query, query::QueryRefused};
    use jiff::Timestamp;

    #[test]
    fn the_beginning_of_a_time_tells_the_days() {
        let told = |prefix: &str| days(prefix).map(|(from, to)| format!("{from} {to}"));
        assert_eq!(told("2026").as_deref(), Some("2025-12-31 2027-01-02"));
        assert_eq!(told("2026-02").as_deref(), Some("2026-01-31 2026-03-02"));
        assert_eq!(told("2026-02-{01..07}T").as_deref(), Some("2026-01-31 2026-03-02"));
        assert_eq!(told("2026-03-18T10:").as_deref(), Some("2026-03-17 2026-03-20"));
        for none in ["", "T12", "20x", "2026-13", "2026-02-30", "32767"] {
            assert_eq!(told(none), None, "{none}");
        }
    }

    #[test]
    fn braces_are_numbers_and_nothing_else() {
        assert_eq!(numbers("T{08..10}:").as_deref(), Ok("T(?:08|09|10):"));
        for refused in ["{1..999}", "{a..b}", "{5..1}", "{1", "{}"] {
            assert_eq!(numbers(refused), Err(QueryRefused::Pattern), "{refused}");
        }
    }

    #[test]
    fn a_slice_is_a_question_like_any_other() {
        let now: Timestamp = "2026-03-18T12:00:00Z".parse().unwrap();
        let slice = Slice::parse("entries/dateString/sgv/2026-03/T{12..13}:.*").unwrap();
        let query = Query::parse(Collection::Entries, &slice.question("count=5").unwrap(), now).unwrap();
        assert_eq!(query.count, Some(5));
        let entry = |at: &str, kind: &str| {
            let text = format!(r#"{{"type":"{kind}","date":1773835200000,"dateString":"{at}"}}"#);
            query.matches(&serde_json::from_str(&text).unwrap())
        };
        assert!(entry("2026-03-18T12:00:00.000Z", "sgv") && entry("2026-03-18T13:00:00.000Z", "sgv"));
        assert!(!entry("2026-03-18T14:00:00.000Z", "sgv") && !entry("2026-03-18T12:00:00.000Z", "mbg"));
        assert!(query.span.from_ms.is_some() && query.span.to_ms.is_some());
        assert_eq!(Slice::parse("entries/sgv/x/2026"), None);
        assert_eq!(Slice::parse("nothing/dateString"), None);
        assert!(Slice::of_times("a/b/c").is_none());
        let patterns = Slice::of_times("2026-03/(").unwrap().question("").unwrap();
        assert!(Query::parse(Collection::Entries, &patterns, now).is_err());
    }
}
