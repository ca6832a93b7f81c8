//! From when to when something can match, so that no more is loaded than that.

use super::{Filter, Operand, Test};

/// From when to when documents can match, both included; `None` is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub from_ms: Option<i64>,
    pub to_ms: Option<i64>,
}

/// Holds nothing.
const NEVER: Span = Span { from_ms: Some(1), to_ms: Some(0) };

impl Filter {
    /// The span outside of which nothing matches; `None` when no condition speaks of the time. `slack` says for a field
    /// of time by how many milliseconds it may differ from the document's own, and `None` for every other field.
    pub(crate) fn span(&self, slack: &dyn Fn(&str) -> Option<i64>) -> Option<Span> {
        match self {
            Self::All(filters) => filters.iter().filter_map(|filter| filter.span(slack)).reduce(Span::both),
            Self::Any(filters) => {
                let spans: Option<Vec<Span>> = filters.iter().map(|filter| filter.span(slack)).collect();
                spans?.into_iter().reduce(Span::either)
            }
            Self::Is { path, test } => slack(path).map(|slack| test.span(slack)),
        }
    }
}

impl Test {
    fn span(&self, slack: i64) -> Span {
        let from = |ms: f64| Some((ms.floor() as i64).saturating_sub(slack));
        let to = |ms: f64| Some((ms.ceil() as i64).saturating_add(slack));
        let exactly = |operand: &Operand| match operand {
            Operand::Instant(ms) => Span { from_ms: from(*ms), to_ms: to(*ms) },
            Operand::Unreadable => NEVER,
            _ => Span::default(),
        };
        match self {
            Self::Equal(operand) => exactly(operand),
            Self::Above(Operand::Instant(ms)) | Self::AtLeast(Operand::Instant(ms)) => {
                Span { from_ms: from(*ms), to_ms: None }
            }
            Self::Below(Operand::Instant(ms)) | Self::AtMost(Operand::Instant(ms)) => {
                Span { from_ms: None, to_ms: to(*ms) }
            }
            Self::Above(Operand::Unreadable)
            | Self::AtLeast(Operand::Unreadable)
            | Self::Below(Operand::Unreadable)
            | Self::AtMost(Operand::Unreadable) => NEVER,
            Self::OneOf(operands) => operands.iter().map(exactly).reduce(Span::either).unwrap_or(NEVER),
            _ => Span::default(),
        }
    }
}

impl Span {
    fn both(self, other: Self) -> Self {
        let to = [self.to_ms, other.to_ms].into_iter().flatten().min();
        Self { from_ms: self.from_ms.max(other.from_ms), to_ms: to }
    }

    fn either(self, other: Self) -> Self {
        let ends = |a: Option<i64>, b: Option<i64>, pick: fn(i64, i64) -> i64| Some(pick(a?, b?));
        if self.is_empty() {
            return other;
        }
        if other.is_empty() {
            return self;
        }
        Self { from_ms: ends(self.from_ms, other.from_ms, i64::min), to_ms: ends(self.to_ms, other.to_ms, i64::max) }
    }

    /// Nothing can match.
    pub fn is_empty(self) -> bool {
        matches!((self.from_ms, self.to_ms), (Some(from), Some(to)) if from > to)
    }
}
