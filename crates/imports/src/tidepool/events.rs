//! Food, movement, ketone, settings and what devices reported.

use super::{Datum, Reader, glucose_of, insulin::milliseconds};
use crate::iso::Iso;
use glucose::EventKind;
use jiff::SignedDuration;

/// What Tidepool adds for itself and says nothing of the person.
const BOOKKEEPING: &[&str] = &[
    "id",
    "guid",
    "uploadId",
    "deviceId",
    "time",
    "deviceTime",
    "timezoneOffset",
    "conversionOffset",
    "clockDriftOffset",
    "createdTime",
    "modifiedTime",
    "revision",
    "origin",
    "_deduplicator",
    "_active",
    "_groupId",
    "_id",
    "_schemaVersion",
    "_userId",
    "_version",
    "_state",
    "_dataState",
];

impl Reader<'_> {
    pub(super) fn take_food(&mut self, datum: Datum) {
        let look = |part: &[&str]| datum.fields.look_number(part).filter(|grams| (0.0..=2000.0).contains(grams));
        let Some(grams) = look(&["nutrition", "carbohydrate", "net"]) else {
            return self.problem("nutrition", "This food does not say how much carbohydrate it has.");
        };
        let fat = look(&["nutrition", "fat", "total"]);
        let protein = look(&["nutrition", "protein", "total"]);
        let mut fields = datum.fields.clone();
        let name = fields.text("name");
        let fields = name.map(|name| serde_json::json!({ "name": name }).to_string());
        self.emit_at(&datum, datum.at, EventKind::Carbs { grams, fat, protein }, fields);
    }

    pub(super) fn take_activity(&mut self, datum: &Datum) {
        let factor = match datum.fields.look_text(&["duration", "units"]) {
            Some("hours") => 3_600_000.0,
            Some("minutes") => 60_000.0,
            Some("seconds") => 1000.0,
            _ => 1.0,
        };
        let duration = datum.fields.look_number(&["duration", "value"]).map(|value| value * factor);
        let duration_ms = duration.filter(|ms| (0.0..=1e11).contains(ms)).map(|ms| ms.round() as i64);
        let words = ["reportedIntensity", "name"].iter().find_map(|key| datum.fields.look_text(&[key]));
        let intensity = words.unwrap_or_default().to_owned();
        self.emit(datum, EventKind::Exercise { duration_ms, intensity });
    }

    pub(super) fn take_ketone(&mut self, datum: &Datum) {
        match datum.fields.look_number(&["value"]).filter(|value| (0.0..=20.0).contains(value)) {
            Some(mmol_l) => self.emit(datum, EventKind::Ketone { mmol_l }),
            None => self.problem("value", "This is no ketone value."),
        }
    }

    pub(super) fn take_device_event(&mut self, datum: &Datum) {
        let fields = &datum.fields;
        match fields.look_text(&["subType"]).unwrap_or_default() {
            "alarm" => self.take_alarm(datum),
            "calibration" => match fields.look_number(&["value"]).and_then(glucose_of) {
                Some(glucose) => self.emit(datum, EventKind::Calibration { glucose }),
                None => self.problem("value", "This is no glucose value."),
            },
            "prime" => {
                let what = fields.look_text(&["primeTarget"]).unwrap_or("priming").to_owned();
                self.emit(datum, EventKind::SetChange { what, units: fields.look_number(&["volume"]) });
            }
            "reservoirChange" => {
                self.emit(datum, EventKind::SetChange { what: "reservoir".to_owned(), units: None });
            }
            "status" => self.take_status(datum),
            "timeChange" => self.take_time_change(datum),
            "pumpSettingsOverride" => self.take_override(datum),
            "" => self.problem("subType", "This device event does not say what it is."),
            other => {
                let name = other.chars().take(64).collect();
                self.emit(datum, EventKind::Other { name, text: String::new() });
            }
        }
    }

    fn take_alarm(&mut self, datum: &Datum) {
        let fields = &datum.fields;
        let words = fields.look_text(&["payload", "explanation"]).or_else(|| fields.look_text(&["alarmType"]));
        let text = words.unwrap_or("alarm").to_owned();
        let code = fields.look_number(&["payload", "alarmCode"]).or_else(|| fields.look_number(&["payload", "code"]));
        let code = code.filter(|code| code.abs() < 1e9).map(|code| code as i32);
        self.emit(datum, EventKind::Alarm { text, code, cleared: false });
    }

    /// Suspended for so long, then going on.
    fn take_status(&mut self, datum: &Datum) {
        let fields = &datum.fields;
        match fields.look_text(&["status"]) {
            Some("suspended") => {
                let words = [&["payload", "suspended", "cause"][..], &["reason", "suspended"], &["reason"]];
                let reason = words.iter().find_map(|path| fields.look_text(path)).unwrap_or_default().to_owned();
                self.emit(datum, EventKind::Suspend { reason });
                let end = milliseconds(fields, "duration").filter(|ms| *ms > 0);
                if let Some(at) = end.and_then(|ms| datum.at.checked_add(SignedDuration::from_millis(ms)).ok()) {
                    self.emit_at(datum, at, EventKind::Resume, None);
                }
            }
            Some("resumed") => self.emit(datum, EventKind::Resume),
            _ => self.problem("status", "This status is not known."),
        }
    }

    fn take_time_change(&mut self, datum: &Datum) {
        let time = |path: &[&str]| datum.fields.look_text(path).and_then(Iso::parse).map(|time| time.wall.0);
        let from = time(&["from", "time"]).or_else(|| time(&["change", "from"]));
        let to = time(&["to", "time"]).or_else(|| time(&["change", "to"]));
        if let (Some(from), Some(to)) = (from, to) {
            return self.emit(datum, EventKind::ClockChange { by_ms: (to - from) * 1000 });
        }
        let zone = |side: &str| datum.fields.look_text(&[side, "timeZoneName"]).unwrap_or("unknown").to_owned();
        let text = format!("from {} to {}", zone("from"), zone("to"));
        self.emit(datum, EventKind::Other { name: "time zone change".to_owned(), text });
    }

    fn take_override(&mut self, datum: &Datum) {
        let fields = &datum.fields;
        let mg_dl = |side: &str| Some(glucose_of(fields.look_number(&["bgTarget", side])?)?.to_mg_dl());
        let words = ["overridePreset", "overrideType"].iter().find_map(|key| fields.look_text(&[key]));
        let reason = words.unwrap_or_default().to_owned();
        // Overrides are in seconds, other than everything else.
        let duration_ms = milliseconds(fields, "duration").map(|seconds| seconds.saturating_mul(1000));
        self.emit(datum, EventKind::Target { low: mg_dl("low"), high: mg_dl("high"), duration_ms, reason });
    }

    pub(super) fn take_settings(&mut self, kind: &str, mut datum: Datum) {
        let name = datum.fields.look_text(&["activeSchedule"]).unwrap_or(kind).to_owned();
        datum.fields.drop(BOOKKEEPING);
        let json = datum.fields.as_text();
        self.emit(&datum, EventKind::Settings { name, json });
    }

    /// What the person said of how they were.
    pub(super) fn take_reported(&mut self, datum: &Datum) {
        let states = datum.fields.get("states").and_then(serde_json::Value::as_array);
        let names = states
            .into_iter()
            .flatten()
            .filter_map(|state| ["stateOther", "state"].iter().find_map(|key| state.get(*key)?.as_str()));
        let text = names.collect::<Vec<_>>().join(", ");
        if !text.is_empty() {
            self.emit(datum, EventKind::Note { text });
        }
    }
}
