//! Which documents are asked for, whichever version asks.

mod span;

pub use span::Span;

use crate::{Document, Moment};
use regex::{Regex, RegexBuilder};
use serde_json::Value;
use std::cmp::Ordering;

/// All of these, one of these, or a condition of one field.
#[derive(Clone, Debug)]
pub enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Is { path: String, test: Test },
}

#[derive(Clone, Debug)]
pub enum Test {
    Equal(Operand),
    NotEqual(Operand),
    Above(Operand),
    AtLeast(Operand),
    Below(Operand),
    AtMost(Operand),
    OneOf(Vec<Operand>),
    NoneOf(Vec<Operand>),
    There(bool),
    Like(Regex),
}

/// What a field is compared with. Values of another kind are neither above nor below.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    Number(f64),
    Text(String),
    /// A time, whichever way the field writes its own.
    Instant(f64),
    /// Version 3 does not say which kind is meant: it is what the field is.
    Any(String),
    /// A time that cannot be read: no field is like it.
    Unreadable,
}

/// The longest pattern, and what its machine may take.
const LONGEST_PATTERN: usize = 256;
const LARGEST_MACHINE: usize = 256 * 1024;

/// A pattern in linear time; `None` when it is too long or asks for what takes more.
pub(crate) fn pattern(text: &str, flags: &str) -> Option<Regex> {
    if text.len() > LONGEST_PATTERN {
        return None;
    }
    let has = |flag| flags.contains(flag);
    let mut builder = RegexBuilder::new(text);
    builder.case_insensitive(has('i')).multi_line(has('m')).dot_matches_new_line(has('s'));
    builder.size_limit(LARGEST_MACHINE).dfa_size_limit(LARGEST_MACHINE).nest_limit(32).build().ok()
}

impl Filter {
    pub fn matches(&self, document: &Document) -> bool {
        match self {
            Self::All(filters) => filters.iter().all(|filter| filter.matches(document)),
            Self::Any(filters) => filters.iter().any(|filter| filter.matches(document)),
            Self::Is { path, test } => test.holds(look(document, path)),
        }
    }
}

impl Test {
    fn holds(&self, value: Option<&Value>) -> bool {
        let ordered = |operand: &Operand, wanted: fn(Ordering) -> bool| {
            value.is_some_and(|value| any(value, |value| operand.against(value).is_some_and(wanted)))
        };
        let equal = |operand: &Operand| ordered(operand, Ordering::is_eq);
        match self {
            Self::Equal(operand) => equal(operand),
            Self::NotEqual(operand) => !equal(operand),
            Self::Above(operand) => ordered(operand, Ordering::is_gt),
            Self::AtLeast(operand) => ordered(operand, Ordering::is_ge),
            Self::Below(operand) => ordered(operand, Ordering::is_lt),
            Self::AtMost(operand) => ordered(operand, Ordering::is_le),
            Self::OneOf(operands) => operands.iter().any(equal),
            Self::NoneOf(operands) => !operands.iter().any(equal),
            Self::There(there) => value.is_some() == *there,
            Self::Like(regex) => {
                value.is_some_and(|value| any(value, |value| value.as_str().is_some_and(|text| regex.is_match(text))))
            }
        }
    }
}

/// A list is like what one of its elements is like.
fn any(value: &Value, holds: impl Fn(&Value) -> bool) -> bool {
    match value {
        Value::Array(list) => list.iter().any(holds),
        other => holds(other),
    }
}

impl Operand {
    /// The words that it is.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// How a field's value stands to this; `None` when they are not of one kind.
    fn against(&self, value: &Value) -> Option<Ordering> {
        match (self, value) {
            (Self::Number(number), Value::Number(value)) => value.as_f64()?.partial_cmp(number),
            (Self::Text(text), Value::String(value)) => Some(value.as_str().cmp(text)),
            (Self::Instant(ms), value) => instant(value)?.partial_cmp(ms),
            (Self::Any(text), Value::String(value)) => Some(value.as_str().cmp(text)),
            (Self::Any(text), Value::Number(value)) => value.as_f64()?.partial_cmp(&text.trim().parse().ok()?),
            (Self::Any(text), Value::Bool(value)) => Some(value.cmp(&text.parse().ok()?)),
            (Self::Any(text), Value::Null) => (text == "null").then_some(Ordering::Equal),
            _ => None,
        }
    }
}

/// Milliseconds, with their fraction where a number has one.
fn instant(value: &Value) -> Option<f64> {
    let exact = value.as_f64().filter(|number| *number >= 1e11);
    exact.or_else(|| Moment::of(value).map(|moment| moment.ms as f64))
}

/// The field at a path of names with dots between.
pub(crate) fn look<'d>(document: &'d Document, path: &str) -> Option<&'d Value> {
    if let Some(value) = document.get(path) {
        return Some(value);
    }
    let (first, rest) = path.split_once('.')?;
    rest.split('.').try_fold(document.get(first)?, |value, name| match value {
        Value::Array(list) => list.get(name.parse::<usize>().ok()?),
        other => other.get(name),
    })
}
