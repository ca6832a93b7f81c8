//! What a browser answers, and every check of it (Web Authentication, level 3, sections 7.1 and 7.2); pure.
//!
//! Attestation is not asked for: which maker's chip it is does not matter here, so there is no list of makers to trust,
//! and nothing about the person's device is learnt.

use super::{cbor::Item, public_key::PublicKey};
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const HAS_KEY: u8 = 1 << 6;
const HAS_EXTENSIONS: u8 = 1 << 7;
/// The longest id of a credential that the standard allows.
const LONGEST_ID: usize = 1023;

/// Whom passkeys are made for: this server, by its name and its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RelyingParty {
    /// The host, without its port.
    pub(crate) id: String,
    /// As browsers write it: scheme, host and port.
    pub(crate) origin: String,
}

/// A browser's answer, as `PublicKeyCredential.toJSON()` writes it. What is not listed is not looked at.
#[derive(Deserialize)]
pub(super) struct Answer<T> {
    #[serde(rename = "rawId")]
    raw_id: String,
    #[serde(rename = "type")]
    kind: String,
    response: T,
}

/// To the question for a new passkey.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Made {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    attestation_object: String,
    #[serde(default)]
    transports: Vec<String>,
}

/// To the question for a signature.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Signed {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    authenticator_data: String,
    signature: String,
    #[serde(default)]
    user_handle: Option<String>,
}

/// What the browser says of the page that asked.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    #[serde(default)]
    top_origin: Option<serde::de::IgnoredAny>,
}

/// A new passkey whose answer was in order.
#[derive(Debug)]
pub(super) struct NewCredential {
    pub(super) id: Vec<u8>,
    /// In its COSE form, which [`PublicKey::of`] has read.
    pub(super) key: Vec<u8>,
    pub(super) state: State,
    pub(super) transports: Vec<String>,
}

/// What an authenticator tells of itself each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub(super) counter: u32,
    /// May be kept in several places, by a password manager say.
    pub(super) backup_eligible: bool,
    /// Is kept in several places.
    pub(super) backed_up: bool,
}

/// An answer that is still to be held against a key.
pub(super) struct Assertion {
    pub(super) id: Vec<u8>,
    pub(super) user: Option<Vec<u8>>,
    challenge: String,
    authenticator_data: Vec<u8>,
    client_data: Vec<u8>,
    signature: Vec<u8>,
    state: State,
}

/// What the authenticator data hold.
struct Told<'a> {
    state: State,
    credential: Option<(&'a [u8], &'a [u8])>,
}

/// Reads the answer to the question for a new passkey: the challenge that it answers, and the passkey. None when anything in
/// it is not in order.
pub(super) fn made(json: &str, party: &RelyingParty) -> Option<(String, NewCredential)> {
    let answer: Answer<Made> = serde_json::from_str(json).ok()?;
    let client_data = decoded(&answer.response.client_data)?;
    let challenge = asked(&client_data, "webauthn.create", party)?;
    let object = decoded(&answer.response.attestation_object)?;
    let object = Item::only(&object)?;
    let told = told(object.named("authData")?.bytes()?, party)?;
    let (id, key) = told.credential?;
    PublicKey::of(&Item::only(key)?)?;
    let same = answer.kind == "public-key" && decoded(&answer.raw_id)? == id;
    // Words of the browser's, to be given back to it; no more of them than there are.
    let known = |word: &String| ["usb", "nfc", "ble", "smart-card", "hybrid", "internal"].contains(&word.as_str());
    let transports = answer.response.transports.into_iter().filter(known).take(6).collect();
    let made = NewCredential { id: id.to_vec(), key: key.to_vec(), state: told.state, transports };
    same.then_some((challenge, made))
}

/// Reads the answer to the question for a signature; none when anything but the signature is not in order.
pub(super) fn signed(json: &str, party: &RelyingParty) -> Option<Assertion> {
    let answer: Answer<Signed> = serde_json::from_str(json).ok()?;
    let Signed { client_data, authenticator_data, signature, user_handle } = answer.response;
    let (client_data, authenticator_data) = (decoded(&client_data)?, decoded(&authenticator_data)?);
    let challenge = asked(&client_data, "webauthn.get", party)?;
    let state = told(&authenticator_data, party)?.state;
    let user = match user_handle.as_deref() {
        None | Some("") => None,
        Some(handle) => Some(decoded(handle)?),
    };
    let (id, signature) = (decoded(&answer.raw_id)?, decoded(&signature)?);
    let assertion = Assertion { id, user, challenge, authenticator_data, client_data, signature, state };
    (answer.kind == "public-key").then_some(assertion)
}

impl Assertion {
    /// The challenge that it answers.
    pub(super) fn challenge(&self) -> &str {
        &self.challenge
    }

    /// Holds it against the key: what the authenticator tells of itself now; none when the key did not sign it, or when it is
    /// not the one that was there before.
    pub(super) fn by(&self, key: &[u8], before: State) -> Option<State> {
        let key = PublicKey::of(&Item::only(key)?)?;
        let hash = digest(&SHA256, &self.client_data);
        let message = [&self.authenticator_data, hash.as_ref()].concat();
        let counts = self.state.counter > before.counter || (self.state.counter == 0 && before.counter == 0);
        let same = self.state.backup_eligible == before.backup_eligible;
        (key.signed(&message, &self.signature) && counts && same).then_some(self.state)
    }
}

/// The challenge, when a page of ours asked and no other one was around it.
fn asked(client_data: &[u8], kind: &str, party: &RelyingParty) -> Option<String> {
    let data: ClientData = serde_json::from_slice(client_data).ok()?;
    let ours = data.kind == kind && data.origin == party.origin && !data.cross_origin && data.top_origin.is_none();
    ours.then_some(data.challenge)
}

/// Authenticator data that are for us and say that the person was there and showed who they are.
fn told<'a>(data: &'a [u8], party: &RelyingParty) -> Option<Told<'a>> {
    let (party_hash, rest) = data.split_at_checked(32)?;
    let (flags, rest) = rest.split_first()?;
    let (counter, rest) = rest.split_first_chunk::<4>()?;
    let has = |flag| flags & flag != 0;
    let state = State {
        counter: u32::from_be_bytes(*counter),
        backup_eligible: has(BACKUP_ELIGIBLE),
        backed_up: has(BACKED_UP),
    };
    let (credential, rest) =
        if has(HAS_KEY) { credential(rest).map(|(found, rest)| (Some(found), rest))? } else { (None, rest) };
    let rest = if has(HAS_EXTENSIONS) { Item::first(rest)?.1 } else { rest };
    let good = party_hash == digest(&SHA256, party.id.as_bytes()).as_ref()
        && has(USER_PRESENT)
        && has(USER_VERIFIED)
        && (state.backup_eligible || !state.backed_up)
        && rest.is_empty();
    good.then_some(Told { state, credential })
}

/// A credential's id and key, and what stands behind them.
#[expect(clippy::type_complexity, reason = "two parts and the rest, once")]
fn credential(data: &[u8]) -> Option<((&[u8], &[u8]), &[u8])> {
    let (_maker, rest) = data.split_at_checked(16)?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let length = usize::from(u16::from_be_bytes(*length));
    let (id, rest) = rest.split_at_checked(length).filter(|_| (1..=LONGEST_ID).contains(&length))?;
    let (_, behind) = Item::first(rest)?;
    Some(((id, &rest[..rest.len() - behind.len()]), behind))
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}
