//! The sensor: it lags behind blood, drifts by a few percent, loses its signal, warms up, and feels pressure.

use crate::chance::Chance;
use crate::day::Day;
use glucose::{Glucose, Limit, Trend, Unit};

#[derive(Clone, Debug)]
pub(crate) struct Sensor {
    tissue: f64,
    noise: f64,
    /// This sensor's own bias.
    bias: f64,
    pub(crate) days_left: u8,
    /// Ticks until it gives values.
    pub(crate) warming: u16,
    pub(crate) recent: [Option<f64>; 4],
}

impl Sensor {
    pub(crate) fn new(glucose: f64, chance: &mut Chance) -> Self {
        Self {
            tissue: glucose,
            noise: 0.0,
            bias: 1.0 + 0.025 * chance.bell(),
            days_left: chance.pick(&[7, 10]),
            warming: 0,
            recent: [None; 4],
        }
    }

    pub(crate) fn replace(&mut self, chance: &mut Chance) {
        *self = Self { warming: 12 + chance.below(12) as u16, ..Self::new(self.tissue, chance) };
    }

    /// What it shows after five more minutes; `None` without a signal.
    pub(crate) fn tick(&mut self, blood: f64, day: &Day, minute: f64, chance: &mut Chance) -> Option<f64> {
        self.tissue += (blood - self.tissue) * 0.45;
        self.noise = 0.6 * self.noise + 1.1 * chance.bell();
        let within = |span: Option<(f64, f64)>| span.is_some_and(|(from, to)| (from..to).contains(&minute));
        let pressed = if within(day.pressure) { 38.0 } else { 0.0 };
        let shown = (self.tissue * self.bias + self.noise - pressed).round();
        let silent = self.warming > 0 || within(day.gap) || chance.happens(0.003);
        self.warming = self.warming.saturating_sub(1);
        self.recent.rotate_right(1);
        self.recent[0] = (!silent).then_some(shown);
        self.recent[0]
    }

    /// The last value with its change over 15 minutes.
    pub(crate) fn seen(&self) -> Option<(f64, f64)> {
        let now = self.recent[0]?;
        Some((now, self.recent[3].map_or(0.0, |before| now - before)))
    }

    pub(crate) fn trend(&self) -> Option<Trend> {
        let (now, before) = (self.recent[0]?, self.recent[3]?);
        let per_minute = (now - before) / 15.0;
        Some(match per_minute {
            r if r > 3.0 => Trend::DoubleUp,
            r if r > 2.0 => Trend::SingleUp,
            r if r > 1.0 => Trend::FortyFiveUp,
            r if r < -3.0 => Trend::DoubleDown,
            r if r < -2.0 => Trend::SingleDown,
            r if r < -1.0 => Trend::FortyFiveDown,
            _ => Trend::Flat,
        })
    }
}

/// As the device delivers it: whole mg/dL or tenths of mmol/L, with the ends of its scale.
pub(crate) fn delivered(mg_dl: f64, unit: Unit) -> (Glucose, Option<Limit>) {
    let limit = match mg_dl {
        value if value < 40.0 => Some(Limit::Below),
        value if value > 400.0 => Some(Limit::Above),
        _ => None,
    };
    let value = mg_dl.clamp(39.0, 401.0).round();
    let glucose = match unit {
        Unit::MgDl => Glucose::mg_dl(value as i32),
        Unit::MmolL => {
            Glucose::of_thousandths((value / glucose::MG_DL_PER_MMOL_L * 10.0).round() as i32 * 100, Unit::MmolL)
        }
    };
    (glucose, limit)
}
