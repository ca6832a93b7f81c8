//! Uploads in and out again, on both databases.

use glucose::{EventKind, Given, Glucose, NewEvent, NewReading, Reading};
use jiff::{SignedDuration, Timestamp, civil::date};
use sharing::Purpose;
use store::{
    Access, Actor, Conflict, DatumKind, DeviceKind, Download, Error, Familiarity, NewDevice, NewUpload, SourceKind,
    Upload, UploadOutcome, View, Whose,
};
use testkit::both::{TestStore, both};
use testkit::cast::{People, people};

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A reading every five minutes from `from` on.
pub(crate) fn row(from: Timestamp, count: i64, value: impl Fn(i64) -> i32) -> Vec<NewReading> {
    let later = |slot: i64| from + SignedDuration::from_mins(5 * slot);
    (0..count).map(|slot| NewReading::cgm(later(slot), 60, Glucose::mg_dl(value(slot)))).collect()
}

pub(crate) fn file(name: &str, readings: Vec<NewReading>, events: Vec<NewEvent>) -> NewUpload {
    let device =
        |name: &str| NewDevice { name: name.to_owned(), serial: Some(format!("{name}-1")), kind: DeviceKind::Pump };
    NewUpload {
        source: SourceKind::CareLink,
        file_name: format!("{name}.csv"),
        sha256: [9; 32],
        bytes: 1234,
        format: "CareLink CSV (sections)".to_owned(),
        devices: vec![device(name)],
        readings,
        events,
        problems: 3,
        original: Some(format!("the file {name}").into_bytes()),
    }
}

pub(crate) async fn add(kit: &TestStore, people: &People, new: NewUpload) -> UploadOutcome {
    let job = move |patient: &mut Access<'_, Upload>| patient.add_upload(&new);
    kit.store.with_patient(&people.anna, people.record, Purpose::Import, job).await.unwrap()
}

pub(crate) async fn take_back(kit: &TestStore, people: &People, upload: u32) -> Result<(u64, u64), Error> {
    let job =
        move |patient: &mut Access<'_, Upload>| patient.take_back(upload).map(|gone| (gone.readings, gone.events));
    kit.store.with_patient(&people.anna, people.record, Purpose::TakeBack, job).await
}

pub(crate) async fn look<T: Send + 'static>(
    kit: &TestStore,
    who: &Actor,
    people: &People,
    job: impl for<'a> FnMut(&mut Access<'a, View>) -> Result<T, Error> + Send + 'static,
) -> T {
    kit.store.with_patient(who, people.record, Purpose::Home, job).await.unwrap()
}

async fn all_readings(kit: &TestStore, people: &People) -> Vec<Reading> {
    look(kit, &people.anna, people, |patient| patient.readings_within(Timestamp::MIN, Timestamp::MAX)).await
}

#[test]
fn a_file_comes_in_is_seen_and_goes_again() {
    both(async |kit| {
        let people = people(&kit).await;
        let meal =
            NewEvent::new(at("2026-11-20T12:00:00Z"), 60, EventKind::Carbs { grams: 45.0, fat: None, protein: None });
        let first = file("first", row(at("2026-11-19T22:00:00Z"), 288, |n| 100 + (n % 50) as i32), vec![meal]);
        let came = add(&kit, &people, first.clone()).await;
        assert_eq!((came.upload, came.added_readings, came.added_events, came.already_here_readings), (1, 288, 1, 0));
        assert_eq!(came.first_at, Some(at("2026-11-19T22:00:00Z")));

        let again = add(&kit, &people, first.clone()).await;
        assert_eq!((again.upload, again.added_readings, again.already_here_readings), (2, 0, 288));
        assert_eq!((again.added_events, again.already_here_events), (0, 1));
        let later = file("later", row(at("2026-11-20T10:00:00Z"), 288, |n| 100 + ((n + 144) % 50) as i32), vec![]);
        let later = add(&kit, &people, later).await;
        assert_eq!((later.added_readings, later.already_here_readings), (144, 144));

        let seen = all_readings(&kit, &people).await;
        assert_eq!(seen.len(), 432);
        assert!(seen.is_sorted_by_key(|reading| reading.at));
        assert_eq!((seen[0].from.upload, seen[431].from.upload), (1, 3));

        assert_eq!(take_back(&kit, &people, 1).await.unwrap(), (0, 0), "the second brought the same");
        assert_eq!(all_readings(&kit, &people).await.len(), 432);
        assert_eq!(take_back(&kit, &people, 2).await.unwrap(), (144, 1));
        let left = all_readings(&kit, &people).await;
        assert_eq!((left.len(), left[0].at), (288, at("2026-11-20T10:00:00Z")));
        assert!(matches!(take_back(&kit, &people, 2).await, Err(Error::Conflict(Conflict::TakenBack))));
        assert!(matches!(take_back(&kit, &people, 9).await, Err(Error::NotFound)));
        assert_eq!(take_back(&kit, &people, 3).await.unwrap(), (288, 0));
        assert!(all_readings(&kit, &people).await.is_empty());
        let (latest, extent) =
            look(&kit, &people.anna, &people, |patient| Ok((patient.latest()?, patient.extent()?))).await;
        assert_eq!((latest, extent), (None, None));
    });
}

#[test]
fn the_list_of_uploads_says_what_came_and_what_was_kept() {
    both(async |kit| {
        let people = people(&kit).await;
        add(&kit, &people, file("pump", row(at("2026-11-20T08:00:00Z"), 12, |_| 120), vec![])).await;
        add(&kit, &people, file("pump", row(at("2026-11-20T08:00:00Z"), 15, |_| 120), vec![])).await;
        let original = |patient: &mut Access<'_, Download>| patient.original(1);
        let kept = kit.store.with_patient(&people.anna, people.record, Purpose::Uploads, original).await.unwrap();
        assert_eq!(kept.as_deref(), Some(&b"the file pump"[..]));
        take_back(&kit, &people, 1).await.unwrap();
        let lines = look(&kit, &people.anna, &people, |patient| patient.uploads()).await;
        let line = &lines[0];
        assert_eq!((line.number, line.added, line.already_here, line.problems, line.bytes), (2, 3, 12, 3, 1234));
        assert_eq!((line.source, line.file_name.as_str()), (SourceKind::CareLink, "pump.csv"));
        assert_eq!(line.devices.iter().map(|device| device.name.as_str()).collect::<Vec<_>>(), ["pump"]);
        assert_eq!((line.taken_back_at, lines[1].taken_back_at), (None, Some(kit.clock.now())));
        let gone = kit.store.with_patient(&people.anna, people.record, Purpose::Uploads, original).await.unwrap();
        assert_eq!(gone, None, "the file goes with its upload");
        let job = |patient: &mut Access<'_, View>| patient.uploads();
        let other = kit.store.with_patient(&people.ben, people.record, Purpose::Uploads, job).await;
        assert!(matches!(other, Err(Error::Forbidden(_))), "a care partner does not see them");
    });
}

#[test]
fn one_measurement_from_two_sources_is_shown_once_even_around_midnight() {
    both(async |kit| {
        let people = people(&kit).await;
        let pump = vec![NewReading::cgm(at("2026-11-20T23:59:50Z"), 60, Glucose::mg_dl(104))];
        let cloud = vec![NewReading::cgm(at("2026-11-21T00:00:05Z"), 60, Glucose::mg_dl(105))];
        add(&kit, &people, file("cloud", cloud, vec![])).await;
        add(&kit, &people, file("pump", pump, vec![])).await;
        let seen = all_readings(&kit, &people).await;
        assert_eq!(seen.iter().map(|it| it.glucose).collect::<Vec<_>>(), [Glucose::mg_dl(105)]);
        let midnight = at("2026-11-21T00:00:00Z");
        let before =
            look(&kit, &people.anna, &people, move |patient| patient.readings_within(Timestamp::MIN, midnight)).await;
        assert!(before.is_empty(), "also when only one of the days is asked for");
        take_back(&kit, &people, 1).await.unwrap();
        let left = all_readings(&kit, &people).await;
        assert_eq!(left.iter().map(|it| it.glucose).collect::<Vec<_>>(), [Glucose::mg_dl(104)]);
    });
}

#[test]
fn whoever_sees_glucose_only_sees_no_events() {
    both(async |kit| {
        let people = people(&kit).await;
        let noon = at("2026-11-20T12:00:00Z");
        let status = EventKind::Status {
            on_board: Some(2.5),
            carbs_on_board: None,
            reservoir: Some(88.0),
            battery: None,
            json: "{}".to_owned(),
        };
        let events = vec![
            NewEvent::new(noon, 60, EventKind::Note { text: "a walk".to_owned() }),
            NewEvent::new(noon, 60, status),
        ];
        add(&kit, &people, file("pump", row(noon, 3, |_| 120), events)).await;
        let everything = |patient: &mut Access<'_, View>| {
            let events = patient.events_within(Timestamp::MIN, Timestamp::MAX)?;
            Ok((events.len(), patient.latest()?.unwrap()))
        };
        let (events, latest) = look(&kit, &people.ben, &people, everything).await;
        assert_eq!((events, latest.on_board, latest.reservoir), (0, None, None));
        assert_eq!(latest.reading.unwrap().at, noon + SignedDuration::from_mins(10));
        let (events, latest) = look(&kit, &people.carla, &people, everything).await;
        assert_eq!((events, latest.on_board, latest.reservoir), (2, Some((noon, 2.5)), Some((noon, 88.0))));
    });
}

#[test]
fn a_phone_sends_values_again_and_again() {
    both(async |kit| {
        let people = people(&kit).await;
        let phone = people.devices[&people.record].clone();
        let send = async |readings: Vec<NewReading>| {
            let job = move |patient: &mut Access<'_, Upload>| patient.add_readings(&readings);
            let came = kit.store.with_patient(&phone, people.record, Purpose::DeviceUpload, job).await.unwrap();
            (came.added, came.already_here)
        };
        let values = row(at("2026-11-21T08:00:00Z"), 12, |n| 100 + n as i32);
        for value in &values {
            assert_eq!(send(vec![value.clone()]).await, (1, 0));
            assert_eq!(send(vec![value.clone()]).await, (0, 1));
        }
        let late = row(at("2026-11-20T23:50:00Z"), 4, |_| 90);
        assert_eq!(send(late).await, (4, 0), "what was missed overnight");
        assert_eq!(all_readings(&kit, &people).await.len(), 16);
        let latest = look(&kit, &people.anna, &people, |patient| patient.latest()).await.unwrap();
        assert_eq!(latest.reading.unwrap().glucose, Glucose::mg_dl(111));
        assert_eq!(latest.previous.unwrap().glucose, Glucose::mg_dl(110));
        let overview = kit.store.overview(&people.anna).await.unwrap();
        let line = overview.own.iter().find(|line| line.id == people.record).unwrap();
        assert_eq!((line.summary.readings, line.summary.days_with_data, line.summary.in_range), (16, 1, 100.0));
        let lines = look(&kit, &people.anna, &people, |patient| patient.uploads()).await;
        assert_eq!((lines.len(), lines[0].source, lines[0].added), (1, SourceKind::App, 16));

        assert_eq!(take_back(&kit, &people, 1).await.unwrap(), (16, 0));
        assert!(all_readings(&kit, &people).await.is_empty());
        assert_eq!(send(values[..1].to_vec()).await, (1, 0));
        assert_eq!(all_readings(&kit, &people).await[0].from.upload, 2, "a new stream began");
    });
}

#[test]
fn a_file_of_somebody_else_is_noticed() {
    both(async |kit| {
        let people = people(&kit).await;
        let ask = async |name: &str, serial: &str| {
            let whose = Whose { name: Some(name.to_owned()), born_on: None };
            let serials = vec![serial.to_owned()];
            let job = move |patient: &mut Access<'_, Upload>| patient.recognise(Some(&whose), &serials);
            kit.store.with_patient(&people.anna, people.record, Purpose::Import, job).await.unwrap()
        };
        assert_eq!(ask("Anna", "pump-1").await, Familiarity::FirstFile);
        assert_eq!(ask("Oskar", "pump-1").await, Familiarity::AnotherName);
        add(&kit, &people, file("pump", row(at("2026-11-20T08:00:00Z"), 3, |_| 120), vec![])).await;
        assert_eq!(ask("anna", "pump-1").await, Familiarity::Familiar);
        assert_eq!(ask("anna", "pump-2").await, Familiarity::AnotherSerial);
        take_back(&kit, &people, 1).await.unwrap();
        assert_eq!(ask("anna", "pump-2").await, Familiarity::FirstFile, "as if it had never come");
    });
}

#[test]
fn apps_find_what_changed_and_where_an_id_is() {
    both(async |kit| {
        let people = people(&kit).await;
        let given = Given { id: Some("5f1e0c1db3c8f0a1b2c3d4e5".to_owned()), app: None, fields: None };
        let noon = at("2026-11-19T12:00:00Z");
        let event = NewEvent { given: Some(Box::new(given)), ..NewEvent::new(noon, 60, EventKind::Resume) };
        let before = kit.clock.now();
        add(&kit, &people, file("app", row(at("2026-11-18T12:00:00Z"), 3, |_| 120), vec![event])).await;
        kit.clock.advance(SignedDuration::from_secs(10));
        let between = kit.clock.now();
        kit.clock.advance(SignedDuration::from_secs(10));
        add(&kit, &people, file("pump", row(at("2026-11-20T12:00:00Z"), 3, |_| 120), vec![])).await;
        let ask = move |patient: &mut Access<'_, View>| {
            Ok((
                patient.days_changed_since(DatumKind::Readings, before - SignedDuration::from_secs(1))?,
                patient.days_changed_since(DatumKind::Readings, between)?,
                patient.day_of_id(DatumKind::Events, "5f1e0c1db3c8f0a1b2c3d4e5")?,
                patient.day_of_id(DatumKind::Events, "unknown")?,
            ))
        };
        let (all, new, day, unknown) = look(&kit, &people.anna, &people, ask).await;
        assert_eq!(all, [date(2026, 11, 18), date(2026, 11, 20)]);
        assert_eq!(new, [date(2026, 11, 20)]);
        assert_eq!((day, unknown), (Some(date(2026, 11, 19)), None));
        take_back(&kit, &people, 1).await.unwrap();
        assert_eq!(look(&kit, &people.anna, &people, ask).await.2, None);
    });
}

#[test]
fn whatever_order_uploads_come_and_go_in_what_remains_is_what_counts() {
    both(async |kit| {
        let people = people(&kit).await;
        let files: Vec<NewUpload> = (0..6)
            .map(|n| {
                let from = at("2026-11-10T00:00:00Z") + SignedDuration::from_hours(17 * n);
                file("pump", row(from, 400, move |slot| 80 + ((slot + 204 * n) % 170) as i32), vec![])
            })
            .collect();
        for (n, file) in files.iter().enumerate() {
            add(&kit, &people, file.clone()).await;
            if n % 2 == 1 {
                take_back(&kit, &people, n as u32).await.unwrap();
            }
        }
        let values = |readings: Vec<Reading>| readings.into_iter().map(|it| (it.at, it.glucose)).collect::<Vec<_>>();
        let here = values(all_readings(&kit, &people).await);
        let figures = async || kit.store.overview(&people.anna).await.unwrap().own.remove(0).summary;
        let summary = figures().await;
        for upload in [2, 4, 6] {
            take_back(&kit, &people, upload).await.unwrap();
        }
        for file in [&files[5], &files[1], &files[3]] {
            add(&kit, &people, file.clone()).await;
        }
        assert_eq!(values(all_readings(&kit, &people).await), here);
        assert_eq!(figures().await, summary);
    });
}
