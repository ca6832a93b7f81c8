//! What requests carry, wherever apps put it, and what it lets them do.

use nightscout::{Carried, Permissions, Presented, credentials::bearer, presented};
use serde_json::json;

const SHA1: &str = "da39a3ee5e6b4b0d3255bfef95601890afd80709";

#[test]
fn credentials_are_found_wherever_they_are() {
    let token = || vec![Presented::Token("phone-0123456789abcdef".to_owned())];
    let sha1 = || vec![Presented::Sha1(SHA1.to_owned())];
    let jwt = || vec![Presented::Jwt("a.b.c".to_owned())];
    let (object, list) = (json!({"token": "phone-0123456789abcdef"}), json!([{"secret": SHA1}, {"secret": "x"}]));
    let upper = SHA1.to_uppercase();
    let none = Carried::default();
    let table = [
        (none, vec![]),
        (Carried { api_secret: Some(SHA1), ..none }, sha1()),
        (Carried { api_secret: Some(&upper), ..none }, sha1()),
        (Carried { api_secret: Some("phone-0123456789abcdef"), ..none }, token()),
        (Carried { api_secret: Some("token=phone-0123456789abcdef"), ..none }, token()),
        (Carried { authorization: Some("Bearer a.b.c"), ..none }, jwt()),
        (Carried { authorization: Some("bearer  a.b.c"), ..none }, jwt()),
        (Carried { authorization: Some("Bearer "), ..none }, vec![]),
        (Carried { authorization: Some("Basic a.b.c"), ..none }, vec![]),
        (Carried { query: "count=1&token=phone-0123456789abcdef", ..none }, token()),
        (Carried { query: "token=a.b.c", ..none }, jwt()),
        (Carried { query: &format!("secret={SHA1}&api_secret={SHA1}"), ..none }, sha1()),
        (Carried { body: Some(&object), ..none }, token()),
        (Carried { body: Some(&list), ..none }, sha1()),
        (Carried { query: "token=a%20b", ..none }, vec![]),
        (Carried { query: &format!("token={}", "a".repeat(5000)), ..none }, vec![]),
    ];
    for (at, (carried, found)) in table.into_iter().enumerate() {
        assert_eq!(presented(carried), found, "row {at}");
    }
    assert_eq!(bearer(Some("Bearer ")), Some(""));
    assert_eq!(bearer(None), None);
}

#[test]
fn nothing_that_was_shown_is_ever_printed() {
    let shown = presented(Carried { query: "token=phone-0123456789abcdef&secret=hunter2", ..Carried::default() });
    assert_eq!(format!("{shown:?}"), "[Token(…), Token(…)]");
}

#[test]
fn what_each_kind_of_token_may() {
    use Permissions::{Both, Follow, Upload};
    let table = [
        ("api:entries:read", [false, true, true]),
        ("api:status:read", [true, true, true]),
        ("api:treatments:create", [true, false, true]),
        ("api:treatments:update", [true, false, true]),
        ("api:entries:delete", [true, false, true]),
        ("api:devicestatus:create", [true, false, true]),
        ("api:settings:create", [false, false, false]),
        ("api:settings:read", [false, true, true]),
        ("admin:api:subjects:create", [false, false, false]),
        ("*", [false, false, false]),
        ("", [false, false, false]),
    ];
    for (wanted, may) in table {
        assert_eq!([Upload, Follow, Both].map(|permissions| permissions.allows(wanted)), may, "{wanted}");
    }
    assert_eq!(Follow.groups(), [["*:*:read"]]);
    assert!(Upload.groups()[0].contains(&"api:treatments:create".to_owned()));
}
