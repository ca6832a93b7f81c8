//! Texts and shapes that apps look for.

use crate::frame::{NOW_MS, document};
use glucose::Unit;
use nightscout::{
    Collection, Permissions,
    answers::{self, Site},
};
use serde_json::json;

#[test]
fn refusals_have_the_words_that_apps_look_for() {
    let words = [
        (answers::unauthorized_v1(), r#"{"status":401,"message":"Unauthorized","description":"Invalid/Missing"}"#),
        (answers::unauthorized_v3(false), r#"{"status":401,"message":"Missing or bad access token or JWT"}"#),
        (answers::unauthorized_v3(true), r#"{"status":401,"message":"Bad access token or JWT"}"#),
        (
            answers::forbidden_v3("api:treatments:create"),
            r#"{"status":403,"message":"Missing permission api:treatments:create"}"#,
        ),
        (
            answers::refused(404, "Bad operation or collection"),
            r#"{"status":404,"message":"Bad operation or collection"}"#,
        ),
        (answers::deleted_v1(0), r#"{"acknowledged":true,"deletedCount":0}"#),
        (answers::counted(3), r#"[{"_id":null,"count":3}]"#),
        (answers::counted(0), "[]"),
    ];
    for (body, text) in words {
        assert_eq!(body.to_string(), text);
    }
}

fn site() -> Site {
    Site {
        title: "Ann".to_owned(),
        unit: Unit::MmolL,
        thresholds: [54.0, 70.0, 180.0, 250.0],
        hours: 24,
        language: "en".to_owned(),
    }
}

#[test]
fn status_tells_units_and_thresholds() {
    let authorized = answers::authorized("jwt", "Ann's phone", Permissions::Follow, 1, 2);
    let status = answers::status(&site(), NOW_MS, Some(authorized));
    assert_eq!(status["settings"]["units"], "mmol");
    let thresholds = json!({"bgHigh": 250, "bgTargetTop": 180, "bgTargetBottom": 70, "bgLow": 54});
    assert_eq!(status["settings"]["thresholds"], thresholds);
    // Two apps decide by the version, one by whether strangers may read, one by the groups of a token.
    assert_eq!((&status["version"], &status["versionNum"]), (&json!("15.0.7"), &json!(150_007)));
    assert_eq!(status["settings"]["authDefaultRoles"], "status-only");
    assert_eq!(status["authorized"]["permissionGroups"], json!([["*:*:read"]]));
    assert!(status["settings"]["DEFAULT_FEATURES"].as_array().unwrap().len() == 13);
    assert!(answers::status_js(&status).starts_with("this.serverSettings = {"));
    assert!(answers::status(&site(), NOW_MS, None)["authorized"].is_null());
}

#[test]
fn verifyauth_never_refuses() {
    let message = |permissions| answers::verified(permissions)["message"].clone();
    assert_eq!(message(None)["message"], "UNAUTHORIZED");
    assert_eq!(message(None)["canRead"], false);
    assert_eq!(
        (&message(Some(Permissions::Both))["message"], &message(Some(Permissions::Both))["canWrite"]),
        (&json!("OK"), &json!(true))
    );
    assert_eq!(message(Some(Permissions::Follow))["canWrite"], false);
}

#[test]
fn version_3_tells_what_it_is_and_who_may_what() {
    let version = answers::version_v3(NOW_MS, "sqlite");
    assert_eq!(version["result"]["apiVersion"], "3.0.3-alpha");
    let may = |permissions| answers::status_v3(NOW_MS, "sqlite", permissions)["result"]["apiPermissions"].to_string();
    assert_eq!(
        may(Permissions::Follow),
        r#"{"devicestatus":"r","entries":"r","food":"r","profile":"r","settings":"r","treatments":"r"}"#
    );
    assert_eq!(
        may(Permissions::Upload),
        r#"{"devicestatus":"cud","entries":"cud","food":"cud","profile":"cud","settings":"","treatments":"cud"}"#
    );
    let changed = answers::last_modified_v3(NOW_MS, &[(Collection::Entries, Some(5)), (Collection::Food, None)]);
    assert_eq!(changed["result"]["collections"].to_string(), r#"{"entries":5}"#);
    assert_eq!(answers::created_v3("i", 5).to_string(), r#"{"status":201,"identifier":"i","lastModified":5}"#);
    let again = answers::deduplicated_v3("i", Some("j"), 5).to_string();
    assert_eq!(
        again,
        r#"{"status":200,"lastModified":5,"identifier":"i","isDeduplication":true,"deduplicatedIdentifier":"j"}"#
    );
    assert_eq!(answers::etag_v3(1_795_223_947_448), "W/\"1795223947448\"");
}

#[test]
fn documents_as_tables_and_as_xml() {
    let documents = [document(r#"{"a":1,"b":"x, \"y\"","c":"=1+1"}"#), document(r#"{"a":null,"d":{"e":[1,"<"]}}"#)];
    assert_eq!(answers::csv_v3(&documents), "a,b,c,d\n1,\"x, \"\"y\"\"\",'=1+1,\n,,,\"{\"\"e\"\":[1,\"\"<\"\"]}\"\n");
    assert_eq!(
        answers::xml_v3(&documents[1..]),
        "<?xml version='1.0' encoding='utf-8'?>\n<items><item><a></a><d><e>1</e><e>&lt;</e></d></item></items>"
    );
}
