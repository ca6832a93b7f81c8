//! A simulated person for the tests: sensor every five minutes, meals with boluses, a pump that changes its rate, a low
//! on some nights, a gap. Always the same.

use glucose::{
    Event, EventKind, Glucose, Provenance, Reading, ReadingKind, Unit,
    event::{BasalDelivery, BolusOrigin},
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

/// Meals: hour, minute, grams, units.
const MEALS: [(i8, i8, f64, f64); 4] =
    [(7, 30, 45.0, 5.2), (12, 40, 60.0, 6.4), (16, 10, 15.0, 0.0), (18, 50, 70.0, 7.85)];

pub struct Life {
    pub readings: Vec<Reading>,
    pub events: Vec<Event>,
}

/// Lives `days` days from `first` in this zone.
pub fn life(first: Date, days: u16, zone: &TimeZone, unit: Unit) -> Life {
    let mut life = Life { readings: Vec::new(), events: Vec::new() };
    for index in 0..days {
        let on = first.checked_add(i64::from(index).days()).unwrap();
        let from = on.to_zoned(zone.clone()).unwrap().timestamp();
        let to = on.tomorrow().unwrap().to_zoned(zone.clone()).unwrap().timestamp();
        measure(&mut life, index, from, to, unit);
        note(&mut life, index, on, zone);
    }
    life
}

fn measure(life: &mut Life, index: u16, from: Timestamp, to: Timestamp, unit: Unit) {
    let mut at = from;
    let mut minute = 0_i32;
    while at < to {
        let is_gap = index % 5 == 2 && (840..990).contains(&minute);
        if !is_gap {
            let mg_dl = value(i32::from(index), minute).round().clamp(40.0, 400.0);
            let glucose = match unit {
                Unit::MgDl => Glucose::mg_dl(mg_dl as i32),
                Unit::MmolL => Glucose::of_thousandths((mg_dl / 1.801_559).round() as i32 * 100, Unit::MmolL),
            };
            life.readings.push(reading(at, glucose, ReadingKind::Cgm));
        }
        minute += 5;
        at += 5.minutes();
    }
}

fn value(index: i32, minute: i32) -> f64 {
    let day = f64::from(index * 37 % 11) - 5.0;
    let hour = f64::from(minute) / 60.0;
    let dawn = 14.0 * ((hour - 6.0) / 24.0 * std::f64::consts::TAU).cos();
    let meals: f64 = MEALS
        .iter()
        .map(|(at, past, grams, _)| {
            let since = f64::from(minute) - f64::from(*at) * 60.0 - f64::from(*past) - 5.0 * day;
            let rise = if since > 0.0 { since / 55.0 * (1.0 - since / 55.0).exp() } else { 0.0 };
            rise * (grams * 1.25 + 5.0 * day)
        })
        .sum();
    let low = if index % 3 == 1 { -72.0 * (-((hour - 3.4) / 1.1).powi(2)).exp() } else { 0.0 };
    let drop = if index % 4 == 3 { -60.0 * (-((hour - 15.6) / 0.7).powi(2)).exp() } else { 0.0 };
    let wave = 7.0 * (hour * 2.1 + day).sin() + 4.0 * (hour * 7.3 + 2.0 * day).sin();
    118.0 + 3.0 * day + dawn + meals + low + drop + wave
}

fn note(life: &mut Life, index: u16, on: Date, zone: &TimeZone) {
    let at = |hour: i8, minute: i8| on.at(hour, minute, 0, 0).to_zoned(zone.clone()).unwrap().timestamp();
    for (hour, minute, grams, units) in MEALS {
        life.events.push(event(at(hour, minute), EventKind::Carbs { grams, fat: None, protein: None }));
        if units > 0.0 {
            let extended = if hour == 18 { 2.0 } else { 0.0 };
            let kind = EventKind::Bolus {
                normal: units - extended,
                extended,
                duration_ms: if extended > 0.0 { 5_400_000 } else { 0 },
                programmed: None,
                origin: BolusOrigin::Calculator,
            };
            life.events.push(event(at(hour, minute), kind));
        }
    }
    for (hour, rate) in [(0, 0.7), (4, 0.95), (9, 0.6), (16, 0.75), (22, 0.65)] {
        let delivery = BasalDelivery::Scheduled;
        life.events.push(event(at(hour, 0), EventKind::Basal { rate, duration_ms: None, delivery }));
    }
    life.readings.push(reading(at(7, 12), Glucose::mg_dl(128 + i32::from(index)), ReadingKind::Meter));
    if index % 3 == 1 {
        let text = "Low sensor glucose".to_owned();
        life.events.push(event(at(3, 5), EventKind::Alarm { text, code: Some(802), cleared: false }));
    }
    if index.is_multiple_of(3) {
        life.events.push(event(at(9, 20), EventKind::SetChange { what: "cannula".to_owned(), units: Some(0.3) }));
        life.events
            .push(event(at(20, 15), EventKind::Note { text: "Long walk after dinner, <b>felt</b> fine".to_owned() }));
    }
}

pub fn reading(at: Timestamp, glucose: Glucose, kind: ReadingKind) -> Reading {
    Reading { at, offset_min: 0, glucose, kind, limit: None, trend: None, from: Provenance::default() }
}

pub fn event(at: Timestamp, kind: EventKind) -> Event {
    Event { at, offset_min: 0, kind, from: Provenance::default() }
}
