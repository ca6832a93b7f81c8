//! The shares of time that figures carry in their keys: fixed limits in mg/dL, whatever ranges a person follows.

use crate::{gri::Gri, tally::Tally};

/// Percent of time by fixed limits (Battelino 2019; 63 and 140 for pregnancy and the tight ranges).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shares {
    /// Under 54.
    pub below_54: f64,
    /// Under 63.
    pub below_63: f64,
    /// Under 70.
    pub below_70: f64,
    /// 54 to under 70.
    pub low_54_69: f64,
    /// 54 to under 63.
    pub low_54_62: f64,
    /// 70 to 180.
    pub in_70_180: f64,
    /// 70 to 140: time in tight range.
    pub in_70_140: f64,
    /// 63 to 140: the range of pregnancy; time in normoglycemia outside it.
    pub in_63_140: f64,
    /// Above 180, to 250.
    pub high_181_250: f64,
    /// Above 140.
    pub above_140: f64,
    /// Above 180.
    pub above_180: f64,
    /// Above 250.
    pub above_250: f64,
}

impl Shares {
    /// Of values to compare with limits in mg/dL.
    pub(crate) fn of(compared: &Tally) -> Option<Self> {
        let share = |is_wanted: fn(f64) -> bool| compared.percent(is_wanted);
        (compared.count > 0).then(|| Self {
            below_54: share(|g| g < 54.0),
            below_63: share(|g| g < 63.0),
            below_70: share(|g| g < 70.0),
            low_54_69: share(|g| (54.0..70.0).contains(&g)),
            low_54_62: share(|g| (54.0..63.0).contains(&g)),
            in_70_180: share(|g| (70.0..=180.0).contains(&g)),
            in_70_140: share(|g| (70.0..=140.0).contains(&g)),
            in_63_140: share(|g| (63.0..=140.0).contains(&g)),
            high_181_250: share(|g| g > 180.0 && g <= 250.0),
            above_140: share(|g| g > 140.0),
            above_180: share(|g| g > 180.0),
            above_250: share(|g| g > 250.0),
        })
    }

    /// The glycemia risk index of these shares.
    pub fn gri(&self) -> Gri {
        Gri::of(self.below_54, self.low_54_69, self.high_181_250, self.above_250)
    }

    /// Continuous glucose monitoring index: 0.5·TIR + 0.35·(100 at no time below 70, 0 at 15 %) + 0.15·(100 at an SD of
    /// 18 mg/dL, 0 at 108) (Leelarathna 2020, doi 10.1177/1932296819838525, as iglu).
    pub fn cogi(&self, sd: f64) -> f64 {
        let falling = |value: f64, best: f64, worst: f64| (1.0 - (value - best) / (worst - best)).clamp(0.0, 1.0);
        0.5 * self.in_70_180 + 35.0 * falling(self.below_70, 0.0, 15.0) + 15.0 * falling(sd, 18.0, 108.0)
    }
}
