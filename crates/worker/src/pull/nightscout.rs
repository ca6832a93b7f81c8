//! Another Nightscout site: what it has of each collection, window by window, with version 1 of its API.
//!
//! Version 1 cannot be asked what changed, so each run reads the last hours once more, once an hour the last day, once a
//! day the last week: what came late or was changed there is found, and what is the same is passed over (`keep`).

use super::asking::{Asking, hex, trouble_of};
use super::{Piece, windows};
use crate::outbound::Sent;
use ::nightscout::{Collection, Document, documents, prepare::instant_of, times::iso};
use aws_lc_rs::digest;
use imports::pulled::{Refused, Service};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use store::PullTrouble;
use windows::{State, Window};

/// The parts of a site that a list is asked of, and the field of each by which it is asked.
fn address_of(window: &Window) -> String {
    let (from, to, most) = (window.from_ms, window.to_ms, window.most());
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let between = |field: &str, from: String, to: String| {
        let (least, end) = (format!("find[{field}][$gte]"), format!("find[{field}][$lt]"));
        let (from, to) = (encoded(&from), encoded(&to));
        format!("count={most}&{}={from}&{}={to}", encoded(&least), encoded(&end))
    };
    match window.collection {
        Collection::Entries => format!("entries.json?{}", between("date", from.to_string(), to.to_string())),
        Collection::Profile => format!("profile.json?count={most}"),
        other => format!("{}.json?{}", other.name(), between("created_at", iso(from), iso(to))),
    }
}

pub(super) async fn step(asking: &Asking<'_>, written: &[u8]) -> Result<Piece, PullTrouble> {
    let mut state = State::read(written, asking.now, asking.failures);
    if asking.is_first && !written.is_empty() {
        state.rewind(asking.now);
    }
    let Some(window) = state.next(asking.now) else { return Ok(Piece { state: state.written(), ..Piece::default() }) };
    let asked = ask(asking, &mut state, &window).await;
    let list = match asked {
        // Most likely it is as much as the site can answer at once.
        Err(PullTrouble::Away | PullTrouble::Unreadable) if !asking.is_first && state.ask_for_less(&window) => {
            return Ok(Piece { state: state.written(), more: true, ..Piece::default() });
        }
        asked => asked?,
    };
    if list.len() >= window.most() && state.ask_for_less(&window) {
        return Ok(Piece { state: state.written(), more: true, ..Piece::default() });
    }
    let within: Vec<(Collection, Document)> =
        list.into_iter().filter(|document| window.holds(document)).map(|one| (window.collection, one)).collect();
    let newest_at = within.iter().filter_map(|(collection, one)| instant_of(*collection, one)).max();
    let newest_at = newest_at.filter(|_| window.collection == Collection::Entries);
    state.read_to(&window, asking.now);
    Ok(Piece {
        documents: within,
        more: state.next(asking.now).is_some(),
        newest_at: newest_at.and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok()),
        state: state.written(),
        ..Piece::default()
    })
}

/// The list of one window. A token may be one that this site takes in the address alone, as older ones do.
async fn ask(asking: &Asking<'_>, state: &mut State, window: &Window) -> Result<Vec<Document>, PullTrouble> {
    let url = format!("{}/api/v1/{}", asking.settings.address, address_of(window));
    let secret = asking.settings.secret.as_str();
    let answer = asking.send(sent(&url, secret, state.in_address)).await?;
    let answer = match trouble_of(answer.status) {
        Some(PullTrouble::Refused) if !state.in_address && is_token(secret) => {
            let second = asking.send(sent(&url, secret, true)).await?;
            state.in_address = trouble_of(second.status).is_none();
            second
        }
        _ => answer,
    };
    match trouble_of(answer.status) {
        Some(trouble) => Err(trouble),
        None => list(asking, &answer.body),
    }
}

fn sent(url: &str, secret: &str, in_address: bool) -> Sent {
    let mut headers = vec![("accept", "application/json".to_owned())];
    let mut url = url.to_owned();
    if in_address {
        url.push_str(&format!("&token={}", utf8_percent_encode(secret, NON_ALPHANUMERIC)));
    } else if !secret.is_empty() {
        headers.push(("api-secret", sha1_hex(secret)));
    }
    Sent { url, headers, body: None }
}

fn list(asking: &Asking<'_>, body: &[u8]) -> Result<Vec<Document>, PullTrouble> {
    if let Ok(value @ Value::Array(_)) = serde_json::from_slice::<Value>(body)
        && let Some(list) = documents(value)
    {
        return Ok(list);
    }
    // A web page, half an answer, or a refusal with the status of success.
    match asking.read(Service::Nightscout, body) {
        Err(Refused::Said { code, .. }) if matches!(code.as_str(), "401" | "403") => Err(PullTrouble::Refused),
        Err(Refused::WebPage { .. }) => Err(PullTrouble::NoSuchPage),
        _ => Err(PullTrouble::Unreadable),
    }
}

/// `name-` and at least sixteen letters and digits.
fn is_token(secret: &str) -> bool {
    let end = secret.rsplit_once('-').map_or("", |(_, end)| end);
    end.len() >= 16 && end.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn sha1_hex(secret: &str) -> String {
    let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
    hex(hash.as_ref())
}

#[cfg(test)]
mod tests {
    use super::{Window, address_of, is_token, sent};
    use ::nightscout::Collection;

    #[test]
    fn what_is_asked_of_a_site() {
        let window = |collection| Window { collection, from_ms: 1_795_223_038_989, to_ms: 1_795_223_098_989 };
        assert_eq!(
            address_of(&window(Collection::Entries)),
            "entries.json?count=5000&find%5Bdate%5D%5B%24gte%5D=1795223038989&find%5Bdate%5D%5B%24lt%5D=1795223098989"
        );
        let treatments = address_of(&window(Collection::Treatments));
        assert!(
            treatments.contains("find%5Bcreated%5Fat%5D%5B%24gte%5D=2026%2D11%2D21T01%3A03%3A58%2E989Z"),
            "{treatments}"
        );
        let sent = sent("https://a/api/v1/x.json?count=1", "secret of twelve", false);
        assert_eq!(sent.headers[1].1.len(), 40);
        assert!(!sent.url.contains("secret"));
    }

    #[test]
    fn tokens_are_told_from_secrets() {
        assert!(is_token("kinsight-0123456789abcdef") && is_token("a-b-0123456789abcdef"));
        assert!(!is_token("a long secret-of mine") && !is_token("0123456789abcdef") && !is_token(""));
    }
}
