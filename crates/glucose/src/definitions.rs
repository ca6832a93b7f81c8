//! Every figure's key, unit, definition and source: what a page answers when a figure is asked what it means.
//!
//! The order is that of the reference values, then what has no key there. Keys are the keys of `kinsight analyze --json`.

mod insulin;
mod more;
mod risk;
mod summary;
mod time;
mod variability;
mod wear;

use crate::figures::{Figure, Figures};

/// What a figure is.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// Its key in data.
    pub key: &'static str,
    /// Its unit, empty where it has none.
    pub unit: &'static str,
    /// One sentence.
    pub sentence: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    of: fn(&Figures) -> Figure,
}

impl Definition {
    /// Its value. What is not a finite number is none, and −0 is 0.
    pub fn figure(&self, figures: &Figures) -> Figure {
        match (self.of)(figures) {
            Figure::Number(value) if !value.is_finite() => Figure::None,
            Figure::Number(value) => Figure::Number(value + 0.0),
            figure => figure,
        }
    }
}

/// All of them, in order.
pub fn definitions() -> impl Iterator<Item = &'static Definition> {
    let groups = [
        summary::FIGURES,
        time::FIGURES,
        wear::ACTIVE,
        risk::FIGURES,
        variability::FIGURES,
        variability::MAGE,
        time::EPISODES,
        variability::DAILY,
        risk::STATE,
        more::FIGURES,
        wear::FIGURES,
        insulin::FIGURES,
    ];
    groups.into_iter().flatten()
}

/// The definition of one key.
pub fn definition(key: &str) -> Option<&'static Definition> {
    definitions().find(|definition| definition.key == key)
}

const fn define(
    key: &'static str,
    unit: &'static str,
    sentence: &'static str,
    source: &'static str,
    of: fn(&Figures) -> Figure,
) -> Definition {
    Definition { key, unit, sentence, source, of }
}

fn number(value: Option<f64>) -> Figure {
    value.map_or(Figure::None, Figure::Number)
}
