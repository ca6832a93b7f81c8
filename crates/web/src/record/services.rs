//! The services that can be asked: what each wants to have typed, and what their troubles are in plain words.

use crate::forms::{Field, Form};
use crate::sharing::proving;
use imports::pulled::Service;
use serde::Deserialize;
use store::{NewPull, PullLine, PullSettings, PullTrouble};

/// A service, as the page offers it.
pub struct Offered {
    pub word: &'static str,
    pub name: &'static str,
    /// What it brings.
    pub about: &'static str,
    /// What is to be done there first.
    pub hint: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nightscout,
    LibreLinkUp,
    DexcomShare,
}

pub static OFFERED: &[Offered] = &[
    Offered {
        word: "nightscout",
        name: "Nightscout",
        about: "Everything of another Nightscout site: at first the last 90 days, then what is new.",
        hint: "A token with the role “readable” is enough: make one there under Admin tools, Subjects. Kinsight only reads.",
        kind: Kind::Nightscout,
    },
    Offered {
        word: "librelinkup",
        name: "LibreLinkUp",
        about: "Sensor values of a FreeStyle Libre, of the last twelve hours and from then on.",
        hint: "Use an account of the LibreLinkUp app that follows the person, not the account of the sensor’s own app. Abbott does \
               not promise that this goes on working.",
        kind: Kind::LibreLinkUp,
    },
    Offered {
        word: "dexcom",
        name: "Dexcom Share",
        about: "Sensor values of a Dexcom, of the last 24 hours and from then on.",
        hint: "Use the account of the person who wears the sensor. Share must be on in their app, with at least one follower. Dexcom \
               does not promise that this goes on working.",
        kind: Kind::DexcomShare,
    },
];

const REGIONS: [(&str, &str); 3] =
    [("ous", "Outside the United States and Japan"), ("us", "United States"), ("jp", "Japan")];

/// As typed; of these each service has its own.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Filled {
    pub name: String,
    pub address: String,
    pub user: String,
    pub secret: String,
    pub person: String,
    /// Of the account here, for a proof.
    pub password: String,
}

pub fn find(word: &str) -> Option<&'static Offered> {
    OFFERED.iter().find(|offered| offered.word == word)
}

/// As a page calls a service, offered or not.
pub fn name(word: &str) -> &'static str {
    Service::of(word).map_or("Another service", Service::name)
}

impl Offered {
    pub fn form(&self, filled: &Filled) -> Form {
        let mut fields = match self.kind {
            Kind::Nightscout => vec![
                Field::input("address", "Address of the site", "url", "off", &filled.address)
                    .hint("Such as https://my-site.example.org"),
                secret("Token or API secret").optional().hint("Leave it empty where everybody may read."),
            ],
            Kind::LibreLinkUp => vec![
                user("E-mail there", filled),
                secret("Password there"),
                Field::text("person", "Name of the person", "off", &filled.person).optional().hint(
                    "Only where the account follows several people: first name and last name, as the app shows them.",
                ),
            ],
            Kind::DexcomShare => vec![
                Field::choose("address", "Region", &REGIONS, &filled.address),
                user("User name, e-mail or phone there", filled),
                secret("Password there"),
            ],
        };
        let called = Field::text("name", "What you call it", "off", &filled.name);
        fields.push(called.optional().hint("It stands in the view history."));
        Form::of(fields)
    }

    /// The source that is wanted, or `None` with the errors at their fields.
    pub fn pull(&self, filled: &Filled, form: &mut Form) -> Option<NewPull> {
        let mut settings = PullSettings {
            address: String::new(),
            user: filled.user.trim().to_owned(),
            secret: filled.secret.trim().to_owned(),
            person: filled.person.trim().to_owned(),
        };
        match self.kind {
            Kind::Nightscout => match address(&filled.address) {
                Ok(address) => settings = PullSettings { address, secret: settings.secret, ..PullSettings::default() },
                Err(why) => form.refuse("address", why),
            },
            Kind::DexcomShare if REGIONS.iter().any(|(word, _)| *word == filled.address) => {
                settings.address.clone_from(&filled.address);
            }
            Kind::DexcomShare => form.refuse("address", "Choose a region."),
            Kind::LibreLinkUp => {}
        }
        if self.kind != Kind::Nightscout {
            for (field, text) in [("user", &settings.user), ("secret", &settings.secret)] {
                if text.is_empty() {
                    form.refuse(field, "This is needed to sign in there.");
                }
            }
        }
        let name = if filled.name.trim().is_empty() { self.name } else { filled.name.trim() }.to_owned();
        if name.chars().count() > 60 {
            form.refuse("name", "At most 60 characters.");
        }
        (!form.is_refused()).then(|| NewPull { service: self.word.to_owned(), name, settings })
    }
}

fn user(label: &'static str, filled: &Filled) -> Field {
    Field::text("user", label, "off", &filled.user)
}

/// Never filled in again: what was typed goes nowhere but to the store.
fn secret(label: &'static str) -> Field {
    Field::input("secret", label, "password", "off", "")
}

/// What is typed when only the sign-in changes.
pub fn sign_in_form(pull: &PullLine, filled: &Filled) -> Form {
    match find(&pull.service).map(|offered| offered.kind) {
        Some(Kind::Nightscout) | None => {
            Form::of(vec![secret("Token or API secret").optional().hint("Leave it empty where everybody may read.")])
        }
        Some(_) => Form::of(vec![user("Name or e-mail there", filled), secret("Password there")]),
    }
}

pub fn ask_proof(form: &mut Form) {
    let field = Field::input(proving::FIELD, "Your Kinsight password", "password", "current-password", "");
    form.fields.push(field.hint("So that nobody but you lets another server write here."));
}

/// An address as everything else is made of it: with `https`, without a slash at its end, and without what apps need behind it.
fn address(typed: &str) -> Result<String, &'static str> {
    let typed = typed.trim();
    let (scheme, rest) = match typed.split_once("://") {
        Some((scheme, rest)) => (scheme.to_lowercase(), rest),
        None => ("https".to_owned(), typed),
    };
    let rest = rest.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let rest = rest.strip_suffix("/api/v1").or_else(|| rest.strip_suffix("/api")).unwrap_or(rest);
    let host = rest.split('/').next().unwrap_or_default();
    if host.contains('@') {
        return Err("Write the address without a name or password; the secret has a field of its own.");
    }
    let plain = !host.is_empty() && rest.chars().all(|c| !c.is_whitespace() && !c.is_control());
    match scheme.as_str() {
        "https" | "http" if plain => Ok(format!("{scheme}://{rest}")),
        _ => Err("Write the address of the site, such as https://my-site.example.org."),
    }
}

/// Where it is, in words.
pub fn place(pull: &PullLine) -> String {
    REGIONS
        .iter()
        .find(|(word, _)| *word == pull.address)
        .map_or_else(|| pull.address.clone(), |(_, words)| (*words).to_owned())
}

/// What goes on by itself.
pub fn waits(why: PullTrouble) -> &'static str {
    match why {
        PullTrouble::Away => "the service did not answer",
        PullTrouble::UnknownHost => "no server had this address",
        PullTrouble::Barred => {
            "this server may not reach that address (it must begin with https and be on the internet)"
        }
        PullTrouble::NoSuchPage => "there was no such service at this address",
        PullTrouble::Unreadable => "the answer could not be read",
        _ => "the service asked to come later",
    }
}

/// What its owner has to do.
pub fn stopped(why: PullTrouble) -> &'static str {
    match why {
        PullTrouble::WantsConsent => {
            "the service wants new terms accepted first. Open its app, accept them, and press Pull now."
        }
        PullTrouble::WhichPerson => {
            "the account follows several people, or nobody of that name. Remove this source and add it anew with the name."
        }
        PullTrouble::NobodyFollowed => {
            "the account follows nobody. Accept the invitation in its app, and press Pull now."
        }
        _ => "the service refused the sign-in. Change the sign-in.",
    }
}

#[cfg(test)]
mod tests {
    use super::{Filled, OFFERED, address, find};

    #[test]
    fn what_people_type_as_an_address() {
        let table = [
            ("my-site.example.org", "https://my-site.example.org"),
            (" https://my-site.example.org/ ", "https://my-site.example.org"),
            ("HTTPS://my-site.example.org/api/v1/", "https://my-site.example.org"),
            ("http://192.168.1.5:1337", "http://192.168.1.5:1337"),
            ("https://example.org/mine/?token=x#y", "https://example.org/mine"),
        ];
        for (typed, expected) in table {
            assert_eq!(address(typed).unwrap(), expected, "{typed}");
        }
        for typed in ["", "https://", "ftp://a", "https://secret@my-site.example.org/api/v1", "a b"] {
            assert!(address(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn each_service_says_what_it_needs() {
        for offered in OFFERED {
            assert!(std::ptr::eq(find(offered.word).unwrap(), offered));
            let mut form = offered.form(&Filled::default());
            assert!(offered.pull(&Filled::default(), &mut form).is_none() && form.is_refused(), "{}", offered.name);
            assert_eq!(super::name(offered.word), offered.name);
        }
        assert!(find("carelink").is_none());
    }
}
