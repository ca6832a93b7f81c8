//! Visit passes through the front door: a doctor without an account looks, and nothing more.

use axum::http::StatusCode;
use jiff::SignedDuration;
use life::Personality;
use std::collections::BTreeSet;
use testkit::app::App;
use testkit::browser::{Answer, Browser};
use testkit::people;

const ALL: [(&str, &str); 7] = [
    ("label", "Dr Wolf"),
    ("days", "7"),
    ("minutes", "30"),
    ("insulin", "yes"),
    ("carbs", "yes"),
    ("notes", "yes"),
    ("devices", "yes"),
];

/// What stands between two pieces of a page.
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    page.split_once(before).and_then(|(_, rest)| rest.split_once(after)).unwrap_or_else(|| panic!("{before}")).0
}

struct Made {
    link: String,
    code: String,
    id: String,
}

async fn make(anna: &mut Browser, record: impl std::fmt::Display, fields: &[(&str, &str)]) -> Made {
    let answer = anna.post(&format!("/records/{record}/passes"), fields).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let page = answer.text();
    let link = between(&page, "<code class=\"token\">http://localhost:8080", "</code>").to_owned();
    let id = between(&page, "data-new=\"", "\"").to_owned();
    Made { link, code: between(&page, "<code class=\"pass-code\">", "</code>").to_owned(), id }
}

async fn open(app: &App, made: &Made) -> Browser {
    let mut doctor = app.browser();
    assert_eq!(doctor.post("/pass", &[("code", &made.code)]).await.place(), "/pass/look");
    doctor
}

async fn state(doctor: &mut Browser) -> String {
    doctor.get("/pass/state").await.text()
}

fn is_over(answer: &Answer) -> bool {
    answer.status == StatusCode::NOT_FOUND && answer.text().contains("No visit pass is open here")
}

#[tokio::test]
async fn a_doctor_types_the_code_and_looks_until_the_second() {
    let app = App::start().await;
    app.live(app.family.anna_record, 10, Personality::Steady).await;
    let mut anna = app.signed_in(people::ANNA).await;
    let made = make(&mut anna, app.family.anna_record, &ALL).await;
    let mut doctor = app.browser();
    assert!(doctor.get("/pass").await.text().contains("No account is needed"));
    let opened = doctor.post("/pass", &[("code", &made.code.to_lowercase())]).await;
    assert!(opened.header("set-cookie").contains("kinsight-pass="));
    let page = doctor.follow(opened).await;
    let text = page.text();
    for words in ["Glucose profile of Anna Berg", "until 20:30 (Europe/Stockholm)", "I am done", "data-left=\"1800\""] {
        assert!(text.contains(words), "{words}");
    }
    assert!(!text.contains("1984"), "the birth date is nobody's business");
    assert_eq!((page.header("cache-control"), page.header("refresh")), ("no-store", "1801;url=/pass/over"));
    for nowhere in ["href=\"/\"", "href=\"/records", "href=\"/sign-in", ".pdf", "/export"] {
        assert!(!text.contains(nowhere), "{nowhere}");
    }
    assert!(doctor.get("/pass/look/daily").await.text().contains("Daily review of Anna Berg"));
    app.clock.advance(SignedDuration::from_mins(30) - SignedDuration::from_millis(1));
    assert_eq!(doctor.get("/pass/look").await.status, 200);
    assert!(state(&mut doctor).await.contains("\"open\":true"));
    app.clock.advance(SignedDuration::from_millis(1));
    let nobody = app.browser().get("/pass/look").await;
    for path in ["/pass/look", "/pass/look/daily"] {
        let answer = doctor.get(path).await;
        assert!(is_over(&answer));
        assert_eq!(answer.text().replace(path, "/pass/look"), nobody.text(), "it looks as if there had never been one");
    }
    assert_eq!(state(&mut doctor).await, state(&mut app.browser()).await);
}

#[tokio::test]
async fn either_side_ends_it_with_one_tap() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let passes = format!("/records/{}/passes", app.family.anna_record);
    let made = make(&mut anna, app.family.anna_record, &ALL).await;
    let mut doctor = open(&app, &made).await;
    assert_eq!(doctor.get("/pass/look").await.status, 200);
    let list = anna.get(&passes).await.text();
    assert!(list.contains("Dr Wolf") && list.contains("Opened at 20:00"), "{list}");
    let told = anna.get(&format!("{passes}/state")).await.text();
    assert_eq!(told, format!("{{\"state\":\"{}:opened\"}}", made.id));
    // Ending asks for no proof, however long ago the last one was.
    app.clock.advance(SignedDuration::from_mins(11));
    let removal = format!("{passes}/{}/removal", made.id);
    assert_eq!(anna.post(&removal, &[]).await.place(), passes);
    assert_eq!(anna.post(&removal, &[]).await.place(), passes, "twice is no harm");
    assert!(is_over(&doctor.get("/pass/look").await));
    assert_eq!(state(&mut doctor).await, "{\"open\":false,\"tag\":\"\",\"left_s\":0}");
    assert!(anna.get(&passes).await.text().contains("Nobody sees anything with a visit pass"));

    let mut doctor = app.visit_pass().await;
    let ended = doctor.post("/pass/end", &[]).await;
    assert_eq!(ended.place(), "/pass/over");
    assert_eq!(doctor.cookie("kinsight-pass"), None);
    assert!(doctor.follow(ended).await.text().contains("The visit pass is over"));
    assert!(is_over(&doctor.get("/pass/look").await));
    assert_eq!(doctor.post("/pass/end", &[]).await.place(), "/pass/over");
}

#[tokio::test]
async fn link_and_code_work_once_and_opening_the_address_uses_nothing_up() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let made = make(&mut anna, app.family.anna_record, &ALL).await;
    let never = format!("/pass/{}", "A".repeat(43));
    let scanned = app.browser().get(&made.link).await.text();
    assert_eq!(scanned.replace(&made.link, &never), app.browser().get(&never).await.text(), "all links look alike");
    let mut doctor = app.browser();
    assert_eq!(doctor.post(&made.link, &[]).await.place(), "/pass/look");
    let mut second = app.browser();
    let used = second.post(&made.link, &[]).await;
    assert_eq!((used.status.as_u16(), second.cookie("kinsight-pass")), (404, None));
    assert_eq!(used.text().replace(&made.link, &never), app.browser().post(&never, &[]).await.text());
    let refused = second.post("/pass", &[("code", &made.code)]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("wrong, was used before, or is older than ten minutes"));

    let late = make(&mut anna, app.family.anna_record, &ALL).await;
    app.clock.advance(SignedDuration::from_mins(10));
    assert_eq!(second.post(&late.link, &[]).await.status, 404);
    assert_eq!(second.post("/pass", &[("code", &late.code)]).await.status, 422);
    assert_eq!(doctor.get("/pass/look").await.status, 200, "the one that was opened runs on");
}

#[tokio::test]
async fn twenty_wrong_codes_are_enough() {
    let app = App::start().await;
    let mut guesser = app.browser();
    guesser.peer = "192.0.2.77:1000".parse().ok();
    for number in 0..20 {
        let answer = guesser.post("/pass", &[("code", &format!("AAAA-BBBB-00{number:02}"))]).await;
        assert_eq!(answer.status, 422);
    }
    let answer = guesser.post("/pass", &[("code", "AAAA-BBBB-CCCC")]).await;
    assert_eq!(answer.status, 429);
    assert!(!answer.header("retry-after").is_empty());
    let mut anna = app.signed_in(people::ANNA).await;
    let made = make(&mut anna, app.family.anna_record, &ALL).await;
    assert_eq!(guesser.post("/pass", &[("code", &made.code)]).await.status, 429, "a right one neither");
    let mut doctor = app.browser();
    doctor.peer = "192.0.2.78:1000".parse().ok();
    assert_eq!(doctor.post("/pass", &[("code", &made.code)]).await.status, 303);
}

/// The days that a page shows.
fn days_on(page: &str) -> BTreeSet<String> {
    page.split("aria-labelledby=\"day-").skip(1).map(|rest| rest[..10].to_owned()).collect()
}

#[tokio::test]
async fn the_days_hold_whatever_is_asked_for() {
    let app = App::start().await;
    app.live(app.family.anna_record, 40, Personality::Steady).await;
    let mut anna = app.signed_in(people::ANNA).await;
    let dates = [("days", "dates"), ("from", "2026-03-02"), ("to", "2026-03-05"), ("minutes", "30"), ("carbs", "yes")];
    let made = make(&mut anna, app.family.anna_record, &dates).await;
    let mut doctor = open(&app, &made).await;
    let four: BTreeSet<String> = (2..=5).map(|day| format!("2026-03-0{day}")).collect();
    let whole = doctor.get("/pass/look").await.text();
    let figures = |page: &str| between(page, "<div class=\"range-card\">", "</section>").to_owned();
    for query in ["", "?days=90", "?from=2026-02-10&to=2026-03-18", "?from=x&to=9999-99-99", "?from=-9999-01-01"] {
        let page = doctor.get(&format!("/pass/look/daily{query}")).await.text();
        assert_eq!(days_on(&page), four, "{query}");
        let page = doctor.get(&format!("/pass/look{query}")).await.text();
        assert_eq!(figures(&page), figures(&whole), "{query}");
        let main = between(&page, "<main", "</main>");
        assert!(!main.contains("2026-02") && !main.contains("2026-03-18"), "{query}");
    }
    let one = doctor.get("/pass/look/daily?from=2026-03-04&to=2026-03-04").await.text();
    assert_eq!(days_on(&one), BTreeSet::from(["2026-03-04".to_owned()]));
    for beside in ["?from=2026-03-10&to=2026-03-12", "?from=2026-02-10&to=2026-02-12"] {
        let days = days_on(&doctor.get(&format!("/pass/look/daily{beside}")).await.text());
        assert!(days.len() == 1 && days.is_subset(&four), "{beside}: {days:?}");
    }
}

#[tokio::test]
async fn what_was_not_chosen_is_on_no_page() {
    let app = App::start().await;
    app.live(app.family.anna_record, 3, Personality::Steady).await;
    let mut anna = app.signed_in(people::ANNA).await;
    let shown = make(&mut anna, app.family.anna_record, &ALL).await;
    let glucose = make(&mut anna, app.family.anna_record, &ALL[..3]).await;
    let day = "/pass/look/daily";
    assert!(open(&app, &shown).await.get(day).await.text().contains("Bolus"));
    let page = open(&app, &glucose).await.get(day).await.text();
    for hidden in ["Bolus", "Carb", "Basal", "Alarm"] {
        assert!(!page.contains(hidden), "{hidden}");
    }
}

#[tokio::test]
async fn it_opens_its_own_pages_and_nothing_else() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let of_anna = make(&mut anna, app.family.anna_record, &ALL).await;
    let of_mia = make(&mut anna, app.family.mia_record, &ALL).await;
    let mut doctor = open(&app, &of_anna).await;
    for record in [app.family.anna_record, app.family.mia_record] {
        for rest in ["", "/reports/agp", "/reports/agp.pdf", "/reports/daily.pdf", "/uploads", "/passes", "/settings"] {
            assert_eq!(doctor.get(&format!("/records/{record}{rest}")).await.status, 401, "{rest}");
        }
    }
    assert_eq!(doctor.get("/export.zip").await.status, 401);
    let page = doctor.get(&format!("/pass/look?record={}", app.family.mia_record)).await.text();
    assert!(page.contains("Anna Berg") && !page.contains("Mia"));
    // The next one opened in this browser takes its place.
    assert_eq!(doctor.post("/pass", &[("code", &of_mia.code)]).await.status, 303);
    let page = doctor.get("/pass/look").await.text();
    assert!(page.contains("Mia Berg") && !page.contains("Anna"));
}

#[tokio::test]
async fn whoever_is_signed_in_keeps_their_own_rights_and_gets_no_more() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let made = make(&mut anna, app.family.mia_record, &ALL).await;
    let mut ben = app.signed_in(people::BEN).await;
    let session = ben.cookie("kinsight").map(str::to_owned);
    assert_eq!(ben.post("/pass", &[("code", &made.code)]).await.status, 303);
    assert_eq!(ben.cookie("kinsight"), session.as_deref(), "his session is the one it was");
    let page = ben.get("/pass/look").await.text();
    assert!(page.contains("Mia Berg") && !page.contains("Ben Berg"));
    let (anna_record, mia_record) = (app.family.anna_record, app.family.mia_record);
    assert_eq!(ben.get(&format!("/records/{mia_record}")).await.status, 404);
    assert_eq!(ben.get(&format!("/records/{mia_record}/reports/agp.pdf")).await.status, 404);
    assert_eq!(ben.get(&format!("/records/{anna_record}")).await.status, 200);
    assert_eq!(ben.get(&format!("/records/{anna_record}/reports/agp.pdf")).await.status, 403);
    ben.post("/pass/end", &[]).await;
    assert!(is_over(&ben.get("/pass/look").await));
    assert_eq!(ben.get("/following").await.status, 200, "he is signed in as before");
}

#[tokio::test]
async fn making_one_asks_for_a_fresh_proof_and_a_whole_form() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let passes = format!("/records/{}/passes", app.family.anna_record);
    for (name, value, words) in [
        ("days", "5", "Choose which days."),
        ("minutes", "240", "Choose how long."),
        ("label", &"x".repeat(61), "At most 60 characters."),
    ] {
        let fields: Vec<_> =
            ALL.iter().map(|&(field, usual)| (field, if field == name { value } else { usual })).collect();
        let answer = anna.post(&passes, &fields).await;
        assert!(answer.status == 422 && answer.text().contains(words), "{name}");
    }
    for (from, to) in [("", ""), ("2026-03-05", "2026-03-01"), ("2020-01-01", "2026-03-01"), ("x", "2026-03-01")] {
        let fields = [("days", "dates"), ("from", from), ("to", to), ("minutes", "30")];
        assert_eq!(anna.post(&passes, &fields).await.status, 422, "{from} to {to}");
    }
    app.clock.advance(SignedDuration::from_mins(10));
    assert!(anna.get(&passes).await.text().contains(&format!("/proof?next={passes}")));
    assert_eq!(anna.post(&passes, &ALL).await.status, 401);
    let mut clara = app.signed_in(people::CLARA).await;
    assert_eq!(clara.post(&passes, &ALL).await.status, 403, "a care partner makes none");
}

#[tokio::test]
async fn its_cookie_is_tied_to_this_host_and_its_label_is_text() {
    let app = App::start_at("https://glucose.example.org").await;
    let mut anna = app.browser();
    anna.extra = vec![("host", "glucose.example.org".to_owned())];
    anna.post("/sign-in", &[("email", people::ANNA), ("password", people::PASSWORD)]).await;
    let label = "<img src=x onerror=alert(1)>\"><b>";
    let fields = [("label", label), ("days", "7"), ("minutes", "10")];
    let page = anna.post(&format!("/records/{}/passes", app.family.anna_record), &fields).await.text();
    assert!(!page.contains("<img") && !page.contains("<b>") && page.contains("onerror"));
    let code = between(&page, "<code class=\"pass-code\">", "</code>");
    let answer = anna.post("/pass", &[("code", code)]).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-kinsight-pass="), "{cookie}");
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=7200"), "{cookie}");
    assert!(!anna.get("/pass/look").await.text().contains("onerror"), "the doctor does not see the label");
}
