//! Watches and small displays: `/pebble`, and the last day as displays of CareLink's followers read it.

use super::caller::Caller;
use super::failure::Failure;
use super::{reply, v2};
use axum::extract::RawQuery;
use axum::response::Response;
use glucose::Unit;
use jiff::{SignedDuration, Timestamp};
use nightscout::carelink::{CareLink, message};
use nightscout::query::parameter;
use nightscout::{Live, answers};
use store::{Access, View};

pub async fn pebble(caller: Caller, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let query = query.unwrap_or_default();
    let now = v2::now(&caller).await?;
    let unit = match parameter(&query, "units").as_deref() {
        Some("mmol") => Unit::MmolL,
        _ => Unit::MgDl,
    };
    let count = parameter(&query, "count").and_then(|count| count.parse().ok()).unwrap_or(1);
    Ok(reply::json(&answers::pebble(&Live { unit, ..now }, count)))
}

/// With the values of the day.
pub async fn carelink(caller: Caller) -> Result<Response, Failure> {
    day(&caller, true).await
}

/// With the newest value alone.
pub async fn carelink_now(caller: Caller) -> Result<Response, Failure> {
    day(&caller, false).await
}

async fn day(caller: &Caller, history: bool) -> Result<Response, Failure> {
    let now = caller.web.clock.now();
    let job = move |patient: &mut Access<'_, View>| {
        // Two hours more, so that the oldest place of the day has its value.
        let from = now.saturating_sub(SignedDuration::from_hours(26)).unwrap_or(Timestamp::MIN);
        let to = now.saturating_add(SignedDuration::from_secs(1)).unwrap_or(Timestamp::MAX);
        Ok((patient.readings_within(from, to)?, patient.events_within(from, to)?))
    };
    let (readings, events) = caller.read(job).await?;
    // Whoever holds a display knows whose values these are; a display that is lost does not say it.
    let day = CareLink { now_ms: now.as_millisecond(), readings: &readings, events: &events, ..CareLink::default() };
    Ok(reply::json(&message(&day, history)))
}
