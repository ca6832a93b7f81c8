//! Device status: what a loop, a pump or an uploader said of itself.

use super::{Document, Reader};
use crate::json::Fields;
use glucose::EventKind;

impl Reader<'_> {
    pub(super) fn take_status(&mut self, mut document: Document) {
        let fields = std::mem::take(&mut document.fields);
        let status = EventKind::Status {
            on_board: first(&fields, ON_BOARD),
            carbs_on_board: carbs_on_board(&fields),
            reservoir: first(&fields, RESERVOIR).filter(|units| *units >= 0.0),
            battery: first(&fields, BATTERY).filter(|percent| (0.0..=100.0).contains(percent)),
            json: fields.as_text(),
        };
        let mut event = document.event(status);
        event.given = document.given();
        self.import.events.push(event);
    }
}

type Path = &'static [&'static str];

/// In order of preference: the loop's own reckoning before the pump's.
const ON_BOARD: &[Path] = &[
    &["loop", "iob", "iob"],
    &["openaps", "iob", "iob"],
    &["openaps", "suggested", "IOB"],
    &["openaps", "enacted", "IOB"],
    &["pump", "iob", "iob"],
    &["pump", "iob", "bolusiob"],
];
const RESERVOIR: &[Path] = &[&["pump", "reservoir"]];
const BATTERY: &[Path] =
    &[&["pump", "battery", "percent"], &["pump", "battery"], &["uploader", "battery"], &["uploaderBattery"]];

fn first(fields: &Fields, paths: &[Path]) -> Option<f64> {
    paths.iter().find_map(|path| fields.look_number(path))
}

/// Of what a loop suggested and what it did, the later one tells.
fn carbs_on_board(fields: &Fields) -> Option<f64> {
    if let Some(grams) = fields.look_number(&["loop", "cob", "cob"]) {
        return Some(grams);
    }
    let of = |which: &str| {
        let grams = fields.look_number(&["openaps", which, "COB"])?;
        Some((fields.look_text(&["openaps", which, "timestamp"]).unwrap_or_default(), grams))
    };
    let (suggested, enacted) = (of("suggested"), of("enacted"));
    match (suggested, enacted) {
        (Some(one), Some(other)) => Some(if other.0 > one.0 { other.1 } else { one.1 }),
        (one, other) => one.or(other).map(|(_, grams)| grams),
    }
}
