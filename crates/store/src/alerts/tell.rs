//! Writes messages: one for each way of one person, into the outbox, in the transaction of what they tell.

use super::{
    channels::{self, Ready},
    messages::{Said, Why},
    take,
};
use crate::{
    actor::Who,
    db::{Tx, params, statements},
    error::Error,
    inside::{Inside, new_id},
    mails, notices,
    outbox::{self, Channel, Mail, NewMessage, SECRET},
    push::{PushMessage, push},
    second_step, standing,
};
use glucose::AlertKind;
use jiff::Timestamp;
use serde_json::json;
use sharing::{AccountId, Decision, RecordId, RightKind, Standing, allows};

statements! {
    TAG = "update outbox set episode = $2, alert_channel = $3, about_at = $4 where id = $1";
    TAG_PUSHED = "update outbox set episode = $4, alert_channel = $5, about_at = $6 \
        where account = $1 and channel = 'push' and made_at = $2 and episode is null and sent_at is null and (record = $3 or $3 is null)";
    SMS_LATELY = "select count(*) from outbox where account = $1 and channel = 'sms' and episode is not null and made_at > $2";
}

/// The dearest way: no more than these in a day.
const SMS_A_DAY: i64 = 60;

/// Whether somebody is told of a record's alerts now: its owner, and care partners who may look at this very moment.
pub(crate) fn may_be_told(tx: &mut Tx, account: AccountId, record: RecordId, now: Timestamp) -> Result<bool, Error> {
    let standing = standing::of(tx, Who::Account { id: account }, record, now)?;
    let follows = matches!(standing, Standing::Owner | Standing::CarePartner { .. });
    Ok(follows && matches!(allows(standing, RightKind::View, now), Decision::Allowed(_)))
}

/// Whom a message is about and for.
#[derive(Clone, Copy)]
pub(super) struct To {
    pub(super) account: AccountId,
    pub(super) record: RecordId,
    pub(super) now: Timestamp,
}

/// Tells one person by each of their ways; answers by how many.
pub(super) fn tell(tx: &mut Tx, inside: &Inside, to: To, said: &Said) -> Result<usize, Error> {
    let urgent = said.kind == AlertKind::UrgentLow || said.why == Why::Called;
    let channels = channels::of(tx, inside, to.account)?;
    let mut count = 0;
    for channel in channels.iter().filter(|channel| urgent || !channel.urgent_only) {
        count += usize::from(write(tx, inside, to, said, channel)?);
    }
    Ok(count)
}

fn write(tx: &mut Tx, inside: &Inside, to: To, said: &Said, channel: &Ready) -> Result<bool, Error> {
    let taken = matches!(said.why, Why::Taken(_));
    let link = |tx: &mut Tx| if taken { Ok(None) } else { take::link(tx, to.account, said.episode, to.now).map(Some) };
    let id = new_id();
    let mail = match channel.kind {
        Channel::Mail => {
            let token = link(tx)?;
            notices::written(tx, inside, to.account, &said.letter(token))?
        }
        Channel::Sms => {
            let Some(number) = number(tx, inside, to)? else { return Ok(false) };
            let token = link(tx)?;
            let way = token
                .as_ref()
                .map_or(String::new(), |_| format!(" I have seen it: {}/alerts/links/{SECRET}", mails::SITE));
            text(number, said.title(), format!("{}{way}", said.sms()), token.into_iter().collect())
        }
        Channel::Webhook => addressed(channel, said.title(), said.json(id, to.now)),
        Channel::Ntfy => {
            let urgent = said.kind == AlertKind::UrgentLow || said.why == Why::Called;
            let priority = if taken {
                2
            } else if urgent {
                5
            } else {
                4
            };
            let tag = if said.kind == AlertKind::NoData { "satellite" } else { "drop_of_blood" };
            addressed(channel, said.title(), ntfy(&said.title(), &said.body(), priority, tag, &said.path()))
        }
        Channel::Push => return pushed(tx, inside, to, said, channel),
    };
    let kind = if taken { "alert taken" } else { "alert" };
    let message = NewMessage { account: Some(to.account), record: Some(to.record), channel: channel.kind, kind, mail };
    outbox::put_as(id, tx, inside, &message, to.now)?;
    tx.execute(TAG, params![id, said.episode, channel.id, said.seen.at])?;
    Ok(true)
}

fn pushed(tx: &mut Tx, inside: &Inside, to: To, said: &Said, channel: &Ready) -> Result<bool, Error> {
    let message = PushMessage {
        title: said.title(),
        body: said.body(),
        path: said.path(),
        tag: said.episode.to_string(),
        urgent: !matches!(said.why, Why::Taken(_)),
        record: Some(to.record),
    };
    let count = push(tx, inside, to.account, &message, to.now)?;
    tx.execute(TAG_PUSHED, params![to.account, to.now, to.record, said.episode, channel.id, said.seen.at])?;
    Ok(count > 0)
}

/// Tries one way out.
pub(super) fn test(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    channel: &Ready,
    now: Timestamp,
) -> Result<(), Error> {
    const TITLE: &str = "Test alert";
    const BODY: &str = "This is a test from Kinsight. Alerts reach you here.";
    let id = new_id();
    let mail = match channel.kind {
        Channel::Mail => notices::written(tx, inside, account, &mails::alert_test())?,
        Channel::Sms => {
            let Some(number) = second_step::own_number(tx, inside, account)? else { return Ok(()) };
            text(number, TITLE.to_owned(), format!("{TITLE}. {BODY}"), Vec::new())
        }
        Channel::Webhook => {
            let data = json!({ "type": "alert.test", "id": id.to_string(), "timestamp": now.to_string(), "data": {} });
            addressed(channel, TITLE.to_owned(), data.to_string())
        }
        Channel::Ntfy => {
            addressed(channel, TITLE.to_owned(), ntfy(TITLE, BODY, 3, "white_check_mark", "/alerts/channels"))
        }
        Channel::Push => {
            let (path, tag) = ("/alerts/channels".to_owned(), "test alert".to_owned());
            let message =
                PushMessage { title: TITLE.to_owned(), body: BODY.to_owned(), path, tag, urgent: true, record: None };
            push(tx, inside, account, &message, now)?;
            let tag = params![account, now, None::<RecordId>, channel.id, channel.id, None::<Timestamp>];
            return tx.execute(TAG_PUSHED, tag).map(drop);
        }
    };
    let message = NewMessage { account: Some(account), record: None, channel: channel.kind, kind: "alert test", mail };
    outbox::put_as(id, tx, inside, &message, now)?;
    tx.execute(TAG, params![id, channel.id, channel.id, None::<Timestamp>]).map(drop)
}

/// The confirmed phone, unless it got as many as anybody can bear.
fn number(tx: &mut Tx, inside: &Inside, to: To) -> Result<Option<String>, Error> {
    let day_ago = to.now.saturating_sub(jiff::SignedDuration::from_hours(24)).unwrap_or(Timestamp::MIN);
    let lately = tx.query_one(SMS_LATELY, params![to.account, day_ago])?.ok_or(Error::Unavailable)?.int(0)?;
    if lately >= SMS_A_DAY || !inside.site.sends_sms {
        Ok(None)
    } else {
        second_step::own_number(tx, inside, to.account)
    }
}

fn text(to: String, subject: String, text: String, secrets: Vec<String>) -> Mail {
    Mail { to, subject, text, html: String::new(), secrets, noticed: None }
}

/// The secret of a channel goes with the message, and leaves it once it was sent.
fn addressed(channel: &Ready, subject: String, text: String) -> Mail {
    let secrets = Some(channel.address.secret.clone()).filter(|secret| !secret.is_empty()).into_iter().collect();
    Mail { to: channel.address.url.clone(), subject, text, html: String::new(), secrets, noticed: None }
}

/// As ntfy takes it (<https://docs.ntfy.sh/publish/#publish-as-json>), but for the topic, which is the end of the address.
fn ntfy(title: &str, body: &str, priority: u8, tag: &str, path: &str) -> String {
    let click = format!("{}{path}", mails::SITE);
    json!({ "title": title, "message": body, "priority": priority, "tags": [tag], "click": click }).to_string()
}
