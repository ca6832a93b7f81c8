//! Messages out of the outbox, each at least once; a failure is tried again later and later.

use crate::mail::{Consequence, Undelivered};
use crate::push::{self, Failed};
use crate::{Work, addressed};
use jiff::{SignedDuration, Timestamp};
use std::{future::Future, pin::Pin, sync::Arc};
use store::{Channel, Message};
use tokio::task::JoinSet;

const AT_ONCE: u32 = 20;
/// At once, and 1, 3 and 7 minutes later: a code by SMS is good for ten.
const SMS_TRIES: u32 = 4;
/// For two hours; by then it has been said again, or is over.
const ALERT_TRIES: u32 = 12;
/// Five days, as long as a mail server would try (RFC 5321, 4.5.4.1).
const MAIL_TRIES: u32 = 28;

pub(crate) fn round(work: Arc<Work>) -> Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>> {
    Box::pin(async move {
        while due(&work).await? == AT_ONCE as usize {}
        Ok(())
    })
}

/// Sends up to twenty messages that are due; says how many it had.
pub(crate) async fn due(work: &Work) -> anyhow::Result<usize> {
    let messages = work.store.claim_messages(&work.duties.deliver, AT_ONCE).await?;
    let (elsewhere, messages): (Vec<_>, Vec<_>) =
        messages.into_iter().partition(|message| matches!(message.channel, Channel::Webhook | Channel::Ntfy));
    let count = elsewhere.len() + messages.len();
    let elsewhere = to_addresses(work, elsewhere);
    let mut away = false;
    for message in &messages {
        // When the mail server is not there, nineteen more would wait for nothing, longer than they are claimed for.
        let skipped = away && message.channel == Channel::Mail;
        let sent = if skipped { Err(Undelivered::server_away().into()) } else { hand_over(work, message).await };
        away |=
            matches!(&sent, Err(failed) if failed.why.what == Consequence::Away && message.channel == Channel::Mail);
        report(work, message, sent).await?;
    }
    work.mailer.rest().await;
    for (message, sent) in elsewhere.join_all().await {
        report(work, &message, sent.map_err(Failed::from)).await?;
    }
    Ok(count)
}

/// All at once: one address that nobody answers at keeps no other waiting.
fn to_addresses(work: &Work, messages: Vec<Message>) -> JoinSet<(Message, Result<(), Undelivered>)> {
    let mut sending = JoinSet::new();
    for message in messages {
        let (outbound, base_url, now) = (work.outbound, work.base_url.clone(), (work.clock)());
        sending.spawn(async move {
            let sent = addressed::send(outbound, &message, &base_url, now).await;
            (message, sent)
        });
    }
    sending
}

async fn hand_over(work: &Work, message: &Message) -> Result<(), Failed> {
    match (message.channel, &work.texter) {
        (Channel::Mail, _) => Ok(work.mailer.send(message, &work.base_url, (work.clock)()).await?),
        (Channel::Sms, Some(texter)) => {
            let sent = texter.send(message, &work.base_url).await;
            sent.map_err(|why| {
                tracing::debug!(%why, "the SMS gateway did not take it");
                Undelivered::later("SMS gateway", None).into()
            })
        }
        (Channel::Sms, None) => Err(Undelivered::later("no SMS gateway", None).into()),
        (Channel::Push, _) => push::send(work, message).await,
        (Channel::Webhook | Channel::Ntfy, _) => {
            Ok(addressed::send(work.outbound, message, &work.base_url, (work.clock)()).await?)
        }
    }
}

/// The address, the text and what the server said of them stay out of the log.
async fn report(work: &Work, message: &Message, sent: Result<(), Failed>) -> anyhow::Result<()> {
    let (store, duty) = (&work.store, &work.duties.deliver);
    let Err(Failed { why: Undelivered { stage, code, what }, not_before }) = sent else {
        return Ok(store.message_sent(duty, message.id).await?);
    };
    let tries = match message {
        _ if message.is_code() => SMS_TRIES,
        _ if message.is_alert() => ALERT_TRIES,
        _ => MAIL_TRIES,
    };
    let given_up = what == Consequence::ForGood || message.attempts >= tries;
    tracing::warn!(message = %message.id, attempt = message.attempts, stage, code, given_up, "a message did not go out");
    if message.is_alert() {
        store.alert_undelivered(duty, message.id, words(message.channel, stage)).await?;
    }
    if given_up {
        return Ok(store.message_given_up(duty, message.id).await?);
    }
    let again = if message.is_alert() { soon_at } else { again_at };
    let again = again((work.clock)(), message.attempts);
    Ok(store.message_failed(duty, message.id, not_before.map_or(again, |when| when.max(again))).await?)
}

/// Why an alert did not go out, for whoever waited for it.
fn words(channel: Channel, stage: &'static str) -> &'static str {
    match channel {
        Channel::Mail => "the mail server did not take it",
        Channel::Sms => "the SMS gateway did not take it",
        Channel::Push | Channel::Webhook | Channel::Ntfy => stage,
    }
}

/// An alert cannot wait: a quarter of a minute after the first failure, twice as long after each further one, at most twenty
/// minutes.
fn soon_at(now: Timestamp, attempts: u32) -> Timestamp {
    let seconds = 15i64 << attempts.saturating_sub(1).min(7);
    now.saturating_add(SignedDuration::from_secs(seconds.min(1200))).unwrap_or(Timestamp::MAX)
}

/// One minute after the first failure, twice as long after each further one, at most six hours.
fn again_at(now: Timestamp, attempts: u32) -> Timestamp {
    let minutes = 1i64 << attempts.saturating_sub(1).min(9);
    now.saturating_add(SignedDuration::from_mins(minutes.min(360))).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::{again_at, soon_at};
    use jiff::{SignedDuration, Timestamp};

    #[test]
    fn each_failure_waits_longer_up_to_six_hours() {
        let minutes = |attempts| again_at(Timestamp::UNIX_EPOCH, attempts).duration_since(Timestamp::UNIX_EPOCH);
        let seconds = |attempts| soon_at(Timestamp::UNIX_EPOCH, attempts).as_second();
        assert_eq!([1, 2, 3, 7, 8, 99].map(seconds), [15, 30, 60, 960, 1200, 1200]);
        assert_eq!([1, 2, 3, 9, 10, 99].map(minutes), [1, 2, 4, 256, 360, 360].map(SignedDuration::from_mins));
    }
}
