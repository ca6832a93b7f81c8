//! Where sign-ins came from: the address that is believed, and its city from a file that the operator gives.

use std::sync::Arc;
use testkit::app::App;
use testkit::people::{self, PASSWORD};
use web::{BaseUrl, Places, WebSettings};

const UINT16: u8 = 5;
const UINT32: u8 = 6;

/// A text as the format writes it: kind and length, then the bytes.
fn text(text: &str) -> Vec<u8> {
    [&[2 << 5 | text.len() as u8], text.as_bytes()].concat()
}

fn number(kind: u8, number: u32) -> Vec<u8> {
    let bytes = &number.to_be_bytes()[if kind == UINT16 { 2 } else { 0 }..];
    [&[kind << 5 | bytes.len() as u8], bytes].concat()
}

fn map(pairs: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let all = pairs.iter().flat_map(|(key, value)| [text(key), value.clone()].concat());
    [7 << 5 | pairs.len() as u8].into_iter().chain(all).collect()
}

/// A file of cities with one network, 192.0.2.0/24, which lies in Uppsala.
fn cities() -> Vec<u8> {
    const BITS: u32 = 24;
    let network = u32::from_be_bytes([192, 0, 2, 0]);
    // Each node has a record for either value of its bit: another node, nothing (the number of nodes), or data.
    let tree = (0..BITS).flat_map(|bit| {
        let onward = if bit + 1 == BITS { BITS + 16 } else { bit + 1 };
        let is_one = network >> (31 - bit) & 1 == 1;
        [false, true].into_iter().flat_map(move |one| {
            let [_, bytes @ ..] = (if one == is_one { onward } else { BITS }).to_be_bytes();
            bytes
        })
    });
    let city = map(&[
        ("city", map(&[("names", map(&[("en", text("Uppsala"))]))])),
        ("country", map(&[("iso_code", text("SE"))])),
    ]);
    let about = map(&[
        ("binary_format_major_version", number(UINT16, 2)),
        ("binary_format_minor_version", number(UINT16, 0)),
        ("build_epoch", [&[8, 2][..], &[0; 8]].concat()),
        ("database_type", text("Test-City")),
        ("description", map(&[("en", text("one network"))])),
        ("ip_version", number(UINT16, 4)),
        ("languages", [&[1, 4][..], &text("en")].concat()),
        ("node_count", number(UINT32, BITS)),
        ("record_size", number(UINT16, 24)),
    ]);
    tree.chain([0; 16]).chain(city).chain(*b"\xab\xcd\xefMaxMind.com").chain(about).collect()
}

fn places(bytes: &[u8]) -> Option<Places> {
    let folder = std::env::temp_dir().join(format!("kinsight-cities-{}-{}", std::process::id(), bytes.len()));
    std::fs::write(&folder, bytes).unwrap();
    let places = Places::open(&folder).ok();
    std::fs::remove_file(&folder).unwrap();
    places
}

fn settings() -> WebSettings {
    WebSettings {
        places: Some(Arc::new(places(&cities()).expect("a file of cities"))),
        trusted_proxies: vec!["10.0.0.1".parse().unwrap()],
        ..WebSettings::at(BaseUrl::parse("http://localhost:8080").unwrap())
    }
}

#[test]
fn a_network_lies_in_its_city_and_others_lie_nowhere() {
    let places = places(&cities()).unwrap();
    let city = |address: &str| places.city(address.parse().unwrap());
    assert_eq!(city("192.0.2.77").as_deref(), Some("Uppsala, SE"));
    assert_eq!((city("192.0.3.1"), city("127.0.0.1"), city("2001:db8::1")), (None, None, None));
    assert!(self::places(b"no file of cities").is_none());
}

#[tokio::test]
async fn the_address_that_is_told_is_the_one_that_is_believed() {
    let app = App::start_with(settings()).await;
    let sign_ins = [
        ("192.0.2.5:4000", "203.0.113.9", "192.0.2.5 (Uppsala, SE)"),
        ("10.0.0.1:4000", "203.0.113.9, 192.0.2.6", "192.0.2.6 (Uppsala, SE)"),
        ("198.51.100.1:4000", "192.0.2.7", "198.51.100.1"),
    ];
    for (peer, forwarded, _) in sign_ins {
        let mut browser = app.browser();
        browser.peer = Some(peer.parse().unwrap());
        browser.extra = vec![("x-forwarded-for", forwarded.to_owned())];
        browser.post("/sign-in", &[("email", people::ANNA), ("password", PASSWORD)]).await;
    }
    let mut anna = app.signed_in(people::ANNA).await;
    for path in ["/activity", "/security/devices"] {
        let page = anna.get(path).await.text();
        for (_, _, told) in sign_ins {
            assert!(page.contains(told), "{told} on {path}: {page}");
        }
        assert!(!page.contains("203.0.113.9") && !page.contains("192.0.2.7"), "what strangers claim is told nowhere");
    }
}
