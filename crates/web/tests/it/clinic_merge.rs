//! Merging two records of one patient and undoing it; patients who leave the clinic, come back, are deleted.

use sharing::RecordId;
use store::{Desk, KeepPatients, NewPatient, NewRecord, PatientDetails};
use testkit::app::App;
use testkit::people;

async fn paul(app: &App, number: &str) -> RecordId {
    let details = PatientDetails { number: number.to_owned(), ..PatientDetails::default() };
    let born_on = Some(jiff::civil::date(1990, 2, 3));
    let new = NewPatient { record: NewRecord { born_on, ..people::record("Paul Twice") }, details };
    let chen = app.actor(people::NORTHSIDE_CLINICIAN).await;
    let add = move |desk: &mut Desk<'_, KeepPatients>| desk.add_patient(&new);
    app.store.with_clinic(&chen, app.family.northside, add).await.unwrap()
}

#[tokio::test]
async fn two_records_are_compared_merged_and_parted() {
    let app = App::start().await;
    let (one, two) = (paul(&app, "1").await, paul(&app, "2").await);
    let clinic = format!("/clinics/{}", app.family.northside);
    let mut chen = app.signed_in(people::NORTHSIDE_CLINICIAN).await;
    let file = b"time,glucose\n2026-03-18T10:00:00Z,120\n2026-03-18T10:05:00Z,121\n";
    let job = format!("/records/{one}/uploads/jobs/{}", "C".repeat(42) + "A");
    assert_eq!(chen.upload(&job, &[("paul.csv", file)]).await.status, 303);

    let list = chen.get(&format!("{clinic}/duplicates")).await.text();
    let (address, other) = (format!("{clinic}/patients/{one}/merge"), two.to_string());
    let (compare, turned) = (format!("{address}?with={other}"), format!("{clinic}/patients/{two}/merge?with={one}"));
    assert!(list.contains("Paul Twice, born") && (list.contains(&compare) || list.contains(&turned)), "{list}");
    let page = chen.get(&compare).await.text();
    assert!(page.contains("<tr><th scope=\"row\">Uploads</th><td>1</td><td>0</td></tr>"), "{page}");
    let found = chen.get(&format!("{address}?q=twice%202")).await.text();
    assert!(found.contains(&compare), "{found}");

    assert_eq!(chen.post(&address, &[("with", &other), ("keep", "else")]).await.status, 404);
    assert_eq!(
        chen.post(&address, &[("with", &other), ("keep", &other)]).await.place(),
        format!("{clinic}/duplicates")
    );
    assert_eq!(chen.get(&format!("/records/{one}")).await.status, 404, "nobody finds it any more");
    assert!(chen.get(&format!("/records/{two}/uploads")).await.text().contains("paul.csv"));
    let list = chen.get(&format!("{clinic}/duplicates")).await.text();
    assert!(list.contains("Nobody stands in the list twice") && list.contains("by Dr Chen. Undo until"), "{list}");

    let undo = format!("{clinic}/merges/{one}/undo");
    for (email, status) in [(people::NORTHSIDE_FRONT_DESK, 403), (people::SOUTHSIDE_CLINICIAN, 404)] {
        assert_eq!(app.signed_in(email).await.post(&undo, &[]).await.status, status, "{email}");
    }
    assert_eq!(chen.post(&undo, &[]).await.status, 303);
    assert!(chen.get(&format!("/records/{one}/uploads")).await.text().contains("paul.csv"));
    assert!(!chen.get(&format!("/records/{two}/uploads")).await.text().contains("paul.csv"));
    assert_eq!(chen.post(&undo, &[]).await.status, 404, "once");

    let eve = app.family.eve_profile.to_string();
    let kept = [("with", eve.as_str()), ("keep", eve.as_str())];
    assert_eq!(chen.post(&address, &kept).await.status, 303, "one of them is linked");
}

#[tokio::test]
async fn a_patient_leaves_comes_back_and_is_deleted() {
    let app = App::start().await;
    let clinic = format!("/clinics/{}", app.family.northside);
    let profile = app.family.eve_profile;
    let place = format!("{clinic}/patients/{profile}/leaving");
    let mut chen = app.signed_in(people::NORTHSIDE_CLINICIAN).await;
    let own = format!("/records/{}", app.family.eve_record);
    assert_eq!(chen.get(&own).await.status, 200);
    let page = chen.get(&place).await.text();
    assert!(page.contains("Eve Stone leaves the clinic") && !page.contains("Delete for good"), "{page}");
    assert_eq!(chen.post(&place, &[("what", "left")]).await.place(), place);
    assert_eq!(chen.get(&own).await.status, 404, "the link ended at once");
    assert_eq!(chen.get(&format!("/records/{profile}")).await.status, 200, "what the clinic keeps can be read");
    let elsewhere = format!("{clinic}/patients/{}/merge", app.family.northside_patient);
    let with = [("with", profile.to_string()), ("keep", profile.to_string())];
    let with: Vec<_> = with.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let refused = chen.post(&elsewhere, &with).await;
    assert!(refused.status == 409 && refused.text().contains("has left the clinic"), "{}", refused.text());
    assert!(chen.get(&place).await.text().contains("Eve Stone left the clinic"));
    chen.post(&place, &[("what", "back")]).await;
    assert!(chen.get(&place).await.text().contains("Eve Stone leaves the clinic"));
    assert_eq!(chen.get(&own).await.status, 404, "a link does not come back by itself");

    let deletion = format!("{clinic}/patients/{profile}/deletion");
    assert_eq!(chen.post(&deletion, &[("confirmation", "Eve Stone")]).await.status, 403);
    let mut adam = app.signed_in(people::NORTHSIDE_ADMIN).await;
    let slip = adam.post(&deletion, &[("confirmation", "Paul")]).await;
    assert!(slip.status == 422 && slip.text().contains("That is not the patient’s name"), "{}", slip.text());
    assert_eq!(adam.post(&deletion, &[("confirmation", "eve stone")]).await.place(), format!("{clinic}/patients"));
    for gone in [format!("/records/{profile}"), place] {
        assert_eq!(adam.get(&gone).await.status, 404, "{gone}");
    }
    assert_eq!(app.signed_in(people::EVE).await.get(&own).await.status, 200, "hers is hers");
}
