//! The apps that people use, what each needs to be let in, and where it wants to have it typed.

use crate::security::qr;
use serde_json::json;
use sharing::TokenScope;

/// An app, or a kind of them.
pub struct App {
    /// In the form.
    pub key: &'static str,
    pub name: &'static str,
    pub needs: TokenScope,
    /// Takes no token longer than sixteen letters and digits.
    pub short: bool,
    how: How,
}

/// Where an app wants address and token.
enum How {
    /// One address with the token in it, as xDrip+ takes it.
    InAddress,
    /// Address and a field for the API secret.
    Secret,
    /// Address and a field for the token.
    Token,
    /// The address with `?token=` behind it.
    Query,
    /// The command line of this very program.
    Upload,
}

const fn app(key: &'static str, name: &'static str, needs: TokenScope, how: How) -> App {
    App { key, name, needs, short: false, how }
}

pub static APPS: &[App] = &[
    app("xdrip", "xDrip+", TokenScope::Both, How::InAddress),
    app("aaps", "AndroidAPS", TokenScope::Both, How::Token),
    app("loop", "Loop", TokenScope::Both, How::Secret),
    app("trio", "Trio or iAPS", TokenScope::Both, How::Secret),
    App { short: true, ..app("oref0", "OpenAPS rig (oref0)", TokenScope::Both, How::Token) },
    app("xdrip4ios", "xDrip4iOS", TokenScope::Both, How::Secret),
    app("juggluco", "Juggluco", TokenScope::Both, How::Secret),
    app("bridge", "A bridge from LibreLinkUp, Dexcom Share or CareLink", TokenScope::Both, How::Secret),
    app("loopfollow", "LoopFollow", TokenScope::Follow, How::Query),
    app("nightguard", "Nightguard", TokenScope::Follow, How::Query),
    app("glucodata", "GlucoDataHandler", TokenScope::Follow, How::Token),
    app("home-assistant", "Home Assistant", TokenScope::Follow, How::Token),
    app("watch", "A watch, a clock or another display", TokenScope::Follow, How::Query),
    app("computer", "A computer that uploads files", TokenScope::Upload, How::Upload),
    app("other", "Another app that speaks to Nightscout", TokenScope::Both, How::Secret),
];

pub fn find(key: &str) -> Option<&'static App> {
    APPS.iter().find(|app| app.key == key)
}

/// What to do with a new token.
pub struct Recipe {
    /// Label, and what to copy there.
    pub copy: Vec<(&'static str, String)>,
    /// A square to scan, and what for.
    pub qr: Option<(String, &'static str)>,
    pub hint: &'static str,
}

impl App {
    /// `site` is the address at which the record answers apps.
    pub fn recipe(&self, site: &str, token: &str) -> Recipe {
        let within = || {
            let (scheme, host) = site.split_once("://").unwrap_or(("https", site));
            format!("{scheme}://{token}@{host}/api/v1/")
        };
        let query = || format!("{site}/?token={token}");
        let (copy, scan, hint) = match self.how {
            How::InAddress => {
                let scan = json!({ "rest": { "endpoint": [within()] } }).to_string();
                let hint = "In xDrip+: Settings, Auto configure, and scan the square. Or: Settings, Cloud upload, \
                    Nightscout Sync (REST-API), and copy the address to Base URL.";
                (vec![("Base URL", within())], Some((scan, "Scan it in xDrip+")), hint)
            }
            How::Secret => {
                let copy = vec![("Address (URL)", site.to_owned()), ("API secret", token.to_owned())];
                (copy, None, "Copy both into the Nightscout settings of the app.")
            }
            How::Token => {
                let copy = vec![("Address (URL)", site.to_owned()), ("Access token", token.to_owned())];
                (copy, None, "Copy both into the Nightscout settings of the app.")
            }
            How::Query => (vec![("Address with token", query())], Some((query(), "Scan it in the app")), {
                "Copy or scan the address. Whoever has it can follow: do not put it where others read it."
            }),
            How::Upload => {
                let line = format!("kinsight upload FILE --to {site} --token {token}");
                (
                    vec![("Token", token.to_owned()), ("On the command line", line)],
                    None,
                    "It brings data and sees nothing.",
                )
            }
        };
        let square = scan
            .and_then(|(text, words)| Some((qr::svg(&text, "A square code with the address and the token")?, words)));
        Recipe { copy, qr: square, hint }
    }
}

/// In a few words.
pub fn may(scope: TokenScope) -> &'static str {
    match scope {
        TokenScope::Upload => "bring data",
        TokenScope::Follow => "follow",
        TokenScope::Both => "bring data and follow",
    }
}

#[cfg(test)]
mod tests {
    use super::{APPS, find};

    #[test]
    fn every_app_has_one_key_and_says_where_the_token_goes() {
        for app in APPS {
            assert!(std::ptr::eq(find(app.key).unwrap(), app), "{} is there twice", app.key);
            let recipe = app.recipe("https://k7.example.org", "mia-123");
            assert!(recipe.copy.iter().any(|(_, text)| text.contains("mia-123")), "{}", app.key);
        }
        let recipe = find("xdrip").unwrap().recipe("https://k7.example.org", "mia-123");
        assert_eq!(recipe.copy[0].1, "https://mia-123@k7.example.org/api/v1/");
    }
}
