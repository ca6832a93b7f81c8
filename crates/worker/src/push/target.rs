//! Where notices may go: an address that a browser gave, and therefore anybody could. Never into the operator's own network.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

/// A push service answers at once or is away.
const PATIENCE: Duration = Duration::from_secs(10);

/// The names that everybody can look up, as far as they lead out. What was looked at is what is connected to.
struct Outside;

impl Resolve for Outside {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let outside: Vec<_> = found.filter(|address| is_outside(address.ip())).collect();
            if outside.is_empty() {
                return Err("the name leads to no place that may be reached".into());
            }
            Ok(Box::new(outside.into_iter()) as Addrs)
        })
    }
}

/// A client that reaches push services and nothing else: no redirect, no proxy, nothing private.
pub(crate) fn client(allow_private: bool) -> reqwest::Result<reqwest::Client> {
    let builder = reqwest::Client::builder().timeout(PATIENCE).redirect(Policy::none()).no_proxy();
    if allow_private { builder.build() } else { builder.https_only(true).dns_resolver(Arc::new(Outside)).build() }
}

/// Whether an address that names a number, and no name that is looked up, may be reached.
pub(crate) fn may_be_reached(url: &reqwest::Url, allow_private: bool) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    allow_private || host.parse().map_or(!host.is_empty(), is_outside)
}

/// Neither this machine nor its network, nor anything that is no single machine.
fn is_outside(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            let shared = a == 100 && (64..128).contains(&b);
            let tests = a == 198 && (18..20).contains(&b);
            let special = a == 0 || a >= 240 || (a == 192 && b == 0) || shared || tests;
            !(special || v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast())
        }
        IpAddr::V6(v6) => is_global(v6),
    }
}

/// 2000::/3 is what is given out; of it, tunnels that end in a number of version 4 (6to4, Teredo) are left out.
fn is_global(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    (a & 0xe000) == 0x2000 && a != 0x2002 && !(a == 0x2001 && b < 0x0200) && !(a == 0x2001 && b == 0x0db8)
}

#[cfg(test)]
mod tests {
    use super::{client, is_outside, may_be_reached};

    #[test]
    fn nothing_private_is_outside() {
        let inside = [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "2002:7f00:1::",
            "2001::1",
            "64:ff9b::a00:1",
            "2001:db8::1",
        ];
        for address in inside {
            assert!(!is_outside(address.parse().unwrap()), "{address}");
        }
        for address in ["8.8.8.8", "172.217.16.170", "100.128.0.1", "2a00:1450:4001:80e::200a", "2606:4700::1"] {
            assert!(is_outside(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn a_number_in_the_address_is_looked_at_as_well() {
        for (url, reached) in [
            ("https://updates.push.services.mozilla.com/wpush/v2/x", true),
            ("https://10.0.0.1/x", false),
            ("https://[::1]/x", false),
            ("https://2130706433/x", false),
            ("https://0x7f.1/x", false),
        ] {
            let url = url.parse().unwrap();
            assert_eq!(may_be_reached(&url, false), reached, "{url}");
            assert!(may_be_reached(&url, true));
        }
    }

    #[tokio::test]
    async fn a_name_of_this_machine_leads_nowhere_and_neither_does_plain_http() {
        let client = client(false).unwrap();
        for url in ["https://localhost:1/", "http://push.example.org/"] {
            let refused = client.get(url).send().await.unwrap_err();
            assert!(refused.is_connect() || refused.is_builder() || refused.is_request(), "{refused:?}");
        }
    }
}
