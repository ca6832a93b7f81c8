//! Treatments without an amount: changes of set and sensor, movement, suspension, words.

use super::{Document, Reader, temp_basals::duration_ms, treatments::is_nameless};
use glucose::EventKind;

impl Reader<'_> {
    pub(super) fn take_set_change(&mut self, what: &str, document: &mut Document) {
        document.fields.drop_if_zero(&["duration", "durationInMilliseconds"]);
        self.emit(document, EventKind::SetChange { what: what.to_owned(), units: None });
    }

    pub(super) fn take_sensor_event(&mut self, what: &str, document: &mut Document) {
        document.fields.drop_if_zero(&["duration", "durationInMilliseconds"]);
        self.emit(document, EventKind::Sensor { what: what.to_owned() });
    }

    pub(super) fn take_suspend(&mut self, document: &mut Document) {
        let reason = document.fields.text("reason").unwrap_or_default();
        self.emit(document, EventKind::Suspend { reason });
    }

    pub(super) fn take_exercise(&mut self, document: &mut Document) {
        let duration_ms = duration_ms(document).filter(|ms| *ms > 0);
        let intensity = document.fields.text("notes").unwrap_or_default();
        self.emit(document, EventKind::Exercise { duration_ms, intensity });
    }

    /// The person's words. A kind of event that we do not know and that only says something keeps its name.
    pub(super) fn take_notes(&mut self, name: &str, said: bool, document: &mut Document) {
        let Some(text) = document.fields.text("notes") else { return };
        let is_plain = is_nameless(name) || said || is_note(name);
        let kind = if is_plain { EventKind::Note { text } } else { EventKind::Other { name: name.to_owned(), text } };
        self.emit(document, kind);
    }
}

fn is_note(name: &str) -> bool {
    ["note", "announcement", "question"].iter().any(|known| name.eq_ignore_ascii_case(known))
}
