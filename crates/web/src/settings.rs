//! What the operator decides about the face to the network.

use crate::whence::Places;
use std::net::IpAddr;
use std::sync::Arc;

/// An app that shows everything at once makes some dozens of calls; nobody makes hundreds.
pub const API_LIMIT: u32 = 600;

/// The address that people type, and which proxies are believed.
#[derive(Clone, Debug)]
pub struct WebSettings {
    pub base_url: BaseUrl,
    /// Peers whose `X-Forwarded-For` is believed; nobody else's is.
    pub trusted_proxies: Vec<IpAddr>,
    /// The domain under which each record has a site of its own for apps, `<site>.<domain>`, when the operator has one.
    pub sites: Option<Sites>,
    /// How the people here reach whoever runs this server, in the operator's own words.
    pub support_contact: Option<String>,
    /// So many calls of one token are answered in ten seconds; 0 is any number.
    pub api_limit: u32,
    /// Whether apps may show a token in an address, where proxies and histories may keep it.
    pub tokens_in_addresses: bool,
    /// The cities of network addresses, where the operator gives a file of them.
    pub places: Option<Arc<Places>>,
}

impl WebSettings {
    /// A server at this address, with no proxy in front of it.
    pub fn at(base_url: BaseUrl) -> Self {
        Self {
            base_url,
            trusted_proxies: Vec::new(),
            sites: None,
            support_contact: None,
            api_limit: API_LIMIT,
            tokens_in_addresses: true,
            places: None,
        }
    }
}

/// `sites.example.org`, with the port if it is not the usual one: every name one step below is the site of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sites(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The domain of sites is a host name without a scheme, as in sites.example.org.")]
pub struct InvalidSites;

impl Sites {
    pub fn parse(text: &str) -> Result<Self, InvalidSites> {
        let domain = text.trim().trim_start_matches("*.").to_ascii_lowercase();
        let plain = |c: char| c.is_ascii_alphanumeric() || "-.:".contains(c);
        if domain.is_empty() || domain.starts_with('.') || !domain.chars().all(plain) {
            return Err(InvalidSites);
        }
        Ok(Self(domain))
    }

    /// The name of the site that a `Host` header asks for.
    pub fn site<'h>(&self, host: &'h str) -> Option<&'h str> {
        let host = host.strip_suffix(":443").or_else(|| host.strip_suffix(":80")).unwrap_or(host);
        let (name, domain) = host.split_once('.')?;
        (domain.eq_ignore_ascii_case(&self.0) && !name.is_empty()).then_some(name)
    }
}

impl WebSettings {
    /// Where a record answers apps: at a name of its own, or at the address of everybody, where its tokens tell which it is.
    pub fn site_url(&self, site: &str) -> String {
        let scheme = if self.base_url.https { "https" } else { "http" };
        self.sites.as_ref().map_or_else(|| self.base_url.origin(), |sites| format!("{scheme}://{site}.{}", sites.0))
    }
}

/// `https://glucose.example.org`: scheme and host with its port, nothing behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    https: bool,
    /// As browsers send it in `Host`: lower case, without a default port.
    authority: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The base URL needs http:// or https:// and a host, and nothing behind it, as in https://glucose.example.org.")]
pub struct InvalidBaseUrl;

impl BaseUrl {
    pub fn parse(text: &str) -> Result<Self, InvalidBaseUrl> {
        let text = text.trim().trim_end_matches('/').to_ascii_lowercase();
        let (https, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return Err(InvalidBaseUrl),
        };
        let default_port = if https { ":443" } else { ":80" };
        let authority = rest.strip_suffix(default_port).unwrap_or(rest);
        let plain = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
        if authority.is_empty() || !authority.chars().all(plain) {
            return Err(InvalidBaseUrl);
        }
        Ok(Self { https, authority: authority.to_owned() })
    }

    /// Cookies get `Secure` and the `__Host-` name, answers get HSTS.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// As in an `Origin` header.
    pub fn origin(&self) -> String {
        self.with_authority(&self.authority)
    }

    /// The names by which this server may be called. On loopback all its names are the same machine.
    pub fn answers_to(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let default_port = if self.https { ":443" } else { ":80" };
        let host = host.strip_suffix(default_port).unwrap_or(&host);
        host == self.authority
            || (is_loopback(host) && is_loopback(&self.authority) && port(host) == port(&self.authority))
    }

    /// Whether an `Origin` header names this server, as it was called in `Host`.
    pub fn is_origin(&self, origin: &str, host: &str) -> bool {
        self.answers_to(host) && origin.eq_ignore_ascii_case(&self.with_authority(host))
    }

    fn with_authority(&self, authority: &str) -> String {
        format!("{}://{authority}", if self.https { "https" } else { "http" })
    }
}

impl std::fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.origin())
    }
}

fn port(authority: &str) -> &str {
    authority.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')).map_or("", |(_, port)| port)
}

fn is_loopback(authority: &str) -> bool {
    let port = port(authority);
    let host = if port.is_empty() { authority } else { &authority[..authority.len() - port.len() - 1] };
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}
