//! LibreLinkUp: the account of a follower, the person it follows, and their last half day.
//!
//! The first host says in which region the account is. Each region knows an account by a ticket of some months, and wants the
//! account's number beside it as a hash. Nobody at Abbott promises any of it.

use super::Piece;
use super::asking::{Asking, hex, trouble_of};
use crate::outbound::{Answer, Sent};
use aws_lc_rs::digest;
use imports::pulled::{Refused, Service};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::PullTrouble;

/// Where an account is looked for first.
const ANYWHERE: &str = "api.libreview.io";
/// The service refuses whoever does not call itself so.
const APP: [(&str, &str); 2] = [("product", "llu.android"), ("version", "4.16.0")];
/// Its answers' own word for a wrong name or password.
const WRONG: i64 = 2;

/// What is written down between runs.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Ticket {
    host: String,
    token: String,
    ends_s: i64,
    /// The hash of the account's number.
    account: String,
    patient: String,
}

pub(super) async fn step(asking: &Asking<'_>, state: &[u8]) -> Result<Piece, PullTrouble> {
    let known: Option<Ticket> = serde_json::from_slice(state).ok();
    let known = known.filter(|ticket| ticket.ends_s > asking.now.as_second() + 60);
    let is_known = known.is_some();
    let ticket = match known {
        Some(ticket) => ticket,
        None => sign_in(asking).await?,
    };
    match graph(asking, ticket).await {
        // It ended before its time.
        Err(PullTrouble::Refused) if is_known => graph(asking, sign_in(asking).await?).await,
        done => done,
    }
}

async fn graph(asking: &Asking<'_>, ticket: Ticket) -> Result<Piece, PullTrouble> {
    let answer = asking.send(sent(asking, &ticket, &format!("/llu/connections/{}/graph", ticket.patient))).await?;
    trouble_of(answer.status).map_or(Ok(()), Err)?;
    let pulled = asking.read(Service::LibreLinkUp, &answer.body).map_err(|refused| match refused {
        Refused::Said { code, .. } if is_consent(&code) => PullTrouble::WantsConsent,
        _ => PullTrouble::Unreadable,
    })?;
    let state = serde_json::to_vec(&ticket).expect("texts are written");
    Ok(Piece { readings: pulled.readings, newest_at: pulled.newest_at, state, ..Piece::default() })
}

async fn sign_in(asking: &Asking<'_>) -> Result<Ticket, PullTrouble> {
    let mut host = ANYWHERE.to_owned();
    // One redirect is usual, two are more than anybody has seen.
    for _ in 0..3 {
        let answer = said(&asking.send(with_password(asking, &host)).await?)?;
        if let Some(region) = answer.pointer("/data/region").and_then(Value::as_str).filter(|_| is_elsewhere(&answer)) {
            host = host_of(region)?;
            continue;
        }
        let mut ticket = ticket(&answer, host)?;
        ticket.patient = patient(asking, &ticket).await?;
        return Ok(ticket);
    }
    Err(PullTrouble::Unreadable)
}

fn with_password(asking: &Asking<'_>, host: &str) -> Sent {
    let mut headers = headers();
    headers.push(("content-type", "application/json".to_owned()));
    let body = json!({ "email": asking.settings.user, "password": asking.settings.secret }).to_string();
    Sent { url: format!("{}/llu/auth/login", asking.host(host)), headers, body: Some(body) }
}

fn headers() -> Vec<(&'static str, String)> {
    let mut headers = vec![("accept", "application/json".to_owned()), ("user-agent", "Kinsight".to_owned())];
    headers.extend(APP.map(|(name, value)| (name, value.to_owned())));
    headers
}

fn sent(asking: &Asking<'_>, ticket: &Ticket, path: &str) -> Sent {
    let mut headers = headers();
    headers.push(("authorization", format!("Bearer {}", ticket.token)));
    headers.push(("account-id", ticket.account.clone()));
    Sent { url: format!("{}{path}", asking.host(&ticket.host)), headers, body: None }
}

/// An answer as JSON, when it is no refusal.
fn said(answer: &Answer) -> Result<Value, PullTrouble> {
    let parsed: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    match parsed.get("status").and_then(Value::as_i64) {
        Some(WRONG) => return Err(PullTrouble::Refused),
        _ if parsed.pointer("/data/step/type").and_then(Value::as_str).is_some_and(is_consent) => {
            return Err(PullTrouble::WantsConsent);
        }
        _ => {}
    }
    // Its guards refuse whole networks for a while with 403.
    match trouble_of(answer.status) {
        Some(PullTrouble::Refused) if answer.status == 403 => Err(PullTrouble::Busy),
        Some(trouble) => Err(trouble),
        None => Ok(parsed),
    }
}

/// New terms of use, new words on privacy.
fn is_consent(step: &str) -> bool {
    matches!(step, "tou" | "pp")
}

fn is_elsewhere(answer: &Value) -> bool {
    answer.pointer("/data/redirect").and_then(Value::as_bool) == Some(true)
}

/// The host of a region, for no region but one that can be part of a host's name.
fn host_of(region: &str) -> Result<String, PullTrouble> {
    let plain = (1..=8).contains(&region.len())
        && region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if plain { Ok(format!("api-{region}.libreview.io")) } else { Err(PullTrouble::Unreadable) }
}

fn ticket(answer: &Value, host: String) -> Result<Ticket, PullTrouble> {
    let text = |path: &str| answer.pointer(path).and_then(Value::as_str).filter(|text| !text.is_empty());
    let (token, user) = (text("/data/authTicket/token"), text("/data/user/id"));
    let (Some(token), Some(user)) = (token, user) else { return Err(PullTrouble::Unreadable) };
    // A header is made of it.
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(PullTrouble::Unreadable);
    }
    let hash = digest::digest(&digest::SHA256, user.as_bytes());
    let account = hex(hash.as_ref());
    let ends_s = answer.pointer("/data/authTicket/expires").and_then(Value::as_i64).unwrap_or_default();
    Ok(Ticket { host, token: token.to_owned(), ends_s, account, patient: String::new() })
}

/// The one person who is followed, or the one of several who was named.
async fn patient(asking: &Asking<'_>, ticket: &Ticket) -> Result<String, PullTrouble> {
    let answer = said(&asking.send(sent(asking, ticket, "/llu/connections")).await?)?;
    let list = answer.get("data").and_then(Value::as_array).ok_or(PullTrouble::Unreadable)?;
    let text = |one: &Value, name: &str| one.get(name).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    let wanted = asking.settings.person.trim().to_lowercase();
    let is_wanted = |one: &&Value| {
        let name = format!("{} {}", text(one, "firstName"), text(one, "lastName")).to_lowercase();
        wanted.is_empty() || name.trim() == wanted
    };
    let mut fitting = list.iter().filter(is_wanted);
    let chosen = match (fitting.next(), fitting.next()) {
        (Some(one), None) => text(one, "patientId"),
        _ if list.is_empty() => return Err(PullTrouble::NobodyFollowed),
        _ => return Err(PullTrouble::WhichPerson),
    };
    // An address is made of it.
    let plain = !chosen.is_empty() && chosen.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if plain { Ok(chosen) } else { Err(PullTrouble::Unreadable) }
}

#[cfg(test)]
mod tests {
    use super::{host_of, is_elsewhere, said, ticket};
    use crate::outbound::Answer;
    use serde_json::json;
    use store::PullTrouble;

    #[test]
    fn what_an_answer_to_the_sign_in_says() {
        let answer = |status, body: serde_json::Value| Answer { status, body: body.to_string().into_bytes() };
        let table = [
            (answer(200, json!({ "status": 2, "error": { "message": "notAuthenticated" } })), PullTrouble::Refused),
            (answer(200, json!({ "status": 4, "data": { "step": { "type": "tou" } } })), PullTrouble::WantsConsent),
            (answer(403, json!("guard")), PullTrouble::Busy),
            (answer(429, json!({})), PullTrouble::Busy),
            (answer(401, json!({})), PullTrouble::Refused),
        ];
        for (answer, trouble) in table {
            assert_eq!(said(&answer), Err(trouble), "{answer:?}");
        }
        assert!(is_elsewhere(&json!({ "status": 0, "data": { "redirect": true, "region": "eu" } })));
    }

    #[test]
    fn a_region_leads_to_no_other_house() {
        assert_eq!(host_of("eu2").unwrap(), "api-eu2.libreview.io");
        for region in ["", "evil.example/", "a.b", "EU", "x@y", "toolongregion"] {
            assert!(host_of(region).is_err(), "{region}");
        }
        let token = |token: &str| json!({ "data": { "authTicket": { "token": token }, "user": { "id": "u" } } });
        assert!(ticket(&token("a.b-c"), String::new()).is_ok());
        assert!(ticket(&token("a\r\nhost: b"), String::new()).is_err());
    }
}
