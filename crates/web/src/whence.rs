//! Where a sign-in came from, for a person: the address, its city where the operator gives a file of cities, and the browser
//! in a few words. The file is read at the start; no other server is ever asked.

use maxminddb::{MaxMindDbError, Reader, geoip2};
use std::net::IpAddr;
use std::path::Path;

/// The cities of network addresses, from a file in the MaxMind format (GeoLite2-City, DB-IP City Lite).
pub struct Places(Reader<Vec<u8>>);

#[derive(Debug, thiserror::Error)]
#[error("not a file of cities in the MaxMind format")]
pub struct UnreadablePlaces(#[source] MaxMindDbError);

impl Places {
    pub fn open(path: &Path) -> Result<Self, UnreadablePlaces> {
        Reader::open_readfile(path).map(Self).map_err(UnreadablePlaces)
    }

    /// `Stockholm, SE`; only the country where no city is known, and nothing for addresses of no place.
    pub fn city(&self, address: IpAddr) -> Option<String> {
        let found: geoip2::City<'_> = self.0.lookup(address).ok()?.decode().ok()??;
        let parts: Vec<&str> = [found.city.names.english, found.country.iso_code].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

impl std::fmt::Debug for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Places")
    }
}

/// Where something came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whence {
    /// The address, and its city in brackets.
    pub place: String,
    pub browser: String,
}

impl Whence {
    /// Of a line as the store keeps it: the address, a blank, and what the browser calls itself.
    pub fn of(origin: &str, places: Option<&Places>) -> Self {
        let (address, browser) = match origin.split_once(' ') {
            Some((address, browser)) if address.parse::<IpAddr>().is_ok() => (address, browser),
            _ => ("", origin),
        };
        let city = address.parse().ok().and_then(|address| places?.city(address));
        let city = city.map_or(String::new(), |city| format!(" ({city})"));
        Self { place: format!("{address}{city}"), browser: browser_words(browser) }
    }
}

/// `Mozilla/5.0 (X11; Linux …) … Chrome/156.0` in a few words; what is no browser as it is.
fn browser_words(browser: &str) -> String {
    if !browser.starts_with("Mozilla/") {
        return if browser.is_empty() { "an unnamed program".to_owned() } else { browser.to_owned() };
    }
    let first = |known: &[(&str, &'static str)]| {
        known.iter().find(|(sign, _)| browser.contains(sign)).map_or("another", |(_, words)| *words)
    };
    let name = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("iPhone", "an iPhone"),
        ("iPad", "an iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "a Mac"),
        ("Linux", "Linux"),
    ]);
    format!("{name} on {system}")
}

/// A detail of the activity: what came from a browser in a few words, anything else as it is.
pub fn detail_words(detail: &str) -> String {
    let (before, origin) = detail.rsplit_once(" · ").unwrap_or(("", detail));
    let Some((address, browser)) = origin.split_once(' ').filter(|(_, browser)| browser.starts_with("Mozilla/")) else {
        return detail.to_owned();
    };
    let joint = if before.is_empty() { "" } else { ", " };
    format!("{before}{joint}{}, {address}", browser_words(browser))
}

#[cfg(test)]
mod tests {
    use super::{Whence, detail_words};

    const CHROME: &str =
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36";

    #[test]
    fn browsers_are_told_in_a_few_words() {
        let cases = [
            (format!("192.0.2.1 {CHROME}"), "192.0.2.1", "Chrome on Linux"),
            (
                "2001:db8::1 Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Version/19.0 Safari/604.1".to_owned(),
                "2001:db8::1",
                "Safari on an iPhone",
            ),
            ("192.0.2.1 curl/8.1 <b>".to_owned(), "192.0.2.1", "curl/8.1 <b>"),
            ("192.0.2.1 ".to_owned(), "192.0.2.1", "an unnamed program"),
            ("curl/8.1".to_owned(), "", "curl/8.1"),
            (String::new(), "", "an unnamed program"),
        ];
        for (line, place, browser) in cases {
            let whence = Whence::of(&line, None);
            assert_eq!((whence.place.as_str(), whence.browser.as_str()), (place, browser), "{line}");
        }
        assert_eq!(detail_words(&format!("password · 192.0.2.1 {CHROME}")), "password, Chrome on Linux, 192.0.2.1");
        assert_eq!(detail_words("the phone"), "the phone");
    }
}
