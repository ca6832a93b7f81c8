//! A chunk as bytes: every field comes back, foreign bytes are refused, plain readings cost next to nothing.

use glucose::event::{BasalDelivery, BolusOrigin, InsulinKind};
use glucose::{EventKind, Given, Glucose, Limit, NewEvent, NewReading, ReadingKind, Trend, Unit};
use jiff::Timestamp;
use proptest::prelude::*;
use store::chunk::{ChunkError, Datum, EventChunk, EventDatum, Found, ReadingChunk, ReadingDatum, derived_at};

const DAY: i64 = 20_413 * 86_400_000;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(DAY + ms).unwrap()
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-zA-Zäöüß 0-9<>=\"']{1,40}", Just("😀 žluťoučký kůň".to_owned())]
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        (0i32..100_000).prop_map(|n| f64::from(n) / 1000.0),
        any::<f64>().prop_filter("equal to itself", |n| !n.is_nan()),
        Just(-0.0),
    ]
}

fn maybe() -> impl Strategy<Value = Option<f64>> {
    prop::option::of(number())
}

fn kind() -> BoxedStrategy<EventKind> {
    let origins = vec![BolusOrigin::Manual, BolusOrigin::Calculator, BolusOrigin::Automatic, BolusOrigin::Unknown];
    let deliveries =
        vec![BasalDelivery::Scheduled, BasalDelivery::Temporary, BasalDelivery::Automated, BasalDelivery::Suspended];
    let insulins = vec![InsulinKind::Rapid, InsulinKind::Long, InsulinKind::Other];
    let span = || prop::option::of(any::<i64>());
    prop_oneof![
        (number(), number(), any::<i64>(), maybe(), prop::sample::select(origins)).prop_map(
            |(normal, extended, duration_ms, programmed, origin)| EventKind::Bolus {
                normal,
                extended,
                duration_ms,
                programmed,
                origin
            }
        ),
        (number(), span(), prop::sample::select(deliveries))
            .prop_map(|(rate, duration_ms, delivery)| EventKind::Basal { rate, duration_ms, delivery }),
        number().prop_map(|units| EventKind::AutoInsulinDay { units }),
        number().prop_map(|units| EventKind::DailyTotal { units }),
        (number(), prop::sample::select(insulins)).prop_map(|(units, insulin)| EventKind::Injection { units, insulin }),
        (number(), maybe(), maybe()).prop_map(|(grams, fat, protein)| EventKind::Carbs { grams, fat, protein }),
        (maybe(), maybe(), maybe(), any::<bool>()).prop_map(|(advised, on_board, carbs, delivered)| {
            EventKind::Calculation { advised, on_board, carbs, delivered }
        }),
        (1i32..30_000, any::<bool>()).prop_map(|(value, mmol)| EventKind::Calibration {
            glucose: Glucose::of_thousandths(value, if mmol { Unit::MmolL } else { Unit::MgDl })
        }),
        (text(), prop::option::of(any::<i32>()), any::<bool>()).prop_map(|(text, code, cleared)| EventKind::Alarm {
            text,
            code,
            cleared
        }),
        text().prop_map(|reason| EventKind::Suspend { reason }),
        Just(EventKind::Resume),
        (text(), prop::option::of(any::<bool>())).prop_map(|(name, automated)| EventKind::Mode { name, automated }),
        text().prop_map(|what| EventKind::Sensor { what }),
        (text(), maybe()).prop_map(|(what, units)| EventKind::SetChange { what, units }),
        (span(), text()).prop_map(|(duration_ms, intensity)| EventKind::Exercise { duration_ms, intensity }),
        number().prop_map(|mmol_l| EventKind::Ketone { mmol_l }),
        text().prop_map(|text| EventKind::Note { text }),
        any::<i64>().prop_map(|by_ms| EventKind::ClockChange { by_ms }),
        (maybe(), maybe(), span(), text()).prop_map(|(low, high, duration_ms, reason)| EventKind::Target {
            low,
            high,
            duration_ms,
            reason
        }),
        (text(), text()).prop_map(|(name, json)| EventKind::Settings { name, json }),
        (maybe(), maybe(), maybe(), maybe(), text()).prop_map(
            |(on_board, carbs_on_board, reservoir, battery, json)| {
                EventKind::Status { on_board, carbs_on_board, reservoir, battery, json }
            }
        ),
        (text(), text()).prop_map(|(name, text)| EventKind::Other { name, text }),
    ]
    .boxed()
}

fn given() -> impl Strategy<Value = Option<Box<Given>>> {
    let ids = prop_oneof![
        "[0-9a-f]{24}",
        "[0-9A-F]{24}",
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "[a-zA-Zäöü 0-9]{1,64}",
    ];
    (prop::option::of(ids), prop::option::of(text()), prop::option::of(text())).prop_map(|(id, app, fields)| {
        let given = Given { id, app, fields };
        (given != Given::default()).then(|| Box::new(given))
    })
}

fn reading() -> impl Strategy<Value = ReadingDatum> {
    let kind = prop::sample::select(vec![ReadingKind::Cgm, ReadingKind::Scan, ReadingKind::Meter]);
    let trend = prop::option::of(prop::sample::select(vec![Trend::TripleUp, Trend::Flat, Trend::TripleDown]));
    let limit = prop::option::of(prop::sample::select(vec![Limit::Below, Limit::Above]));
    let value = prop_oneof![
        (1i32..1000).prop_map(Glucose::mg_dl),
        (1i32..60_000).prop_map(|value| Glucose::of_thousandths(value, Unit::MmolL)),
    ];
    let device = prop::option::of(any::<u16>());
    (0i64..86_400_000, -840i16..=840, value, kind, trend, limit, device, given()).prop_map(
        |(ms, offset_min, glucose, kind, trend, limit, device, given)| {
            let new = NewReading { kind, trend, limit, given, ..NewReading::cgm(at(ms), offset_min, glucose) };
            ReadingDatum::new(&new, device)
        },
    )
}

fn event() -> impl Strategy<Value = EventDatum> {
    (0i64..86_400_000, -840i16..=840, kind(), prop::option::of(any::<u16>()), given()).prop_map(
        |(ms, offset, kind, device, given)| {
            EventDatum::new(&NewEvent { given, ..NewEvent::new(at(ms), offset, kind) }, device)
        },
    )
}

proptest! {
    #[test]
    fn every_field_of_a_reading_comes_back(
        first in prop::collection::vec(reading(), 0..40),
        second in prop::collection::vec(reading(), 0..10),
        live in prop::collection::vec((reading(), any::<i32>()), 0..10),
    ) {
        let mut chunk = ReadingChunk::default();
        chunk.merge(3, first).unwrap();
        chunk.merge(u32::MAX, second).unwrap();
        for (item, late) in live {
            chunk.add(7, item, DAY + i64::from(late)).unwrap();
        }
        let again = ReadingChunk::decode(&chunk.encode()).unwrap();
        prop_assert_eq!(format!("{:?}", again.rows()), format!("{:?}", chunk.rows()));
    }

    #[test]
    fn every_field_of_an_event_comes_back(items in prop::collection::vec(event(), 0..30)) {
        let mut chunk = EventChunk::default();
        chunk.merge(1, items).unwrap();
        let again = EventChunk::decode(&chunk.encode()).unwrap();
        prop_assert_eq!(format!("{:?}", again.rows()), format!("{:?}", chunk.rows()));
        prop_assert_eq!(again.view(), chunk.view());
    }

    #[test]
    fn any_event_keeps_what_happened(kind in kind()) {
        let datum = EventDatum::new(&NewEvent::new(at(0), 0, kind.clone()), None);
        prop_assert_eq!(format!("{:?}", datum.what()), format!("{kind:?}"));
    }

    #[test]
    fn any_bytes_give_a_chunk_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = ReadingChunk::decode(&bytes);
        let _ = EventChunk::decode(&bytes);
        for head in [[1, 1], [1, 2], [1, 0x11], [1, 0x12], [2, 1], [2, 2], [2, 0x11], [3, 1], [3, 2]] {
            let bytes = [&head[..], &bytes].concat();
            let _ = ReadingChunk::decode(&bytes).map(|chunk| chunk.view());
            let _ = EventChunk::decode(&bytes).map(|chunk| chunk.view());
            let _ = ReadingChunk::append(&bytes, 1, &quiet_day()[0], 1);
        }
    }

    #[test]
    fn changed_bytes_give_a_chunk_or_an_error(
        readings in prop::collection::vec(reading(), 0..6),
        events in prop::collection::vec(event(), 0..6),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut chunk = ReadingChunk::default();
        chunk.merge(1, readings).unwrap();
        let mut bytes = chunk.encode();
        *place.get_mut(&mut bytes) = byte;
        let _ = ReadingChunk::decode(&bytes).map(|chunk| chunk.view());
        let mut chunk = EventChunk::default();
        chunk.merge(1, events).unwrap();
        let mut bytes = chunk.encode();
        *place.get_mut(&mut bytes) = byte;
        let _ = EventChunk::decode(&bytes).map(|chunk| chunk.view());
    }
}

#[test]
fn what_a_newer_version_wrote_is_refused_by_its_number() {
    assert_eq!(ReadingChunk::decode(&[4, 1, 0]).unwrap_err(), ChunkError::UnknownFormat(4));
    assert_eq!(ReadingChunk::decode(&EventChunk::default().encode()).unwrap_err(), ChunkError::WrongKind);
    assert!(ReadingChunk::decode(&[]).is_err());
}

/// A quiet day of a five-minute sensor.
fn quiet_day() -> Vec<ReadingDatum> {
    let value = |slot: i64| 110 + ((slot as f64 / 20.0).sin() * 40.0) as i32 + (slot * 7919 % 5) as i32;
    let new = |slot| NewReading::cgm(at(slot * 300_000 + slot * 7919 % 3000), 60, Glucose::mg_dl(value(slot)));
    (0..288).map(|slot| ReadingDatum::new(&new(slot), Some(0))).collect()
}

#[test]
fn plain_readings_pay_nothing_for_ids_and_stamps() {
    let mut chunk = ReadingChunk::default();
    chunk.merge(1, quiet_day()).unwrap();
    let whole_seconds: Vec<ReadingDatum> = quiet_day()
        .into_iter()
        .map(|mut item| {
            item.common.at_ms -= item.common.at_ms % 1000;
            item
        })
        .collect();
    let mut plain = ReadingChunk::default();
    plain.merge(1, whole_seconds.clone()).unwrap();
    let bytes = plain.encode().len();
    assert!(bytes < 288 * 3 / 2, "{bytes} bytes for 288 readings");
    plain.merge(2, whole_seconds).unwrap();
    assert!(plain.encode().len() < bytes + 12, "a second upload of the same costs a few bytes");
}

#[test]
fn what_comes_beside_each_value_alike_is_kept_once() {
    let beside = |text: &str| Some(Box::new(Given { fields: Some(text.to_owned()), ..Given::default() }));
    let with = |text: fn(usize) -> String| {
        let mut items = quiet_day();
        items.iter_mut().enumerate().for_each(|(place, item)| item.common.given = beside(&text(place)));
        let mut chunk = ReadingChunk::default();
        chunk.merge(1, items).unwrap();
        let bytes = chunk.encode();
        assert_eq!(format!("{:?}", ReadingChunk::decode(&bytes).unwrap()), format!("{chunk:?}"));
        bytes
    };
    let (alike, other) = (with(|_| r#"{"noise":1}"#.to_owned()), with(|place| format!(r#"{{"rssi":{place}}}"#)));
    assert_eq!((alike[0], other[0]), (2, 1), "what older versions read is written where it is as short");
    let mut plain = ReadingChunk::default();
    plain.merge(1, quiet_day()).unwrap();
    assert!(alike.len() < plain.encode().len() + 40, "{} bytes", alike.len());
}

#[test]
fn every_datum_has_an_id_that_tells_its_day() {
    let item = quiet_day().remove(9);
    let id = item.id();
    assert_eq!(id.len(), 24);
    assert_eq!(derived_at(&id), Some(item.common.at_ms));
    assert_eq!(derived_at("5f1e0c1db3c8f0a1b2c3d4e5"), None);
}

#[test]
fn the_same_time_and_type_again_replaces_and_keeps_the_id() {
    let mut chunk = ReadingChunk::default();
    let new = |value| ReadingDatum::new(&NewReading::cgm(at(0), 0, Glucose::mg_dl(value)), None);
    let first = chunk.put(1, vec![new(104)], 1000).unwrap();
    let second = chunk.put(1, vec![new(107)], 2000).unwrap();
    assert!(first.new && !second.new);
    assert_eq!(first.id, second.id);
    let shown = chunk.view();
    assert_eq!(shown.iter().map(|it| it.glucose).collect::<Vec<_>>(), [Glucose::mg_dl(107)]);
    let Found::Here(parts, Some(stamps)) = chunk.find(&first.id) else { panic!("it is here") };
    assert_eq!((parts.len(), stamps.created_ms, stamps.changed_ms), (1, 1000, 2000));
}

#[test]
fn what_is_deleted_leaves_a_tombstone_and_stays_away() {
    let mut chunk = EventChunk::default();
    let given = Given { id: Some("a meal".to_owned()), app: Some("Loop".to_owned()), fields: None };
    let parts: Vec<EventDatum> =
        [EventKind::Carbs { grams: 30.0, fat: None, protein: None }, EventKind::Note { text: "soup".to_owned() }]
            .into_iter()
            .map(|kind| {
                EventDatum::new(
                    &NewEvent { given: Some(Box::new(given.clone())), ..NewEvent::new(at(0), 0, kind) },
                    None,
                )
            })
            .collect();
    chunk.merge(1, parts.clone()).unwrap();
    assert_eq!(chunk.view().len(), 2);
    assert!(chunk.delete(2, "a meal", 5000));
    assert!(chunk.view().is_empty());
    assert!(!chunk.delete(2, "a meal", 6000), "gone is gone");
    let Found::Deleted(stamps) = chunk.find("a meal") else { panic!("it is known to be gone") };
    assert_eq!(stamps.changed_ms, 5000);
    chunk.merge(3, parts.clone()).unwrap();
    assert!(chunk.view().is_empty(), "an old file does not bring it back");
    chunk.put(2, parts, 7000).unwrap();
    assert_eq!(chunk.view().len(), 2, "its app can");
    chunk.take_back(2);
    assert_eq!(chunk.view().len(), 2, "and without that app it is as the files have it");
}

#[test]
fn a_day_of_nonsense_takes_no_longer_than_a_day_of_much_data() {
    let item = |n: i64| {
        ReadingDatum::new(&NewReading::cgm(at(n % 40_000), 0, Glucose::mg_dl(100 + (n / 40_000) as i32)), None)
    };
    let mut chunk = ReadingChunk::default();
    chunk.merge(1, (0..60_000).map(item).collect()).unwrap();
    chunk.merge(2, (30_000..90_000).map(item).collect()).unwrap();
    assert!(chunk.view().len() >= 60_000);
    let too_many = (0..200_000).map(item).collect();
    assert_eq!(chunk.merge(3, too_many).unwrap_err(), ChunkError::TooMany);
}
