//! Questions of version 3: `date$gte=..&sort$desc=date&limit=10&skip=0&fields=_all`. The texts of refusals are those that
//! apps look for.

use crate::{
    Collection, Document, Moment,
    filter::{Filter, Operand, Span, Test, look, pattern},
    query::pairs,
};
use serde_json::Value;
use std::cmp::Ordering;
use thiserror::Error;

/// The most documents of one answer.
pub const MOST: usize = 1000;
const MOST_FILTERS: usize = 64;
const LONGEST: usize = 2048;

#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SearchRefused {
    #[error("Parameters sort and sort_desc cannot be combined")]
    BothSorts,
    #[error("Parameter limit out of tolerance")]
    Limit,
    #[error("Parameter skip out of tolerance")]
    Skip,
    #[error("Unsupported filter operator {0}")]
    Operator(String),
    #[error("Too many filters")]
    TooMuch,
    #[error("The regular expression cannot be used")]
    Pattern,
}

/// A question about one collection.
#[derive(Clone, Debug)]
pub struct Search {
    pub collection: Collection,
    pub filter: Filter,
    /// Nothing outside of this can match.
    pub span: Span,
    pub limit: usize,
    pub skip: usize,
    /// The fields that are wanted; `None` is all.
    pub fields: Option<Vec<String>>,
    /// The field to sort by and whether falling.
    pub sort: Option<(String, bool)>,
}

/// Parameters that are no filters.
const RESERVED: &[&str] = &["token", "sort", "sort$desc", "limit", "skip", "fields", "now", "secret", "_"];

/// Fields that hold times, which may be asked for as milliseconds, seconds or ISO 8601.
const TIMES: &[&str] =
    &["date", "created_at", "srvModified", "srvCreated", "startDate", "sysTime", "dateString", "mills"];

impl Search {
    /// From the text behind the question mark, as it came.
    pub fn parse(collection: Collection, raw: &str) -> Result<Self, SearchRefused> {
        let mut search = Self {
            collection,
            filter: Filter::All(Vec::new()),
            span: Span::default(),
            limit: MOST,
            skip: 0,
            fields: None,
            sort: None,
        };
        let mut filters = Vec::new();
        for (name, value) in pairs(raw) {
            if RESERVED.contains(&name.as_str()) {
                search.option(&name, &value)?;
            } else if filters.len() >= MOST_FILTERS || name.len() > LONGEST || value.len() > LONGEST {
                return Err(SearchRefused::TooMuch);
            } else {
                filters.push(condition(&name, &value)?);
            }
        }
        search.filter = Filter::All(filters);
        search.span = search.filter.span(&|path| search.slack(path)).unwrap_or_default();
        Ok(search)
    }

    fn option(&mut self, name: &str, value: &str) -> Result<(), SearchRefused> {
        match name {
            "sort" | "sort$desc" if self.sort.is_some() => return Err(SearchRefused::BothSorts),
            "sort" | "sort$desc" => self.sort = Some((value.to_owned(), name == "sort$desc")),
            "limit" => {
                let limit = value.trim().parse().ok().filter(|limit| (1..=MOST).contains(limit));
                self.limit = limit.ok_or(SearchRefused::Limit)?;
            }
            "skip" => self.skip = value.trim().parse::<u32>().map_err(|_| SearchRefused::Skip)? as usize,
            "fields" => self.fields = fields(value),
            _ => {}
        }
        Ok(())
    }

    /// A document's own time is `date` and, as text, `created_at`.
    fn slack(&self, path: &str) -> Option<i64> {
        let of_time = path == self.collection.time_field() || matches!(path, "date" | "created_at");
        of_time.then_some(if self.collection == Collection::Profile { 400 * 86_400_000 } else { 1000 })
    }

    pub fn matches(&self, document: &Document) -> bool {
        self.filter.matches(document)
    }

    /// What of the matching documents is answered, in order.
    pub fn pick(&self, mut documents: Vec<Document>) -> Vec<Document> {
        if let Some((field, falling)) = &self.sort {
            documents.sort_by(|a, b| {
                let order = compare(look(a, field), look(b, field));
                if *falling { order.reverse() } else { order }
            });
        }
        let picked = documents.into_iter().skip(self.skip).take(self.limit);
        picked.map(|document| only(document, self.fields.as_deref())).collect()
    }
}

/// The fields of `fields=a,b`; `None` for `_all`.
pub fn fields(value: &str) -> Option<Vec<String>> {
    let names: Vec<String> =
        value.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    (!names.is_empty() && !names.iter().any(|name| name == "_all")).then_some(names)
}

/// A document with only some of its fields, in its own order.
pub fn only(mut document: Document, fields: Option<&[String]>) -> Document {
    if let Some(fields) = fields {
        document.retain(|name, _| fields.iter().any(|wanted| wanted == name));
    }
    document
}

fn condition(name: &str, value: &str) -> Result<Filter, SearchRefused> {
    let (path, operator) = name.split_once('$').unwrap_or((name, "eq"));
    let one = |value: &str| operand(path, value);
    let list = || value.split('|').map(one).collect();
    let test = match operator {
        "eq" => Test::Equal(one(value)),
        "ne" => Test::NotEqual(one(value)),
        "gt" => Test::Above(one(value)),
        "gte" => Test::AtLeast(one(value)),
        "lt" => Test::Below(one(value)),
        "lte" => Test::AtMost(one(value)),
        "in" => Test::OneOf(list()),
        "nin" => Test::NoneOf(list()),
        "re" => Test::Like(pattern(value, "").ok_or(SearchRefused::Pattern)?),
        other => return Err(SearchRefused::Operator(other.chars().take(32).collect())),
    };
    Ok(Filter::Is { path: path.to_owned(), test })
}

fn operand(path: &str, value: &str) -> Operand {
    if TIMES.contains(&path) {
        return Moment::asked(value).map_or(Operand::Unreadable, |moment| Operand::Instant(moment.ms as f64));
    }
    let quoted = value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    match quoted {
        Some(text) => Operand::Text(text.to_owned()),
        None => Operand::Any(value.to_owned()),
    }
}

/// Nothing before numbers before words.
fn compare(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    let rank = |value: Option<&Value>| match value {
        None | Some(Value::Null) => 0,
        Some(Value::Number(_)) => 1,
        Some(Value::String(_)) => 2,
        Some(_) => 3,
    };
    match (a, b) {
        (Some(Value::Number(a)), Some(Value::Number(b))) => {
            a.as_f64().unwrap_or_default().total_cmp(&b.as_f64().unwrap_or_default())
        }
        (Some(Value::String(a)), Some(Value::String(b))) => a.cmp(b),
        _ => rank(a).cmp(&rank(b)),
    }
}
