//! The consensus ranges of glucose and the goals that belong to them, in both units.
//!
//! Source: Battelino 2019, Diabetes Care 42:1593 (adults; older or high risk; pregnancy), via ADA table 6.2.

use crate::units::{Glucose, Unit};

/// Where a value lies between the limits, from below upwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the field's own")]
pub enum Band {
    VeryLow,
    Low,
    In,
    High,
    VeryHigh,
}

impl Band {
    /// All of them, from below upwards.
    pub const ALL: [Band; 5] = [Band::VeryLow, Band::Low, Band::In, Band::High, Band::VeryHigh];
}

/// Whose ranges and goals these are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Group {
    /// Adults with type 1 or type 2 diabetes.
    #[default]
    Adult,
    /// Older people and people at high risk: the same limits, gentler goals.
    OlderOrHighRisk,
    /// Pregnancy with type 1 diabetes: lower limits, and none for very high.
    Pregnancy,
}

/// The limits of the bands in one unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Below this is very low.
    pub very_low: f64,
    /// From here on it is in range; below is low.
    pub low: f64,
    /// Up to and with this it is in range; above is high.
    pub high: f64,
    /// Above this is very high; the consensus names none for pregnancy.
    pub very_high: Option<f64>,
    /// The tight range goes from here …
    pub tight_low: f64,
    /// … up to and with this (70–140 mg/dL; PMC10877396).
    pub tight_high: f64,
}

/// Goals in percent of time. Compare unrounded values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Goals {
    /// In range: more than this.
    pub in_range: f64,
    /// Low and very low together: less than this.
    pub below: f64,
    /// Very low: less than this.
    pub very_low: Option<f64>,
    /// High and very high together: less than this.
    pub above: f64,
    /// Very high: less than this.
    pub very_high: Option<f64>,
}

/// Limits and goals of one group, in mg/dL and mmol/L.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranges {
    /// Whose.
    pub group: Group,
    /// For values delivered in mg/dL, and for images of such.
    pub mg_dl: Limits,
    /// For values delivered in steps of 0.1 mmol/L. Rounded images of the mg/dL limits, never converted.
    pub mmol_l: Limits,
    /// What to reach.
    pub goals: Goals,
}

impl Ranges {
    /// Adults: in range 70–180 mg/dL, 3.9–10.0 mmol/L.
    pub const ADULT: Self = Self {
        group: Group::Adult,
        mg_dl: Limits {
            very_low: 54.0,
            low: 70.0,
            high: 180.0,
            very_high: Some(250.0),
            tight_low: 70.0,
            tight_high: 140.0,
        },
        mmol_l: Limits { very_low: 3.0, low: 3.9, high: 10.0, very_high: Some(13.9), tight_low: 3.9, tight_high: 7.8 },
        goals: Goals { in_range: 70.0, below: 4.0, very_low: Some(1.0), above: 25.0, very_high: Some(5.0) },
    };

    /// Older people and people at high risk: limits of adults; no goal of their own for very low.
    pub const OLDER_OR_HIGH_RISK: Self = Self {
        group: Group::OlderOrHighRisk,
        goals: Goals { in_range: 50.0, below: 1.0, very_low: None, above: 50.0, very_high: Some(10.0) },
        ..Self::ADULT
    };

    /// Pregnancy with type 1 diabetes: in range 63–140 mg/dL, 3.5–7.8 mmol/L (Diabetes Care table 58155).
    pub const PREGNANCY: Self = Self {
        group: Group::Pregnancy,
        mg_dl: Limits { low: 63.0, high: 140.0, very_high: None, ..Self::ADULT.mg_dl },
        mmol_l: Limits { low: 3.5, high: 7.8, very_high: None, ..Self::ADULT.mmol_l },
        goals: Goals { in_range: 70.0, below: 4.0, very_low: Some(1.0), above: 25.0, very_high: None },
    };

    /// The ranges of a group.
    pub const fn of(group: Group) -> Self {
        match group {
            Group::Adult => Self::ADULT,
            Group::OlderOrHighRisk => Self::OLDER_OR_HIGH_RISK,
            Group::Pregnancy => Self::PREGNANCY,
        }
    }

    /// The limits in a unit, for pages and charts.
    pub const fn limits(&self, unit: Unit) -> &Limits {
        match unit {
            Unit::MgDl => &self.mg_dl,
            Unit::MmolL => &self.mmol_l,
        }
    }

    /// The band of a value. mg/dL is compared in mg/dL; steps of 0.1 mmol/L in mmol/L; a finer value in
    /// mmol/L is the image of a whole mg/dL and compared as that (metrics 1.1).
    pub fn band(&self, glucose: Glucose) -> Band {
        let (value, limits) = self.comparable(glucose);
        limits.band(value)
    }

    /// In the tight range, 70–140 mg/dL or 3.9–7.8 mmol/L.
    pub fn is_tight(&self, glucose: Glucose) -> bool {
        let (value, limits) = self.comparable(glucose);
        value >= limits.tight_low && value <= limits.tight_high
    }

    fn comparable(&self, glucose: Glucose) -> (f64, &Limits) {
        if glucose.is_mmol_native() { (glucose.value(), &self.mmol_l) } else { (glucose.to_mg_dl(), &self.mg_dl) }
    }
}

impl Default for Ranges {
    fn default() -> Self {
        Self::ADULT
    }
}

impl Limits {
    /// The band of a value in the unit of these limits.
    pub fn band(&self, value: f64) -> Band {
        if value < self.very_low {
            Band::VeryLow
        } else if value < self.low {
            Band::Low
        } else if value <= self.high {
            Band::In
        } else if self.very_high.is_none_or(|limit| value <= limit) {
            Band::High
        } else {
            Band::VeryHigh
        }
    }
}
