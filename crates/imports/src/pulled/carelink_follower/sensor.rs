//! Sensor values, oldest first; a place without a value holds 0. Only the newest has an arrow.

use super::{Gather, Message, Node};
use glucose::{Glucose, Limit, NewReading, Trend};
use jiff::Timestamp;

pub(super) fn read(message: &Message<'_, '_>, gather: &mut Gather<'_>) {
    let trend = message.data.text("lastSGTrend").and_then(trend_of);
    // The newest comes first: where it stands in the list as well, it has no arrow there.
    if let Some(newest) = message.data.get("lastSG").and_then(|sg| message.sensor_value(sg, gather)) {
        gather.reading(NewReading { trend, ..newest });
    }
    let mut unread = 0usize;
    for (place, sg) in message.data.list("sgs").enumerate() {
        if message.clock.is_before(sg, Some(place)) {
            continue;
        }
        match message.sensor_value(sg, gather) {
            Some(reading) => gather.reading(reading),
            None => unread += usize::from(sg.number("sg").is_some_and(|value| value > 0.0)),
        }
    }
    if unread > 0 {
        gather.remark(format!("Sensor values without a time, or beyond what a sensor measures, left out: {unread}."));
    }
}

impl Message<'_, '_> {
    fn sensor_value(&self, sg: Node<'_>, gather: &mut Gather<'_>) -> Option<NewReading> {
        let state = sg.text("sensorState").unwrap_or_default();
        let (low, high) = (state.starts_with("SG_BELOW"), state.starts_with("SG_ABOVE"));
        let lowest = self.data.number("sgBelowLimit").filter(|limit| (30.0..=70.0).contains(limit)).unwrap_or(40.0);
        let told = sg.number("sg").filter(|value| *value > 0.0);
        // Beyond the ends of the scale the number may be missing: a low that is left out would be the worst gap of all.
        let value = told.or_else(|| low.then_some(lowest)).or_else(|| high.then_some(HIGHEST))?;
        let glucose = Glucose::new(value, self.unit_of(value))?;
        let mg_dl = glucose.to_mg_dl();
        let limit = if low || mg_dl <= lowest {
            Some(Limit::Below)
        } else {
            (high || mg_dl >= HIGHEST).then_some(Limit::Above)
        };
        let (at, offset_min) = self.clock.place(sg, gather)?;
        let at = to_minute(at)?;
        Some(NewReading { limit, device: self.device, ..NewReading::cgm(at, offset_min, glucose) })
    }
}

/// The pump gives whole minutes; messages have some of them a few seconds off, and not the same ones every time.
fn to_minute(at: Timestamp) -> Option<Timestamp> {
    Timestamp::from_second((at.as_second() + 30).div_euclid(60) * 60).ok()
}

/// The end of the scale of every Guardian sensor.
const HIGHEST: f64 = 400.0;

/// `NONE` is steady, slow, or not known: no arrow.
fn trend_of(word: &str) -> Option<Trend> {
    Some(match word {
        "UP" => Trend::SingleUp,
        "UP_DOUBLE" | "DOUBLE_UP" => Trend::DoubleUp,
        "UP_TRIPLE" | "TRIPLE_UP" => Trend::TripleUp,
        "DOWN" => Trend::SingleDown,
        "DOWN_DOUBLE" | "DOUBLE_DOWN" => Trend::DoubleDown,
        "DOWN_TRIPLE" | "TRIPLE_DOWN" => Trend::TripleDown,
        _ => return None,
    })
}
