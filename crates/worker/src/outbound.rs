//! The only way to a host that a person typed: a webhook, an ntfy server, another site. It never reaches this machine, its
//! network or what a data centre keeps at special addresses, unless the operator lets it reach the home network.
//!
//! A name is resolved once, every answer is judged, and just those addresses are connected to: a name that answers
//! differently a moment later leads nowhere else. Redirects are not followed.

use reqwest::Url;
use reqwest::redirect::Policy;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(10);
/// The most that an answer may hold, where nobody needs more.
pub const USUAL_ANSWER: usize = 256 * 1024;

/// A way to hosts that people typed.
#[derive(Clone, Copy, Debug)]
pub struct Outbound {
    allow_private: bool,
}

/// What is sent. The address and the headers may hold secrets.
#[derive(Clone, Default)]
pub struct Sent {
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    /// Posted, where there is one; else it is only asked.
    pub body: Option<String>,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

/// Why nothing came back. Neither address nor answer stands in it: both are somebody's secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreached {
    #[error("the address is not one that may be reached from here")]
    Barred,
    #[error("no such host")]
    Unknown,
    #[error("nobody answers there")]
    Away,
    #[error("the answer is too long")]
    TooLong,
}

impl Outbound {
    /// `allow_private`: the operator lets people reach the home network too, and plain `http`.
    pub fn new(allow_private: bool) -> Self {
        Self { allow_private }
    }

    /// Sends one request within ten seconds and takes at most `most` bytes of its answer.
    pub async fn send(&self, sent: Sent, most: usize) -> Result<Answer, Unreached> {
        tokio::time::timeout(PATIENCE, self.converse(sent, most)).await.unwrap_or(Err(Unreached::Away))
    }

    async fn converse(&self, sent: Sent, most: usize) -> Result<Answer, Unreached> {
        let url = self.permitted(&sent.url)?;
        let host = url.host_str().ok_or(Unreached::Barred)?.to_owned();
        let addresses = self.addresses(&url).await?;
        // Nothing of the environment: a proxy would resolve the name again, by itself.
        let client = reqwest::Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .timeout(PATIENCE)
            .resolve_to_addrs(&host, &addresses)
            .build()
            .map_err(|_| Unreached::Away)?;
        let request = match sent.body {
            Some(body) => client.post(url).body(body),
            None => client.get(url),
        };
        let request = sent.headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
        let mut answer = request.send().await.map_err(|_| Unreached::Away)?;
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|_| Unreached::Away)? {
            if body.len() + part.len() > most {
                return Err(Unreached::TooLong);
            }
            body.extend_from_slice(&part);
        }
        Ok(Answer { status, body })
    }

    fn permitted(&self, url: &str) -> Result<Url, Unreached> {
        let url = Url::parse(url).map_err(|_| Unreached::Barred)?;
        let scheme = url.scheme() == "https" || (url.scheme() == "http" && self.allow_private);
        let plain = url.username().is_empty() && url.password().is_none();
        if scheme && plain { Ok(url) } else { Err(Unreached::Barred) }
    }

    /// Every address of the host, each of which may be reached; one that may not bars them all.
    async fn addresses(&self, url: &Url) -> Result<Vec<SocketAddr>, Unreached> {
        let port = url.port_or_known_default().ok_or(Unreached::Barred)?;
        let host = url.host_str().ok_or(Unreached::Barred)?;
        // Numbers were read by the parser of addresses, in all their spellings: 2130706433 is 127.0.0.1 here.
        let number: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
        let found = match number {
            Some(number) => vec![SocketAddr::new(number, port)],
            None => tokio::net::lookup_host((host, port)).await.map_err(|_| Unreached::Unknown)?.collect(),
        };
        judged(found, self.allow_private)
    }
}

fn judged(found: Vec<SocketAddr>, allow_private: bool) -> Result<Vec<SocketAddr>, Unreached> {
    if found.is_empty() {
        return Err(Unreached::Unknown);
    }
    let may = |address: &SocketAddr| match reach(address.ip()) {
        Reach::World => true,
        Reach::Home => allow_private,
        Reach::Never => false,
    };
    if found.iter().all(may) { Ok(found) } else { Err(Unreached::Barred) }
}

/// How far away an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    World,
    /// This machine and the home network.
    Home,
    /// Link-local (where clouds keep their secrets), multicast, reserved.
    Never,
}

fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(v4) => reach_v4(v4),
        IpAddr::V6(v6) => reach_v6(v6),
    }
}

/// The registry of special addresses (RFC 6890 and its successors).
fn reach_v4(address: Ipv4Addr) -> Reach {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        (127 | 10, ..) | (192, 168, _) | (172, 16..=31, _) | (100, 64..=127, _) => Reach::Home,
        (0, ..) | (169, 254, _) | (192, 0, 0 | 2) | (198, 18 | 19, _) | (198, 51, 100) | (203, 0, 113) => Reach::Never,
        (192, 88, 99) | (224..=255, ..) => Reach::Never,
        _ => Reach::World,
    }
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    if let Some(v4) = embedded(address) {
        return reach_v4(v4);
    }
    let [first, second, ..] = address.segments();
    match first {
        _ if address.is_loopback() => Reach::Home,
        // Unique local.
        0xfc00..=0xfdff => Reach::Home,
        // Teredo, benchmarks and examples lie within what is global otherwise.
        0x2001 if second == 0 || second == 2 || second == 0xdb8 => Reach::Never,
        0x3fff if second < 0x1000 => Reach::Never,
        0x2000..=0x3fff => Reach::World,
        _ => Reach::Never,
    }
}

/// Addresses of the old kind within the new: mapped, translated (NAT64) and 6to4.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = address.segments();
    let of = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(of(high, low)),
        [0x2002, high, low, ..] => Some(of(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Outbound, Reach, Sent, USUAL_ANSWER, Unreached, judged, reach};
    use std::net::SocketAddr;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio::task::JoinSet;

    #[test]
    fn how_far_each_address_is() {
        let table = [
            ("127.0.0.1", Reach::Home),
            ("10.1.2.3", Reach::Home),
            ("172.31.255.1", Reach::Home),
            ("172.32.0.1", Reach::World),
            ("192.168.1.5", Reach::Home),
            ("100.64.0.1", Reach::Home),
            ("169.254.169.254", Reach::Never),
            ("0.0.0.0", Reach::Never),
            ("224.0.0.1", Reach::Never),
            ("255.255.255.255", Reach::Never),
            ("93.184.216.34", Reach::World),
            ("::1", Reach::Home),
            ("::", Reach::Never),
            ("fd12::1", Reach::Home),
            ("fe80::1", Reach::Never),
            ("ff02::1", Reach::Never),
            ("::ffff:127.0.0.1", Reach::Home),
            ("::ffff:169.254.169.254", Reach::Never),
            ("64:ff9b::a9fe:a9fe", Reach::Never),
            ("2002:7f00:1::", Reach::Home),
            ("2001:db8::1", Reach::Never),
            ("2606:2800:220:1:248:1893:25c8:1946", Reach::World),
        ];
        for (address, expected) in table {
            assert_eq!(reach(address.parse().unwrap()), expected, "{address}");
        }
    }

    #[test]
    fn a_name_with_two_answers_is_barred_by_the_worse() {
        let answers = |list: &[&str]| list.iter().map(|one| one.parse::<SocketAddr>().unwrap()).collect::<Vec<_>>();
        assert!(judged(answers(&["93.184.216.34:443"]), false).is_ok());
        assert_eq!(judged(answers(&["93.184.216.34:443", "127.0.0.1:443"]), false), Err(Unreached::Barred));
        assert!(judged(answers(&["93.184.216.34:443", "192.168.1.5:443"]), true).is_ok());
        assert_eq!(judged(answers(&["192.168.1.5:443", "169.254.169.254:443"]), true), Err(Unreached::Barred));
        assert_eq!(judged(answers(&[]), true), Err(Unreached::Unknown));
    }

    /// A listener on this machine that answers with these lines, and counts who came.
    async fn listening(answer: String) -> (u16, JoinSet<usize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut clerk = JoinSet::new();
        clerk.spawn(async move {
            let mut came = 0;
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut some = [0; 1024];
                // A knock without a word ends the count.
                if stream.read(&mut some).await.unwrap_or(0) == 0 {
                    break;
                }
                came += 1;
                let _ = stream.write_all(answer.as_bytes()).await;
            }
            came
        });
        (port, clerk)
    }

    async fn count(port: u16, mut clerk: JoinSet<usize>) -> usize {
        drop(tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap());
        clerk.join_next().await.unwrap().unwrap()
    }

    fn to(url: String) -> Sent {
        Sent { url, body: Some("{}".to_owned()), ..Sent::default() }
    }

    #[tokio::test]
    async fn nothing_on_this_machine_or_network_is_reached() {
        let (port, clerk) = listening("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned()).await;
        let guarded = Outbound::new(false);
        let hosts = [
            "127.0.0.1",
            "[::1]",
            "localhost",
            "169.254.169.254",
            "10.0.0.1",
            "2130706433",
            "0x7f000001",
            "127.1",
            "0177.0.0.1",
            "[::ffff:127.0.0.1]",
            "0.0.0.0",
            "192.168.0.1",
        ];
        for host in hosts {
            for scheme in ["https", "http"] {
                let sent = guarded.send(to(format!("{scheme}://{host}:{port}/")), USUAL_ANSWER).await;
                assert_eq!(sent, Err(Unreached::Barred), "{scheme}://{host}");
            }
        }
        for url in [
            "ftp://example.org/",
            "file:///etc/passwd",
            "gopher://example.org/",
            "https://user:pass@93.184.216.34/",
            "no address",
        ] {
            assert_eq!(guarded.send(to(url.to_owned()), USUAL_ANSWER).await, Err(Unreached::Barred), "{url}");
        }
        assert_eq!(count(port, clerk).await, 0, "the listener saw nobody");
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed_and_a_long_answer_is_cut() {
        let (inner, seen) = listening("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned()).await;
        let away = format!(
            "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{inner}/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        );
        let (port, clerk) = listening(away).await;
        let home = Outbound::new(true);
        let answer = home.send(to(format!("http://127.0.0.1:{port}/")), USUAL_ANSWER).await.unwrap();
        assert_eq!(answer.status, 302);
        assert_eq!((count(port, clerk).await, count(inner, seen).await), (1, 0));
        let long = format!("HTTP/1.1 200 OK\r\ncontent-length: 5000\r\nconnection: close\r\n\r\n{}", "x".repeat(5000));
        let (port, clerk) = listening(long).await;
        assert_eq!(home.send(to(format!("http://127.0.0.1:{port}/")), 4000).await, Err(Unreached::TooLong));
        assert_eq!(count(port, clerk).await, 1);
        // What clouds keep at a special address stays out of reach on a home network too.
        assert_eq!(home.send(to("http://169.254.169.254/".to_owned()), 10).await, Err(Unreached::Barred));
    }
}
