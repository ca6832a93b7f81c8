//! Messages out of the outbox, each at least once; a failure is tried again later and later.

use crate::Work;
use jiff::{SignedDuration, Timestamp};
use std::{future::Future, pin::Pin, sync::Arc};
use store::{Channel, Message};

const AT_ONCE: u32 = 20;
/// At once, and 1, 3 and 7 minutes later: a code by SMS is good for ten.
const SMS_TRIES: u32 = 4;

pub(crate) fn round(work: Arc<Work>) -> Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>> {
    Box::pin(async move {
        while due(&work).await? == AT_ONCE as usize {}
        Ok(())
    })
}

/// Sends up to twenty messages that are due; says how many it had.
pub(crate) async fn due(work: &Work) -> anyhow::Result<usize> {
    let messages = work.store.claim_messages(&work.duties.deliver, AT_ONCE).await?;
    for message in &messages {
        send(work, message).await?;
    }
    Ok(messages.len())
}

async fn send(work: &Work, message: &Message) -> anyhow::Result<()> {
    let now = (work.clock)();
    match hand_over(work, message, now).await {
        Ok(()) => work.store.message_sent(&work.duties.deliver, message.id).await?,
        Err(why) => {
            // The address and the text stay out of the log.
            tracing::warn!(message = %message.id, attempt = message.attempts, %why, "a message did not go out");
            if message.is_code() && message.attempts >= SMS_TRIES {
                return Ok(work.store.message_given_up(&work.duties.deliver, message.id).await?);
            }
            work.store.message_failed(&work.duties.deliver, message.id, again_at(now, message.attempts)).await?;
        }
    }
    Ok(())
}

async fn hand_over(work: &Work, message: &Message, now: Timestamp) -> anyhow::Result<()> {
    match (message.channel, &work.texter) {
        (Channel::Mail, _) => work.mailer.send(message, &work.base_url, now).await,
        (Channel::Sms, Some(texter)) => texter.send(message, &work.base_url).await,
        (Channel::Sms, None) => anyhow::bail!("there is no SMS gateway"),
    }
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
