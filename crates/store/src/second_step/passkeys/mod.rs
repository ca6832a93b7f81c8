//! Passkeys: as the second step, and alone. The person is always verified by their device, and the key can be found without
//! typing an address.
//!
//! Checked here over the signatures that are in the tree already: the library that was tried, webauthn-rs, brings 172 crates
//! and a second set of ciphers, among them a release candidate of `rsa` with an open advisory, and cannot verify EdDSA.

mod cbor;
mod public_key;
mod response;

pub(crate) use response::RelyingParty;

use super::{
    AddedStep, Method,
    challenges::{self, About},
    factors::{self, Factor},
};
use crate::{
    actor::Origin,
    audit::{self, Entry},
    db::Tx,
    error::{Conflict, Error, Invalid},
    inside::{Inside, Store},
    lockdown,
    own::Own,
    sessions::{self, Entering, Opened},
    sign_in, throttle, tokens,
};
use aws_lc_rs::constant_time;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use response::{Assertion, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sharing::AccountId;
use std::sync::Arc;

/// How long a browser waits for the person.
const TIMEOUT_MS: u32 = 300_000;

/// A passkey as it is sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct Passkey {
    id: String,
    key: String,
    counter: u32,
    backup_eligible: bool,
    pub(super) backed_up: bool,
    transports: Vec<String>,
}

impl Passkey {
    pub(super) fn of(factor: &Factor, inside: &Inside) -> Result<Self, Error> {
        serde_json::from_slice(&factor.secret(inside)?).map_err(Error::broken)
    }

    fn state(&self) -> State {
        State { counter: self.counter, backup_eligible: self.backup_eligible, backed_up: self.backed_up }
    }

    /// For the browser to find it by.
    fn described(&self) -> Value {
        json!({ "type": "public-key", "id": self.id, "transports": self.transports })
    }

    fn sealed_form(&self) -> Result<Vec<u8>, Error> {
        serde_json::to_vec(self).map_err(Error::broken)
    }
}

impl Inside {
    /// Passkeys need a name and https, or this very machine: none for a server that has neither.
    fn party(&self) -> Result<&RelyingParty, Error> {
        self.site.party.as_ref().ok_or(Error::NotFound)
    }

    fn credential_hash(&self, id: &[u8]) -> Vec<u8> {
        self.keys.find_by("credential", &URL_SAFE_NO_PAD.encode(id))
    }

    /// Tells a passkey's account apart without telling whose it is.
    fn user_handle(&self, account: AccountId) -> Vec<u8> {
        self.keys.find_by("passkey user", &account.to_string())
    }
}

/// The question for a signature by one of an account's passkeys.
pub(super) fn question(
    tx: &mut Tx,
    inside: &Inside,
    about: (About, AccountId),
    now: Timestamp,
) -> Result<String, Error> {
    let allowed = described(tx, inside, about.1)?;
    let challenge = challenges::ask(tx, inside, about, now)?;
    Ok(request(inside.party()?, &challenge, &allowed))
}

fn request(party: &RelyingParty, challenge: &str, allowed: &[Value]) -> String {
    let request = json!({
        "challenge": challenge,
        "rpId": party.id,
        "timeout": TIMEOUT_MS,
        "userVerification": "required",
        "allowCredentials": allowed,
    });
    request.to_string()
}

fn described(tx: &mut Tx, inside: &Inside, account: AccountId) -> Result<Vec<Value>, Error> {
    let passkeys = factors::confirmed(tx, account, Method::Passkey)?;
    passkeys.iter().map(|factor| Ok(Passkey::of(factor, inside)?.described())).collect()
}

/// Whether one of the account's passkeys answered the question; the question is used up in any case.
pub(super) fn check(
    tx: &mut Tx,
    inside: &Inside,
    (about, account): (About, AccountId),
    answer: &str,
    now: Timestamp,
) -> Result<bool, Error> {
    let Some(assertion) = response::signed(answer, inside.party()?) else { return Ok(false) };
    if !challenges::answered(tx, assertion.challenge(), (about, account), now)? {
        return Ok(false);
    }
    Ok(signed_by(tx, inside, &assertion, now)? == Some(account))
}

/// Whose passkey answered a question to nobody in particular.
fn check_alone(tx: &mut Tx, inside: &Inside, answer: &str, now: Timestamp) -> Result<Option<AccountId>, Error> {
    let Some(assertion) = response::signed(answer, inside.party()?) else { return Ok(None) };
    // Without an address only the passkey itself says whose it is.
    if assertion.user.is_none() || !challenges::answered_by_anybody(tx, inside, assertion.challenge(), now)? {
        return Ok(None);
    }
    signed_by(tx, inside, &assertion, now)
}

/// Whose passkey signed; what it tells of itself is kept for the next time.
fn signed_by(tx: &mut Tx, inside: &Inside, assertion: &Assertion, now: Timestamp) -> Result<Option<AccountId>, Error> {
    let Some(factor) = factors::by_credential(tx, &inside.credential_hash(&assertion.id))? else { return Ok(None) };
    let passkey = Passkey::of(&factor, inside)?;
    let key = URL_SAFE_NO_PAD.decode(&passkey.key).map_err(Error::broken)?;
    let state = assertion.by(&key, passkey.state()).filter(|_| is_handle_of(inside, assertion, factor.account));
    let Some(state) = state else {
        // A signature of another key, or a counter that went back: somebody may have a copy.
        audit::write(tx, inside, &Entry::activity(factor.account, now, "passkey refused", factor.name(inside)?))?;
        return Ok(None);
    };
    let passkey = Passkey { counter: state.counter, backed_up: state.backed_up, ..passkey };
    factors::used(tx, inside, &factor, &passkey.sealed_form()?, now)?;
    Ok(Some(factor.account))
}

fn is_handle_of(inside: &Inside, assertion: &Assertion, account: AccountId) -> bool {
    let own = inside.user_handle(account);
    assertion.user.as_ref().is_none_or(|user| constant_time::verify_slices_are_equal(user, &own).is_ok())
}

impl Own<'_> {
    /// The question for a new passkey, as `PublicKeyCredential.parseCreationOptionsFromJSON` takes it.
    pub fn new_passkey_question(&mut self) -> Result<String, Error> {
        self.fresh()?;
        let person = self.account()?;
        let (inside, account) = (self.inside, self.account);
        let party = inside.party()?;
        let known = described(self.tx, inside, account)?;
        let challenge = challenges::ask(self.tx, inside, (About::NewPasskey, account), self.now)?;
        let kinds = public_key::ALGORITHMS.map(|alg| json!({ "type": "public-key", "alg": alg }));
        let question = json!({
            "rp": { "id": party.id, "name": inside.site.name },
            "user": {
                "id": URL_SAFE_NO_PAD.encode(inside.user_handle(account)),
                "name": person.email,
                "displayName": person.name,
            },
            "challenge": challenge,
            "pubKeyCredParams": kinds,
            "timeout": TIMEOUT_MS,
            "excludeCredentials": known,
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": true,
                "userVerification": "required",
            },
            "attestation": "none",
        });
        Ok(question.to_string())
    }

    /// Keeps a new passkey: what `toJSON()` of the browser's answer gave. From now on it is asked for, and opens alone.
    pub fn add_passkey(&mut self, session: &str, name: &str, answer: &str) -> Result<AddedStep, Error> {
        self.fresh()?;
        let name = super::valid_name(name)?;
        let (inside, account, now) = (self.inside, self.account, self.now);
        let refused = Error::Invalid(Invalid::Passkey);
        let Some((challenge, made)) = response::made(answer, inside.party()?) else { return Err(refused) };
        if !challenges::answered(self.tx, &challenge, (About::NewPasskey, account), now)? {
            return Err(refused);
        }
        let credential = inside.credential_hash(&made.id);
        if factors::by_credential(self.tx, &credential)?.is_some() {
            return Err(Error::Conflict(Conflict::Taken));
        }
        let State { counter, backup_eligible, backed_up } = made.state;
        let (id, key) = (URL_SAFE_NO_PAD.encode(&made.id), URL_SAFE_NO_PAD.encode(&made.key));
        let kept = Passkey { id, key, counter, backup_eligible, backed_up, transports: made.transports };
        let secret = kept.sealed_form()?;
        let new = factors::New::passkey(&name, &secret, credential);
        let is_first = super::methods(self.tx, account)?.is_empty();
        factors::insert(self.tx, inside, account, &new, now)?;
        self.added_step(session, Method::Passkey, &name, is_first)
    }
}

impl Store {
    /// Whether this server can have passkeys: the address at which it can.
    pub fn passkey_origin(&self) -> Option<&str> {
        self.0.site.party.as_ref().map(|party| party.origin.as_str())
    }

    /// The question to sign in with a passkey alone, as `PublicKeyCredential.parseRequestOptionsFromJSON` takes it.
    pub fn passkey_question(&self) -> Result<String, Error> {
        let challenge = challenges::ask_anybody(&self.0, self.0.clock.now())?;
        Ok(request(self.0.party()?, &challenge, &[]))
    }

    /// The question for a passkey as the second step of a half sign-in.
    pub async fn second_step_question(&self, half: &str) -> Result<String, Error> {
        let (inside, hash, now) = (Arc::clone(&self.0), tokens::hash(half), self.0.clock.now());
        let ask = move |tx: &mut Tx| {
            let account = sign_in::half_of(tx, &hash, now)?.account;
            question(tx, &inside, (About::SecondStep, account), now)
        };
        self.0.db.write(ask, |_| ()).await
    }
}

impl Store {
    /// Signs in with a passkey alone: it is two things at once, what the person has and what they know or are.
    pub async fn sign_in_with_passkey(&self, answer: &str, own_device: bool, origin: Origin) -> Result<Opened, Error> {
        let (inside, answer, now) = (Arc::clone(&self.0), answer.to_owned(), self.0.clock.now());
        let tries = throttle::passkey_tries(&self.0.keys, &origin);
        let counted = tries.clone();
        self.0.db.write(move |tx| throttle::begin(tx, &counted, now), |()| ()).await?;
        let enter = move |tx: &mut Tx| {
            let Some(account) = check_alone(tx, &inside, &answer, now)? else { return Ok(Err(Error::WrongProof)) };
            // Not by an error: the answer is used up all the same.
            if lockdown::is_locked(tx, account)? {
                return Ok(Err(Error::Locked));
            }
            throttle::succeeded(tx, &tries)?;
            let entering = Entering { account, own_device, method: "passkey", remember: false, origin: &origin };
            sessions::begin(tx, &inside, &entering, now).map(Ok)
        };
        self.0.db.write(enter, |_| ()).await?
    }
}

impl Own<'_> {
    /// The question for a passkey as a fresh proof.
    pub fn proof_question(&mut self) -> Result<String, Error> {
        question(self.tx, self.inside, (About::Proof, self.account), self.now)
    }
}
