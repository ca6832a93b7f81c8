//! What strangers learn at the door, nothing; and how the owner comes in while they try.

use jiff::SignedDuration;
use testkit::app::App;
use testkit::browser::{Answer, Browser};
use testkit::people::{self, PASSWORD};

/// As long as the address that is known, so that pages are of one length.
const NOBODY: &str = "nora@example.org";

async fn try_in(browser: &mut Browser, email: &str, password: &str) -> Answer {
    browser.post("/sign-in", &[("email", email), ("password", password), ("next", "/")]).await
}

/// Everything of an answer but its number and what the asker typed.
fn seen(answer: &Answer, typed: &str) -> (u16, Vec<(String, String)>, String) {
    let headers = answer.headers.iter().filter(|(name, _)| *name != "x-request-id");
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    (answer.status.as_u16(), headers.collect(), answer.text().replace(typed, "…"))
}

#[tokio::test]
async fn an_account_that_is_there_answers_like_one_that_is_not() {
    let app = App::start().await;
    let (mut known, mut unknown) = (app.browser(), app.browser());
    known.peer = Some("192.0.2.1:4000".parse().unwrap());
    for at in 0..7 {
        let (one, other) =
            (try_in(&mut known, people::ANNA, "wrong").await, try_in(&mut unknown, NOBODY, "wrong").await);
        assert_eq!(one.status.as_u16(), if at < 5 { 401 } else { 429 }, "try {at}");
        assert_eq!(seen(&one, people::ANNA), seen(&other, NOBODY), "try {at}");
    }
    let (right, wrong) =
        (try_in(&mut known, people::ANNA, PASSWORD).await, try_in(&mut unknown, NOBODY, PASSWORD).await);
    assert_eq!(
        seen(&right, people::ANNA),
        seen(&wrong, NOBODY),
        "the right password during a delay does not show itself"
    );
    let way = known.post("/sign-in/way", &[("email", people::ANNA)]).await;
    assert_eq!(way.place(), "/sign-in/way/sent");
    assert_eq!(seen(&way, ""), seen(&unknown.post("/sign-in/way", &[("email", NOBODY)]).await, ""));
    assert_eq!(seen(&way, ""), seen(&unknown.post("/sign-in/way", &[("email", "no address")]).await, ""));
}

#[tokio::test]
async fn signing_up_answers_the_same_for_an_address_that_is_known() {
    let app = App::start().await;
    let fill = |email: &'static str, password: &'static str| {
        [
            ("name", "Nora Vik"),
            ("email", email),
            ("password", password),
            ("country", "NO"),
            ("unit", "mmol/L"),
            ("zone", "Europe/Oslo"),
            ("language", "en"),
        ]
    };
    for (password, status) in [("a kettle, a boat and a hill", 303), ("short", 422)] {
        let known = app.browser().post("/sign-up", &fill(people::ANNA, password)).await;
        let unknown = app.browser().post("/sign-up", &fill(NOBODY, password)).await;
        assert_eq!(known.status, status);
        assert_eq!(seen(&known, people::ANNA), seen(&unknown, NOBODY));
    }
}

/// The link in the only mail.
async fn mailed_way(app: &App) -> String {
    let mail = app.mails().await.pop().expect("a mail was sent");
    assert_eq!(mail.to, people::ANNA);
    let start = mail.text.find("/sign-in/way/").expect("it has a link");
    mail.text[start..].split_whitespace().next().unwrap().to_owned()
}

#[tokio::test]
async fn strangers_keep_the_owner_out_neither_at_home_nor_on_a_new_device() {
    let app = App::start().await;
    let mut home = app.signed_in(people::ANNA).await;
    home.post("/sign-out", &[]).await;
    let mut away = app.browser();
    for _ in 0..120 {
        let mut stranger = app.browser();
        stranger.peer = Some("198.51.100.1:4000".parse().unwrap());
        try_in(&mut stranger, people::ANNA, "a stranger's guess").await;
        app.clock.advance(SignedDuration::from_mins(61));
    }
    let kept_out = try_in(&mut away, people::ANNA, PASSWORD).await;
    assert_eq!(kept_out.status, 429);
    assert!(kept_out.header("retry-after").parse::<u32>().unwrap() > 0);
    assert!(kept_out.text().contains("A device that you used before still works"), "{}", kept_out.text());
    assert!(kept_out.text().contains("Send me a link"));
    assert_eq!(try_in(&mut home, people::ANNA, PASSWORD).await.status, 303, "at home all is as always");

    app.mails().await;
    away.post("/sign-in/way", &[("email", people::ANNA)]).await;
    let way = mailed_way(&app).await;
    assert!(away.get(&way).await.text().contains("Let this browser in"));
    assert_eq!(try_in(&mut away, people::ANNA, PASSWORD).await.status, 429, "opening the link changes nothing");
    let taken = away.post(&way, &[]).await;
    assert_eq!(taken.place(), "/sign-in?known=true");
    assert!(away.get(taken.place()).await.text().contains("This browser is known now"));
    assert_eq!(away.get("/records").await.status, 401, "the link signs nobody in");
    assert_eq!(away.post(&way, &[]).await.status, 422, "it works once");
    assert_eq!(try_in(&mut away, people::ANNA, PASSWORD).await.status, 303);
    assert_eq!(app.mails().await[0].subject, "A new device signed in", "and it is told all the same");
    assert_eq!(try_in(&mut app.browser(), people::ANNA, PASSWORD).await.status, 429, "strangers stay out");
}

#[tokio::test]
async fn sign_ins_and_tries_are_listed_with_what_came_of_them() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let mut stranger = app.browser();
    stranger.extra = vec![("user-agent", "Mozilla/5.0 (Windows NT 10.0) Firefox/150.0".to_owned())];
    try_in(&mut stranger, people::ANNA, "wrong").await;
    anna.post(
        "/settings",
        &[("name", "Anna"), ("country", "SE"), ("unit", "mg/dL"), ("zone", "UTC"), ("language", "en")],
    )
    .await;
    let page = anna.get("/activity").await.text();
    for part in [
        "Failed: wrong password",
        "Firefox on Windows",
        "Signed in",
        "Password",
        "Changed settings",
        "href=\"/lockdown\"",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let sign_ins = anna.get("/activity?show=sign-ins").await.text();
    assert!(sign_ins.contains("Failed: wrong password") && !sign_ins.contains("Changed settings"));
    let changes = anna.get("/activity?show=changes").await.text();
    assert!(!changes.contains("Failed: wrong password") && changes.contains("Changed settings"));
    assert_eq!(anna.get("/activity?show=nonsense").await.status, 400);
}
