//! Messages out of the outbox, each at least once; a failure is tried again later and later.

use crate::Work;
use crate::mail::{Consequence, Undelivered};
use jiff::{SignedDuration, Timestamp};
use std::{future::Future, pin::Pin, sync::Arc};
use store::{Channel, Message};

const AT_ONCE: u32 = 20;
/// At once, and 1, 3 and 7 minutes later: a code by SMS is good for ten.
const SMS_TRIES: u32 = 4;
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
    let mut away = false;
    for message in &messages {
        // When the mail server is not there, nineteen more would wait for nothing, longer than they are claimed for.
        let skipped = away && message.channel == Channel::Mail;
        let sent = if skipped { Err(Undelivered::server_away()) } else { hand_over(work, message).await };
        away |= matches!(&sent, Err(why) if why.what == Consequence::Away && message.channel == Channel::Mail);
        report(work, message, sent).await?;
    }
    work.mailer.rest().await;
    Ok(messages.len())
}

async fn hand_over(work: &Work, message: &Message) -> Result<(), Undelivered> {
    match (message.channel, &work.texter) {
        (Channel::Mail, _) => work.mailer.send(message, &work.base_url, (work.clock)()).await,
        (Channel::Sms, Some(texter)) => {
            let sent = texter.send(message, &work.base_url).await;
            sent.map_err(|why| {
                tracing::debug!(%why, "the SMS gateway did not take it");
                Undelivered::later("SMS gateway", None)
            })
        }
        (Channel::Sms, None) => Err(Undelivered::later("no SMS gateway", None)),
    }
}

/// The address, the text and what the server said of them stay out of the log.
async fn report(work: &Work, message: &Message, sent: Result<(), Undelivered>) -> anyhow::Result<()> {
    let (store, duty) = (&work.store, &work.duties.deliver);
    let Err(Undelivered { stage, code, what }) = sent else { return Ok(store.message_sent(duty, message.id).await?) };
    let tries = if message.is_code() { SMS_TRIES } else { MAIL_TRIES };
    let given_up = what == Consequence::ForGood || message.attempts >= tries;
    tracing::warn!(message = %message.id, attempt = message.attempts, stage, code, given_up, "a message did not go out");
    if given_up {
        return Ok(store.message_given_up(duty, message.id).await?);
    }
    Ok(store.message_failed(duty, message.id, again_at((work.clock)(), message.attempts)).await?)
}

/// One minute after the first failure, twice as long after each further one, at most six hours.
fn again_at(now: Timestamp, attempts: u32) -> Timestamp {
    let minutes = 1i64 << attempts.saturating_sub(1).min(9);
    now.saturating_add(SignedDuration::from_mins(minutes.min(360))).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::again_at;
    use jiff::{SignedDuration, Timestamp};

    #[test]
    fn each_failure_waits_longer_up_to_six_hours() {
        let minutes = |attempts| again_at(Timestamp::UNIX_EPOCH, attempts).duration_since(Timestamp::UNIX_EPOCH);
        assert_eq!([1, 2, 3, 9, 10, 99].map(minutes), [1, 2, 4, 256, 360, 360].map(SignedDuration::from_mins));
    }
}
