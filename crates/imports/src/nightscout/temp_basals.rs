//! Temporary basal rates. A loop sends one of thirty minutes every five: each ends when the next one begins.

use super::{Document, Reader};
use glucose::{EventKind, NewEvent, event::BasalDelivery};

const MINUTE: f64 = 60_000.0;
/// What a temporary rate is called whose rate is not known.
const PERCENT: &str = "Temp Basal";

impl Reader<'_> {
    pub(super) fn take_temp_basal(&mut self, document: &mut Document) {
        let duration_ms = duration_ms(document).unwrap_or(0);
        let fields = &mut document.fields;
        let rate = fields.number("absolute").or_else(|| fields.look_number(&["rate"]));
        if fields.look_number(&["rate"]) == rate {
            fields.drop(&["rate"]);
        }
        let percent = fields.look_number(&["percent"]);
        let rate = match (rate, percent) {
            (Some(rate), _) => rate,
            (None, Some(percent)) if percent <= -100.0 => 0.0,
            // The end of a temporary rate.
            (None, None) if duration_ms == 0 => 0.0,
            (None, Some(percent)) => return self.take_percent(document, percent, duration_ms),
            (None, None) => {
                return self.problem("rate", "This temporary basal has neither rate nor percentage.");
            }
        };
        if !(0.0..=100.0).contains(&rate) {
            return self.problem("rate", "This is no basal rate.");
        }
        let delivery = delivery(document, rate);
        self.emit(document, EventKind::Basal { rate, duration_ms: Some(duration_ms), delivery });
    }

    /// A percentage is of the schedule, which stands in the profile and not here.
    fn take_percent(&mut self, document: &mut Document, percent: f64, duration_ms: i64) {
        let minutes = duration_ms / 60_000;
        let text = format!("{percent:+} % of the schedule for {minutes} min");
        self.import.remark(
            "Temporary basal rates given as a percentage of the schedule are kept as notes: \
             their rate in U/h stands in the profile.",
        );
        self.emit(document, EventKind::Other { name: PERCENT.to_owned(), text });
    }
}

/// The duration in milliseconds, from whichever field has it.
pub(super) fn duration_ms(document: &mut Document) -> Option<i64> {
    let fields = &mut document.fields;
    let exact = fields.number("durationInMilliseconds");
    let minutes = fields.number("duration").map(|minutes| minutes * MINUTE);
    exact.or(minutes).filter(|ms| (0.0..=1e11).contains(ms)).map(|ms| ms.round() as i64)
}

fn delivery(document: &mut Document, rate: f64) -> BasalDelivery {
    let fields = &mut document.fields;
    let kind = fields.look_text(&["type"]).unwrap_or_default().to_owned();
    let suspended = kind == "EMULATED_PUMP_SUSPEND" || fields.look_text(&["reason"]) == Some("suspend");
    if suspended && rate == 0.0 {
        return BasalDelivery::Suspended;
    }
    let by_a_loop = ["Loop", "iAPS", "Trio", "freeaps", "openaps"];
    let app = document.given.app.as_deref().unwrap_or_default().to_ascii_lowercase();
    let is_loop = by_a_loop.iter().any(|name| app.contains(&name.to_ascii_lowercase()));
    match document.fields.flag("automatic") {
        Some(true) => BasalDelivery::Automated,
        Some(false) => BasalDelivery::Temporary,
        None if is_loop && matches!(kind.as_str(), "" | "NORMAL") => BasalDelivery::Automated,
        None => BasalDelivery::Temporary,
    }
}

/// Shortens each temporary rate to the moment the next one begins, or ends it.
pub(super) fn end_by_the_next(events: &mut [NewEvent]) {
    events.sort_by_key(|event| event.at);
    let mut next: Option<jiff::Timestamp> = None;
    for event in events.iter_mut().rev() {
        match &mut event.kind {
            EventKind::Basal { duration_ms: Some(planned), .. } => {
                if let Some(next) = next {
                    *planned = (*planned).min(next.as_millisecond() - event.at.as_millisecond());
                }
            }
            EventKind::Other { name, .. } if name == PERCENT => {}
            _ => continue,
        }
        next = Some(event.at);
    }
}
