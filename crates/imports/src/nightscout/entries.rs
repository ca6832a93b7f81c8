//! Entries: sensor values, finger values and calibrations. Always in mg/dL, whatever a site shows.

use super::{Document, Reader};
use glucose::{EventKind, Glucose, Limit, NewReading, ReadingKind, Trend, Unit};

/// Below this a sensor value is an error code of the sensor (Nightscout's own rule).
pub const LOWEST: f64 = 39.0;

impl Reader<'_> {
    pub(super) fn take_entry(&mut self, mut document: Document) {
        let kind = document.fields.text("type");
        let fields = &document.fields;
        match kind.as_deref() {
            Some("sgv") => self.take_sensor(document),
            Some("mbg") => self.take_finger(document),
            Some("cal") => self.take_line(document),
            None if fields.has("sgv") => self.take_sensor(document),
            None if fields.has("mbg") => self.take_finger(document),
            Some(other) => {
                let kind = EventKind::Other { name: other.chars().take(64).collect(), text: String::new() };
                let mut event = document.event(kind);
                event.given = document.given();
                self.import.events.push(event);
            }
            None => self.problem("type", "This entry does not say what it is."),
        }
    }

    fn take_sensor(&mut self, mut document: Document) {
        let Some(value) = document.fields.number("sgv") else {
            return self.problem("sgv", "This is no number.");
        };
        if value < LOWEST {
            return self.problem("sgv", "This is an error code of the sensor, no glucose.");
        }
        let Some(glucose) = Glucose::new(value, Unit::MgDl) else {
            return self.problem("sgv", "This is beyond what any sensor measures.");
        };
        let trend = take_trend(&mut document);
        if document.fields.look_number(&["glucose"]) == Some(value) {
            document.fields.drop(&["glucose"]);
        }
        let reading =
            NewReading { limit: limit_of(value), trend, ..NewReading::cgm(document.at, document.offset_min, glucose) };
        let mut reading = document.reading(reading);
        reading.given = document.given();
        self.import.readings.push(reading);
    }

    fn take_finger(&mut self, mut document: Document) {
        let glucose = document.fields.number("mbg").and_then(|value| Glucose::new(value, Unit::MgDl));
        let Some(glucose) = glucose else {
            return self.problem("mbg", "This is no glucose value.");
        };
        let reading = NewReading::meter(document.at, document.offset_min, glucose);
        let mut reading = document.reading(NewReading { kind: ReadingKind::Meter, ..reading });
        reading.given = document.given();
        self.import.readings.push(reading);
    }

    /// A calibration as a line (slope, intercept, scale): no glucose value.
    fn take_line(&mut self, mut document: Document) {
        let part = |name: &str| document.fields.look_number(&[name]).map(|value| format!("{name} {value}"));
        let text = ["slope", "intercept", "scale"].iter().filter_map(|name| part(name)).collect::<Vec<_>>().join(", ");
        let mut event = document.event(EventKind::Other { name: "cal".to_owned(), text });
        event.given = document.given();
        self.import.events.push(event);
    }
}

/// 39 and 401 are what LOW and HIGH are sent as.
pub fn limit_of(mg_dl: f64) -> Option<Limit> {
    if mg_dl <= 39.0 { Some(Limit::Below) } else { (mg_dl >= 401.0).then_some(Limit::Above) }
}

/// A direction that we know is taken; another one stays among the fields.
fn take_trend(document: &mut Document) -> Option<Trend> {
    let trend = document.fields.look_text(&["direction"]).and_then(trend_of);
    if trend.is_some() || document.fields.look_text(&["direction"]) == Some("NONE") {
        document.fields.drop(&["direction"]);
    }
    trend
}

/// The arrow that a `direction` names.
pub fn trend_of(direction: &str) -> Option<Trend> {
    Some(match direction {
        "TripleUp" => Trend::TripleUp,
        "DoubleUp" => Trend::DoubleUp,
        "SingleUp" => Trend::SingleUp,
        "FortyFiveUp" => Trend::FortyFiveUp,
        "Flat" => Trend::Flat,
        "FortyFiveDown" => Trend::FortyFiveDown,
        "SingleDown" => Trend::SingleDown,
        "DoubleDown" => Trend::DoubleDown,
        "TripleDown" => Trend::TripleDown,
        _ => return None,
    })
}
