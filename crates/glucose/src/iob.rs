//! Insulin on board: what part of a dose is still to act, by published curves (metrics 1.9).
//!
//! For pictures and comparisons only. Where a pump tells its own active insulin, that is shown and nothing computed.

/// What is left of one unit, and how much of it acts in a minute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OnBoard {
    /// Units of one unit that are still to act.
    pub units: f64,
    /// Units that act in a minute.
    pub activity: f64,
}

/// How insulin acts over time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum InsulinCurve {
    /// The exponential model of Loop and oref0.
    Exponential {
        /// Duration of action, minutes.
        duration_min: f64,
        /// Time of the greatest activity, minutes.
        peak_min: f64,
    },
    /// The older two-part curve of Nightscout and oref0.
    Bilinear {
        /// Duration of action, hours.
        duration_h: f64,
    },
}

/// Nothing is left, and nothing acts.
const GONE: OnBoard = OnBoard { units: 0.0, activity: 0.0 };

impl InsulinCurve {
    /// Rapid insulin, peak at 75 minutes (oref0 0.7.1 `rapid-acting`; Loop, adults).
    pub fn rapid(duration_h: f64) -> Self {
        Self::Exponential { duration_min: duration_h * 60.0, peak_min: 75.0 }
    }

    /// Ultra-rapid insulin, peak at 55 minutes (oref0 0.7.1 `ultra-rapid`; Loop: Fiasp, Lyumjev).
    pub fn ultra_rapid(duration_h: f64) -> Self {
        Self::Exponential { duration_min: duration_h * 60.0, peak_min: 55.0 }
    }

    /// One unit, so many minutes after it was given. Before it was given all of it is on board and nothing acts.
    pub fn after(self, minutes: f64) -> OnBoard {
        if minutes < 0.0 {
            return OnBoard { units: 1.0, activity: 0.0 };
        }
        match self {
            Self::Exponential { duration_min, peak_min } => exponential(minutes, duration_min, peak_min),
            Self::Bilinear { duration_h } => bilinear(minutes, duration_h),
        }
    }
}

/// τ = tp(1−tp/td)/(1−2tp/td), a = 2τ/td, S = 1/(1−a+(1+a)e^(−td/τ)) (LoopAlgorithm, oref0 0.7.1). The peak must lie in
/// the first half of the duration.
fn exponential(t: f64, duration: f64, peak: f64) -> OnBoard {
    if t >= duration || 2.0 * peak >= duration {
        return GONE;
    }
    let tau = peak * (1.0 - peak / duration) / (1.0 - 2.0 * peak / duration);
    let a = 2.0 * tau / duration;
    let scale = 1.0 / (1.0 - a + (1.0 + a) * (-duration / tau).exp());
    let decay = (-t / tau).exp();
    let used = scale * (1.0 - a) * ((t * t / (tau * duration * (1.0 - a)) - t / tau - 1.0) * decay + 1.0);
    OnBoard { units: 1.0 - used, activity: scale / (tau * tau) * t * (1.0 - t / duration) * decay }
}

/// Two parabolas over a duration of three hours, stretched to others (oref0 0.7.1 `iobCalcBilinear`, Nightscout).
fn bilinear(minutes: f64, duration_h: f64) -> OnBoard {
    const PEAK: f64 = 75.0;
    const END: f64 = 180.0;
    let t = minutes * 3.0 / duration_h;
    let highest = 2.0 / (duration_h * 60.0);
    if t < PEAK {
        let x = t / 5.0 + 1.0;
        OnBoard { units: 1.0 - 0.001852 * x * x + 0.001852 * x, activity: highest / PEAK * t }
    } else if t < END {
        let y = (t - PEAK) / 5.0;
        let activity = highest - highest / (END - PEAK) * (t - PEAK);
        OnBoard { units: 0.001323 * y * y - 0.054233 * y + 0.55556, activity }
    } else {
        GONE
    }
}
