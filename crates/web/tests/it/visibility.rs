//! What a care partner sees of each kind of data, on every page: sixteen choices of the patient, as one table.

use crate::cast::manage;
use glucose::event::{BasalDelivery, BolusOrigin, InsulinKind};
use glucose::{EventKind, Glucose, NewEvent, NewReading, ReadingKind, Unit};
use jiff::SignedDuration;
use sharing::{Purpose, Terms, Visibility};
use store::{Access, Upload};
use testkit::app::App;
use testkit::browser::Browser;
use testkit::people::{ANNA, BEN};

const PAGES: [&str; 5] =
    ["?hours=12", "?on=2026-03-18", "?on=2026-02-18", "/reports/agp?days=7", "/reports/daily?days=7"];

/// What betrays a kind: words of the page that nothing else puts there, and with which visibility they may stand there.
type Mark = (&'static str, fn(Visibility) -> bool);

const MARKS: [Mark; 18] = [
    ("7.85 U", |seen| seen.insulin),
    ("4.65 U", |seen| seen.insulin),
    ("2.35 U/h", |seen| seen.insulin),
    ("p-bolus", |seen| seen.insulin),
    ("p-basal", |seen| seen.insulin),
    ("Insulin on board", |seen| seen.insulin),
    ("pump said stop", |seen| seen.insulin),
    ("67 g", |seen| seen.carbs),
    ("p-carbs", |seen| seen.carbs),
    ("a note of hers", |seen| seen.notes),
    ("ran to the lake", |seen| seen.notes),
    ("an alarm rang", |seen| seen.devices),
    ("Reservoir", |seen| seen.devices && seen.insulin),
    ("Battery", |seen| seen.devices),
    ("Sensor started", |seen| seen.devices),
    ("Set changed", |seen| seen.devices),
    ("loop on", |seen| seen.devices),
    ("?on=2026-03-19", |seen| seen == Visibility::ALL),
];

/// A day of readings, and one of everything else three hours ago; the newest of all is an event of the day after.
async fn fill(app: &App) {
    let now = app.clock.now();
    let readings: Vec<NewReading> = (1..=288)
        .map(|number| NewReading {
            at: now - SignedDuration::from_mins(5 * number),
            offset_min: 60,
            glucose: Glucose::new(120.0, Unit::MgDl).unwrap(),
            kind: ReadingKind::Cgm,
            limit: None,
            trend: None,
            device: None,
            given: None,
        })
        .collect();
    let at = now - SignedDuration::from_hours(3);
    let mut events: Vec<NewEvent> = kinds().into_iter().map(|kind| NewEvent::new(at, 60, kind)).collect();
    let later = now + SignedDuration::from_hours(6);
    events.push(NewEvent::new(later, 60, EventKind::Note { text: "tomorrow".to_owned() }));
    let device = &app.family.seeded.devices[&app.family.anna_record];
    let send = move |patient: &mut Access<'_, Upload>| {
        patient.add_readings(&readings)?;
        patient.add_events(&events).map(drop)
    };
    app.store.with_patient(device, app.family.anna_record, Purpose::DeviceUpload, send).await.unwrap();
}

fn kinds() -> Vec<EventKind> {
    let words = str::to_owned;
    vec![
        EventKind::Bolus { normal: 7.85, extended: 0.0, duration_ms: 0, programmed: None, origin: BolusOrigin::Manual },
        EventKind::Injection { units: 4.65, insulin: InsulinKind::Long },
        EventKind::Basal { rate: 2.35, duration_ms: Some(3_600_000), delivery: BasalDelivery::Temporary },
        EventKind::DailyTotal { units: 43.75 },
        EventKind::Suspend { reason: words("pump said stop") },
        EventKind::Calculation { advised: Some(7.85), on_board: Some(3.15), carbs: Some(67.0), delivered: true },
        EventKind::Carbs { grams: 67.0, fat: None, protein: None },
        EventKind::Note { text: words("a note of hers") },
        EventKind::Other { name: words("Walk"), text: words("ran to the lake") },
        EventKind::Alarm { text: words("an alarm rang"), code: None, cleared: false },
        EventKind::Mode { name: words("loop on"), automated: Some(true) },
        EventKind::Sensor { what: words("start") },
        EventKind::SetChange { what: words("cannula"), units: Some(0.35) },
        EventKind::Status {
            on_board: Some(3.15),
            carbs_on_board: Some(12.0),
            reservoir: Some(141.0),
            battery: Some(77.0),
            json: words("{\"iob\":3.15}"),
        },
    ]
}

/// Which marks stand on which page.
async fn marks(app: &App, browser: &mut Browser) -> Vec<Vec<bool>> {
    let mut all = Vec::new();
    for page in PAGES {
        let answer = browser.get(&format!("/records/{}{page}", app.family.anna_record)).await;
        assert_eq!(answer.status, 200);
        let text = answer.text();
        all.push(MARKS.iter().map(|(mark, _)| text.contains(mark)).collect());
    }
    all
}

fn every_visibility() -> impl Iterator<Item = Visibility> {
    (0..16_u8).map(|bits| Visibility {
        insulin: bits & 1 != 0,
        carbs: bits & 2 != 0,
        notes: bits & 4 != 0,
        devices: bits & 8 != 0,
    })
}

#[tokio::test]
async fn what_is_not_granted_is_on_no_page() {
    let app = App::start().await;
    fill(&app).await;
    let anna = app.actor(ANNA).await;
    let mut ben = app.signed_in(BEN).await;
    let partner = app.family.ben;
    let hers = marks(&app, &mut app.signed_in(ANNA).await).await;
    for (number, (mark, _)) in MARKS.iter().enumerate() {
        assert!(hers.iter().any(|page| page[number]), "{mark} is on a page of Anna's, or it proves nothing");
    }
    for seen in every_visibility() {
        manage(&app, &anna, move |anna| anna.edit_care_partner(partner, &Terms { visibility: seen, ..Terms::LEAST }))
            .await;
        let his = marks(&app, &mut ben).await;
        for ((page, her_page), his_page) in PAGES.iter().zip(&hers).zip(&his) {
            for (number, (mark, is_visible)) in MARKS.iter().enumerate() {
                let expected = her_page[number] && is_visible(seen);
                assert_eq!(his_page[number], expected, "{mark} on {page} with {seen:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_care_partner_has_no_way_to_change_anything() {
    let app = App::start().await;
    fill(&app).await;
    let mut ben = app.signed_in(BEN).await;
    for page in PAGES {
        let text = ben.get(&format!("/records/{}{page}", app.family.anna_record)).await.text();
        assert!(text.contains("You see this as Anna’s care partner. View only."), "{page}");
        let main = text.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
        assert!(!main.contains("method=\"post\""), "{page} has no form that changes anything");
        for place in ["/uploads\"", "/settings\"", "/tokens\"", "/sharing\"", ".pdf"] {
            assert!(!text.contains(&format!("/records/{}{place}", app.family.anna_record)), "{page}: {place}");
        }
    }
}
