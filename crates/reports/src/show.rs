//! How the reader wants things shown: language, unit and the ranges by which values are judged.

use glucose::{Band, Glucose, MG_DL_PER_MMOL_L, Ranges, Unit};
use words::{Language, Texts};

/// How the reader wants things shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Show {
    pub language: Language,
    pub unit: Unit,
    pub ranges: Ranges,
}

impl Show {
    /// In English, by the ranges of adults.
    pub const fn in_unit(unit: Unit) -> Self {
        Self { language: Language::English, unit, ranges: Ranges::ADULT }
    }

    pub fn texts(&self) -> &'static Texts {
        self.language.texts()
    }

    /// A value as delivered, in the reader's unit, without the unit: `104`, `5.8`.
    pub fn glucose(&self, glucose: Glucose) -> String {
        self.amount(glucose.display_in(self.unit))
    }

    /// A figure in mg/dL (a mean, a percentile), in the reader's unit, without the unit.
    pub fn mg_dl(&self, mg_dl: f64) -> String {
        self.amount(self.in_shown_unit(mg_dl))
    }

    /// `mg/dL` or `mmol/L`.
    pub fn unit_symbol(&self) -> &'static str {
        self.unit.symbol()
    }

    /// An amount that is in the reader's unit already.
    pub fn amount(&self, amount: f64) -> String {
        match self.unit {
            Unit::MgDl => self.language.mg_dl(amount),
            Unit::MmolL => self.language.mmol_l(amount),
        }
    }

    pub(crate) fn in_shown_unit(&self, mg_dl: f64) -> f64 {
        match self.unit {
            Unit::MgDl => mg_dl,
            Unit::MmolL => mg_dl / MG_DL_PER_MMOL_L,
        }
    }

    /// `Very low`, `In range` …
    pub fn band_name(&self, band: Band) -> &'static str {
        let texts = self.texts();
        match band {
            Band::VeryLow => texts.very_low,
            Band::Low => texts.low,
            Band::In => texts.in_range,
            Band::High => texts.high,
            Band::VeryHigh => texts.very_high,
        }
    }

    /// The limits of a band, with the unit: `54–69 mg/dL`, `under 3.0 mmol/L`; none when the band does not exist for
    /// these ranges.
    pub fn band_limits(&self, band: Band) -> Option<String> {
        let (texts, limits) = (self.texts(), self.ranges.limits(self.unit));
        let step = if self.unit == Unit::MgDl { 1.0 } else { 0.1 };
        let between = |from: f64, to: f64| format!("{}–{}", self.amount(from), self.amount(to));
        let words = match (band, limits.very_high) {
            (Band::VeryLow, _) => texts.under.replace("{}", &self.amount(limits.very_low)),
            (Band::Low, _) => between(limits.very_low, limits.low - step),
            (Band::In, _) => between(limits.low, limits.high),
            (Band::High, Some(very_high)) => between(limits.high + step, very_high),
            (Band::High, None) => texts.over.replace("{}", &self.amount(limits.high)),
            (Band::VeryHigh, Some(very_high)) => texts.over.replace("{}", &self.amount(very_high)),
            (Band::VeryHigh, None) => return None,
        };
        Some(format!("{words} {}", self.unit_symbol()))
    }

    /// The class of what is drawn in a band's colour: `p-very-low` …
    pub(crate) fn band_class(band: Band) -> &'static str {
        match band {
            Band::VeryLow => "p-very-low",
            Band::Low => "p-low",
            Band::In => "p-in",
            Band::High => "p-high",
            Band::VeryHigh => "p-very-high",
        }
    }
}
