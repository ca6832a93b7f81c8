//! Guessing is slow: tries are counted in the database, per account and per network address.
//!
//! ```text
//! failures of              free   then
//! account and network      5      30 s, 1 min, 2 min … 1 h
//! network                  50     30 s, 1 min, 2 min … 1 h
//! account, from anywhere   100    no more from devices that are not known, for 30 days or until one of them has it right
//! known device             5      30 s, 1 min, 2 min … 1 h, and none of the above
//! second step, proof       5      30 s, 1 min, 2 min … 1 h, per account
//! sign-ups of a network    30     30 s, 1 min, 2 min … 15 min; a sign-up counts as a failure
//! mails asked for there    30     the same
//! new address or phone     5      30 s, 1 min, 2 min … 1 h, per account
//! invitations sent         20     30 s, 1 min, 2 min … 1 h, per account
//! invitations received     5      30 s, 1 min, 2 min … 1 h, per address, whoever sends them
//! requests to follow       5      30 s, 1 min, 2 min … 1 h, per account
//! clinics registered       3      1 day, per account
//! patients added           300    30 s, 1 min, 2 min … 15 min, per member
//! code of a visit pass  20     30 s, 1 min, 2 min … 1 h, per network; and five for the pass itself
//! forgotten password       20     30 s, 1 min, 2 min … 1 h, per network
//! link code typed          5      1 h, per account; and 50 per network; a right one counts for nothing
//! link codes made          60     30 s, 1 min, 2 min … 1 h, per member
//! link code sent           5      no more of this code; and 5 an hour to one address or phone, 60 by one member
//! ```
//! A device in which the owner signed in before counts for itself, so that no crowd of strangers can keep the owner out;
//! from a new device a link by mail opens the way (`way.rs`).

use crate::{
    actor::Origin,
    db::{Tx, params, statements},
    error::Error,
    keys::Keys,
};
use jiff::{SignedDuration, Timestamp};
use sharing::{AccountId, Email};

statements! {
    SELECT = "select failures, last_at from sign_in_tries where hash = $1";
    COUNT = "insert into sign_in_tries (hash, failures, last_at, forget_at) values ($1, 1, $2, $3) on conflict (hash) do update \
        set failures = sign_in_tries.failures + 1, last_at = excluded.last_at, forget_at = excluded.forget_at";
    TOUCH = "update sign_in_tries set last_at = $2 where hash = $1";
    GIVE_BACK = "update sign_in_tries set failures = failures - 1 where hash = $1 and failures > 0";
    RESET = "delete from sign_in_tries where hash = $1";
    TIDY = "delete from sign_in_tries where forget_at <= $1";
}

/// Something that tries are counted for.
#[derive(Clone, Debug)]
pub(crate) struct Try {
    hash: Vec<u8>,
    free: i64,
    first_s: i64,
    longest_s: i64,
    forgiven: bool,
}

const DAY_S: i64 = 24 * 3600;

/// What a try at `asked` from `origin` counts for. Only keyed hashes of both are kept. A device that is known to the account
/// counts for itself alone: strangers neither slow it down nor are they slowed down less by it.
pub(crate) fn tries(keys: &Keys, asked: &str, origin: &Origin, known_device: bool) -> Vec<Try> {
    let network = network(origin);
    if let (true, Some(device)) = (known_device, &origin.device) {
        return vec![Try::new(keys, "try device", &format!("{asked} {device}"), 5, 3600, true)];
    }
    vec![
        Try::new(keys, "try both", &format!("{asked} {network}"), 5, 3600, true),
        Try::new(keys, "try network", &network, 50, 3600, false),
        Try { first_s: 30 * DAY_S, ..Try::new(keys, "try account", asked, 100, 30 * DAY_S, true) },
    ]
}

/// What a sign-up counts for. None ever counts as a success; what has no address comes from no network.
pub(crate) fn sign_up_tries(keys: &Keys, origin: &Origin) -> Vec<Try> {
    origin.address.map(|_| Try::new(keys, "sign-up", &network(origin), 30, 900, false)).into_iter().collect()
}

/// What a mail counts for that anybody can ask for. None ever counts as a success.
pub(crate) fn mail_tries(keys: &Keys, origin: &Origin) -> Vec<Try> {
    origin.address.map(|_| Try::new(keys, "mail", &network(origin), 30, 900, false)).into_iter().collect()
}

fn network(origin: &Origin) -> String {
    origin.address.map_or(String::new(), |address| match address {
        std::net::IpAddr::V4(address) => address.to_string(),
        // One person has a whole /64.
        std::net::IpAddr::V6(address) => format!("{:x?}", &address.segments()[..4]),
    })
}

/// What a forgotten password counts for: the network alone, so that the answer tells nothing of any account.
pub(crate) fn reset_tries(keys: &Keys, origin: &Origin) -> Vec<Try> {
    vec![Try::new(keys, "try reset", &network(origin), 20, 3600, false)]
}

/// What the code of a visit pass counts for: the network, because nobody says who they are. Not all networks together: that
/// would let one stranger keep every doctor out.
pub(crate) fn pass_tries(keys: &Keys, origin: &Origin) -> Vec<Try> {
    vec![Try::new(keys, "try pass", &network(origin), 20, 3600, false)]
}

/// What asking for mail to another address counts for, so that nobody's mailbox is filled by us.
pub(crate) fn contact_tries(keys: &Keys, account: AccountId) -> Vec<Try> {
    vec![Try::new(keys, "try contact", &account.to_string(), 5, 3600, false)]
}

/// What an invitation counts for, so that nobody's mailbox is filled by us.
pub(crate) fn invitation_tries(keys: &Keys, account: AccountId, to: &Email) -> Vec<Try> {
    vec![
        Try::new(keys, "try invitation", &account.to_string(), 20, 3600, false),
        Try::new(keys, "try invited", &to.key(), 5, 3600, false),
    ]
}

/// What registering a clinic counts for.
pub(crate) fn registration_tries(keys: &Keys, account: AccountId) -> Vec<Try> {
    vec![Try { first_s: DAY_S, ..Try::new(keys, "register clinic", &account.to_string(), 3, DAY_S, false) }]
}

/// What adding a patient counts for: a morning of new patients is free, filling a clinic's list by a machine is not.
pub(crate) fn patient_tries(keys: &Keys, member: AccountId) -> Vec<Try> {
    vec![Try::new(keys, "patient added", &member.to_string(), 300, 900, false)]
}

/// What a request to follow counts for.
pub(crate) fn request_tries(keys: &Keys, account: AccountId) -> Vec<Try> {
    vec![Try::new(keys, "try request", &account.to_string(), 5, 3600, false)]
}

/// What a link code counts for that a patient types: their account, wherever they are, and the network, where many may sit
/// in one waiting room.
pub(crate) fn link_tries(keys: &Keys, account: AccountId, origin: &Origin) -> Vec<Try> {
    let hour = |kind, text: &str, free| Try { first_s: 3600, ..Try::new(keys, kind, text, free, 3600, false) };
    vec![hour("try link code", &account.to_string(), 5), hour("try link network", &network(origin), 50)]
}

/// What making a link code counts for.
pub(crate) fn code_tries(keys: &Keys, member: AccountId) -> Vec<Try> {
    vec![Try::new(keys, "link code made", &member.to_string(), 60, 3600, false)]
}

/// What sending a link code counts for, so that nobody's mailbox or phone is filled by us.
pub(crate) fn code_sent_tries(keys: &Keys, member: AccountId, code: sharing::Id, to: &str) -> Vec<Try> {
    let lasting = |kind, text: &str, free, s| Try { first_s: s, ..Try::new(keys, kind, text, free, s, false) };
    vec![
        lasting("link code sent", &code.to_string(), 5, sharing::LINK_CODE_DAYS * DAY_S),
        lasting("link code sent to", to, 5, 3600),
        Try::new(keys, "link code sent by", &member.to_string(), 60, 3600, false),
    ]
}

/// What a recovery code that locks an account counts for. Not the account by itself: codes have 80 bits, and no stranger may
/// keep the owner from the button.
pub(crate) fn lock_tries(keys: &Keys, asked: &str, origin: &Origin) -> Vec<Try> {
    let network = network(origin);
    vec![
        Try::new(keys, "lock both", &format!("{asked} {network}"), 5, 3600, true),
        Try::new(keys, "lock network", &network, 50, 3600, false),
    ]
}

/// What a passkey alone counts for: the network, because nothing is known of an account before it is looked at.
pub(crate) fn passkey_tries(keys: &Keys, origin: &Origin) -> Vec<Try> {
    vec![Try::new(keys, "try passkey", &network(origin), 50, 3600, false)]
}

/// What a second step counts for: the account, however often the password is given again.
pub(crate) fn second_step_tries(keys: &Keys, account: AccountId) -> Vec<Try> {
    vec![Try::new(keys, "try second step", &account.to_string(), 5, 3600, true)]
}

/// What a fresh proof in a session counts for.
pub(crate) fn proof_tries(keys: &Keys, account: AccountId) -> Vec<Try> {
    vec![Try::new(keys, "try proof", &account.to_string(), 5, 3600, true)]
}

impl Try {
    fn new(keys: &Keys, kind: &str, text: &str, free: i64, longest_s: i64, forgiven: bool) -> Self {
        Self { hash: keys.find_by(kind, text), free, first_s: 30, longest_s, forgiven }
    }
}

/// Refuses while a delay runs; otherwise counts the try, as a failure until it succeeds.
pub(crate) fn begin(tx: &mut Tx, tries: &[Try], now: Timestamp) -> Result<(), Error> {
    let mut wait = SignedDuration::ZERO;
    for one in tries {
        if let Some(row) = tx.query_one(SELECT, params![one.hash.as_slice()])? {
            let until = row.instant(1)?.saturating_add(delay(one, row.int(0)?)).unwrap_or(Timestamp::MAX);
            wait = wait.max(until.duration_since(now));
        }
    }
    if wait.is_positive() {
        let retry_after_s = wait.as_millis_f64().div_euclid(1000.0) as u64 + 1;
        return Err(Error::TooMany { retry_after_s });
    }
    tries.iter().try_for_each(|one| {
        let kept = SignedDuration::from_secs(one.longest_s.max(DAY_S));
        let forget_at = now.saturating_add(kept).unwrap_or(Timestamp::MAX);
        tx.execute(COUNT, params![one.hash.as_slice(), now, forget_at]).map(drop)
    })
}

fn delay(one: &Try, failures: i64) -> SignedDuration {
    let over = failures - one.free;
    if over < 0 {
        return SignedDuration::ZERO;
    }
    let doubled = one.first_s.saturating_mul(1 << over.min(16));
    SignedDuration::from_secs(doubled.min(one.longest_s))
}

/// A failure: the delay runs from its end.
pub(crate) fn touch(tx: &mut Tx, tries: &[Try], now: Timestamp) -> Result<(), Error> {
    tries.iter().try_for_each(|one| tx.execute(TOUCH, params![one.hash.as_slice(), now]).map(drop))
}

/// A success forgives the failures of this person. Of the network it gives back its own count alone: people behind one
/// address do not slow each other down, and those who guess at other accounts there are not forgiven.
pub(crate) fn succeeded(tx: &mut Tx, tries: &[Try]) -> Result<(), Error> {
    tries.iter().try_for_each(|one| {
        let undo = if one.forgiven { RESET } else { GIVE_BACK };
        tx.execute(undo, params![one.hash.as_slice()]).map(drop)
    })
}

/// Forgets failures of more than a day ago; of an account, of more than 30 days ago.
pub(crate) fn tidy(tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
    tx.execute(TIDY, params![now])
}
