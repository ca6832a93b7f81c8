//! Alerts through the front door: rules are chosen, ways are tested, a low at night finds somebody, and somebody takes it.

use axum::http::StatusCode;
use jiff::SignedDuration;
use testkit::app::App;
use testkit::browser::Browser;
use testkit::people;

/// Nothing switched on, everything in its range.
const NOTHING: &[(&str, &str)] = &[
    ("urgent_low_at", "54"),
    ("urgent_low_delay", "0"),
    ("low_at", "70"),
    ("low_delay", "10"),
    ("low_repeat", "15"),
    ("high_at", "250"),
    ("high_delay", "30"),
    ("falling_at", "30"),
    ("falling_delay", "0"),
    ("rising_at", "30"),
    ("rising_delay", "0"),
    ("soon_at", "55"),
    ("soon_delay", "0"),
    ("no_data_at", "30"),
    ("says_value", "yes"),
];

fn with(more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let mut fields: Vec<_> =
        NOTHING.iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name)).copied().collect();
    fields.extend(more);
    fields
}

async fn wants(app: &App, who: &mut Browser, more: &[(&'static str, &'static str)]) {
    let path = format!("/records/{}/alerts/rules", app.family.anna_record);
    let answer = who.post(&path, &with(more)).await;
    assert_eq!(answer.place(), format!("/records/{}/alerts?done=rules", app.family.anna_record), "{}", answer.text());
    let mail = who.post("/alerts/channels", &[("kind", "mail")]).await;
    assert_eq!(mail.place(), "/alerts/channels?done=added", "{}", mail.text());
}

/// Values every five minutes, and what went out: `ben@example.org: Anna: low, 60 mg/dL`.
async fn night(app: &App, values: &[i32]) -> Vec<String> {
    let mut told = Vec::new();
    for mg_dl in values {
        app.value(*mg_dl).await;
        let mails = app.mails().await;
        told.extend(mails.iter().filter(|mail| mail.is_alert()).map(|mail| format!("{}: {}", mail.to, mail.subject)));
        app.clock.advance(SignedDuration::from_mins(5));
    }
    told
}

#[tokio::test]
async fn a_low_at_night_finds_ben_who_takes_it_from_his_bed() {
    let app = App::start().await;
    let (mut anna, mut ben) = (app.signed_in(people::ANNA).await, app.signed_in(people::BEN).await);
    let alerts = format!("/records/{}/alerts", app.family.anna_record);
    assert!(ben.get(&alerts).await.text().contains("You are told of nothing yet"));
    for who in [&mut anna, &mut ben] {
        wants(&app, who, &[("low_on", "yes")]).await;
    }
    app.mails().await;
    assert_eq!(night(&app, &[90, 66, 64]).await, [""; 0], "it has not lasted for ten minutes");
    app.value(62).await;
    let mails = app.mails().await;
    let mut subjects: Vec<_> = mails.iter().map(|mail| format!("{}: {}", mail.to, mail.subject)).collect();
    subjects.sort();
    assert_eq!(subjects, ["anna@example.org: Anna: low, 62 mg/dL", "ben@example.org: Anna: low, 62 mg/dL"]);

    // It stands on the lists and above the chart, for those who may be told. Their sessions have ended meanwhile.
    let (mut anna, mut ben) = (app.signed_in(people::ANNA).await, app.signed_in(people::BEN).await);
    assert!(ben.get("/following").await.text().contains("Alert: Low since"));
    let home = anna.get(&format!("/records/{}", app.family.anna_record)).await.text();
    assert!(home.contains("Alert: Low since"));

    // Ben's link opens without a session, shows nothing of Anna, and works once.
    let mail = mails.iter().find(|mail| mail.to == people::BEN).unwrap();
    let link = mail.text.split("{site}").find(|part| part.starts_with("/alerts/links/")).unwrap();
    let link = link.split_whitespace().next().unwrap();
    let mut bed = app.browser();
    let page = bed.get(link).await;
    assert_eq!(page.status, 200);
    for secret in ["Anna Berg", "mg/dL", "Ben Berg"] {
        assert!(!page.text().contains(secret), "{secret} stands on a page that anybody can open");
    }
    assert!(page.text().contains("I have seen it"));
    let done = bed.post(link, &[]).await;
    assert!(done.text().contains("Thank you") && !done.text().contains("Anna"));
    assert_eq!(bed.post(link, &[]).await.status, StatusCode::GONE);
    assert_eq!(bed.get(link).await.status, StatusCode::GONE);
    assert_eq!(bed.get(&alerts).await.status, StatusCode::UNAUTHORIZED, "it opened nothing else");

    let others = app.mails().await;
    let others: Vec<_> =
        others.iter().filter(|mail| mail.is_alert()).map(|mail| format!("{}: {}", mail.to, mail.subject)).collect();
    assert_eq!(others, ["anna@example.org: Ben Berg took it. Anna: low"]);
    assert!(anna.get("/records").await.text().contains("Taken by Ben Berg"));
    assert!(ben.get("/following").await.text().contains("Taken by you"));
    app.clock.advance(SignedDuration::from_mins(5));
    assert_eq!(night(&app, &[61, 61, 61, 61, 80, 85, 90, 95]).await, [""; 0]);
    let mut anna = app.signed_in(people::ANNA).await;
    let page = anna.get(&alerts).await.text();
    assert!(page.contains("Past alerts") && !page.contains("Now: Low") && page.contains("E-mail: sent"), "{page}");
    let history = anna.get(&format!("/records/{}/view-history?kind=changes", app.family.anna_record)).await.text();
    assert!(history.contains("Took an alert"), "{history}");
}

#[tokio::test]
async fn the_page_of_an_alert_has_one_button_and_strangers_have_none() {
    let app = App::start().await;
    let (mut anna, mut ben) = (app.signed_in(people::ANNA).await, app.signed_in(people::BEN).await);
    wants(&app, &mut ben, &[("urgent_low_on", "yes")]).await;
    app.value(50).await;
    let list = ben.get("/following").await.text();
    let path = format!(
        "/alerts/{}",
        list.split("href=\"/alerts/").find(|part| part.starts_with("0")).unwrap().split('"').next().unwrap()
    );
    let page = ben.get(&path).await.text();
    assert!(
        page.contains("Anna: Urgent low") && page.contains("50 mg/dL") && page.contains("I have seen it"),
        "{page}"
    );
    let stranger = app.signed_in(people::EVE).await.get(&path).await;
    let never = app.signed_in(people::EVE).await.get("/alerts/00000000-0000-0000-0000-000000000000").await;
    assert_eq!((stranger.status, stranger.status), (StatusCode::NOT_FOUND, never.status));
    let out = app.browser().get(&path).await;
    assert!(out.place().starts_with("/sign-in?next="), "who is signed out comes back here: {}", out.place());
    let taken = anna.post(&format!("{path}/acknowledgement"), &[]).await;
    assert_eq!(taken.place(), path);
    let page = ben.get(&path).await.text();
    assert!(page.contains("Taken by Anna") && !page.contains("I have seen it"), "{page}");
}

#[tokio::test]
async fn rules_are_in_the_persons_own_unit_and_nonsense_is_told_at_its_field() {
    let app = App::start().await;
    let mut ben = app.signed_in(people::BEN).await;
    let path = format!("/records/{}/alerts/rules", app.family.anna_record);
    for (name, value, said) in [
        ("low_at", "7", "A low lies between 50 and 120 mg/dL."),
        ("high_at", "abc", "A high lies between 100 and 400 mg/dL."),
        ("low_delay", "999", "Write a number of minutes from 0 to 240."),
        ("no_data_at", "5", "Write a number of minutes from 20 to 720."),
        ("quiet_from", "22:00", "Write both times as hours and minutes"),
        ("q_mon", "yes", "Write both times as hours and minutes"),
    ] {
        let answer = ben.post(&path, &with(&[(name, value)])).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(answer.text().contains(said), "{name}: {}", answer.text());
    }
    ben.post("/unit", &[("unit", "mmol/L"), ("back", "/")]).await;
    let mmol = with(&[
        ("low_on", "yes"),
        ("low_at", "4,2"),
        ("urgent_low_at", "3.0"),
        ("high_at", "13.9"),
        ("soon_at", "3.1"),
        ("q_fri", "yes"),
        ("quiet_from", "22:00"),
        ("quiet_to", "06:30"),
    ]);
    let kept = ben.post(&path, &mmol).await;
    assert_eq!(kept.status, 303, "{}", kept.text());
    let page = ben.get(&path).await.text();
    for shown in ["value=\"4.2\"", "In mmol/L.", "value=\"22:00\"", "value=\"06:30\""] {
        assert!(page.contains(shown), "{shown}");
    }
}

#[tokio::test]
async fn ways_are_added_with_a_proof_tested_and_seen_to_fail() {
    let app = App::start().await;
    let mut ben = app.signed_in(people::BEN).await;
    let hook = [("kind", "webhook"), ("url", "https://example.org/hook?key=1")];
    let page = ben.post("/alerts/channels", &hook).await;
    assert!(page.text().contains("whsec_") && page.text().contains("Webhook at example.org"), "{}", page.text());
    let again = ben.get("/alerts/channels").await.text();
    assert!(!again.contains("whsec_") && !again.contains("key=1"), "shown once, and the address not at all");
    app.clock.advance(SignedDuration::from_mins(11));
    let late = ben.post("/alerts/channels", &[("kind", "ntfy"), ("url", "https://ntfy.example.org/anna")]).await;
    assert_eq!(late.status, StatusCode::FORBIDDEN);
    assert!(late.text().contains("Confirm that it is you") && late.text().contains("https://ntfy.example.org/anna"));
    let wrong =
        ben.post("/alerts/channels", &[("kind", "ntfy"), ("url", "nonsense"), ("password", people::PASSWORD)]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);

    assert_eq!(ben.post("/alerts/channels/test", &[]).await.place(), "/alerts/channels?done=tested");
    assert!(ben.get("/alerts/channels").await.text().contains("Webhook: waits to be sent"));
    app.mails().await;
    assert!(ben.get("/alerts/channels").await.text().contains("Webhook: delivered"));
    ben.post("/alerts/channels/test", &[]).await;
    app.refuse_mails().await;
    assert!(ben.get("/alerts/channels").await.text().contains("Webhook: not sent, given up"));
    let page = ben.get("/alerts/channels").await.text();
    let path = format!(
        "/alerts/channels/{}",
        page.split("action=\"/alerts/channels/").nth(1).unwrap().split('"').next().unwrap()
    );
    assert_eq!(ben.post(&path, &[("urgent_only", "yes")]).await.place(), "/alerts/channels?done=changed");
    assert!(ben.get("/alerts/channels").await.text().contains("Urgent ones only"));
    let mut anna = app.signed_in(people::ANNA).await;
    assert_eq!(anna.post(&format!("{path}/removal"), &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ben.post(&format!("{path}/removal"), &[]).await.place(), "/alerts/channels?done=removed");
}

#[tokio::test]
async fn the_owner_says_who_is_called_and_the_next_one_is() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let path = format!("/records/{}/alerts/order", app.family.anna_record);
    let page = anna.get(&path).await.text();
    assert!(page.contains("Nothing can reach Ben Berg yet"), "{page}");
    for email in [people::BEN, people::CLARA] {
        let mut partner = app.signed_in(email).await;
        partner.post("/alerts/channels", &[("kind", "mail")]).await;
        assert_eq!(partner.get(&path).await.status, StatusCode::FORBIDDEN, "a care partner changes nothing here");
    }
    let clara = app.actor(people::CLARA).await.account().unwrap();
    let (ben, clara) = (app.family.ben.to_string(), clara.to_string());
    let twice = [("first", ben.as_str()), ("second", &ben), ("step", "10"), ("for_urgent_low", "yes")];
    assert!(anna.post(&path, &twice).await.text().contains("Each person can have one place only."));
    let order = [("first", clara.as_str()), ("second", &ben), ("step", "10"), ("for_urgent_low", "yes")];
    let kept = anna.post(&path, &order).await;
    assert_eq!(kept.place(), format!("/records/{}/alerts?done=order", app.family.anna_record), "{}", kept.text());
    wants(&app, &mut anna, &[("urgent_low_on", "yes")]).await;
    app.mails().await;
    assert_eq!(
        night(&app, &[52, 51, 50]).await,
        [
            "anna@example.org: Anna: urgent low, 52 mg/dL",
            "clara@example.org: Anna: urgent low, 52 mg/dL",
            "ben@example.org: You are called. Anna: urgent low, 50 mg/dL",
        ]
    );
    let mut anna = app.signed_in(people::ANNA).await;
    let page = anna.get(&format!("/records/{}/alerts", app.family.anna_record)).await.text();
    assert!(page.contains("Called ") && page.contains("Clara"), "{page}");
}
