//! LibreLinkUp and Dexcom Share are asked as their apps ask, and what they refuse is told apart.

use crate::pulling::{Story, with_secret};
use serde_json::{Value, json};
use store::{PullSettings, PullState, PullTrouble};
use worker::Hosts;

const PASSWORD: &str = "a password of another service";

async fn begin() -> Story {
    let mut story = Story::begin().await;
    story.server.work.hosts = Hosts::at(&story.site.url);
    story
}

fn follower(person: &str) -> PullSettings {
    PullSettings { user: "ben@example.org".to_owned(), person: person.to_owned(), ..with_secret(PASSWORD) }
}

fn answers(story: &Story, path: &'static str, answers: Vec<(u16, Value)>) {
    let answers = answers.into_iter().map(|(status, body)| (status, body.to_string())).collect();
    story.site.kept().fixed.insert(path, answers);
}

fn libre_time(at: jiff::Timestamp) -> String {
    at.strftime("%-m/%-d/%Y %-I:%M:%S %p").to_string()
}

/// An account in Europe that follows these people.
fn libre(story: &Story, people: &[(&str, &str)]) {
    let now = story.now();
    let ends = now.as_second() + 86_400;
    let ticket = json!({ "status": 0, "data": { "user": { "id": "account-1" }, "authTicket": { "token": "tick.et", "expires": ends } } });
    answers(
        story,
        "/api.libreview.io/llu/auth/login",
        vec![(200, json!({ "status": 0, "data": { "redirect": true, "region": "eu" } }))],
    );
    answers(story, "/api-eu.libreview.io/llu/auth/login", vec![(200, ticket)]);
    let person = |(id, name): &(&str, &str)| json!({ "patientId": id, "firstName": name, "lastName": "Berg" });
    let people: Vec<Value> = people.iter().map(person).collect();
    answers(story, "/api-eu.libreview.io/llu/connections", vec![(200, json!({ "status": 0, "data": people }))]);
    let value = |minutes: i64, value: i32| {
        let at = libre_time(now - jiff::SignedDuration::from_mins(minutes));
        json!({ "FactoryTimestamp": at, "Timestamp": at, "type": 0, "ValueInMgPerDl": value, "Value": value })
    };
    let newest = json!({ "FactoryTimestamp": libre_time(now), "Timestamp": libre_time(now), "ValueInMgPerDl": 131, "TrendArrow": 3, "Value": 131 });
    let graph = json!({ "status": 0, "data": { "connection": { "glucoseMeasurement": newest }, "graphData": [value(15, 120), value(5, 125)] } });
    answers(story, "/api-eu.libreview.io/llu/connections/p-mia/graph", vec![(200, graph)]);
}

#[tokio::test]
async fn libre_link_up_brings_the_followed_person() {
    let story = begin().await;
    libre(&story, &[("p-zoe", "Zoë"), ("p-mia", "Mia")]);
    story.connect("librelinkup", follower(" mia berg ")).await;
    story.pull().await;
    let values: Vec<i32> = story.values().await.iter().map(|(_, value)| *value).collect();
    assert_eq!((values, story.state().await), (vec![120, 125, 131], PullState::Works));
    let asked = story.site.asked();
    assert_eq!(asked.len(), 4, "where, sign in, whom, values");
    let hash = "account-id: ";
    assert!(asked[3].contains("authorization: Bearer tick.et") && asked[3].contains(hash), "{}", asked[3]);
    assert!(asked[3].contains("product: llu.android"));
    story.server.minutes_pass(6);
    story.pull().await;
    assert_eq!(story.site.asked().len(), 1, "the ticket is kept");
    assert_eq!(story.values().await.len(), 3);
}

#[tokio::test]
async fn libre_link_up_stops_where_only_its_owner_can_go_on() {
    let several = [("p-zoe", "Zoë"), ("p-mia", "Mia")];
    let story = begin().await;
    libre(&story, &several);
    story.connect("librelinkup", follower("")).await;
    story.pull().await;
    assert_eq!(story.state().await, PullState::Stopped(PullTrouble::WhichPerson));

    let table = [
        (json!({ "status": 2, "error": { "message": "notAuthenticated" } }), PullTrouble::Refused),
        (json!({ "status": 4, "data": { "step": { "type": "tou" }, "authTicket": {} } }), PullTrouble::WantsConsent),
    ];
    for (answer, trouble) in table {
        let story = begin().await;
        answers(&story, "/api.libreview.io/llu/auth/login", vec![(200, answer)]);
        story.connect("librelinkup", follower("")).await;
        story.pull().await;
        assert_eq!(story.state().await, PullState::Stopped(trouble));
    }
    let story = begin().await;
    libre(&story, &[]);
    story.connect("librelinkup", follower("")).await;
    story.pull().await;
    assert_eq!(story.state().await, PullState::Stopped(PullTrouble::NobodyFollowed));
}

#[tokio::test]
async fn dexcom_share_brings_the_last_day_and_signs_in_again_by_itself() {
    const AT: &str = "/shareous1.dexcom.com/ShareWebServices/Services/";
    let story = begin().await;
    let id = |digit: char| Value::from("00000000-0000-4000-8000-00000000000x".replace('x', &digit.to_string()));
    let value = |minutes: i64, value: i32| {
        let ms = (story.now() - jiff::SignedDuration::from_mins(minutes)).as_millisecond();
        json!({ "WT": format!("Date({ms})"), "ST": format!("Date({ms})"), "DT": format!("Date({ms}+0200)"), "Value": value, "Trend": "Flat" })
    };
    let path = |name: &str| -> &'static str { format!("{AT}{name}").leak() };
    answers(&story, path("General/AuthenticatePublisherAccount"), vec![(200, id('1'))]);
    answers(&story, path("General/LoginPublisherAccountById"), vec![(200, id('2')), (200, id('3'))]);
    let list = json!([value(1, 140), value(6, 135)]);
    let over = (500, json!({ "Code": "SessionIdNotFound", "Message": "x" }));
    answers(&story, path("Publisher/ReadPublisherLatestGlucoseValues"), vec![(200, list.clone()), over, (200, list)]);
    story.connect("dexcom", PullSettings { address: "ous".to_owned(), ..follower("") }).await;
    for asked in [3, 4] {
        story.pull().await;
        let values: Vec<i32> = story.values().await.iter().map(|(_, value)| *value).collect();
        assert_eq!((values, story.state().await), (vec![135, 140], PullState::Works));
        let requests = story.site.asked();
        assert_eq!(requests.len(), asked);
        assert!(requests.last().unwrap().contains(if asked == 3 { "00000002" } else { "00000003" }), "{requests:?}");
        story.server.minutes_pass(6);
    }
    answers(
        &story,
        path("Publisher/ReadPublisherLatestGlucoseValues"),
        vec![(500, json!({ "Code": "SessionNotValid" }))],
    );
    answers(
        &story,
        path("General/AuthenticatePublisherAccount"),
        vec![(500, json!({ "Code": "AccountPasswordInvalid" }))],
    );
    story.server.minutes_pass(6);
    story.pull().await;
    assert_eq!(story.state().await, PullState::Stopped(PullTrouble::Refused));
}

#[tokio::test]
async fn a_service_that_cannot_be_asked_is_not_asked() {
    let story = begin().await;
    story.connect("carelink", follower("")).await;
    story.pull().await;
    assert!(story.site.asked().is_empty());
}
