//! Glucose with its unit, kept as delivered.

/// mg/dL in one mmol/L: the molar mass of glucose over ten, as Tidepool uses it. For display and
/// for figures that are defined in mg/dL; never to compare a value with a limit given in its own unit.
pub const MG_DL_PER_MMOL_L: f64 = 18.01559;

/// The two units in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Unit {
    /// Milligrams per decilitre.
    #[default]
    MgDl,
    /// Millimoles per litre.
    MmolL,
}

impl Unit {
    /// As written on pages and in files: `mg/dL`, `mmol/L`.
    pub fn symbol(self) -> &'static str {
        match self {
            Unit::MgDl => "mg/dL",
            Unit::MmolL => "mmol/L",
        }
    }
}

/// One glucose amount, exactly as delivered: thousandths of its own unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Glucose {
    thousandths: i32,
    unit: Unit,
}

impl Glucose {
    /// A whole number of mg/dL.
    pub const fn mg_dl(value: i32) -> Self {
        Self { thousandths: value * 1000, unit: Unit::MgDl }
    }

    /// An amount in thousandths of `unit`: 9.4 mmol/L is `(9400, MmolL)`.
    pub const fn of_thousandths(thousandths: i32, unit: Unit) -> Self {
        Self { thousandths, unit }
    }

    /// An amount in `unit`, kept to a thousandth; `None` when it is not finite or out of any device's range
    /// (0 to 1000 mg/dL, 0 to 60 mmol/L).
    pub fn new(value: f64, unit: Unit) -> Option<Self> {
        let most = match unit {
            Unit::MgDl => 1000.0,
            Unit::MmolL => 60.0,
        };
        (value.is_finite() && value > 0.0 && value <= most)
            .then(|| Self { thousandths: (value * 1000.0).round() as i32, unit })
    }

    /// The unit it came in.
    pub const fn unit(self) -> Unit {
        self.unit
    }

    /// Thousandths of its own unit.
    pub const fn thousandths(self) -> i32 {
        self.thousandths
    }

    /// The amount in its own unit.
    pub fn value(self) -> f64 {
        f64::from(self.thousandths) / 1000.0
    }

    /// For figures defined in mg/dL. What came in mmol/L is converted and rounded to the nearest
    /// whole mg/dL (metrics 1.1: 3.9 is 70, 10.0 is 180).
    pub fn to_mg_dl(self) -> f64 {
        match self.unit {
            Unit::MgDl => self.value(),
            Unit::MmolL => (self.value() * MG_DL_PER_MMOL_L).round(),
        }
    }

    /// For display in `unit`: unrounded.
    pub fn display_in(self, unit: Unit) -> f64 {
        match (self.unit, unit) {
            (Unit::MgDl, Unit::MmolL) => self.value() / MG_DL_PER_MMOL_L,
            (Unit::MmolL, Unit::MgDl) => self.value() * MG_DL_PER_MMOL_L,
            _ => self.value(),
        }
    }

    /// Delivered in steps of 0.1 mmol/L, so that it is compared with the mmol/L table. A finer value in
    /// mmol/L is the image of a whole mg/dL (CareLink and Tidepool write those) and is compared as such.
    pub const fn is_mmol_native(self) -> bool {
        matches!(self.unit, Unit::MmolL) && self.thousandths % 100 == 0
    }
}
