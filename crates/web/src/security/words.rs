//! What the check-up found, in words, and what to do about it.

use sharing::check_up::{Finding, Topic};

/// What mends a finding: a page, or a button that does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remedy {
    pub words: &'static str,
    pub href: &'static str,
    pub is_button: bool,
}

/// The score in a few words, so that no colour has to say it.
pub fn verdict(score: u32) -> &'static str {
    match score {
        100 => "All in order.",
        80..=99 => "Good, with something left to do.",
        50..=79 => "There are gaps. Close the first ones in the list first.",
        _ => "Your account is not safe yet. Begin with the first one in the list.",
    }
}

/// What a button has done.
pub fn done(what: &str) -> &'static str {
    match what {
        "confirmation" => "If your address waits to be confirmed, a link is on its way to it.",
        "kept" => {
            "Your second step stays. Whoever asked to remove it knew your password: if that was not you, change it."
        }
        "tokens" => "The app tokens that nobody used for 90 days are ended.",
        "phrase" => "Your phrase is kept. It stands in our mails from now on.",
        _ => "",
    }
}

/// A title, and how it stands.
pub fn of(finding: &Finding) -> (&'static str, String) {
    let (title, good, bad) = texts(finding.topic);
    let text = if finding.is_good { good.to_owned() } else { counted(bad, finding.count) };
    (title, text)
}

/// Puts the number where the words have a place for it.
fn counted(words: &str, count: u32) -> String {
    words.replace("{}", &count.to_string())
}

fn texts(topic: Topic) -> (&'static str, &'static str, &'static str) {
    match topic {
        Topic::Lockdown => ("Lockdown", "", "A lockdown is open. Go through its steps to end it."),
        Topic::SecondStepLoss => (
            "Second step",
            "",
            "Somebody asked to remove your second step, and it goes within 72 hours. If it was not you, keep it and change \
             your password.",
        ),
        Topic::SecondStep => (
            "Second step",
            "A second step is asked on every new device.",
            "Your password alone opens your account. Whoever learns it is in.",
        ),
        Topic::RecoveryCodes => (
            "Recovery codes",
            "There are codes left for the day when your second step is lost.",
            "Recovery codes left: {}. Without one, a lost second step takes 72 hours.",
        ),
        Topic::Email => (
            "E-mail address",
            "Your address is confirmed.",
            "Your address is not confirmed, so it cannot help you back in.",
        ),
        Topic::Phone => ("Phone", "A phone is confirmed.", "No phone is confirmed as another way to reach you."),
        Topic::Password => (
            "Age of your password",
            "Your password is younger than a year.",
            "Your password is older than a year. You need not change it; do so if you used it anywhere else.",
        ),
        Topic::Review => (
            "Who can see your data",
            "You looked at the list within the last 90 days.",
            "For 90 days nobody looked at who can see your data. Entries in the list: {}.",
        ),
        Topic::PartnersSecondStep => (
            "Your care partners' second step",
            "Everybody who can see your data has a second step.",
            "Care partners without a second step: {}. Whoever learns their password sees your data. Ask them to set one up.",
        ),
        Topic::NewDevices => (
            "New devices",
            "No new device signed in within the last 7 days.",
            "Devices that signed in for the first time within 7 days: {}. Are they all yours?",
        ),
        Topic::OldDevices => (
            "Old devices",
            "Every known device was used within the last 90 days.",
            "Devices that nobody used for 90 days: {}. Forget what is not yours any more.",
        ),
        Topic::Phrase => (
            "Phrase",
            "Your own phrase stands in our mails.",
            "Choose a phrase that stands in our mails, so that nobody can pretend to be us.",
        ),
        Topic::Tokens => (
            "App tokens",
            "Every app token was used within the last 90 days.",
            "App tokens that nobody used for 90 days: {}.",
        ),
    }
}

/// The way to mend it; nothing for what only time or others can mend.
pub fn remedy(topic: Topic) -> Option<Remedy> {
    let page = |words, href| Some(Remedy { words, href, is_button: false });
    let button = |words, href| Some(Remedy { words, href, is_button: true });
    match topic {
        Topic::Lockdown => page("Go on with lockdown", "/lockdown/steps"),
        Topic::SecondStepLoss => button("Keep my second step", "/security/second-step-loss/removal"),
        Topic::SecondStep => page("Set up a second step", "/security/second-step"),
        Topic::RecoveryCodes => page("Make new codes", "/security/second-step"),
        Topic::Email => button("Send me the link", "/security/confirmation"),
        Topic::Phone => page("Add a phone", "/security/second-step"),
        Topic::Password => page("Change the password", "/security/password"),
        Topic::Review | Topic::PartnersSecondStep => page("Look at the list", "/security/review"),
        Topic::NewDevices | Topic::OldDevices => page("Look at the devices", "/security/devices"),
        Topic::Phrase => page("Choose a phrase", "/security/phrase"),
        Topic::Tokens => button("End them", "/security/unused-tokens/removal"),
    }
}
