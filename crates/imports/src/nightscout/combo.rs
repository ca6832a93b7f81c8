//! Combo boluses: part at once, part over a while.
//!
//! | sender | at once | over `duration` |
//! | --- | --- | --- |
//! | care portal | `insulin` = `enteredinsulin` × `splitNow` % | `enteredinsulin` × `splitExt` % |
//! | AAPS | nothing | `enteredinsulin` (`splitExt` 100) |
//! | others, without `enteredinsulin` | `insulin` is taken as the whole, as Nightscout itself counts it | |

use super::{Document, Reader, temp_basals::duration_ms};
use glucose::{
    EventKind,
    event::{BasalDelivery, BolusOrigin},
};

impl Reader<'_> {
    pub(super) fn take_combo(&mut self, document: &mut Document) {
        let fields = &document.fields;
        let entered = fields.look_number(&["enteredinsulin"]);
        let insulin = fields.look_number(&["insulin"]);
        let relative = fields.look_number(&["relative"]);
        let now = fields.look_number(&["splitNow"]);
        let later = fields.look_number(&["splitExt"]).or(now.map(|now| 100.0 - now));
        let emulates = fields.look(&["isEmulatingTempBasal"]).and_then(serde_json::Value::as_bool) == Some(true);
        let Some(total) = entered.or(insulin).filter(|units| (0.0..=500.0).contains(units)) else {
            return self.problem("enteredinsulin", "This combo bolus does not say how much.");
        };
        let (now, later) = (now.unwrap_or(0.0).clamp(0.0, 100.0), later.unwrap_or(100.0).clamp(0.0, 100.0));
        let duration = duration_ms(document).unwrap_or(0);
        // What is told apart here must not be counted again as a plain bolus; without a stated whole both stay.
        let counted = document.fields.number("insulin");
        if emulates {
            let hours = duration as f64 / 3_600_000.0;
            let rate = relative.unwrap_or(if hours > 0.0 { total / hours } else { 0.0 });
            let delivery = BasalDelivery::Temporary;
            return self.emit(document, EventKind::Basal { rate, duration_ms: Some(duration), delivery });
        }
        if entered.is_none() {
            self.import.remark(
                "Combo boluses that do not state their whole amount: the insulin given is taken as the whole, \
                 and split as stated.",
            );
        }
        let normal = match (entered, counted) {
            (Some(_), Some(immediate)) => immediate,
            _ => total * now / 100.0,
        };
        let extended = total * later / 100.0;
        let (origin, programmed) = (BolusOrigin::Unknown, None);
        self.emit(document, EventKind::Bolus { normal, extended, duration_ms: duration, programmed, origin });
    }
}
