//! Dexcom Share: the account of the person who wears the sensor, and their last day.
//!
//! A name and password give an account's number, that and the password a session, which lasts some hours and stands in
//! the address of what is asked: so the service wants it. Nobody at Dexcom promises any of it.

use super::Piece;
use super::asking::{Asking, trouble_of};
use crate::outbound::{Answer, Sent};
use imports::pulled::{Refused, Service};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::PullTrouble;

/// Word of the region, host, and under which number apps are known there.
const REGIONS: [(&str, &str, &str); 3] = [
    ("us", "share2.dexcom.com", "d89443d2-327c-4a6f-89e5-496bbb0317db"),
    ("ous", "shareous1.dexcom.com", "d89443d2-327c-4a6f-89e5-496bbb0317db"),
    ("jp", "share.dexcom.jp", "d8665ade-9673-4e27-9ff6-92db4ce13d13"),
];
/// What it answers in place of a number that it does not have.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

/// What is written down between runs.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Session {
    id: String,
}

pub(super) async fn step(asking: &Asking<'_>, state: &[u8]) -> Result<Piece, PullTrouble> {
    let known: Option<Session> = serde_json::from_slice(state).ok();
    match known {
        Some(session) => match values(asking, session).await {
            Err(Values::SessionOver) => values(asking, sign_in(asking).await?).await,
            done => done,
        },
        None => values(asking, sign_in(asking).await?).await,
    }
    .map_err(|why| match why {
        Values::SessionOver => PullTrouble::Busy,
        Values::Trouble(trouble) => trouble,
    })
}

/// Why there are no values.
enum Values {
    SessionOver,
    Trouble(PullTrouble),
}

async fn values(asking: &Asking<'_>, session: Session) -> Result<Piece, Values> {
    let path = format!("Publisher/ReadPublisherLatestGlucoseValues?sessionId={}&minutes=1440&maxCount=288", session.id);
    let (base, _) = region(asking).map_err(Values::Trouble)?;
    let answer = asking.send(sent(&base, &path, &json!({}))).await.map_err(Values::Trouble)?;
    let code = code(&answer);
    if code.starts_with("Session") {
        return Err(Values::SessionOver);
    }
    if let Some(trouble) = refusal(&answer, &code) {
        return Err(Values::Trouble(trouble));
    }
    let pulled = asking.read(Service::DexcomShare, &answer.body).map_err(|refused| match refused {
        Refused::Said { code, .. } if code.starts_with("Session") => Values::SessionOver,
        _ => Values::Trouble(PullTrouble::Unreadable),
    })?;
    let state = serde_json::to_vec(&session).expect("a text is written");
    Ok(Piece { readings: pulled.readings, newest_at: pulled.newest_at, state, ..Piece::default() })
}

async fn sign_in(asking: &Asking<'_>) -> Result<Session, PullTrouble> {
    let (base, app) = region(asking)?;
    let (name, password) = (&asking.settings.user, &asking.settings.secret);
    let asked = json!({ "accountName": name, "password": password, "applicationId": app });
    let account = number(&asking.send(sent(&base, "General/AuthenticatePublisherAccount", &asked)).await?)?;
    let asked = json!({ "accountId": account, "password": password, "applicationId": app });
    let id = number(&asking.send(sent(&base, "General/LoginPublisherAccountById", &asked)).await?)?;
    Ok(Session { id })
}

fn region(asking: &Asking<'_>) -> Result<(String, &'static str), PullTrouble> {
    let found = REGIONS.iter().find(|(word, ..)| *word == asking.settings.address);
    let (_, host, app) = found.ok_or(PullTrouble::UnknownHost)?;
    Ok((format!("{}/ShareWebServices/Services", asking.host(host)), app))
}

fn sent(base: &str, path: &str, body: &Value) -> Sent {
    let json = || "application/json".to_owned();
    let headers = vec![("accept", json()), ("content-type", json()), ("user-agent", "Kinsight".to_owned())];
    Sent { url: format!("{base}/{path}"), headers, body: Some(body.to_string()) }
}

/// A number as an answer gives it: in quotation marks, and nothing else.
fn number(answer: &Answer) -> Result<String, PullTrouble> {
    if let Some(trouble) = refusal(answer, &code(answer)) {
        return Err(trouble);
    }
    let number: String = serde_json::from_slice(&answer.body).map_err(|_| PullTrouble::Unreadable)?;
    let plain = number.len() == NOBODY.len() && number.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    match plain {
        _ if number == NOBODY => Err(PullTrouble::Refused),
        true => Ok(number),
        false => Err(PullTrouble::Unreadable),
    }
}

/// The service's own word for what is wrong.
fn code(answer: &Answer) -> String {
    let parsed: Option<Value> = serde_json::from_slice(&answer.body).ok();
    parsed.and_then(|parsed| parsed.get("Code")?.as_str().map(str::to_owned)).unwrap_or_default()
}

fn refusal(answer: &Answer, code: &str) -> Option<PullTrouble> {
    match code {
        "AccountPasswordInvalid" | "SSO_AuthenticatePasswordInvalid" | "SSO_AuthenticateAccountNotFound" => {
            Some(PullTrouble::Refused)
        }
        // So it calls a name that it does not know; all else of that code is its own trouble.
        "SSO_InternalError" if String::from_utf8_lossy(&answer.body).contains("Cannot Authenticate by Account") => {
            Some(PullTrouble::Refused)
        }
        // Asking again soon would keep its owner out for longer.
        _ => trouble_of(answer.status),
    }
}

#[cfg(test)]
mod tests {
    use super::{number, refusal};
    use crate::outbound::Answer;
    use store::PullTrouble;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, body: body.as_bytes().to_vec() }
    }

    #[test]
    fn what_an_answer_to_the_sign_in_says() {
        let id = "\"a8e0d2a4-0000-4000-8000-0123456789ab\"";
        assert_eq!(number(&answer(200, id)).unwrap(), id.trim_matches('"'));
        let table = [
            (answer(200, "\"00000000-0000-0000-0000-000000000000\""), PullTrouble::Refused),
            (answer(500, r#"{"Code":"AccountPasswordInvalid","Message":"x"}"#), PullTrouble::Refused),
            (
                answer(500, r#"{"Code":"SSO_InternalError","Message":"Cannot Authenticate by AccountName"}"#),
                PullTrouble::Refused,
            ),
            (answer(500, r#"{"Code":"SSO_InternalError","Message":"down"}"#), PullTrouble::Busy),
            (answer(500, r#"{"Code":"SSO_AuthenticateMaxAttemptsExceeded"}"#), PullTrouble::Busy),
            (answer(200, "\"../../elsewhere\""), PullTrouble::Unreadable),
            (answer(200, "<html>"), PullTrouble::Unreadable),
        ];
        for (answer, trouble) in table {
            assert_eq!(number(&answer), Err(trouble), "{answer:?}");
        }
        assert_eq!(refusal(&answer(200, "[]"), ""), None);
    }
}
