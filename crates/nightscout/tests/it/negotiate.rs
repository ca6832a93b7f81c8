//! Which form an answer takes.

use nightscout::negotiate::{Form, negotiate, negotiate_v3};

#[test]
fn the_ending_wins_and_then_the_header() {
    let table = [
        (None, None, Form::Tsv),
        (None, Some(""), Form::Tsv),
        (None, Some("*/*"), Form::Tsv),
        (None, Some("application/json, text/plain, */*"), Form::Json),
        (None, Some("application/json"), Form::Json),
        (None, Some("text/csv"), Form::Csv),
        (None, Some("text/plain;q=0.5, application/json"), Form::Json),
        (None, Some("application/json;q=0, text/csv"), Form::Csv),
        (None, Some("text/html,application/xhtml+xml,*/*;q=0.8"), Form::Tsv),
        (None, Some("image/png"), Form::Json),
        (Some("json"), Some("*/*"), Form::Json),
        (Some("csv"), Some("application/json"), Form::Csv),
        (Some("txt"), None, Form::Tsv),
        (Some("tsv"), None, Form::Tsv),
    ];
    for (extension, accept, form) in table {
        assert_eq!(negotiate(extension, accept), form, "{extension:?} {accept:?}");
    }
}

#[test]
fn version_3_says_when_it_cannot() {
    let table = [
        (None, None, Some(Form::Json)),
        (None, Some("*/*"), Some(Form::Json)),
        (None, Some("image/png"), None),
        (None, Some("text/csv"), Some(Form::Csv)),
        (None, Some("application/xml"), Some(Form::Xml)),
        (Some("xml"), None, Some(Form::Xml)),
        (Some("png"), None, None),
    ];
    for (extension, accept, form) in table {
        assert_eq!(negotiate_v3(extension, accept), form, "{extension:?} {accept:?}");
    }
}
