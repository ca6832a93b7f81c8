//! The pump: its programmed pattern, the loop that may steer it, and the segments it reports.

use crate::body::{Body, TICK_MIN};
use crate::person::Traits;
use glucose::event::BasalDelivery;

/// One stretch of basal at one rate, open at its end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Segment {
    pub start_ms: i64,
    pub rate: f64,
    pub delivery: BasalDelivery,
}

#[derive(Clone, Debug)]
pub(crate) struct Pump {
    pub(crate) open: Option<Segment>,
    pub(crate) reservoir: f64,
    pub(crate) last_bolus_ms: i64,
    pub(crate) last_automatic_ms: i64,
    /// Stopped (set change, or before a low) until this instant.
    pub(crate) stopped_until_ms: i64,
}

impl Pump {
    pub(crate) fn new() -> Self {
        Self { open: None, reservoir: 280.0, last_bolus_ms: 0, last_automatic_ms: 0, stopped_until_ms: 0 }
    }

    /// U/h by the programmed pattern: five blocks a day, in steps of 0.05.
    pub(crate) fn programmed(traits: &Traits, minute_of_day: f64) -> f64 {
        let middle = match minute_of_day as u32 {
            0..180 => 90.0,
            180..300 => 240.0,
            300..540 => 400.0,
            540..1080 => 800.0,
            _ => 1260.0,
        };
        (Body::need(traits, middle) * traits.basal_set * 20.0).round() / 20.0
    }

    /// What is given now, U/h, and how it came about. `seen` is what the sensor last said, with its change over 15 minutes.
    pub(crate) fn rate(
        &self,
        traits: &Traits,
        minute: f64,
        now_ms: i64,
        seen: Option<(f64, f64)>,
    ) -> (f64, BasalDelivery) {
        let programmed = Self::programmed(traits, minute);
        if now_ms < self.stopped_until_ms {
            return (0.0, BasalDelivery::Suspended);
        }
        match seen {
            Some((value, change)) if traits.loops => {
                let soon = value + 1.4 * change;
                let wanted = if soon < 80.0 { 0.0 } else { programmed * (1.0 + (soon - traits.target) / 120.0) };
                ((wanted.clamp(0.0, 3.2 * programmed) * 40.0).round() / 40.0, BasalDelivery::Automated)
            }
            _ => (programmed, BasalDelivery::Scheduled),
        }
    }

    /// Notes what is given; yields the segment that ended, with its length.
    pub(crate) fn give(&mut self, now_ms: i64, rate: f64, delivery: BasalDelivery) -> Option<(Segment, i64)> {
        self.reservoir -= rate * TICK_MIN / 60.0;
        match self.open {
            Some(open) if open.rate == rate && open.delivery == delivery && now_ms - open.start_ms < 6 * 3_600_000 => {
                None
            }
            ended => {
                self.open = Some(Segment { start_ms: now_ms, rate, delivery });
                ended.map(|segment| (segment, now_ms - segment.start_ms))
            }
        }
    }
}
