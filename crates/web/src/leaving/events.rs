//! Events as an export tells them: what, how much in which unit, how long, in which words, and the rest by name.

use glucose::EventKind;
use glucose::event::{BasalDelivery, BolusOrigin, InsulinKind};
use serde_json::{Map, Value, json};

/// An event in the columns of an export.
#[derive(Default)]
pub struct Told {
    pub what: &'static str,
    pub amount: Option<f64>,
    pub unit: &'static str,
    pub minutes: Option<f64>,
    pub text: String,
    /// By names that carry their unit.
    pub details: Map<String, Value>,
}

impl Told {
    fn of(what: &'static str) -> Self {
        Self { what, ..Self::default() }
    }

    fn amount(self, amount: f64, unit: &'static str) -> Self {
        Self { amount: Some(amount), unit, ..self }
    }

    fn maybe_amount(self, amount: Option<f64>, unit: &'static str) -> Self {
        Self { unit: if amount.is_some() { unit } else { "" }, amount, ..self }
    }

    fn lasting(self, ms: Option<i64>) -> Self {
        Self { minutes: ms.map(|ms| ms as f64 / 60_000.0), ..self }
    }

    fn text(self, text: &str) -> Self {
        Self { text: text.to_owned(), ..self }
    }

    fn with(mut self, name: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.details.insert(name.to_owned(), value.into());
        }
        self
    }
}

/// JSON that came as text; as text again when it is none.
pub fn as_json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| json!(text))
}

pub fn told(kind: &EventKind) -> Told {
    insulin(kind).or_else(|| eaten_and_done(kind)).unwrap_or_else(|| of_device(kind))
}

fn insulin(kind: &EventKind) -> Option<Told> {
    Some(match kind {
        EventKind::Bolus { normal, extended, duration_ms, programmed, origin } => Told::of("bolus")
            .amount(normal + extended, "U")
            .lasting((*duration_ms > 0).then_some(*duration_ms))
            .with("normal_u", Some(*normal))
            .with("extended_u", (*extended > 0.0).then_some(*extended))
            .with("programmed_u", *programmed)
            .with("origin", Some(origin_word(*origin))),
        EventKind::Basal { rate, duration_ms, delivery } => Told::of("basal")
            .amount(*rate, "U/h")
            .lasting(*duration_ms)
            .with("delivery", Some(delivery_word(*delivery))),
        EventKind::AutoInsulinDay { units } => Told::of("automatic insulin of the day").amount(*units, "U"),
        EventKind::DailyTotal { units } => Told::of("daily total").amount(*units, "U"),
        EventKind::Injection { units, insulin } => {
            Told::of("injection").amount(*units, "U").with("insulin", Some(insulin_word(*insulin)))
        }
        EventKind::Calculation { advised, on_board, carbs, delivered } => Told::of("bolus advice")
            .maybe_amount(*advised, "U")
            .with("on_board_u", *on_board)
            .with("carbs_g", *carbs)
            .with("delivered", Some(*delivered)),
        EventKind::Suspend { reason } => Told::of("suspend").text(reason),
        EventKind::Resume => Told::of("resume"),
        _ => return None,
    })
}

fn eaten_and_done(kind: &EventKind) -> Option<Told> {
    Some(match kind {
        EventKind::Carbs { grams, fat, protein } => {
            Told::of("carbs").amount(*grams, "g").with("fat_g", *fat).with("protein_g", *protein)
        }
        EventKind::Exercise { duration_ms, intensity } => Told::of("exercise").lasting(*duration_ms).text(intensity),
        EventKind::Ketone { mmol_l } => Told::of("ketone").amount(*mmol_l, "mmol/L"),
        EventKind::Note { text } => Told::of("note").text(text),
        EventKind::Other { name, text } => Told::of("other").text(text).with("name", Some(name.as_str())),
        _ => return None,
    })
}

fn of_device(kind: &EventKind) -> Told {
    match kind {
        EventKind::Calibration { glucose } => Told::of("calibration").amount(glucose.value(), glucose.unit().symbol()),
        EventKind::Alarm { text, code, cleared } => {
            Told::of("alarm").text(text).with("code", *code).with("cleared", cleared.then_some(true))
        }
        EventKind::Mode { name, automated } => Told::of("mode").text(name).with("automated", *automated),
        EventKind::Sensor { what } => Told::of("sensor").text(what),
        EventKind::SetChange { what, units } => Told::of("set change").text(what).maybe_amount(*units, "U"),
        EventKind::ClockChange { by_ms } => Told::of("clock change").lasting(Some(*by_ms)),
        EventKind::Target { low, high, duration_ms, reason } => {
            Told::of("target").lasting(*duration_ms).text(reason).with("low_mg_dl", *low).with("high_mg_dl", *high)
        }
        EventKind::Settings { name, json } => Told::of("settings").text(name).with("settings", Some(as_json(json))),
        EventKind::Status { on_board, carbs_on_board, reservoir, battery, json } => Told::of("status")
            .with("on_board_u", *on_board)
            .with("carbs_on_board_g", *carbs_on_board)
            .with("reservoir_u", *reservoir)
            .with("battery_percent", *battery)
            .with("status", (!json.is_empty()).then(|| as_json(json))),
        _ => Told::of("other"),
    }
}

fn origin_word(origin: BolusOrigin) -> &'static str {
    match origin {
        BolusOrigin::Manual => "manual",
        BolusOrigin::Calculator => "calculator",
        BolusOrigin::Automatic => "automatic",
        BolusOrigin::Unknown => "unknown",
    }
}

fn delivery_word(delivery: BasalDelivery) -> &'static str {
    match delivery {
        BasalDelivery::Scheduled => "scheduled",
        BasalDelivery::Temporary => "temporary",
        BasalDelivery::Automated => "automated",
        BasalDelivery::Suspended => "suspended",
    }
}

fn insulin_word(insulin: InsulinKind) -> &'static str {
    match insulin {
        InsulinKind::Rapid => "rapid",
        InsulinKind::Long => "long",
        InsulinKind::Other => "other",
    }
}
