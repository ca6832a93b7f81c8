//! The basal rate of just now: the profile's, or the temporary one that takes its place.

use super::{Live, at, ms_of};
use crate::{
    Document,
    document::{json_number, number, text},
};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

/// The schedules that hold now: the default ones of the newest profile that has begun.
pub fn current_profile(live: &Live) -> Option<&Document> {
    let has_begun = |profile: &&Document| ms_of(profile, "startDate").is_none_or(|ms| ms <= live.now_ms);
    let profile = live.profiles.iter().rev().find(has_begun)?;
    let store = profile.get("store")?.as_object()?;
    let named = text(profile, "defaultProfile").and_then(|name| store.get(name));
    named.or_else(|| store.values().next())?.as_object()
}

/// The property; nothing without a profile.
pub fn basal(live: &Live) -> Option<Value> {
    let scheduled = scheduled(live, current_profile(live)?)?;
    let temporary = temporary(live);
    let rate = temporary.as_ref().and_then(|treatment| rate_of(treatment, scheduled)).unwrap_or(scheduled);
    let mark = if temporary.is_some() { "T: " } else { "" };
    Some(json!({
        "display": format!("{mark}{rate:.3}U"),
        "current": {
            "basal": json_number(scheduled),
            "treatment": temporary,
            "combobolustreatment": null,
            "tempbasal": json_number(rate),
            "combobolusbasal": 0,
            "totalbasal": json_number(rate),
        },
    }))
}

fn scheduled(live: &Live, profile: &Document) -> Option<f64> {
    let zone = text(profile, "timezone").and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
    let now = Timestamp::from_millisecond(live.now_ms).ok()?.to_zoned(zone);
    let second = i64::from(now.hour()) * 3600 + i64::from(now.minute()) * 60 + i64::from(now.second());
    let list = profile.get("basal")?.as_array()?;
    let begun = list.iter().filter(|part| begins(part).is_some_and(|begin| begin <= second));
    number(begun.max_by_key(|part| begins(part)).or(list.first())?.get("value")?)
}

fn begins(part: &Value) -> Option<i64> {
    let seconds = part.get("timeAsSeconds").and_then(number).map(|seconds| seconds as i64);
    seconds.or_else(|| {
        let (hours, minutes) = part.get("time")?.as_str()?.split_once(':')?;
        let minutes = minutes.get(..2)?.parse::<i64>().ok()?;
        Some(hours.parse::<i64>().ok().filter(|hours| (0..48).contains(hours))? * 3600 + minutes * 60)
    })
}

/// The temporary rate that was set last, while it lasts.
fn temporary(live: &Live) -> Option<&Document> {
    let begun = |treatment: &&Document| ms_of(treatment, "created_at").is_some_and(|ms| ms <= live.now_ms);
    let is_temporary =
        |treatment: &&Document| text(treatment, "eventType").is_some_and(|kind| kind.starts_with("Temp Basal"));
    let treatment = live.treatments.iter().rev().filter(is_temporary).find(begun)?;
    let minutes = treatment.get("duration").and_then(number)?;
    let ends = ms_of(treatment, "created_at")? as f64 + minutes * 60_000.0;
    (ends > live.now_ms as f64).then_some(treatment)
}

fn rate_of(treatment: &Document, scheduled: f64) -> Option<f64> {
    let absolute = at(treatment, &["absolute"]).or_else(|| at(treatment, &["rate"])).and_then(number);
    absolute.or_else(|| Some(scheduled * (100.0 + treatment.get("percent").and_then(number)?) / 100.0))
}
