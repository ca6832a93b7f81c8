//! What people and files write stays text, wherever it is shown.

use testkit::app::App;
use testkit::people;

const PAYLOADS: [&str; 8] = [
    "<img src=x onerror=alert(1)>",
    "\"><svg/onload=alert(1)>",
    "</title></script><script>alert(1)</script>",
    "' onmouseover='alert(1)",
    "{{7*7}}${7*7}",
    "javascript:alert(1)",
    "&lt;b&gt;<b>bold</b>",
    "<!--<iframe srcdoc=x>",
];

/// No tag and no attribute of the payloads is in the page as markup.
fn assert_harmless(page: &str, payload: &str) {
    for markup in ["<img", "<svg/onload", "<script>", "<iframe", "<b>bold", "' onmouseover='", "\"><svg/"] {
        assert!(!page.contains(markup), "{markup} of {payload} is in the page");
    }
    assert!(!page.contains("href=\"javascript:"));
}

#[tokio::test]
async fn names_of_people_are_text_on_every_page() {
    let app = App::start().await;
    for payload in PAYLOADS {
        let mut anna = app.signed_in(people::ANNA).await;
        let fields = [("name", payload), ("born_on", ""), ("unit", "mg/dL"), ("zone", "Europe/Stockholm")];
        let record = format!("/records/{}", app.family.anna_record);
        assert_eq!(anna.post(&format!("{record}/settings"), &fields).await.status, 303);
        anna.post(&format!("{record}/tokens"), &[("name", &payload[..payload.len().min(60)])]).await;
        let account =
            [("name", payload), ("country", "SE"), ("unit", "mg/dL"), ("zone", "Europe/Stockholm"), ("language", "en")];
        assert_eq!(anna.post("/settings", &account).await.status, 303);
        for rest in ["", "/reports/agp", "/reports/daily", "/uploads", "/tokens", "/settings"] {
            assert_harmless(&anna.get(&format!("{record}{rest}")).await.text(), payload);
        }
        for path in ["/records", "/settings", "/activity"] {
            assert_harmless(&anna.get(path).await.text(), payload);
        }
        let mut ben = app.signed_in(people::BEN).await;
        assert_harmless(&ben.get("/following").await.text(), payload);
        assert_harmless(&ben.get(&record).await.text(), payload);
    }
}

#[tokio::test]
async fn file_names_devices_and_addresses_are_text() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    for (number, payload) in PAYLOADS.into_iter().enumerate() {
        let uploads = format!("/records/{}/uploads", app.family.anna_record);
        let job = crate::stories::upload_address(&anna.get(&uploads).await.text());
        let file = crate::files::clarity(
            "<script>alert(1)</script>",
            "\"><svg/onload=alert(1)>",
            payload,
            10 + number as u8,
            1,
        );
        let name = format!("{}.csv", payload.replace('"', "%22"));
        let answer = anna.upload(&job, &[(&name, &file)]).await;
        assert_harmless(&anna.follow(answer).await.text(), payload);
        anna.post(&format!("{job}/acceptance"), &[("file", "0"), ("accept", "yes")]).await;
        assert_harmless(&anna.get(&job).await.text(), payload);
        assert_harmless(&anna.get(&uploads).await.text(), payload);
        let query = format!("/records/{}?on=%3Cscript%3E&hours=%22", app.family.anna_record);
        assert_harmless(&anna.get(&query).await.text(), payload);
    }
}
