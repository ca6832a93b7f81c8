//! Profiles: kept whole, as settings that held from their start on.

use super::{Document, Reader};
use glucose::EventKind;

impl Reader<'_> {
    pub(super) fn take_profile(&mut self, mut document: Document) {
        let name = ["defaultProfile", "profile"].iter().find_map(|key| document.fields.look_text(&[key]));
        let name = name.unwrap_or_default().to_owned();
        let has_store = document.fields.get("store").is_some_and(serde_json::Value::is_object);
        if !has_store {
            return self.problem("store", "This profile holds no schedules.");
        }
        let json = std::mem::take(&mut document.fields).as_text();
        let mut event = document.event(EventKind::Settings { name, json });
        event.given = document.given();
        self.import.events.push(event);
    }
}
