//! Lines of an export: CSV for tables, JSON for programs. Values in the unit they came in, with where they came from.
//!
//! **Invariant:** a cell that a person or device wrote never begins like a formula: an apostrophe stands before it
//! (`tests/it/export.rs`). Numbers and times are ours and stay as they are.

use super::events;
use glucose::{Event, Given, Glucose, Limit, Reading, ReadingKind, Trend};
use jiff::{Timestamp, tz::Offset};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::fmt::Write as _;
use store::{Export, NewDevice, Taken};

pub const READINGS: &str = "time,glucose,unit,kind,limit,trend,source,uploads,device,serial,id,app,fields";
pub const EVENTS: &str = "time,what,amount,unit,minutes,text,details,source,uploads,device,serial,id,app,fields";
pub const HISTORY: &str = "number,time,who,role,what,purpose,count,from,pages,receipt,sha256,detail";
pub const RECEIPTS: &str = "time,receipt,who,what,file,sha256";
pub const ACTIVITY: &str = "number,time,what,count,detail";
pub const MESSAGES: &str = "written,sent,subject";

/// Who brought what: the names behind the numbers that data carry.
pub struct Sources {
    uploads: HashMap<u32, &'static str>,
    devices: HashMap<u16, NewDevice>,
}

impl Sources {
    pub fn of(export: &Export) -> Self {
        let uploads = export.uploads.iter().map(|taken| (taken.line.number, taken.line.source.name()));
        Self { uploads: uploads.collect(), devices: export.devices.iter().cloned().collect() }
    }

    fn device(&self, device: Option<u16>) -> (&str, &str) {
        let device = device.and_then(|number| self.devices.get(&number));
        device.map_or(("", ""), |device| (device.name.as_str(), device.serial.as_deref().unwrap_or("")))
    }

    fn source<T>(&self, taken: &Taken<T>) -> &'static str {
        taken.uploads.first().and_then(|first| self.uploads.get(first)).copied().unwrap_or("")
    }
}

/// A document of an app, with when the server took it in.
pub fn document_json(document: &store::Document) -> String {
    let at = |ms: i64| Timestamp::from_millisecond(ms).map(|at| at.to_string()).ok();
    let line = json!({
        "collection": format!("{:?}", document.collection).to_lowercase(),
        "time": document.at.to_string(),
        "app": document.app,
        "taken_in": document.stamps.and_then(|stamps| at(stamps.created_ms)),
        "changed": document.stamps.and_then(|stamps| at(stamps.changed_ms)),
        "document": serde_json::from_str::<Value>(&document.json).unwrap_or_default(),
    });
    format!("{line}\n")
}

/// One line of a CSV file.
#[derive(Default)]
pub struct Line(String);

impl Line {
    /// A number, a time or a word of ours.
    pub fn plain(mut self, value: impl std::fmt::Display) -> Self {
        self.comma();
        write!(self.0, "{value}").expect("a text takes everything");
        self
    }

    /// What a person, a device or an app wrote.
    pub fn text(mut self, text: &str) -> Self {
        self.comma();
        let guarded = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
        if guarded.is_empty() && !text.contains(['"', ',', '\n', '\r']) && text.trim() == text {
            self.0.push_str(text);
        } else {
            write!(self.0, "\"{guarded}{}\"", text.replace('"', "\"\"")).expect("a text takes everything");
        }
        self
    }

    pub fn maybe(self, value: Option<impl std::fmt::Display>) -> Self {
        match value {
            Some(value) => self.plain(value),
            None => self.plain(""),
        }
    }

    pub fn maybe_text(self, text: Option<&str>) -> Self {
        self.text(text.unwrap_or_default())
    }

    /// CRLF, as RFC 4180 wants it.
    pub fn end(mut self) -> String {
        self.0.push_str("\r\n");
        // Every cell put a comma before itself.
        self.0.split_off(1)
    }

    fn comma(&mut self) {
        self.0.push(',');
    }
}

/// With the offset of the device's clock, so that both the instant and the wall time are told.
pub fn time(at: Timestamp, offset_min: i16) -> String {
    let offset = Offset::from_seconds(i32::from(offset_min) * 60).unwrap_or(Offset::UTC);
    at.display_with_offset(offset).to_string()
}

pub fn reading_csv(taken: &Taken<Reading>, sources: &Sources) -> String {
    let reading = &taken.datum;
    let line = Line::default()
        .plain(time(reading.at, reading.offset_min))
        .plain(amount(reading.glucose))
        .plain(reading.glucose.unit().symbol())
        .plain(kind(reading.kind))
        .plain(limit(reading.limit))
        .plain(trend(reading.trend));
    provenance(line, taken, sources).end()
}

pub fn event_csv(taken: &Taken<Event>, sources: &Sources) -> String {
    let event = &taken.datum;
    let told = events::told(&event.kind);
    let details = if told.details.is_empty() { String::new() } else { Value::Object(told.details).to_string() };
    let line = Line::default()
        .plain(time(event.at, event.offset_min))
        .plain(told.what)
        .maybe(told.amount)
        .plain(told.unit)
        .maybe(told.minutes)
        .text(&told.text)
        .text(&details);
    provenance(line, taken, sources).end()
}

fn provenance<T>(line: Line, taken: &Taken<T>, sources: &Sources) -> Line {
    let uploads: Vec<String> = taken.uploads.iter().map(u32::to_string).collect();
    let (device, serial) = sources.device(taken.device);
    let given = taken.given.as_deref();
    let given = |part: fn(&Given) -> &Option<String>| given.and_then(|given| part(given).as_deref()).unwrap_or("");
    line.plain(sources.source(taken))
        .plain(uploads.join(" "))
        .text(device)
        .text(serial)
        .text(given(|given| &given.id))
        .text(given(|given| &given.app))
        .text(given(|given| &given.fields))
}

pub fn reading_json(taken: &Taken<Reading>, sources: &Sources) -> String {
    let reading = &taken.datum;
    let mut line = Map::new();
    line.insert("time".to_owned(), json!(time(reading.at, reading.offset_min)));
    line.insert("glucose".to_owned(), json!(reading.glucose.value()));
    line.insert("unit".to_owned(), json!(reading.glucose.unit().symbol()));
    line.insert("kind".to_owned(), json!(kind(reading.kind)));
    for (name, word) in [("limit", limit(reading.limit)), ("trend", trend(reading.trend))] {
        if !word.is_empty() {
            line.insert(name.to_owned(), json!(word));
        }
    }
    with_provenance(line, taken, sources)
}

pub fn event_json(taken: &Taken<Event>, sources: &Sources) -> String {
    let event = &taken.datum;
    let told = events::told(&event.kind);
    let mut line = Map::new();
    line.insert("time".to_owned(), json!(time(event.at, event.offset_min)));
    line.insert("what".to_owned(), json!(told.what));
    if let Some(amount) = told.amount {
        line.insert("amount".to_owned(), json!(amount));
        line.insert("unit".to_owned(), json!(told.unit));
    }
    if let Some(minutes) = told.minutes {
        line.insert("minutes".to_owned(), json!(minutes));
    }
    if !told.text.is_empty() {
        line.insert("text".to_owned(), json!(told.text));
    }
    line.extend(told.details);
    with_provenance(line, taken, sources)
}

fn with_provenance<T>(mut line: Map<String, Value>, taken: &Taken<T>, sources: &Sources) -> String {
    line.insert("source".to_owned(), json!(sources.source(taken)));
    line.insert("uploads".to_owned(), json!(taken.uploads));
    let (device, serial) = sources.device(taken.device);
    let given = taken.given.as_deref().cloned().unwrap_or_default();
    let texts = [
        ("device", Some(device)),
        ("serial", Some(serial)),
        ("id", given.id.as_deref()),
        ("app", given.app.as_deref()),
    ];
    for (name, text) in texts {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            line.insert(name.to_owned(), json!(text));
        }
    }
    if let Some(fields) = given.fields {
        line.insert("fields".to_owned(), events::as_json(&fields));
    }
    format!("{}\n", Value::Object(line))
}

/// Exactly as it came: `157`, `9.4`.
fn amount(glucose: Glucose) -> String {
    let (whole, rest) = (glucose.thousandths() / 1000, glucose.thousandths() % 1000);
    if rest == 0 { whole.to_string() } else { format!("{whole}.{rest:03}").trim_end_matches('0').to_owned() }
}

fn kind(kind: ReadingKind) -> &'static str {
    match kind {
        ReadingKind::Cgm => "sensor",
        ReadingKind::Scan => "scan",
        ReadingKind::Meter => "meter",
    }
}

fn limit(limit: Option<Limit>) -> &'static str {
    match limit {
        None => "",
        Some(Limit::Below) => "below",
        Some(Limit::Above) => "above",
    }
}

fn trend(trend: Option<Trend>) -> &'static str {
    match trend {
        None => "",
        Some(Trend::TripleUp) => "triple up",
        Some(Trend::DoubleUp) => "double up",
        Some(Trend::SingleUp) => "single up",
        Some(Trend::FortyFiveUp) => "forty-five up",
        Some(Trend::Flat) => "flat",
        Some(Trend::FortyFiveDown) => "forty-five down",
        Some(Trend::SingleDown) => "single down",
        Some(Trend::DoubleDown) => "double down",
        Some(Trend::TripleDown) => "triple down",
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, amount, time};
    use glucose::{Glucose, Unit};

    #[test]
    fn what_people_wrote_is_never_a_formula() {
        let cell = |text| Line::default().text(text).end();
        assert_eq!(cell("lunch"), "lunch\r\n");
        assert_eq!(cell("lunch, \"late\""), "\"lunch, \"\"late\"\"\"\r\n");
        for formula in ["=1+1", "+49 30", "-2", "@sum", "\tx", "\rx"] {
            assert_eq!(cell(formula), format!("\"'{formula}\"\r\n"));
        }
        assert_eq!(Line::default().plain(-0.5).plain("mg/dL").maybe(None::<i32>).end(), "-0.5,mg/dL,\r\n");
    }

    #[test]
    fn numbers_and_times_are_as_they_came() {
        let mmol = |thousandths| amount(Glucose::of_thousandths(thousandths, Unit::MmolL));
        assert_eq!([mmol(9400), mmol(5551), mmol(10_000), mmol(4_050)], ["9.4", "5.551", "10", "4.05"]);
        let at = "2026-03-18T19:00:00.5Z".parse().expect("an instant");
        assert_eq!(
            [time(at, 60), time(at, 0), time(at, -210)],
            ["2026-03-18T20:00:00.5+01:00", "2026-03-18T19:00:00.5+00:00", "2026-03-18T15:30:00.5-03:30"]
        );
    }
}
