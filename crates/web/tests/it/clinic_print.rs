//! Reports of many patients, printed for a clinic's day.

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::header;
use glucose::{Glucose, NewReading};
use jiff::SignedDuration;
use sharing::{LinkTerms, Purpose, RecordId, Visibility};
use std::io::{Cursor, Read as _};
use store::{Access, Desk, KeepPatients, Manage, NewPatient, NewUpload, PatientDetails, SourceKind, Upload};
use testkit::app::App;
use testkit::browser::{Answer, Browser};
use testkit::people;

const JOB: &str = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA";

fn place(app: &App) -> String {
    format!("/clinics/{}/reports", app.family.northside)
}

fn job(app: &App, number: u8) -> String {
    format!("{}/jobs/{number}{}", place(app), &JOB[1..])
}

/// Another Paul Winter, with a value an hour ago.
async fn second_paul(app: &App) -> RecordId {
    let chen = app.actor(people::NORTHSIDE_CLINICIAN).await;
    let details = PatientDetails { number: "4711".to_owned(), group: "Monday".to_owned(), ..PatientDetails::default() };
    let new = NewPatient { record: people::record("Paul Winter"), details };
    let add = move |desk: &mut Desk<'_, KeepPatients>| desk.add_patient(&new);
    let paul = app.store.with_clinic(&chen, app.family.northside, add).await.unwrap();
    let at = app.clock.now() - SignedDuration::from_hours(1);
    let reading = NewReading::cgm(at, 60, Glucose::mg_dl(120));
    let new = NewUpload {
        source: SourceKind::PlainCsv,
        file_name: "paul.csv".to_owned(),
        sha256: [1; 32],
        bytes: 1,
        format: "CSV".to_owned(),
        devices: vec![],
        readings: vec![reading],
        events: vec![],
        problems: 0,
        original: None,
    };
    let keep = move |patient: &mut Access<'_, Upload>| patient.add_upload(&new).map(drop);
    app.store.with_patient(&chen, paul, Purpose::Import, keep).await.unwrap();
    paul
}

/// Two Pauls and Eve have data; Ida has none.
async fn a_day(app: &App) -> RecordId {
    for record in [app.family.northside_patient, app.family.eve_record] {
        app.live(record, 14, life::Personality::Steady).await;
    }
    second_paul(app).await
}

/// Begins a job and waits for its end; the page then.
async fn made(browser: &mut Browser, place: &str, fields: &[(&str, &str)]) -> String {
    let begun = browser.post(place, fields).await;
    assert_eq!(begun.place(), place, "{}", begun.text());
    loop {
        let page = browser.get(place).await.text();
        if !page.contains("<progress") {
            return page;
        }
        tokio::task::yield_now().await;
    }
}

async fn everybody(app: &App) -> Vec<(&'static str, String)> {
    let page = app.signed_in(people::NORTHSIDE_ADMIN).await.get(&place(app)).await.text();
    let ids = page.split("name=\"patient\" type=\"checkbox\" value=\"").skip(1);
    let mut fields: Vec<_> = ids.map(|rest| ("patient", rest.split('"').next().unwrap().to_owned())).collect();
    assert_eq!(fields.len(), 4);
    fields.extend([("agp", "yes".to_owned()), ("days", "14".to_owned())]);
    fields
}

fn with<'a>(fields: &'a [(&'static str, String)], more: &[(&'static str, &'a str)]) -> Vec<(&'static str, &'a str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str())).chain(more.iter().copied()).collect()
}

fn pages(pdf: &[u8]) -> usize {
    let page = b"/Type/Page/";
    pdf.windows(page.len()).filter(|window| *window == page).count()
}

fn hash(bytes: &[u8]) -> String {
    digest(&SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn history(app: &App, email: &str, record: RecordId) -> serde_json::Value {
    let mut reader = app.signed_in(email).await;
    let answer = reader.get(&format!("/records/{record}/view-history.json")).await;
    serde_json::from_slice(&answer.body).unwrap()
}

async fn taken(browser: &mut Browser, job: &str) -> Answer {
    browser.post(&format!("{job}/file"), &[]).await
}

#[tokio::test]
async fn a_day_is_one_pdf_and_stands_in_each_history() {
    let app = App::start().await;
    a_day(&app).await;
    let mut chen = app.signed_in(people::NORTHSIDE_CLINICIAN).await;
    let (fields, job) = (everybody(&app).await, job(&app, 1));
    app.mails().await;
    let page = made(&mut chen, &job, &with(&fields, &[("daily", "yes"), ("file", "pdf")])).await;
    assert!(page.contains("Reports of 3 of 4 patients."), "{page}");
    assert!(page.contains("<strong>Ida Summer</strong>: No data in these days."), "{page}");
    assert!(page.contains("<strong>Eve Stone</strong>, from the patient’s own record (linked)"), "{page}");
    assert!(page.contains("<strong>Paul Winter</strong> (no. 4711), from what the clinic uploaded"), "{page}");

    let file = taken(&mut chen, &job).await;
    assert_eq!((file.status.as_u16(), file.header("content-type")), (200, "application/pdf"));
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"reports_2026-03-18.pdf\"");
    assert_eq!(file.header("cache-control"), "no-store");
    assert_eq!(file.header("content-length"), file.body.len().to_string());
    assert!(pages(&file.body) >= 3 + 8 + 8 + 2, "{}", pages(&file.body));

    let told = history(&app, people::EVE, app.family.eve_record).await.to_string();
    assert!(told.contains("Dr Chen") && told.contains("Northside Diabetes Clinic"), "{told}");
    assert!(told.contains("clinician") && told.contains(&hash(&file.body)), "{told}");
    let mails = app.mails().await;
    let eves: Vec<_> = mails.iter().filter(|mail| mail.to == people::EVE).collect();
    assert!(!eves.is_empty() && eves.iter().all(|mail| mail.text.contains("Dr Chen")), "she is told as with one");

    let again = taken(&mut chen, &job).await;
    assert_eq!(again.status, 410, "once: {}", again.text());
    assert!(chen.get(&job).await.text().contains("The file was downloaded"));
}

#[tokio::test]
async fn a_zip_tells_two_of_one_name_apart_and_the_same_data_give_the_same_bytes() {
    let app = App::start().await;
    a_day(&app).await;
    let mut adam = app.signed_in(people::NORTHSIDE_ADMIN).await;
    let fields = everybody(&app).await;
    let mut lengths = Vec::new();
    for number in [1, 2] {
        let job = job(&app, number);
        made(&mut adam, &job, &with(&fields, &[("file", "zip")])).await;
        let file = taken(&mut adam, &job).await;
        assert_eq!(file.header("content-type"), "application/zip");
        let mut zip = zip::ZipArchive::new(Cursor::new(file.body)).unwrap();
        let mut names: Vec<_> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        names.sort();
        let named = |name: &str| format!("{name}_agp_2026-03-05_2026-03-18.pdf");
        assert_eq!(names, [named("Eve-Stone"), named("Paul-Winter_4711"), named("Paul-Winter")]);
        let mut pdf = Vec::new();
        zip.by_name(&named("Eve-Stone")).unwrap().read_to_end(&mut pdf).unwrap();
        assert_eq!(pages(&pdf), 1);
        let told = history(&app, people::EVE, app.family.eve_record).await.to_string();
        assert!(told.contains(&hash(&pdf)) && told.contains(&named("Eve-Stone")), "{told}");
        lengths.push(pdf.len());
    }
    // The receipts differ, in letters of other widths; all else is compared where the reports are made.
    assert!(lengths[0].abs_diff(lengths[1]) < 400, "{lengths:?}");
}

#[tokio::test]
async fn a_job_is_its_members_alone() {
    let app = App::start().await;
    a_day(&app).await;
    let (fields, job) = (everybody(&app).await, job(&app, 1));
    let mut chen = app.signed_in(people::NORTHSIDE_CLINICIAN).await;
    let fields = with(&fields, &[]);
    for (email, status) in
        [(people::NORTHSIDE_FRONT_DESK, 403), (people::SOUTHSIDE_CLINICIAN, 404), (people::ANNA, 404)]
    {
        let mut other = app.signed_in(email).await;
        assert_eq!(other.get(&place(&app)).await.status, status, "{email}");
        assert_eq!(other.post(&job, &fields).await.status, status, "{email}");
    }
    made(&mut chen, &job, &fields).await;
    let elsewhere = job.replace(&app.family.northside.to_string(), &app.family.southside.to_string());
    for (email, address) in [
        (people::NORTHSIDE_ADMIN, &job),
        (people::SOUTHSIDE_CLINICIAN, &job),
        (people::SOUTHSIDE_CLINICIAN, &elsewhere),
        (people::NORTHSIDE_CLINICIAN, &elsewhere),
    ] {
        let mut other = app.signed_in(email).await;
        assert_eq!(other.get(address).await.status, 404, "{email}");
        assert_eq!(other.post(&format!("{address}/file"), &[]).await.status, 404, "{email}");
        assert_eq!(other.post(&format!("{address}/cancellation"), &[]).await.status, 404, "{email}");
    }
    assert_eq!(chen.post(&job, &fields).await.status, 409, "a number counts once");
    app.clock.advance(SignedDuration::from_mins(16));
    let mut chen = app.signed_in(people::NORTHSIDE_CLINICIAN).await;
    assert_eq!(taken(&mut chen, &job).await.status, 404, "nobody took it away in time");
}

#[tokio::test]
async fn whoever_took_access_away_is_left_out_or_the_file_is_dropped() {
    let app = App::start().await;
    a_day(&app).await;
    let fields = everybody(&app).await;
    let (first, second) = (job(&app, 1), job(&app, 2));
    let mut chen = app.signed_in(people::NORTHSIDE_CLINICIAN).await;
    made(&mut chen, &first, &with(&fields, &[])).await;
    app.signed_in(people::EVE).await.post("/lockdown", &[]).await;
    let refused = taken(&mut chen, &first).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("sees other data of: Eve Stone"), "{}", refused.text());
    assert_eq!(taken(&mut chen, &first).await.status, 410, "dropped");
    let page = made(&mut chen, &second, &with(&fields, &[])).await;
    assert!(
        page.contains("Reports of 2 of 4 patients.") && page.contains("<strong>Eve Stone</strong>: No data"),
        "{page}"
    );
    chen.extra.push((header::ACCEPT_ENCODING.as_str(), "br".to_owned()));
    let packed = taken(&mut chen, &second).await;
    assert_eq!((packed.status.as_u16(), packed.header("content-encoding")), (200, "br"));
}

#[tokio::test]
async fn a_file_of_a_wider_link_is_dropped() {
    let app = App::start().await;
    a_day(&app).await;
    let fields = everybody(&app).await;
    let (first, second) = (job(&app, 1), job(&app, 2));
    let mut chen = app.signed_in(people::NORTHSIDE_CLINICIAN).await;
    made(&mut chen, &first, &with(&fields, &[])).await;
    let eve = app.actor(people::EVE).await;
    let terms = LinkTerms { visibility: Visibility { carbs: false, ..Visibility::ALL }, until_at: None };
    let clinic = app.family.northside;
    let narrow = move |record: &mut Access<'_, Manage>| record.edit_link(clinic, &terms);
    app.store.with_patient(&eve, app.family.eve_record, Purpose::ClinicLink, narrow).await.unwrap();
    let refused = taken(&mut chen, &first).await;
    assert!(refused.status == 409 && refused.text().contains("sees other data of: Eve Stone"), "{}", refused.text());
    assert_eq!(taken(&mut chen, &first).await.status, 410, "dropped");
    made(&mut chen, &second, &with(&fields, &[])).await;
    assert_eq!(taken(&mut chen, &second).await.status, 200, "as it is shown now");
}

#[tokio::test]
async fn the_choice_is_kept_while_searching() {
    let app = App::start().await;
    let paul = second_paul(&app).await.to_string();
    let mut adam = app.signed_in(people::NORTHSIDE_ADMIN).await;
    let place = place(&app);
    for query in ["?group=monday", "?group=Monday"] {
        let page = adam.get(&format!("{place}{query}")).await.text();
        assert!(page.contains("Chosen: 1") && page.contains(&format!("value=\"{paul}\" checked")), "{page}");
    }
    let page = adam.post(&place, &[("patient", &paul), ("q", "ida"), ("days", "90"), ("daily", "yes")]).await.text();
    assert!(page.contains("Chosen: 1") && page.contains("Ida Summer") && !page.contains("Eve Stone"), "{page}");
    assert!(
        page.contains("value=\"90\" checked")
            && page.contains("name=\"daily\" type=\"checkbox\" value=\"yes\" checked")
    );
    let page = adam.post(&place, &[("numbers", "4711\r\n0815"), ("days", "14")]).await.text();
    assert!(page.contains("Chosen: 1") && page.contains("Nobody has this number: 0815"), "{page}");
    let page = adam.post(&place, &[("patient", &paul)]).await.text();
    assert!(
        page.contains("Chosen: 1") && page.contains("name=\"agp\" type=\"checkbox\" value=\"yes\" checked"),
        "from elsewhere"
    );
    for (fields, words) in [
        (&[("days", "14"), ("agp", "yes")][..], "Choose at least one patient."),
        (&[("days", "14"), ("patient", &paul)][..], "Choose at least one report."),
    ] {
        let answer = adam.post(&job(&app, 1), fields).await;
        assert!(answer.status == 422 && answer.text().contains(words), "{}", answer.text());
    }
}
