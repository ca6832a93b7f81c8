//! Dexcom Share: `[{"WT":"Date(1638396953000)","ST":…,"DT":"Date(1638396953000+0000)","Value":120,"Trend":"Flat"}]`.
//! Always in mg/dL; 39 and 401 stand for LOW and HIGH.

use super::{Refused, gather::Gather, node::Node};
use crate::{
    DeviceKind, iso,
    nightscout::{LOWEST, limit_of, trend_of},
};
use glucose::{Glucose, NewReading, Trend, Unit};
use jiff::Timestamp;
use serde_json::Value;

pub(super) fn read(text: &str, gather: &mut Gather<'_>) -> Result<(), Refused> {
    let answer = gather.json(text)?;
    let Value::Array(list) = &answer else {
        let code = Node(&answer).code("Code");
        return Err(code.map_or_else(|| gather.no_values(), |code| gather.said(code)));
    };
    if !list.is_empty() && !list.iter().any(|item| Node(item).get("Value").is_some()) {
        return Err(gather.no_values());
    }
    let device = gather.device("Dexcom", None, DeviceKind::Sensor);
    let (mut unread, mut errors) = (0usize, 0usize);
    for item in list.iter().map(Node) {
        match (when(item, gather), item.number("Value")) {
            (Some(_), Some(value)) if value < LOWEST => errors += 1,
            (Some((at, offset_min)), Some(value)) => match Glucose::new(value, Unit::MgDl) {
                Some(glucose) => {
                    let reading = NewReading::cgm(at, offset_min, glucose);
                    gather.reading(NewReading { limit: limit_of(value), trend: trend(item), device, ..reading });
                }
                None => unread += 1,
            },
            _ => unread += 1,
        }
    }
    if errors > 0 {
        gather.remark(format!("Error codes of the sensor in place of a value: {errors}."));
    }
    if unread > 0 {
        gather.remark(format!("Values without a time or an amount, left out: {unread}."));
    }
    Ok(())
}

/// All three are milliseconds of UTC; only the displayed time says what the wall clock showed. A zero there is what
/// servers write that do not know.
fn when(item: Node<'_>, gather: &mut Gather<'_>) -> Option<(Timestamp, i16)> {
    let [wall, system, displayed] = ["WT", "ST", "DT"].map(|key| item.text(key).and_then(date));
    let (at, _) = wall.or(system).or(displayed)?;
    let stated = displayed.and_then(|(_, seconds)| seconds).filter(|seconds| *seconds != 0);
    Some((at, stated.map_or_else(|| gather.offset_at(at), |seconds| (seconds / 60) as i16)))
}

/// `Date(1638396953000)`, `/Date(1638396953000)/` or `Date(1638396953000-0500)`.
fn date(text: &str) -> Option<(Timestamp, Option<i32>)> {
    let inside = text.trim_matches('/').strip_prefix("Date(")?.strip_suffix(')')?;
    let end = inside.find(['+', '-']).unwrap_or(inside.len());
    let milliseconds: i64 = inside[..end].parse().ok()?;
    Some((Timestamp::from_millisecond(milliseconds).ok()?, iso::offset(&inside[end..])?))
}

/// A name, or its number in older answers. 8 and 9 (`NotComputable`, `RateOutOfRange`) are no arrow.
fn trend(item: Node<'_>) -> Option<Trend> {
    const ARROWS: [&str; 7] =
        ["DoubleUp", "SingleUp", "FortyFiveUp", "Flat", "FortyFiveDown", "SingleDown", "DoubleDown"];
    let number = item.number("Trend").filter(|number| (1.0..8.0).contains(number));
    item.text("Trend").and_then(trend_of).or_else(|| trend_of(ARROWS[number? as usize - 1]))
}
