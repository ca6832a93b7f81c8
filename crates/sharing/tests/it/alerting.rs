//! Quiet hours and the order in which people are called.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use sharing::{AccountId, CallOrder, Id, QuietHours, WeeklyPause};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn quiet_hours_are_by_the_clock_of_whoever_sleeps() {
    let week = WeeklyPause::new(0b001_1111, 22 * 60, 6 * 60).unwrap();
    let weekend = WeeklyPause::new(0b110_0000, 23 * 60, 9 * 60).unwrap();
    let quiet = QuietHours { hours: vec![week, weekend], urgent_waits: false };
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let table = [
        // A Friday: 21:59, 22:00, and the next morning.
        ("2026-11-20T20:59:00Z", None),
        ("2026-11-20T21:00:00Z", Some("2026-11-21T05:00:00Z")),
        ("2026-11-21T05:00:00Z", None),
        // A Saturday night is over at nine.
        ("2026-11-21T22:00:00Z", Some("2026-11-22T08:00:00Z")),
        // The night in which the clocks go back is an hour longer.
        ("2026-10-24T21:00:00Z", Some("2026-10-25T08:00:00Z")),
    ];
    for (now, until) in table {
        assert_eq!(quiet.waits_until(false, at(now), &berlin), until.map(at), "{now}");
        assert_eq!(quiet.waits_until(true, at(now), &berlin), None, "an urgent low gets through at {now}");
    }
    let all = QuietHours { urgent_waits: true, ..quiet };
    assert_eq!(all.waits_until(true, at("2026-11-20T21:00:00Z"), &berlin), Some(at("2026-11-21T05:00:00Z")));
    assert_eq!(QuietHours::default().waits_until(false, at("2026-11-20T21:00:00Z"), &berlin), None);
}

#[test]
fn hours_that_touch_are_one_night() {
    let first = WeeklyPause::new(0x7f, 20 * 60, 0).unwrap();
    let second = WeeklyPause::new(0x7f, 0, 7 * 60).unwrap();
    let quiet = QuietHours { hours: vec![first, second], urgent_waits: false };
    let until = quiet.waits_until(false, at("2026-11-20T21:00:00Z"), &TimeZone::UTC);
    assert_eq!(until, Some(at("2026-11-21T07:00:00Z")));
}

#[test]
fn one_after_the_other_is_called() {
    let [ben, carla, dora] = [1, 2, 3].map(|id| AccountId(Id(id)));
    let order = CallOrder { people: vec![ben, carla, dora], step_min: 10, owner_first: false };
    let began = at("2026-11-21T02:00:00Z");
    let after = |minutes: i64| began + SignedDuration::from_mins(minutes);
    for (minutes, called, next) in [(0, 1, Some(10)), (9, 1, Some(10)), (10, 2, Some(20)), (20, 3, None), (99, 3, None)]
    {
        assert_eq!(order.called(began, after(minutes)), &order.people[..called], "after {minutes} minutes");
        assert_eq!(order.next_turn_at(began, after(minutes)), next.map(after), "after {minutes} minutes");
    }
    let patient_first = CallOrder { owner_first: true, ..order.clone() };
    assert_eq!(patient_first.called(began, after(9)), []);
    assert_eq!(patient_first.called(began, after(10)), [ben]);
    // Nobody waits for somebody whose access is paused.
    assert_eq!(order.only(|person| person != ben).called(began, after(0)), [carla]);
    assert_eq!(CallOrder::default().next_turn_at(began, after(0)), None);
}
