//! The ways by which an account is told of alerts: mail, text message, installed app, and addresses of its own.

use super::tell;
use crate::{
    db::{Row, Tx, params, statements},
    error::{Error, Invalid},
    inside::{Inside, new_id},
    keys::{Place, place, random},
    mails, notices,
    outbox::{Channel, channel, channel_word},
    own::Own,
    second_step, share,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sharing::{AccountId, Id};

statements! {
    ALL = "select id, kind, sealed, urgent_only, worked_at, failing_since_at, why from alert_channels where account = $1 order by made_at, id";
    ADD = "insert into alert_channels (id, account, kind, sealed, urgent_only, made_at) values ($1, $2, $3, $4, $5, $6)";
    CHANGE = "update alert_channels set urgent_only = $3 where id = $1 and account = $2";
    REMOVE = "delete from alert_channels where id = $1 and account = $2 returning kind";
    UNSENT = "delete from outbox where alert_channel = $1 and account = $2 and sent_at is null";
    FAILED = "update alert_channels set failing_since_at = coalesce(failing_since_at, $2), why = $3 \
        where id = (select alert_channel from outbox where id = $1)";
    WHY = "update outbox set why = $2 where id = $1 and alert_channel is not null";
    WORKED = "update alert_channels set worked_at = $2, failing_since_at = null, why = null \
        where id = (select alert_channel from outbox where id = $1)";
    TESTS = "select count(*) from outbox where account = $1 and kind = 'alert test' and made_at > $2";
    LAST_TEST = "select made_at, sent_at, refused_at, why from outbox where account = $1 and alert_channel = $2 and kind = 'alert test' \
        order by made_at desc, id desc limit 1";
}

/// More than anybody needs.
const MOST: usize = 8;
/// Test messages of one account in an hour, over all ways.
const TESTS_AN_HOUR: i64 = 40;

/// A way to be told, as it is added.
#[derive(Clone, PartialEq, Eq)]
pub struct NewChannel {
    /// Of which kind.
    pub kind: Channel,
    /// The address of a webhook or of an ntfy topic.
    pub url: String,
    /// With which ntfy lets one write, where it asks.
    pub token: String,
    /// Only for urgent lows, and when the order calls.
    pub urgent_only: bool,
}

impl std::fmt::Debug for NewChannel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewChannel({:?})", self.kind)
    }
}

/// A way to be told, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertChannel {
    /// Which.
    pub id: Id,
    /// Of which kind.
    pub kind: Channel,
    /// The host of an address; nothing of the others, who are the account's own.
    pub host: String,
    /// Only for urgent lows, and when the order calls.
    pub urgent_only: bool,
    /// When a message went out last.
    pub worked_at: Option<Timestamp>,
    /// Since when none does, and why.
    pub failing: Option<(Timestamp, String)>,
    /// What became of the last test.
    pub last_test: Option<super::Delivered>,
}

/// All ways of an account, and what can be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertChannels {
    /// Those there are, oldest first.
    pub channels: Vec<AlertChannel>,
    /// Where mail goes.
    pub address: String,
    /// Whether the address is confirmed.
    pub is_verified: bool,
    /// The confirmed phone, shortened.
    pub phone: Option<String>,
    /// Whether this server sends text messages.
    pub sends_sms: bool,
}

/// What is sealed of a channel.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Address {
    pub(super) url: String,
    /// Signs what a webhook gets; lets one write to an ntfy topic.
    pub(super) secret: String,
}

/// A channel, ready to be written to.
pub(super) struct Ready {
    pub(super) id: Id,
    pub(super) kind: Channel,
    pub(super) urgent_only: bool,
    pub(super) address: Address,
}

fn here<'a>(id: Id, account: AccountId) -> Place<'a> {
    place("alert_channels", "sealed", id).of(account.0)
}

/// The channels of an account, opened.
pub(super) fn of(tx: &mut Tx, inside: &Inside, account: AccountId) -> Result<Vec<Ready>, Error> {
    let open = |row: &Row| {
        let id = row.id(0)?;
        let address = super::kept::read(&inside.keys.open(here(id, account), row.bytes(2)?)?)?;
        Ok(Ready { id, kind: channel(row.text(1)?)?, urgent_only: row.int(3)? != 0, address })
    };
    tx.query(ALL, params![account])?.iter().map(open).collect()
}

/// A message of a channel did not go out.
pub(crate) fn failed(tx: &mut Tx, message: Id, why: &str, now: Timestamp) -> Result<(), Error> {
    tx.execute(WHY, params![message, why])?;
    tx.execute(FAILED, params![message, now, why]).map(drop)
}

/// A message of a channel went out.
pub(crate) fn worked(tx: &mut Tx, message: Id, now: Timestamp) -> Result<(), Error> {
    tx.execute(WORKED, params![message, now]).map(drop)
}

/// What may stand in a request: `https` (or `http`, which the worker sends only where the operator allows it), a host, no name
/// or password before it.
fn valid_url(url: &str, kind: Channel) -> Result<String, Error> {
    let url = url.trim();
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let (host, path) = rest.map_or(("", ""), |rest| rest.split_once('/').unwrap_or((rest, "")));
    let plain = url.len() <= 500 && url.chars().all(|c| !c.is_whitespace() && !c.is_control());
    let topic = path.rsplit('/').next().unwrap_or_default();
    let is_topic = (1..=64).contains(&topic.len())
        && topic.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let fits = plain && !host.is_empty() && !host.contains('@') && (kind != Channel::Ntfy || is_topic);
    if fits { Ok(url.to_owned()) } else { Err(Error::Invalid(Invalid::AlertAddress)) }
}

fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned()
}

impl Own<'_> {
    /// All ways to be told, and what can be added.
    pub fn alert_channels(&mut self) -> Result<AlertChannels, Error> {
        let (tx, inside, account) = self.parts();
        let rows = tx.query(ALL, params![account])?;
        let opened = of(tx, inside, account)?;
        let mut channels = Vec::new();
        for (row, ready) in rows.iter().zip(opened) {
            channels.push(AlertChannel {
                id: ready.id,
                kind: ready.kind,
                host: host(&ready.address.url),
                urgent_only: ready.urgent_only,
                worked_at: row.opt_instant(4)?,
                failing: row
                    .opt_instant(5)?
                    .map(|since| Ok::<_, Error>((since, row.text(6)?.to_owned())))
                    .transpose()?,
                last_test: last_test(tx, account, ready.id, ready.kind)?,
            });
        }
        Ok(AlertChannels {
            channels,
            address: notices::address(tx, inside, account)?,
            is_verified: share::is_verified(tx, account)?,
            phone: second_step::own_number(tx, inside, account)?.map(|number| second_step::shortened(&number)),
            sends_sms: inside.site.sends_sms,
        })
    }

    /// Adds a way to be told. An address of one's own asks for a fresh proof, because it sends data elsewhere; the secret that
    /// signs what a webhook gets is answered this once.
    pub fn add_alert_channel(&mut self, new: &NewChannel) -> Result<Option<String>, Error> {
        let known = self.alert_channels()?;
        let elsewhere = matches!(new.kind, Channel::Webhook | Channel::Ntfy);
        let is_there = !elsewhere && known.channels.iter().any(|channel| channel.kind == new.kind);
        if known.channels.len() >= MOST || is_there {
            return Err(Error::Invalid(Invalid::AlertChannels));
        }
        match new.kind {
            Channel::Mail if !known.is_verified => return Err(Error::Invalid(Invalid::Unconfirmed)),
            Channel::Sms if !known.sends_sms || known.phone.is_none() => return Err(Error::Invalid(Invalid::Phone)),
            _ => {}
        }
        if elsewhere {
            self.fresh()?;
        }
        let (address, shown) = address(new)?;
        let now = self.now();
        let (tx, inside, account) = self.parts();
        let id = new_id();
        let sealed = inside.keys.seal(here(id, account), &super::kept::write(&address)?)?;
        tx.execute(ADD, params![id, account, channel_word(new.kind), sealed, new.urgent_only, now])?;
        if elsewhere {
            notices::tell(tx, inside, account, &mails::alert_address_added(&host(&address.url)), now)?;
        }
        self.audit("added a way to be told of alerts", channel_word(new.kind).to_owned())?;
        Ok(shown)
    }

    /// Whether a way is only for what is urgent.
    pub fn change_alert_channel(&mut self, id: Id, urgent_only: bool) -> Result<(), Error> {
        let (tx, _, account) = self.parts();
        if tx.execute(CHANGE, params![id, account, urgent_only])? == 0 {
            return Err(Error::NotFound);
        }
        self.audit("changed a way to be told of alerts", String::new())
    }

    /// Ends a way to be told, with what waits to be sent by it.
    pub fn remove_alert_channel(&mut self, id: Id) -> Result<(), Error> {
        let (tx, _, account) = self.parts();
        let row = tx.query_one(REMOVE, params![id, account])?.ok_or(Error::NotFound)?;
        tx.execute(UNSENT, params![id, account])?;
        self.audit("removed a way to be told of alerts", row.text(0)?.to_owned())
    }

    /// Sends a test by each way; answers by how many.
    pub fn test_alerts(&mut self) -> Result<usize, Error> {
        let now = self.now();
        let (tx, inside, account) = self.parts();
        let hour_ago = now.saturating_sub(SignedDuration::from_hours(1)).unwrap_or(Timestamp::MIN);
        let sent = tx.query_one(TESTS, params![account, hour_ago])?.ok_or(Error::Unavailable)?.int(0)?;
        if sent >= TESTS_AN_HOUR {
            return Err(Error::TooMany { retry_after_s: 3600 });
        }
        let channels = of(tx, inside, account)?;
        channels.iter().try_for_each(|channel| tell::test(tx, inside, account, channel, now))?;
        self.audit("tested alerts", String::new())?;
        Ok(channels.len())
    }
}

/// What is kept of a new channel, and what of it is shown once.
fn address(new: &NewChannel) -> Result<(Address, Option<String>), Error> {
    Ok(match new.kind {
        Channel::Webhook => {
            let secret = format!("whsec_{}", STANDARD.encode(random::<32>()?));
            (Address { url: valid_url(&new.url, new.kind)?, secret: secret.clone() }, Some(secret))
        }
        Channel::Ntfy => {
            let secret = new.token.trim().to_owned();
            let plain = secret.len() <= 200 && secret.bytes().all(|byte| byte.is_ascii_graphic());
            if !plain {
                return Err(Error::Invalid(Invalid::AlertAddress));
            }
            (Address { url: valid_url(&new.url, new.kind)?, secret }, None)
        }
        Channel::Mail | Channel::Sms | Channel::Push => (Address::default(), None),
    })
}

fn last_test(tx: &mut Tx, account: AccountId, id: Id, kind: Channel) -> Result<Option<super::Delivered>, Error> {
    let row = tx.query_one(LAST_TEST, params![account, id])?;
    row.map(|row| super::past::delivered(&row, 0, kind)).transpose()
}

#[cfg(test)]
mod tests {
    use super::{Channel, host, valid_url};

    #[test]
    fn what_can_be_an_address() {
        let table = [
            ("https://example.org/hook?key=1", Channel::Webhook, true),
            ("http://192.168.1.5/hook", Channel::Webhook, true),
            ("ftp://example.org/hook", Channel::Webhook, false),
            ("https://", Channel::Webhook, false),
            ("https://user:password@example.org/", Channel::Webhook, false),
            ("https://example.org/a b", Channel::Webhook, false),
            ("https://ntfy.sh/my-topic_1", Channel::Ntfy, true),
            ("https://ntfy.sh/", Channel::Ntfy, false),
            ("https://ntfy.sh/a?b", Channel::Ntfy, false),
        ];
        for (url, kind, fits) in table {
            assert_eq!(valid_url(url, kind).is_ok(), fits, "{url}");
        }
        assert_eq!(host("https://example.org:8443/hook?key=1"), "example.org:8443");
    }
}
