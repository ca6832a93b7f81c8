//! Markers: insulin, food, and the modes of the loop.

use super::{Gather, Message, Node};
use glucose::{
    EventKind, NewEvent,
    event::{BasalDelivery, BolusOrigin},
};

const FIVE_MINUTES: i64 = 5 * 60_000;
/// The message begins with the state that held when its day began, at another second every time.
pub(super) const EDGE_SECONDS: i64 = 300;
/// More than any pump gives at once.
const MOST_UNITS: f64 = 100.0;
const MOST_GRAMS: f64 = 2000.0;

pub(super) fn read(message: &Message<'_, '_>, gather: &mut Gather<'_>) {
    for marker in message.data.list("markers") {
        if message.clock.is_before(marker, None) {
            continue;
        }
        let values = values_of(marker);
        let kind = match marker.text("type").unwrap_or_default() {
            "INSULIN" => bolus(values),
            "AUTO_BASAL_DELIVERY" => automated_basal(values),
            "MEAL" => meal(values),
            "AUTO_MODE_STATUS" if !is_at_edge(message, marker) => mode(values),
            "LOW_GLUCOSE_SUSPENDED" if !is_at_edge(message, marker) => suspension(values),
            _ => None,
        };
        let (Some(kind), Some((at, offset_min))) = (kind, message.clock.place(marker, gather)) else { continue };
        gather.event(NewEvent { device: message.device, ..NewEvent::new(at, offset_min, kind) });
    }
}

/// Today's form has the values two levels down, the older one beside the type.
pub(super) fn values_of(marker: Node<'_>) -> Node<'_> {
    marker.get("data").and_then(|data| data.get("dataValues")).unwrap_or(marker)
}

pub(super) fn is_at_edge(message: &Message<'_, '_>, marker: Node<'_>) -> bool {
    message.clock.seconds_of_day(marker).is_some_and(|seconds| seconds <= EDGE_SECONDS)
}

/// What was delivered. One that is still being given comes again when it is done.
fn bolus(values: Node<'_>) -> Option<EventKind> {
    if values.flag("completed") == Some(false) {
        return None;
    }
    let units = |key| values.number(key).map(tidy).filter(|units| (0.0..=MOST_UNITS).contains(units));
    let normal = units("deliveredFastAmount").unwrap_or(0.0);
    let extended = units("deliveredExtendedAmount").unwrap_or(0.0);
    if normal + extended <= 0.0 {
        return None;
    }
    let parts = [units("programmedFastAmount"), units("programmedExtendedAmount")];
    let programmed = tidy(parts.iter().flatten().sum());
    let programmed = (programmed > tidy(normal + extended)).then_some(programmed);
    let minutes =
        ["effectiveDuration", "programmedDuration"].iter().find_map(|key| values.number(key).filter(|m| *m > 0.0));
    let minutes = minutes.filter(|minutes| extended > 0.0 && *minutes <= 24.0 * 60.0).unwrap_or(0.0);
    let origin = match values.text("activationType").unwrap_or_default() {
        "AUTOCORRECTION" => BolusOrigin::Automatic,
        "RECOMMENDED" => BolusOrigin::Calculator,
        "MANUAL" => BolusOrigin::Manual,
        _ => BolusOrigin::Unknown,
    };
    Some(EventKind::Bolus { normal, extended, duration_ms: (minutes * 60_000.0) as i64, programmed, origin })
}

/// The loop's own insulin, every five minutes.
fn automated_basal(values: Node<'_>) -> Option<EventKind> {
    let units = values.number("bolusAmount").filter(|units| (0.0..=MOST_UNITS / 12.0).contains(units))?;
    let (rate, duration_ms) = (tidy(tidy(units) * 12.0), Some(FIVE_MINUTES));
    Some(EventKind::Basal { rate, duration_ms, delivery: BasalDelivery::Automated })
}

fn meal(values: Node<'_>) -> Option<EventKind> {
    let grams = values.number("amount").filter(|grams| *grams > 0.0 && *grams <= MOST_GRAMS)?;
    Some(EventKind::Carbs { grams, fat: None, protein: None })
}

/// Today's form often does not say which way.
fn mode(values: Node<'_>) -> Option<EventKind> {
    let automated = values.flag("autoModeOn")?;
    let name = if automated { "Auto mode" } else { "Manual mode" };
    Some(EventKind::Mode { name: name.to_owned(), automated: Some(automated) })
}

fn suspension(values: Node<'_>) -> Option<EventKind> {
    let suspended = values.flag("deliverySuspended")?;
    Some(if suspended { EventKind::Suspend { reason: "low glucose".to_owned() } } else { EventKind::Resume })
}

/// Without the dust of single precision (0.02500000037 U): pumps give thousandths.
fn tidy(units: f64) -> f64 {
    (units * 1e4).round() / 1e4
}
