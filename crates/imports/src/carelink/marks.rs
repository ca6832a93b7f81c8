//! What stands for itself: set changes, suspensions, sensor errors, notes of the app's log book, clock changes.

use super::entry::{Sited, What};
use super::rows::amount;
use crate::{Import, wall::Wall};
use glucose::{EventKind, NewEvent, event::InsulinKind};

/// The same sensor message again within this time is one spell of it (it comes every five minutes).
const SAME_SPELL_MS: i64 = 16 * 60_000;

pub(super) fn join(sited: &[Sited<'_>], import: &mut Import) {
    let mut spell: Option<(&str, i64)> = None;
    for one in sited {
        let kind = match one.what {
            What::Exception(text) => {
                let at_ms = one.at.as_millisecond();
                let goes_on = spell.is_some_and(|(what, last)| what == text && at_ms - last <= SAME_SPELL_MS);
                spell = Some((text, at_ms));
                (!goes_on).then(|| EventKind::Sensor { what: exception(text) })
            }
            What::ClockSet(to) => clock_change(one, to),
            what => event_of(what),
        };
        import.events.extend(kind.map(|kind| NewEvent::new(one.at, one.offset_min, kind)));
    }
}

fn event_of(what: What<'_>) -> Option<EventKind> {
    match what {
        What::Prime { kind, units } => Some(EventKind::SetChange { what: prime(kind), units }),
        What::Rewind => Some(EventKind::SetChange { what: "rewind".to_owned(), units: None }),
        What::Suspend(word) if is_resume(word) => Some(EventKind::Resume),
        What::Suspend(word) => Some(EventKind::Suspend { reason: word.to_owned() }),
        What::Marker(text) => Some(marker(text)),
        What::Network(text) => Some(EventKind::Other { name: "device".to_owned(), text: text.to_owned() }),
        What::DailyTotal(units) => Some(EventKind::DailyTotal { units }),
        _ => None,
    }
}

pub(super) fn is_resume(word: &str) -> bool {
    word.eq_ignore_ascii_case("NORMAL_PUMPING") || word.eq_ignore_ascii_case("Resume")
}

fn clock_change(one: &Sited<'_>, to: Wall) -> Option<EventKind> {
    let shown = one.at.as_second() + i64::from(one.offset_min) * 60;
    let by_ms = (to.0 - shown) * 1000;
    (by_ms != 0).then_some(EventKind::ClockChange { by_ms })
}

fn prime(kind: &str) -> String {
    match kind.to_ascii_lowercase().as_str() {
        "fixed" | "cannula fill" => "cannula".to_owned(),
        "manual" | "tubing fill" => "tubing".to_owned(),
        other => other.to_owned(),
    }
}

fn exception(code: &str) -> String {
    match code {
        "SENSOR_INIT_CODE" => "warm-up".to_owned(),
        "SENSOR_CHANGE_SENSOR_ERROR" => "change".to_owned(),
        other => other.to_owned(),
    }
}

/// `Meal: 45,00grams`, `Insulin: 8.00`, `Exercise`, `Other`.
fn marker(text: &str) -> EventKind {
    let (name, rest) = text.split_once(':').unwrap_or((text, ""));
    let number = rest.trim().trim_end_matches(|c: char| c.is_alphabetic() || c.is_whitespace());
    let name = name.trim();
    match (name.to_ascii_lowercase().as_str(), amount(number)) {
        ("meal", Some(grams)) if !rest.to_ascii_lowercase().contains("ex") => {
            EventKind::Carbs { grams, fat: None, protein: None }
        }
        ("insulin", Some(units)) => EventKind::Injection { units, insulin: InsulinKind::Other },
        ("exercise", minutes) => EventKind::Exercise {
            duration_ms: minutes.filter(|minutes| *minutes > 0.0).map(|minutes| (minutes * 60_000.0) as i64),
            intensity: String::new(),
        },
        _ => EventKind::Other { name: name.to_owned(), text: rest.trim().to_owned() },
    }
}
