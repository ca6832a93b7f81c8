//! The server by its own name: what passkeys are tied to, and what stands in an authenticator app.

use crate::second_step::RelyingParty;

/// Where people reach this server, and what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteSettings {
    /// As browsers write it in `Origin`: `https://glucose.example.org`, `http://localhost:8642`.
    pub origin: String,
    /// In a few words.
    pub name: String,
    /// Whether text messages can be sent; without a gateway no page offers them.
    pub sends_sms: bool,
}

impl SiteSettings {
    /// A server of this name at this address, without text messages.
    pub fn at(origin: impl Into<String>) -> Self {
        Self { origin: origin.into(), name: "Kinsight".to_owned(), sends_sms: false }
    }
}

/// The same, ready for use.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) name: String,
    pub(crate) sends_sms: bool,
    /// None when browsers would refuse to make passkeys there.
    pub(crate) party: Option<RelyingParty>,
}

impl Site {
    pub(crate) fn of(settings: &SiteSettings) -> Self {
        Self { name: settings.name.clone(), sends_sms: settings.sends_sms, party: party(&settings.origin) }
    }
}

/// Passkeys need https and a name. On this very machine they need `localhost`, so the server's number there stands for it.
fn party(origin: &str) -> Option<RelyingParty> {
    let (scheme, authority) = origin.split_once("://")?;
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            (host, format!(":{port}"))
        }
        _ => (authority, String::new()),
    };
    let host = if matches!(host, "127.0.0.1" | "[::1]") { "localhost" } else { host };
    let is_number = host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
    let is_here = host == "localhost" || host.ends_with(".localhost");
    let works = !host.is_empty() && !is_number && (scheme == "https" || is_here);
    works.then(|| RelyingParty { id: host.to_owned(), origin: format!("{scheme}://{host}{port}") })
}

#[cfg(test)]
mod tests {
    use super::party;

    #[test]
    fn where_passkeys_work_and_where_not() {
        let table = [
            ("https://kinsight.example", Some(("kinsight.example", "https://kinsight.example"))),
            ("https://kinsight.example:8443", Some(("kinsight.example", "https://kinsight.example:8443"))),
            ("http://localhost:8642", Some(("localhost", "http://localhost:8642"))),
            ("http://127.0.0.1:8642", Some(("localhost", "http://localhost:8642"))),
            ("http://[::1]:8642", Some(("localhost", "http://localhost:8642"))),
            ("https://192.168.1.5", None),
            ("https://[fe80::1]:8443", None),
            ("http://kinsight.example", None),
            ("kinsight.example", None),
        ];
        for (origin, expected) in table {
            let found = party(origin);
            let found = found.as_ref().map(|party| (party.id.as_str(), party.origin.as_str()));
            assert_eq!(found, expected, "{origin}");
        }
    }
}
