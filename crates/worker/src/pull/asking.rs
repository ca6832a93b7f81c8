//! What a service's file has in hand: who is asked, the way there, and what an answer means before anybody reads it.

use crate::Work;
use crate::outbound::{Answer, Outbound, Sent, Unreached};
use imports::pulled::{self, LARGEST_ANSWER, Pulled, Refused, Service};
use jiff::{Timestamp, tz::TimeZone};
use store::{PullRun, PullSettings, PullTrouble};

/// Where the services are whose hosts are fixed. A test puts a server of its own there.
#[derive(Clone, Debug, Default)]
pub struct Hosts {
    at: Option<String>,
}

impl Hosts {
    /// All of them at one address, each below its own name.
    pub fn at(address: &str) -> Self {
        Self { at: Some(address.trim_end_matches('/').to_owned()) }
    }

    fn address(&self, host: &str) -> String {
        self.at.as_ref().map_or_else(|| format!("https://{host}"), |at| format!("{at}/{host}"))
    }
}

/// One run of one source.
pub(super) struct Asking<'a> {
    outbound: Outbound,
    hosts: &'a Hosts,
    pub settings: &'a PullSettings,
    pub zone: &'a TimeZone,
    /// When the run began: what came until then is read.
    pub now: Timestamp,
    /// This is the first step of the run.
    pub is_first: bool,
    /// How often in a row it failed before.
    pub failures: u32,
}

impl<'a> Asking<'a> {
    pub fn of(work: &'a Work, run: &'a PullRun) -> Self {
        Self {
            outbound: work.outbound,
            hosts: &work.hosts,
            settings: &run.settings,
            zone: &run.zone,
            now: (work.clock)(),
            is_first: true,
            failures: run.failures,
        }
    }

    /// The address of a fixed host, without a slash at its end.
    pub fn host(&self, host: &str) -> String {
        self.hosts.address(host)
    }

    /// Sends a request; what came back, whatever its status.
    pub async fn send(&self, sent: Sent) -> Result<Answer, PullTrouble> {
        self.outbound.send(sent, LARGEST_ANSWER).await.map_err(unreached)
    }

    /// Reads an answer as the service's parser does.
    pub fn read(&self, service: Service, body: &[u8]) -> Result<Pulled, Refused> {
        pulled::read(service, body, self.zone, self.now)
    }
}

fn unreached(why: Unreached) -> PullTrouble {
    match why {
        Unreached::Barred => PullTrouble::Barred,
        Unreached::Unknown => PullTrouble::UnknownHost,
        Unreached::Away => PullTrouble::Away,
        Unreached::TooLong => PullTrouble::Unreadable,
    }
}

/// What a status other than success says.
pub(super) fn trouble_of(status: u16) -> Option<PullTrouble> {
    match status {
        200..=299 => None,
        401 | 403 => Some(PullTrouble::Refused),
        // A redirect is not followed: the site is somewhere else.
        300..=399 | 404 | 405 | 410 => Some(PullTrouble::NoSuchPage),
        _ => Some(PullTrouble::Busy),
    }
}

/// As services write hashes.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{Hosts, trouble_of};
    use store::PullTrouble;

    #[test]
    fn what_a_status_says() {
        let table = [
            (200, None),
            (301, Some(PullTrouble::NoSuchPage)),
            (401, Some(PullTrouble::Refused)),
            (403, Some(PullTrouble::Refused)),
            (404, Some(PullTrouble::NoSuchPage)),
            (429, Some(PullTrouble::Busy)),
            (503, Some(PullTrouble::Busy)),
        ];
        for (status, trouble) in table {
            assert_eq!(trouble_of(status), trouble, "{status}");
        }
        assert_eq!(Hosts::default().address("api.example"), "https://api.example");
        assert_eq!(Hosts::at("http://127.0.0.1:1/").address("api.example"), "http://127.0.0.1:1/api.example");
    }
}
