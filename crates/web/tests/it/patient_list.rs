//! The clinic's list of patients as its members use it, and adding and changing patients.

use testkit::app::App;
use testkit::browser::{Answer, Browser};
use testkit::people::{EVE, NORTHSIDE_CLINICIAN, NORTHSIDE_FRONT_DESK, SOUTHSIDE_ADMIN};

fn list(app: &App) -> String {
    format!("/clinics/{}/patients", app.family.northside)
}

const DETAILS: [(&str, &str); 8] = [
    ("name", "Vera Winter"),
    ("born_on", "1950-02-01"),
    ("number", "N-7"),
    ("group", "Pump"),
    ("tags", "tuesday, study a"),
    ("email", ""),
    ("unit", "mg/dL"),
    ("zone", "Europe/Stockholm"),
];

fn with<'a>(changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let new = |name: &str| changed.iter().find(|(other, _)| *other == name).copied();
    let mut fields: Vec<_> = DETAILS.iter().map(|field| new(field.0).unwrap_or(*field)).collect();
    fields.extend(changed.iter().filter(|(name, _)| DETAILS.iter().all(|(known, _)| known != name)));
    fields
}

async fn rows(browser: &mut Browser, path: &str) -> usize {
    browser.get(path).await.text().matches("<th scope=\"row\">").count()
}

#[tokio::test]
async fn a_search_stands_in_no_address_and_filters_do() {
    let app = App::start().await;
    let mut chen = app.signed_in(NORTHSIDE_CLINICIAN).await;
    let list = list(&app);
    let found = chen.post(&list, &[("search", "summer IDA"), ("linked", "no")]).await;
    assert_eq!((found.status.as_u16(), found.header("cache-control")), (200, "no-store"));
    let page = found.text();
    assert!(page.contains("Ida Summer") && !page.contains("Paul Winter") && page.contains("1 of 3 patients"), "{page}");
    assert!(!page.contains("?search") && !page.contains("&amp;search") && !page.contains("search=summer"), "{page}");
    assert!(page.contains("form=\"again\" name=\"go\" value=\"name.up.0\""), "sorting takes the search along");
    let sorted = chen.post(&list, &[("search", "er"), ("go", "name.down.0")]).await.text();
    assert!(sorted.find("Paul Winter").unwrap() < sorted.find("Ida Summer").unwrap());
    let filtered = chen.post(&list, &[("search", " "), ("linked", "yes"), ("sort", "name")]).await;
    assert_eq!(filtered.status, 303);
    assert_eq!(filtered.place(), format!("{list}?sort=name&order=up&linked=yes"));
    let page = chen.follow(filtered).await.text();
    assert!(page.contains("Eve Stone") && !page.contains("Ida Summer"), "{page}");
    assert_eq!(rows(&mut chen, &format!("{list}?linked=no")).await, 2);
    let nobody = chen.post(&list, &[("search", "nobody")]).await.text();
    assert!(nobody.contains("No patient is like that.") && nobody.contains("Show all patients"));
}

#[tokio::test]
async fn nonsense_in_the_address_shows_the_list() {
    let app = App::start().await;
    let mut chen = app.signed_in(NORTHSIDE_CLINICIAN).await;
    for query in
        ["sort=x&order=y&page=z", "page=99999999999", "no_data=-1&under=x&linked=x", "group=%00&tag=%F0%9F%98%80"]
    {
        assert_eq!(chen.get(&format!("{}?{query}", list(&app))).await.status, 200, "{query}");
    }
    assert_eq!(chen.post(&list(&app), &[("search", "x"), ("go", "...."), ("page", "-1")]).await.status, 200);
}

#[tokio::test]
async fn the_front_desk_finds_patients_and_sees_no_figures() {
    let app = App::start().await;
    app.live(app.family.eve_record, 3, life::Personality::HypoProne).await;
    let mut fay = app.signed_in(NORTHSIDE_FRONT_DESK).await;
    let page = fay.get(&format!("{}?sort=below&very_low=yes", list(&app))).await.text();
    assert!(page.contains("Eve Stone") && page.contains("Ida Summer") && page.contains("Linked"), "{page}");
    for word in ["GMI", "Mean", "Time below", "below 54", "in range", "mg/dL;"] {
        assert!(!page.contains(word), "{word}: {page}");
    }
    assert!(fay.post(&list(&app), &[("search", "eve")]).await.text().contains("Eve Stone"));
    let history =
        app.signed_in(EVE).await.get(&format!("/records/{}/view-history", app.family.eve_record)).await.text();
    assert!(history.contains("Fay Desk") && history.contains("front desk"), "{history}");
}

#[tokio::test]
async fn a_patient_is_added_found_and_changed() {
    let app = App::start().await;
    let mut fay = app.signed_in(NORTHSIDE_FRONT_DESK).await;
    let new = format!("{}/new", list(&app));
    let form = fay.get(&new).await.text();
    assert!(form.contains("value=\"Europe/Stockholm\""), "where the member lives is likely");
    let bad = fay.post(&new, &with(&[("born_on", "yesterday")])).await;
    assert!(bad.status == 422 && bad.text().contains("year-month-day") && bad.text().contains("Vera Winter"));
    assert_eq!(fay.post(&new, &with(&[("email", "no address")])).await.status, 422);
    assert_eq!(fay.post(&new, &with(&[])).await.status, 303);
    let page = fay.post(&list(&app), &[("search", "1.2.1950 n-7")]).await.text();
    assert!(page.contains("Vera Winter") && page.contains("no. N-7") && page.contains("study a"), "{page}");
    assert!(page.contains("<option value=\"Pump\">Pump</option>"), "her group can be chosen now");
    let details = page.split("href=\"").find(|rest| rest.contains("/details\"")).unwrap().split('"').next().unwrap();
    let form = fay.get(details).await.text();
    assert!(form.contains("value=\"study a, tuesday\"") && form.contains("1950-02-01"), "{form}");
    assert_eq!(fay.post(details, &with(&[("name", "Vera Spring")])).await.status, 303);
    assert!(fay.get(&list(&app)).await.text().contains("Vera Spring"));
}

#[tokio::test]
async fn whoever_is_there_already_is_pointed_out_first() {
    let app = App::start().await;
    let mut chen = app.signed_in(NORTHSIDE_CLINICIAN).await;
    let new = format!("{}/new", list(&app));
    assert_eq!(chen.post(&new, &with(&[])).await.status, 303);
    let twice = chen.post(&new, &with(&[("name", "vera  WINTER")])).await;
    assert_eq!(twice.status, 409);
    let page = twice.text();
    assert!(
        page.contains("There is already a patient") && page.contains("Add anyway") && page.contains("no. N-7"),
        "{page}"
    );
    assert_eq!(rows(&mut chen, &list(&app)).await, 4, "nobody was added");
    assert_eq!(chen.post(&new, &with(&[("anyway", "yes")])).await.status, 303);
    assert!(chen.get(&list(&app)).await.text().contains("2 patients may be there twice"));
}

#[tokio::test]
async fn another_clinic_has_no_such_patient() {
    let app = App::start().await;
    let mut sue = app.signed_in(SOUTHSIDE_ADMIN).await;
    let (north, south) = (app.family.northside, app.family.southside);
    let nowhere = "/clinics/00000000-0000-0000-0000-000000000000/patients";
    let none = sue.get(nowhere).await;
    // The page says which address it is, and a number of the request, which is as long as any other.
    let bare = |answer: &Answer, path: &str| answer.text().replace(path, "").len();
    for path in [
        format!("/clinics/{north}/patients"),
        format!("/clinics/{north}/patients/new"),
        format!("/clinics/{north}/patients/{}/details", app.family.northside_patient),
        format!("/clinics/{south}/patients/{}/details", app.family.northside_patient),
        format!("/clinics/{south}/patients/{}/details", app.family.mia_record),
    ] {
        let answer = sue.get(&path).await;
        assert_eq!((answer.status, bare(&answer, &path)), (none.status, bare(&none, nowhere)), "{path}");
        if !path.ends_with("/patients") {
            assert_eq!(sue.post(&path, &with(&[])).await.status, 404, "{path}");
        }
    }
    assert_eq!(sue.post(&format!("/clinics/{north}/patients"), &[("search", "paul")]).await.status, 404);
}
