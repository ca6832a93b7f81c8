//! School hours, nights and days on which the clocks change.

use jiff::{Timestamp, tz::TimeZone};
use proptest::prelude::*;
use sharing::WeeklyPause;

const MONDAY_TO_FRIDAY: u8 = 0b001_1111;

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn school_hours_and_nights() {
    let school = WeeklyPause::new(MONDAY_TO_FRIDAY, 8 * 60, 13 * 60).unwrap();
    let nights = WeeklyPause::new(0b100_0000, 22 * 60, 7 * 60).unwrap();
    let sundays = WeeklyPause::new(0b110_0000, 0, 0).unwrap();
    let cases = [
        ("before school", school, "2026-03-18T07:59+01", None),
        ("school begins", school, "2026-03-18T08:00+01", Some("2026-03-18T13:00+01")),
        ("the last moment", school, "2026-03-18T12:59:59.999+01", Some("2026-03-18T13:00+01")),
        ("school is out", school, "2026-03-18T13:00+01", None),
        ("no school on Saturday", school, "2026-03-21T09:00+01", None),
        ("in summer time", school, "2026-04-01T08:00+02", Some("2026-04-01T13:00+02")),
        ("Sunday night", nights, "2026-03-22T23:00+01", Some("2026-03-23T07:00+01")),
        ("Monday morning", nights, "2026-03-23T06:59+01", Some("2026-03-23T07:00+01")),
        ("Monday night", nights, "2026-03-23T23:00+01", None),
        ("the night of the change is shorter", nights, "2026-03-29T22:00+02", Some("2026-03-30T07:00+02")),
        ("two whole days are one pause", sundays, "2026-03-21T01:00+01", Some("2026-03-23T00:00+01")),
    ];
    for (name, pause, now, until) in cases {
        assert_eq!(pause.paused_until(at(now), &berlin()), until.map(at), "{name}");
    }
    assert_eq!(school.next_at(at("2026-03-18T08:00+01"), &berlin()), Some(at("2026-03-19T08:00+01")));
    assert_eq!(school.next_at(at("2026-03-20T14:00+01"), &berlin()), Some(at("2026-03-23T08:00+01")));
    // At two the clocks go to three: what begins at half past two begins at half past three.
    let skipped = WeeklyPause::new(0b100_0000, 2 * 60 + 30, 4 * 60).unwrap();
    assert_eq!(skipped.next_at(at("2026-03-28T12:00+01"), &berlin()), Some(at("2026-03-29T03:30+02")));
}

#[test]
fn hours_that_leave_nothing_are_no_pause() {
    for (days, from, to) in [(0, 1, 2), (0x80, 1, 2), (0x7f, 5, 5), (1, 1440, 2), (1, 2, 1440)] {
        assert!(WeeklyPause::new(days, from, to).is_err(), "{days} {from} {to}");
    }
    assert!(WeeklyPause::new(0x7f, 5, 4).is_ok(), "one minute a day is left");
}

proptest! {
    #[test]
    fn a_pause_ends_when_it_says_and_begins_when_it_says(
        days in 1u8..=0x7f, from in 0u16..1440, to in 0u16..1440, minute in 0i64..(2 * 366 * 1440)
    ) {
        let Ok(pause) = WeeklyPause::new(days, from, to) else { return Ok(()) };
        let now = at("2026-01-01T00:00Z").checked_add(jiff::SignedDuration::from_mins(minute)).unwrap();
        let before = |at: Timestamp| at.checked_sub(jiff::SignedDuration::from_secs(1)).unwrap();
        if let Some(until) = pause.paused_until(now, &berlin()) {
            prop_assert!(until > now);
            prop_assert_eq!(pause.paused_until(until, &berlin()), None);
            prop_assert_eq!(pause.paused_until(before(until), &berlin()), Some(until));
        } else {
            let next = pause.next_at(now, &berlin()).unwrap();
            prop_assert!(pause.paused_until(next, &berlin()).is_some());
            prop_assert_eq!(pause.paused_until(before(next), &berlin()), None);
        }
    }
}
