//! The security check-up: facts in, findings and a score out of 100. Pure; the store reads the facts, the page has the words.
//!
//! ```text
//! points  asked                                                  when
//! 30      a second step                                          always
//! 15      the e-mail address is confirmed                        always
//! 10      at least three recovery codes are left                 with a second step
//! 10      care partners were reviewed within 90 days             with care partners
//! 10      every care partner has a second step                   with care partners
//! 5       a phone is confirmed                                   where text messages can be sent
//! 5       the password is younger than a year                    always
//! 5       no device came new within 7 days, besides the first    always
//! 5       every known device was seen within 90 days             always
//! 5       a phrase of one's own stands in our mails              always
//! 5       every app token was used within 90 days                with app tokens
//! 20      no lockdown is open                                    during one
//! 20      the second step is not being removed                   while it is
//! ```
//! The score is the share of the points that are asked, in whole percent, rounded down.

use jiff::{SignedDuration, Timestamp};

/// Days after which something counts as not looked after.
pub const QUARTER_DAYS: i64 = 90;
const NEW_DAYS: i64 = 7;
const YEAR_DAYS: i64 = 365;
const FEW_CODES: u32 = 3;

/// What is known of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Whether there is a second step.
    pub second_step: bool,
    /// Recovery codes that were not used.
    pub recovery_codes: u32,
    /// When the password was last changed.
    pub password_at: Timestamp,
    /// Whether the e-mail address was confirmed.
    pub email_verified: bool,
    /// Whether a phone was confirmed; nothing where none can be.
    pub phone_verified: Option<bool>,
    /// Whoever can see a record of this account, once for each record.
    pub partners: Vec<Partner>,
    /// When the list of care partners was last looked at.
    pub reviewed_at: Option<Timestamp>,
    /// Browsers in which somebody signed in.
    pub devices: Vec<KnownDevice>,
    /// Whether a phrase was chosen.
    pub phrase: bool,
    /// When each app token was last used, or made if it never was.
    pub tokens_used_at: Vec<Timestamp>,
    /// Whether a lockdown is open.
    pub lockdown: bool,
    /// When the second step will be removed because somebody said that it is lost.
    pub loses_second_step_at: Option<Timestamp>,
}

/// A care partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partner {
    /// Since when they can look.
    pub since_at: Timestamp,
    /// Whether they have a second step.
    pub second_step: bool,
}

/// A browser in which somebody signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownDevice {
    /// For the first time.
    pub first_at: Timestamp,
    /// For the last time.
    pub seen_at: Timestamp,
}

/// What the check-up looks at, in the order of the page: what burns first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// A lockdown is open.
    Lockdown,
    /// The second step is going to be removed.
    SecondStepLoss,
    /// A second step.
    SecondStep,
    /// Recovery codes.
    RecoveryCodes,
    /// The e-mail address.
    Email,
    /// The phone.
    Phone,
    /// The age of the password.
    Password,
    /// The review of care partners.
    Review,
    /// Second steps of care partners.
    PartnersSecondStep,
    /// Devices that are new.
    NewDevices,
    /// Devices that were not seen for long.
    OldDevices,
    /// The phrase.
    Phrase,
    /// App tokens.
    Tokens,
}

/// One thing that was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub topic: Topic,
    /// Whether all is well with it.
    pub is_good: bool,
    /// How much it counts.
    pub points: u32,
    /// How many there are of what is wrong, or are left; 0 when there is nothing to count.
    pub count: u32,
}

/// What came of looking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckUp {
    /// Out of 100.
    pub score: u32,
    /// Everything that was looked at, in the order of the topics.
    pub findings: Vec<Finding>,
}

/// Looks at the facts.
pub fn check_up(facts: &Facts, now: Timestamp) -> CheckUp {
    let findings: Vec<Finding> =
        [burning(facts), signing_in(facts, now), partners(facts, now), belongings(facts, now)].concat();
    let sum = |wanted: fn(&Finding) -> bool| -> u32 {
        findings.iter().filter(|finding| wanted(finding)).map(|finding| finding.points).sum()
    };
    let score = 100 * sum(|finding| finding.is_good) / sum(|_| true).max(1);
    CheckUp { score, findings }
}

const fn finding(topic: Topic, points: u32, is_good: bool, count: u32) -> Finding {
    Finding { topic, is_good, points, count }
}

/// Asked only while it is so; then it is never good.
fn burning(facts: &Facts) -> Vec<Finding> {
    let lockdown = facts.lockdown.then_some(finding(Topic::Lockdown, 20, false, 0));
    let loss = facts.loses_second_step_at.map(|_| finding(Topic::SecondStepLoss, 20, false, 0));
    lockdown.into_iter().chain(loss).collect()
}

fn signing_in(facts: &Facts, now: Timestamp) -> Vec<Finding> {
    let codes = facts.recovery_codes;
    let codes = facts.second_step.then_some(finding(Topic::RecoveryCodes, 10, codes >= FEW_CODES, codes));
    let phone = facts.phone_verified.map(|verified| finding(Topic::Phone, 5, verified, 0));
    let is_young = !is_over(facts.password_at, YEAR_DAYS, now);
    [
        Some(finding(Topic::SecondStep, 30, facts.second_step, 0)),
        codes,
        Some(finding(Topic::Email, 15, facts.email_verified, 0)),
        phone,
        Some(finding(Topic::Password, 5, is_young, 0)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn partners(facts: &Facts, now: Timestamp) -> Vec<Finding> {
    let Some(oldest) = facts.partners.iter().map(|partner| partner.since_at).min() else { return Vec::new() };
    // A list that nobody has looked at yet is as old as its first entry.
    let looked_at = facts.reviewed_at.unwrap_or(oldest);
    let bare = counted(facts.partners.iter().filter(|partner| !partner.second_step));
    let count = counted(facts.partners.iter());
    vec![
        finding(Topic::Review, 10, !is_over(looked_at, QUARTER_DAYS, now), count),
        finding(Topic::PartnersSecondStep, 10, bare == 0, bare),
    ]
}

fn belongings(facts: &Facts, now: Timestamp) -> Vec<Finding> {
    let first = facts.devices.iter().map(|device| device.first_at).min();
    let is_new = |device: &&KnownDevice| Some(device.first_at) != first && !is_over(device.first_at, NEW_DAYS, now);
    let new = counted(facts.devices.iter().filter(is_new));
    let old = counted(facts.devices.iter().filter(|device| is_over(device.seen_at, QUARTER_DAYS, now)));
    let unused = counted(facts.tokens_used_at.iter().filter(|at| is_over(**at, QUARTER_DAYS, now)));
    let mut found = vec![
        finding(Topic::NewDevices, 5, new == 0, new),
        finding(Topic::OldDevices, 5, old == 0, old),
        finding(Topic::Phrase, 5, facts.phrase, 0),
    ];
    if !facts.tokens_used_at.is_empty() {
        found.push(finding(Topic::Tokens, 5, unused == 0, unused));
    }
    found
}

fn counted<T>(things: impl Iterator<Item = T>) -> u32 {
    u32::try_from(things.count()).unwrap_or(u32::MAX)
}

/// Whether that many days have gone by since.
fn is_over(since: Timestamp, days: i64, now: Timestamp) -> bool {
    now.duration_since(since) >= SignedDuration::from_hours(24 * days)
}
