//! The glycemia risk index, and the words for the other indices.

/// Glycemia risk index: percent of time in the four bands outside the range, weighed (Klonoff 2022,
/// doi 10.1177/19322968221085273).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gri {
    /// very low + 0.8 · low.
    pub hypo: f64,
    /// very high + 0.5 · high.
    pub hyper: f64,
}

impl Gri {
    pub(crate) fn of(very_low: f64, low: f64, high: f64, very_high: f64) -> Self {
        Self { hypo: very_low + 0.8 * low, hyper: very_high + 0.5 * high }
    }

    /// 3.0 · very low + 2.4 · low + 1.6 · very high + 0.8 · high, at most 100.
    pub fn index(&self) -> f64 {
        (3.0 * self.hypo + 1.6 * self.hyper).min(100.0)
    }

    /// A to E: up to 20, 40, 60, 80 and above, by the unrounded index (diabetestechnology.org/gri).
    pub fn zone(&self) -> &'static str {
        match self.index() {
            index if index <= 20.0 => "A",
            index if index <= 40.0 => "B",
            index if index <= 60.0 => "C",
            index if index <= 80.0 => "D",
            _ => "E",
        }
    }
}

/// What an LBGI means: ≤1.1 minimal, ≤2.5 low, ≤5 moderate, above high (Kovatchev; from finger values, CGM reads
/// lower: Fabris 2015, PMC4738215).
pub fn lbgi_risk(lbgi: f64) -> &'static str {
    match lbgi {
        index if index <= 1.1 => "minimal",
        index if index <= 2.5 => "low",
        index if index <= 5.0 => "moderate",
        _ => "high",
    }
}

/// What an HBGI means: <4.5 low, to 9 moderate, above high (Kovatchev).
pub fn hbgi_risk(hbgi: f64) -> &'static str {
    match hbgi {
        index if index < 4.5 => "low",
        index if index <= 9.0 => "moderate",
        _ => "high",
    }
}

/// What an ADRR means: <20 low, <40 moderate, from 40 high (Kovatchev 2006; from finger values).
pub fn adrr_risk(adrr: f64) -> &'static str {
    match adrr {
        index if index < 20.0 => "low",
        index if index < 40.0 => "moderate",
        _ => "high",
    }
}
