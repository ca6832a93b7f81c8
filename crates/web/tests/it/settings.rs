//! The address of the server, and whom it believes.

use web::BaseUrl;

#[test]
fn an_address_is_scheme_and_host_and_nothing_else() {
    for good in
        ["https://glucose.example.org", "http://localhost:8080/", "HTTPS://Glucose.Example.ORG:443", "http://[::1]:80"]
    {
        assert!(BaseUrl::parse(good).is_ok(), "{good}");
    }
    for bad in ["", "glucose.example.org", "ftp://x", "https://", "https://x/y", "https://user@x", "http://a b"] {
        assert!(BaseUrl::parse(bad).is_err(), "{bad}");
    }
    assert_eq!(BaseUrl::parse("HTTPS://Glucose.Example.ORG:443/").unwrap().origin(), "https://glucose.example.org");
}

#[test]
fn loopback_names_are_one_machine_and_others_are_not() {
    let local = BaseUrl::parse("http://localhost:8080").unwrap();
    for host in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "LOCALHOST:8080"] {
        assert!(local.answers_to(host), "{host}");
    }
    for host in ["localhost", "localhost:80", "localhost.evil.example:8080", "evil.example"] {
        assert!(!local.answers_to(host), "{host}");
    }
    let public = BaseUrl::parse("https://glucose.example.org").unwrap();
    assert!(public.answers_to("glucose.example.org:443") && !public.answers_to("localhost:443"));
    assert!(public.is_origin("https://glucose.example.org", "glucose.example.org"));
    assert!(!public.is_origin("http://glucose.example.org", "glucose.example.org"));
}
