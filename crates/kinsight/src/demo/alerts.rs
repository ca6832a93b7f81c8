//! Alerts of the demo: what Mara and Jonas want to be told of, who is called, and an alert of the last days that Jonas took.

use super::cast::{JONAS, MARA, PASSWORD, PETRA};
use anyhow::{Context, Result};
use glucose::alert::Seen;
use glucose::{AlertKind, Glucose, Reading};
use jiff::{SignedDuration, Timestamp};
use sharing::{AccountId, CallOrder, Purpose, RecordId};
use store::{
    Access, Actor, AlertOrder, AlertSettings, Channel, Manage, NewChannel, Origin, SeedAlert, Seeded, Store, View,
};

const LOW: Glucose = Glucose::mg_dl(70);
/// So far back an alert is looked for, and not so near that it would still be going on.
const DAYS: SignedDuration = SignedDuration::from_hours(14 * 24);
const HOURS: SignedDuration = SignedDuration::from_hours(2);

pub async fn alert(store: &Store, seeded: &Seeded, now: Timestamp) -> Result<()> {
    let record = *seeded.records.iter().flatten().next().context("Mara has a record")?;
    let mara = wants_alerts(store, MARA.email, record).await?;
    let jonas = wants_alerts(store, JONAS.email, record).await?;
    let petra = wants_alerts(store, PETRA.email, record).await?;
    let account = |actor: &Actor| actor.account().context("somebody who signed in");
    let (told, order) = (vec![account(&mara)?, account(&jonas)?], vec![account(&jonas)?, account(&petra)?]);
    in_order(store, &mara, record, order).await?;
    let look = move |patient: &mut Access<'_, View>| patient.readings_within(now - DAYS, now - HOURS);
    let readings = store.with_patient(&mara, record, Purpose::Home, look).await?;
    if let Some((seen, ended_at)) = last_low(&readings) {
        let (name, kind) = ("Mara".to_owned(), AlertKind::Low);
        let taken = (account(&jonas)?, seen.at + SignedDuration::from_mins(4));
        store.seed_alert(seeded, SeedAlert { record, name, kind, seen, ended_at, told, taken }).await?;
    }
    Ok(())
}

/// The usual rules, by mail.
async fn wants_alerts(store: &Store, email: &str, record: RecordId) -> Result<Actor> {
    let entrance = store.sign_in(email, PASSWORD, false, Origin::default()).await.context("the family signs in")?;
    let token = entrance.opened().context("the family has no second step")?.session;
    let actor = store.session(token.as_str()).await?.actor;
    let choose = move |own: &mut store::Own<'_>| {
        own.choose_alerts(record, &AlertSettings::usual())?;
        let (url, token) = (String::new(), String::new());
        own.add_alert_channel(&NewChannel { kind: Channel::Mail, url, token, urgent_only: false })
    };
    store.with_account(&actor, choose).await?;
    store.sign_out(token.as_str()).await?;
    Ok(actor)
}

async fn in_order(store: &Store, mara: &Actor, record: RecordId, people: Vec<AccountId>) -> Result<()> {
    let order = AlertOrder { order: CallOrder { people, ..AlertOrder::empty().order }, ..AlertOrder::empty() };
    let set = move |patient: &mut Access<'_, Manage>| patient.set_alert_order(&order);
    Ok(store.with_patient(mara, record, Purpose::Alerts, set).await?)
}

/// The last time that a value fell below the limit and stayed there for ten minutes, and when that was over.
fn last_low(readings: &[Reading]) -> Option<(Seen, Timestamp)> {
    let is_low = |reading: &Reading| reading.glucose.to_mg_dl() < LOW.to_mg_dl();
    let begins = |four: &[Reading]| four.iter().map(is_low).eq([false, true, true, true]);
    let third = readings.windows(4).rev().find(|four| begins(four))?.last()?;
    let ended = readings.iter().find(|reading| reading.at > third.at && !is_low(reading))?.at;
    let seen = Seen { at: third.at, glucose: third.glucose, trend: third.trend };
    Some((seen, ended + SignedDuration::from_mins(15)))
}
