//! Every form of time that apps send.

use nightscout::{
    Moment,
    times::{http_date, iso, of_header},
};
use serde_json::json;

#[test]
fn every_form_of_time_is_read() {
    let table = [
        (json!(1_795_223_038_989_i64), 1_795_223_038_989, None),
        (json!(1_795_223_038_989.0), 1_795_223_038_989, None),
        (json!(1_795_223_038_988.6), 1_795_223_038_989, None),
        (json!(1_795_223_038), 1_795_223_038_000, None),
        (json!(1_795_223_038.5), 1_795_223_038_500, None),
        (json!("1795223038989"), 1_795_223_038_989, None),
        (json!("1795223038989.0"), 1_795_223_038_989, None),
        (json!("2026-11-21T01:03:58.989Z"), 1_795_223_038_989, Some(0)),
        (json!("2026-11-21T01:03:58Z"), 1_795_223_038_000, Some(0)),
        (json!("2026-11-21T03:03:58.989+0200"), 1_795_223_038_989, Some(120)),
        (json!("2026-11-21T03:03:58.989+02:00"), 1_795_223_038_989, Some(120)),
        (json!("2026-11-21T03:03:58.989 02:00"), 1_795_223_038_989, Some(120)),
        (json!("2026-11-20T20:03:58-05:00"), 1_795_223_038_000, Some(-300)),
        (json!("2026-11-21T06:33:58.989+05:30"), 1_795_223_038_989, Some(330)),
        (json!("2026-11-21T01:03:58.989"), 1_795_223_038_989, None),
        (json!("2026-11-21 01:03:58"), 1_795_223_038_000, None),
        (json!("2026-11-21"), 1_795_219_200_000, None),
        (json!("2026-11-21T01:03:58.989123Z"), 1_795_223_038_989, Some(0)),
    ];
    for (value, ms, offset_min) in table {
        assert_eq!(Moment::of(&value), Some(Moment { ms, offset_min }), "{value}");
    }
}

#[test]
fn what_is_no_time_is_none() {
    let table = [
        json!("yesterday"),
        json!(""),
        json!(null),
        json!(true),
        json!([]),
        json!("2026-13-01"),
        json!(9e17),
        json!("+030489-11-11T16:00:00.000Z"),
        json!("NaN"),
        json!("2026-11-21T25:00:00Z"),
    ];
    for value in table {
        assert_eq!(Moment::of(&value), None, "{value}");
    }
}

#[test]
fn times_are_answered_in_one_form() {
    let table = [
        (1_795_223_038_989, "2026-11-21T01:03:58.989Z"),
        (0, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
        (4_102_444_799_999, "2099-12-31T23:59:59.999Z"),
    ];
    for (ms, text) in table {
        assert_eq!(iso(ms), text);
        assert_eq!(Moment::of_text(text).unwrap().ms, ms);
    }
}

#[test]
fn headers_say_when_in_several_ways() {
    assert_eq!(http_date(1_795_223_938_989), "Sat, 21 Nov 2026 01:18:58 GMT");
    for text in ["Sat, 21 Nov 2026 01:18:58 GMT", "2026-11-21T01:18:58Z", "1795223938000"] {
        assert_eq!(of_header(text), Some(1_795_223_938_000), "{text}");
    }
    assert_eq!(of_header("soon"), None);
}
