//! LibreLinkUp's graph: half a day of sensor values, and the newest one with its arrow.

use super::{Refused, gather::Gather, node::Node};
use crate::{
    DeviceKind,
    wall::{DateOrder, Wall},
};
use glucose::{Glucose, Limit, NewReading, Trend, Unit};
use jiff::Timestamp;

/// What `uom` and `GlucoseUnits` say for mmol/L.
const MMOL_L: f64 = 0.0;
/// Nobody's glucose in mmol/L is above this.
const MOST_MMOL_L: f64 = 60.0;

pub(super) fn read(text: &str, gather: &mut Gather<'_>) -> Result<(), Refused> {
    let answer = gather.json(text)?;
    let answer = Node(&answer);
    if answer.number("status").is_some_and(|status| status != 0.0) {
        return Err(gather.said(why(answer)));
    }
    let data = answer.get("data").ok_or_else(|| gather.no_values())?;
    let connection = data.get("connection");
    if connection.is_none() && data.get("graphData").is_none() {
        return Err(gather.no_values());
    }
    let unit = connection.and_then(|connection| connection.number("uom"));
    let device = gather.device("FreeStyle Libre", None, DeviceKind::Sensor);
    // The newest comes first: where it stands in the graph as well, it has no arrow there.
    let newest = connection.and_then(|connection| connection.get("glucoseMeasurement"));
    let mut unread = 0usize;
    for item in newest.into_iter().chain(data.list("graphData")) {
        match reading(item, unit, gather) {
            Some(reading) => gather.reading(NewReading { device, ..reading }),
            None => unread += 1,
        }
    }
    if unread > 0 {
        gather.remark(format!("Values without a time or an amount, left out: {unread}."));
    }
    Ok(())
}

/// A step that waits for the person (`tou`: new terms of use, `pp`: new privacy words), or a word.
fn why(answer: Node<'_>) -> String {
    let step = answer.get("data").and_then(|data| data.get("step")).and_then(|step| step.code("type"));
    let word = answer.get("error").and_then(|error| error.code("message"));
    step.or(word).or_else(|| answer.code("status")).unwrap_or_default()
}

fn reading(item: Node<'_>, unit: Option<f64>, gather: &mut Gather<'_>) -> Option<NewReading> {
    let wall = |key| Wall::parse_both(DateOrder::MonthDayYear, item.text(key)?);
    let utc = wall("FactoryTimestamp")?;
    let at = Timestamp::from_second(utc.0).ok()?;
    let offset_min = wall("Timestamp").and_then(|local| offset_between(local, utc));
    let offset_min = offset_min.unwrap_or_else(|| gather.offset_at(at));
    let reading = NewReading::cgm(at, offset_min, amount(item, unit)?);
    Some(NewReading { limit: limit(item), trend: trend(item), ..reading })
}

/// As delivered, in the unit of the account.
fn amount(item: Node<'_>, unit: Option<f64>) -> Option<Glucose> {
    let mg_dl = || item.number("ValueInMgPerDl").and_then(|value| Glucose::new(value, Unit::MgDl));
    let value = item.number("Value");
    if item.number("GlucoseUnits").or(unit) == Some(MMOL_L) {
        return value.filter(|value| *value < MOST_MMOL_L).and_then(|v| Glucose::new(v, Unit::MmolL)).or_else(mg_dl);
    }
    mg_dl().or_else(|| Glucose::new(value?, Unit::MgDl))
}

/// The sensor showed HI or LO. (What is above or below the person's target is `MeasurementColor`.)
fn limit(item: Node<'_>) -> Option<Limit> {
    match (item.flag("isLow"), item.flag("isHigh")) {
        (Some(true), _) => Some(Limit::Below),
        (_, Some(true)) => Some(Limit::Above),
        _ => None,
    }
}

fn trend(item: Node<'_>) -> Option<Trend> {
    const ARROWS: [Trend; 5] =
        [Trend::SingleDown, Trend::FortyFiveDown, Trend::Flat, Trend::FortyFiveUp, Trend::SingleUp];
    let arrow = item.number("TrendArrow").filter(|arrow| arrow.fract() == 0.0)?;
    (1.0..=5.0).contains(&arrow).then(|| ARROWS[arrow as usize - 1])
}

/// The phone's wall clock minus UTC in minutes, as far as any zone has it.
fn offset_between(local: Wall, utc: Wall) -> Option<i16> {
    let quarters = (local.0 - utc.0 + 450).div_euclid(900);
    (-48..=56).contains(&quarters).then_some((quarters * 15) as i16)
}
