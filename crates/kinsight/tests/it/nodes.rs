//! Two nodes over one PostgreSQL, with NATS between them: what changes on one is on the other's open pages within a second, and
//! whatever dies in between, nothing that was accepted is lost.
//!
//! Needs PostgreSQL and NATS, as `make test` has them: where `TEST_POSTGRES_URL` is not set, these say so and do nothing.

use crate::houses::{House, Person, Story};
use std::time::Duration;

/// What stands on an open page within a second.
const A_SECOND: Duration = Duration::from_secs(1);
/// Something that died was started again, and found.
const A_WHILE: Duration = Duration::from_secs(20);

#[test]
fn what_one_node_is_told_is_on_the_others_open_pages_within_a_second() {
    let Some(house) = House::build() else { return };
    let (one, two) = (house.node(), house.node());
    let Story { record, partner, .. } = &house.story;
    let (anna, ben) = (Person::signs_in(&one, "anna"), Person::signs_in(&one, "ben"));
    let mut stream = ben.follows(&two, record);
    assert_eq!(stream.next(A_SECOND).as_deref(), Some("ready"));

    house.uploads(&one, 143).unwrap();
    assert_eq!(stream.next(A_SECOND).as_deref(), Some("readings"));
    assert!(ben.sees(&two, record).contains(">143<"));

    let removal = format!("/records/{record}/care-partners/{partner}/removal");
    assert_eq!(anna.posts(&one, &removal, ""), 303);
    assert_eq!(stream.next(A_SECOND).as_deref(), Some("end"));
    assert_eq!(stream.next(A_SECOND), None);
    assert!(ben.sees(&two, record).starts_with("HTTP/1.1 404"));

    // And so does a session that is ended on the other node.
    let mut own = anna.follows(&two, record);
    assert_eq!(own.next(A_SECOND).as_deref(), Some("ready"));
    assert_eq!(anna.posts(&one, "/sign-out", ""), 303);
    assert_eq!(own.next(A_SECOND).as_deref(), Some("end"));
}

#[test]
fn nats_a_node_and_postgresql_die_in_turn_and_nothing_accepted_is_lost() {
    let Some(mut house) = House::build() else { return };
    let (one, two) = (house.node(), house.node());
    let record = house.story.record.clone();
    let ben = Person::signs_in(&one, "ben");
    let mut stream = ben.follows(&two, &record);
    assert_eq!(stream.next(A_SECOND).as_deref(), Some("ready"));

    house.nats.kill();
    house.uploads(&one, 101).unwrap();
    house.nats.start();
    assert_eq!(stream.next(A_WHILE).as_deref(), Some("readings"), "the bells ring once for what NATS did not carry");
    assert!(ben.sees(&two, &record).contains(">101<"));
    two.says("news of other nodes are heard");
    one.says("news of other nodes are heard");
    house.uploads(&one, 102).unwrap();
    assert_eq!(stream.next_of("readings", A_SECOND).as_deref(), Some("readings"));

    drop(two);
    assert_eq!(stream.next_of("end", A_SECOND), None, "the stream broke off");
    house.uploads(&one, 103).unwrap();
    let two = house.node();
    let mut stream = ben.follows(&two, &record);
    assert_eq!(stream.next(A_SECOND).as_deref(), Some("ready"), "the session is good on every node");
    assert!(ben.sees(&two, &record).contains(">103<"));
    house.uploads(&one, 104).unwrap();
    assert_eq!(stream.next_of("readings", A_SECOND).as_deref(), Some("readings"));

    house.postgres.tell("kill");
    let refused = house.uploads(&one, 105).unwrap_err();
    assert!(refused.starts_with("HTTP/1.1 503"), "it is not taken, and told so: {refused}");
    house.postgres.tell("start");
    house.uploads_once_it_can(&one, 106);
    let mut stream = ben.follows(&two, &record);
    assert_eq!(stream.next(A_WHILE).as_deref(), Some("ready"));
    house.uploads(&two, 107).unwrap();
    assert_eq!(stream.next_of("readings", A_SECOND).as_deref(), Some("readings"));
    assert!(ben.sees(&one, &record).contains(">107<"));

    drop((one, two));
    assert_eq!(house.kept(), [101, 102, 103, 104, 106, 107]);
}

#[test]
fn without_nats_a_node_works_alone_and_takes_up_its_news_when_there_is_one() {
    let Some(mut house) = House::build() else { return };
    house.nats.kill();
    let one = house.node_without_nats_yet();
    let record = house.story.record.clone();
    let ben = Person::signs_in(&one, "ben");
    let mut stream = ben.follows(&one, &record);
    assert_eq!(stream.next(A_SECOND).as_deref(), Some("ready"));
    house.uploads(&one, 111).unwrap();
    assert_eq!(stream.next(A_SECOND).as_deref(), Some("readings"));
    house.nats.start();
    one.says("news of other nodes are heard");
    assert_eq!(stream.next(A_SECOND).as_deref(), Some("readings"), "the bells ring once");
}

#[test]
fn news_go_over_tls_to_whoever_has_the_password() {
    let Some(house) = House::with_guarded_nats() else { return };
    let (one, two) = (house.node(), house.node());
    let ben = Person::signs_in(&one, "ben");
    let mut stream = ben.follows(&two, &house.story.record);
    assert_eq!(stream.next(A_SECOND).as_deref(), Some("ready"));
    house.uploads(&one, 121).unwrap();
    assert_eq!(stream.next_of("readings", A_SECOND).as_deref(), Some("readings"));
}
