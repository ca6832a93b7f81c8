//! Whatever comes is read or refused: the fuzzer's target over bytes, and over JSON with the names that are looked for.

use proptest::prelude::*;
use serde_json::Value;

/// Any JSON with the names that the readers look for.
fn any_json() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "patientData",
        "sgs",
        "sg",
        "markers",
        "type",
        "timestamp",
        "dateTime",
        "datetime",
        "relativeOffset",
        "data",
        "dataValues",
        "amount",
        "bolusAmount",
        "deliveredFastAmount",
        "lastSG",
        "sMedicalDeviceTime",
        "currentServerTime",
        "medicalDeviceTime",
        "lastConduitUpdateServerTime",
        "connection",
        "graphData",
        "glucoseMeasurement",
        "Value",
        "FactoryTimestamp",
        "Timestamp",
        "TrendArrow",
        "uom",
        "WT",
        "DT",
        "Trend",
        "date",
        "sgv",
        "created_at",
        "insulin",
        "eventType",
        "status",
        "result",
        "value",
        "bgUnits",
        "activeInsulin",
        "reservoirRemainingUnits",
    ]);
    let words = prop::sample::select(vec![
        "2026-04-06T00:57:00",
        "Apr 05, 2026 15:55:00",
        "4/5/2026 10:58:12 PM",
        "Date(1775429880000+0200)",
        "INSULIN",
        "CALIBRATION",
        "TIME_CHANGE",
        "AUTO_BASAL_DELIVERY",
        "MEAL",
        "MMOL_L",
        "9999-12-31T23:59:59Z",
        "é",
        "",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0i64..500).prop_map(Value::from),
        (1_775_000_000_000i64..1_776_000_000_000).prop_map(Value::from),
        words.prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::vec((names.clone(), inner), 0..8)
                .prop_map(|pairs| pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_give_values_or_a_refusal(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        imports::fuzz_targets::run("pulled", &bytes);
    }

    #[test]
    fn any_json_gives_values_or_a_refusal(value in any_json()) {
        imports::fuzz_targets::run("pulled", value.to_string().as_bytes());
    }
}
