//! Every page: one heading, landmarks, labels, no inline script or style, and links that lead somewhere.

use std::collections::BTreeSet;
use testkit::app::App;
use testkit::browser::Browser;
use testkit::people;

/// The values of an attribute, in the order of the page.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    page.split(start.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

fn tags<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!("<{name}");
    page.split(start.as_str())
        .skip(1)
        .filter(|rest| rest.starts_with([' ', '>']))
        .filter_map(|rest| rest.split('>').next())
        .collect()
}

fn assert_well_made(path: &str, page: &str) {
    assert!(page.starts_with("<!doctype html>"), "{path}");
    assert!(tags(page, "html")[0].contains("lang=\"en\""), "{path}");
    // What is in a template is not on the page until a script puts it there in place of the rest.
    let shown: String = page.split("<template").map(|part| part.rsplit("</template>").next().unwrap()).collect();
    for once in ["h1", "main", "header", "footer", "title"] {
        let count = tags(&shown, once).len();
        let charts = page.matches("<svg").count();
        assert!(count == 1 || (once == "title" && count <= charts + 1), "{path}: {count} of {once}");
    }
    assert!(!page.contains("<style") && !page.contains(" style=") && !page.contains("javascript:"), "{path}");
    assert!(!page.contains(" onclick=") && !page.contains(" onload="), "{path}");
    for script in tags(page, "script") {
        assert!(script.contains("src=\"/static/"), "{path}: inline script");
    }
    let ids = values(page, "id");
    let known: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(known.len(), ids.len(), "{path}: an id stands twice in {ids:?}");
    for attribute in ["for", "aria-labelledby", "aria-describedby", "list"] {
        for name in values(page, attribute).iter().flat_map(|names| names.split(' ')) {
            assert!(known.contains(name), "{path}: {attribute} names {name}, which is not there");
        }
    }
    assert_labelled(path, page);
    let tables = tags(page, "table").len();
    assert_eq!(tags(page, "caption").len(), tables, "{path}: every table has a caption");
}

fn assert_labelled(path: &str, page: &str) {
    let labelled: BTreeSet<&str> = values(page, "for").into_iter().collect();
    let fields = [tags(page, "input"), tags(page, "select"), tags(page, "textarea")].concat();
    for field in fields {
        let with_space = format!(" {}", field.trim_start());
        let hidden = field.contains("type=\"hidden\"");
        let id = values(&with_space, "id");
        let within = page
            .split("<label class=\"choice\">")
            .skip(1)
            .any(|label| label.split("</label>").next().unwrap().contains(field));
        let named = id.first().is_some_and(|id| labelled.contains(id));
        assert!(hidden || within || named, "{path}: no label for <input{field}>");
    }
}

/// Walks every link of our own from a page on, and looks at each page it finds.
async fn walk(browser: &mut Browser, from: &str) -> BTreeSet<String> {
    let (mut seen, mut waiting) = (BTreeSet::new(), vec![from.to_owned()]);
    while let Some(path) = waiting.pop() {
        let shape = path.split('?').next().unwrap().to_owned();
        if seen.contains(&path) || seen.iter().filter(|known: &&String| known.starts_with(&shape)).count() > 4 {
            continue;
        }
        let answer = browser.get(&path).await;
        assert_eq!(answer.status, 200, "{path} is linked, and answers {}", answer.status);
        seen.insert(path.clone());
        if !answer.header("content-type").starts_with("text/html") {
            continue;
        }
        let page = answer.text();
        assert_well_made(&path, &page);
        for link in values(&page, "href").into_iter().chain(values(&page, "src")) {
            let link = link.replace("&amp;", "&").replace("&#38;", "&");
            match link.chars().next() {
                // Lockdown has pages and stories of its own.
                Some('/') if link != "/" && link != "/lockdown" => waiting.push(link),
                Some('?') => waiting.push(format!("{shape}{link}")),
                Some('#') | None | Some('/') => {}
                _ => panic!("{path} links to {link}"),
            }
        }
    }
    seen
}

#[tokio::test]
async fn pages_for_everybody() {
    let app = App::start().await;
    let seen = walk(&mut app.browser(), "/sign-in").await;
    assert!(seen.contains("/sign-up"));
    let mut browser = app.browser();
    for path in ["/nothing", "/records", "/sign-up/sent", "/confirmations/abc"] {
        assert_well_made(path, &browser.get(path).await.text());
    }
    let refused = browser.post("/sign-up", &[("email", "no address")]).await;
    assert_eq!(refused.status, 422);
    assert_well_made("/sign-up refused", &refused.text());
    assert!(refused.text().contains("href=\"#email\""), "the summary leads to the field");
    let refused = browser.post("/sign-in", &[("email", "a@b.se"), ("password", "x")]).await;
    assert_eq!(refused.status, 401);
    assert_well_made("/sign-in refused", &refused.text());
}

#[tokio::test]
async fn pages_of_an_owner() {
    let app = App::start().await;
    app.live(app.family.anna_record, 20, life::Personality::Looper).await;
    let seen = walk(&mut app.signed_in(people::ANNA).await, "/records").await;
    for page in [
        "/reports/agp",
        "/reports/daily",
        "/uploads",
        "/tokens",
        "/view-history",
        "/settings",
        "/settings/notices",
        "/sharing",
        "/sharing/invitations/new",
        "/care-partners/",
        "/pause",
        "/security",
        "/security/review",
        "/security/e-mail",
        "/security/phrase",
        "/security/messages",
    ] {
        assert!(seen.iter().any(|path| path.contains(page)), "{page} can be reached by links");
    }
}

#[tokio::test]
async fn pages_of_a_care_partner_and_a_clinician() {
    let app = App::start().await;
    app.live(app.family.anna_record, 3, life::Personality::Teen).await;
    app.live(app.family.northside_patient, 16, life::Personality::HighRunner).await;
    walk(&mut app.signed_in(people::BEN).await, "/following").await;
    let clinic = format!("/clinics/{}/patients", app.family.northside);
    let seen = walk(&mut app.signed_in(people::NORTHSIDE_CLINICIAN).await, &clinic).await;
    assert!(seen.iter().any(|path| path.contains("/reports/")));
}

#[tokio::test]
async fn the_safety_notice_stands_where_figures_are() {
    let app = App::start().await;
    let notice = words::Language::English.texts().notice_long;
    let mut anna = app.signed_in(people::ANNA).await;
    let record = format!("/records/{}", app.family.anna_record);
    assert!(app.browser().get("/sign-in").await.text().contains(notice));
    for report in ["agp", "daily"] {
        assert!(anna.get(&format!("{record}/reports/{report}")).await.text().contains(notice), "{report}");
    }
}

#[tokio::test]
async fn an_old_value_is_never_shown_as_current() {
    let app = App::start().await;
    app.live(app.family.anna_record, 1, life::Personality::Steady).await;
    let record = format!("/records/{}", app.family.anna_record);
    let hidden = "data-now-old hidden";
    let fresh = app.signed_in(people::ANNA).await.get(&record).await.text();
    assert!(fresh.contains(hidden), "{fresh}");
    app.clock.advance(jiff::SignedDuration::from_mins(21));
    let old = app.signed_in(people::ANNA).await.get(&record).await.text();
    assert!(!old.contains(hidden) && old.contains("Not current: this value is old."));
    assert!(old.contains("data-now-fresh hidden"), "arrow and delta are gone");
}

#[tokio::test]
async fn the_front_desk_is_offered_only_what_it_may_open() {
    let app = App::start().await;
    app.live(app.family.northside_patient, 3, life::Personality::Steady).await;
    let clinic = format!("/clinics/{}/patients", app.family.northside);
    let seen = walk(&mut app.signed_in(people::NORTHSIDE_FRONT_DESK).await, &clinic).await;
    let record = format!("/records/{}", app.family.northside_patient);
    assert!(seen.contains(&format!("{record}/uploads")), "it brings data");
    let refused = ["", "/reports/agp", "/settings", "/tokens"].map(|rest| format!("{record}{rest}"));
    assert!(refused.iter().all(|path| !seen.contains(path)), "{seen:?}");
}

#[tokio::test]
async fn times_in_range_stand_as_text_beside_the_bar() {
    let app = App::start().await;
    app.live(app.family.anna_record, 14, life::Personality::Steady).await;
    let record = format!("/records/{}", app.family.anna_record);
    let mut anna = app.signed_in(people::ANNA).await;
    for (path, is_whole_days) in [(record.clone(), false), (format!("{record}/reports/agp"), true)] {
        let page = anna.get(&path).await.text();
        let list = page.split("<ul class=\"range-list\">").nth(1).unwrap().split("</ul>").next().unwrap();
        assert_eq!(list.matches("<li").count(), 5, "{list}");
        assert!(list.contains("goal over 70%"), "{list}");
        assert_eq!(list.contains(" a day"), is_whole_days, "a day under way has no length yet: {list}");
    }
}
