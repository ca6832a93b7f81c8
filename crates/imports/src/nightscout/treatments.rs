//! Treatments: one document may tell of insulin, carbohydrate, a finger value and a note at once.

use super::{Document, Reader, entries, temp_basals::duration_ms};
use crate::Import;
use glucose::{EventKind, Given, Glucose, NewReading, ReadingKind, Unit};

impl Reader<'_> {
    pub(super) fn take_treatment(&mut self, mut document: Document) {
        let name = document.fields.text("eventType").unwrap_or_default();
        document.fields.drop_if_nothing(&["insulin", "carbs", "protein", "fat", "notes", "foodType", "glucose"]);
        let (events, readings, problems) =
            (self.import.events.len(), self.import.readings.len(), self.import.problem_count);
        self.take_kind(&name, &mut document);
        self.take_insulin(&mut document);
        self.take_carbs(&mut document);
        self.take_glucose(&mut document);
        let said = |import: &Import| import.events.len() > events || import.readings.len() > readings;
        self.take_notes(&name, said(&self.import), &mut document);
        if !said(&self.import) && self.import.problem_count == problems {
            let name = if is_nameless(&name) { "treatment".to_owned() } else { name };
            self.emit(&document, EventKind::Other { name: name.chars().take(64).collect(), text: String::new() });
        }
        self.put_given(document, events, readings);
    }

    /// What the kind of event itself says; insulin, carbohydrate and notes follow whatever the kind.
    fn take_kind(&mut self, name: &str, document: &mut Document) {
        match name.to_ascii_lowercase().as_str() {
            "combo bolus" => self.take_combo(document),
            "temp basal" | "temp basal start" | "temp basal end" | "tempbasal" => {
                self.take_temp_basal(document);
                document.fields.drop_if_nothing(&["percent", "reason"]);
            }
            "temporary target" | "temporary target cancel" | "temporary override" | "temporary override cancel" => {
                self.take_target(name, document);
            }
            "profile switch" | "effective profile switch" => self.take_profile_switch(document),
            "exercise" => self.take_exercise(document),
            "site change" | "cannula change" => self.take_set_change("site", document),
            "insulin change" | "insulin cartridge change" | "reservoir change" => {
                self.take_set_change("reservoir", document);
            }
            "pump battery change" => self.take_set_change("battery", document),
            "sensor start" => self.take_sensor_event("start", document),
            "sensor change" => self.take_sensor_event("change", document),
            "sensor stop" => self.take_sensor_event("stop", document),
            "suspend pump" => self.take_suspend(document),
            "resume pump" => self.emit(document, EventKind::Resume),
            "openaps offline" => {
                let duration = duration_ms(document).map(|ms| format!(" for {} min", ms / 60_000));
                let name = format!("loop off{}", duration.unwrap_or_default());
                self.emit(document, EventKind::Mode { name, automated: Some(false) });
            }
            _ => {}
        }
    }

    fn take_carbs(&mut self, document: &mut Document) {
        let fields = &mut document.fields;
        let (carbs, fat, protein) = (fields.number("carbs"), fields.number("fat"), fields.number("protein"));
        let sensible = |grams: f64| (0.0..=2000.0).contains(&grams);
        if [carbs, fat, protein].iter().flatten().any(|grams| !sensible(*grams)) {
            return self.problem("carbs", "This is no amount of food.");
        }
        let food = |grams: Option<f64>| grams.filter(|grams| *grams > 0.0);
        if food(carbs).or(food(fat)).or(food(protein)).is_some() {
            let (fat, protein) = (food(fat), food(protein));
            self.emit(document, EventKind::Carbs { grams: carbs.unwrap_or(0.0), fat, protein });
        }
    }

    /// A finger value typed in with a treatment. A sensor value noted there is no reading of its own.
    fn take_glucose(&mut self, document: &mut Document) {
        let fields = &mut document.fields;
        if fields.look_number(&["glucose"]).is_none() || fields.look_text(&["glucoseType"]) == Some("Sensor") {
            return;
        }
        let Some(value) = fields.number("glucose") else { return };
        let unit = unit_of(fields.text("units").as_deref(), value);
        let Some(glucose) = Glucose::new(value, unit) else {
            return self.problem("glucose", "This is no glucose value.");
        };
        fields.drop(&["glucoseType", "mgdl", "mmol"]);
        let limit = (unit == Unit::MgDl).then(|| entries::limit_of(value)).flatten();
        let reading = NewReading::meter(document.at, document.offset_min, glucose);
        let reading = NewReading { kind: ReadingKind::Meter, limit, ..reading };
        let mut reading = document.reading(reading);
        reading.given = shared(&document.given);
        self.import.readings.push(reading);
    }

    pub(super) fn emit(&mut self, document: &Document, kind: EventKind) {
        let mut event = document.event(kind);
        event.given = shared(&document.given);
        self.import.events.push(event);
    }

    /// What we have no place for goes beside the first datum of the document.
    fn put_given(&mut self, mut document: Document, events: usize, readings: usize) {
        let given = document.given();
        if let Some(event) = self.import.events.get_mut(events) {
            event.given = given;
        } else if let Some(reading) = self.import.readings.get_mut(readings) {
            reading.given = given;
        }
    }
}

/// Id and app, which every datum of a document has.
fn shared(given: &Given) -> Option<Box<Given>> {
    let known = Given { id: given.id.clone(), app: given.app.clone(), fields: None };
    (known != Given::default()).then(|| Box::new(known))
}

/// xDrip writes these.
pub(super) fn is_nameless(name: &str) -> bool {
    matches!(name, "" | "<none>")
}

/// Without a unit the amount tells: nobody measures 35 mg/dL or less and notes it without one, nor more than 35 mmol/L.
pub(super) fn unit_of(unit: Option<&str>, value: f64) -> Unit {
    match unit.map(str::to_ascii_lowercase).as_deref() {
        Some(unit) if unit.starts_with("mmol") => Unit::MmolL,
        Some(_) => Unit::MgDl,
        None if value <= 35.0 => Unit::MmolL,
        None => Unit::MgDl,
    }
}
