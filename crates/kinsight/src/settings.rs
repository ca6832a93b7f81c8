//! What an operator decides: flags first, then the environment, then `kinsight.toml`, then what works without a word.

use anyhow::{Context, Result};
use jiff::SignedDuration;
use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use store::{
    Clock, Database, KEEP_DELETED_DAYS, KeySettings, MasterKeySource, PasswordCost, SiteSettings, StoreSettings,
};
use web::{API_LIMIT, BaseUrl, Places, Sites, WebSettings};
use worker::Nats;

/// The environment variable that holds master keys, when they are not in a file.
pub const MASTER_KEY: &str = "KINSIGHT_MASTER_KEY";
const READERS: usize = 4;

/// As given; what is left open is decided by [`Settings`].
#[derive(clap::Args, Deserialize, Clone, Debug, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Given {
    /// Settings as a file; flags and the environment go before it [default: kinsight.toml when there is one]
    #[arg(long, env = "KINSIGHT_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// Folder for the database, the keys and mails that wait [default: kinsight-data]
    #[arg(long, env = "KINSIGHT_DATA", value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// A PostgreSQL server instead of the embedded database: postgres://user:password@host/name
    #[arg(long, env = "KINSIGHT_DATABASE", value_name = "URL", hide_env_values = true)]
    pub database: Option<String>,
    /// The file with the master key [default: master.key in the data folder]
    #[arg(long, env = "KINSIGHT_MASTER_KEY_FILE", value_name = "FILE")]
    pub master_key_file: Option<PathBuf>,
    /// A file, best on another disk, for the signed heads of the audit chains
    #[arg(long, env = "KINSIGHT_AUDIT_ANCHORS", value_name = "FILE")]
    pub audit_anchors: Option<PathBuf>,
    /// More breached passwords to refuse, a file that `kinsight admin breached-passwords` made
    #[arg(long, env = "KINSIGHT_BREACHED_PASSWORDS", value_name = "FILE")]
    pub breached_passwords: Option<PathBuf>,
    /// How many days a deleted account can be restored before it is purged [default: 90]
    #[arg(long, env = "KINSIGHT_KEEP_DELETED_DAYS", value_name = "DAYS")]
    pub keep_deleted_days: Option<u32>,
    /// How many care partners a record may have, for regions that limit it [default: as many as its owner likes]
    #[arg(long, env = "KINSIGHT_CARE_PARTNERS", value_name = "NUMBER")]
    pub care_partners: Option<u32>,
    /// Address and port to listen on [default: 127.0.0.1:8642]
    #[arg(long, env = "KINSIGHT_LISTEN", value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// The address that people type [default: http:// and the address it listens on, localhost on this computer]
    #[arg(long, env = "KINSIGHT_BASE_URL", value_name = "URL")]
    pub base_url: Option<String>,
    /// A domain whose names all lead here, such as sites.example.org: each record gets a site of its own below it, for apps
    #[arg(long, env = "KINSIGHT_SITES", value_name = "DOMAIN")]
    pub sites: Option<String>,
    /// A proxy whose X-Forwarded-For is believed; may be given several times
    #[arg(long, env = "KINSIGHT_TRUSTED_PROXIES", value_name = "ADDRESS", value_delimiter = ',')]
    pub trusted_proxies: Vec<IpAddr>,
    /// How many calls of one app's token are answered in ten seconds; 0 for any number [default: 600]
    #[arg(long, env = "KINSIGHT_API_LIMIT", value_name = "NUMBER")]
    pub api_limit: Option<u32>,
    /// Refuse tokens of apps in web addresses: some apps know no other way, but proxies may write addresses down
    #[arg(long, env = "KINSIGHT_NO_TOKENS_IN_ADDRESSES")]
    pub no_tokens_in_addresses: bool,
    /// How the people here reach you, as lockdown shows it: an e-mail address, a web address, or words
    #[arg(long, env = "KINSIGHT_SUPPORT_CONTACT", value_name = "CONTACT")]
    pub support_contact: Option<String>,
    /// A file of cities in the MaxMind format (GeoLite2-City, DB-IP City Lite), for the places of sign-ins
    #[arg(long, env = "KINSIGHT_GEOIP", value_name = "FILE")]
    pub geoip: Option<PathBuf>,
    /// Minutes without use after which a session ends on a device that others use too, 1 to 15 [default: 15]
    #[arg(long, env = "KINSIGHT_SESSION_IDLE", value_name = "MINUTES")]
    pub session_idle: Option<SessionIdle>,
    /// Also send to addresses of this machine and its network that people or their browsers name, over http too: for a home server
    #[arg(long, env = "KINSIGHT_ALLOW_PRIVATE_TARGETS")]
    pub allow_private_targets: bool,
    #[command(flatten)]
    #[serde(flatten)]
    pub nodes: Nodes,
    #[command(flatten)]
    #[serde(flatten)]
    pub mail: Mail,
    #[command(flatten)]
    #[serde(flatten)]
    pub sms: Sms,
    /// How log lines look: text or json [default: text]
    #[arg(long, env = "KINSIGHT_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
}

/// Several servers over one PostgreSQL. Without NATS each hears of what another changed within seconds.
#[derive(clap::Args, Deserialize, Clone, Debug, Default)]
#[group(id = "several nodes")]
#[serde(rename_all = "kebab-case", default)]
pub struct Nodes {
    /// NATS, over which several nodes tell one another what is new: nats://host:4222, tls://user:password@host:4222; several with commas
    #[arg(long, env = "KINSIGHT_NATS", value_name = "URL", hide_env_values = true)]
    pub nats: Option<String>,
    /// Who this node is to NATS: a file of credentials
    #[arg(long, env = "KINSIGHT_NATS_CREDENTIALS", value_name = "FILE")]
    pub nats_credentials: Option<PathBuf>,
    /// Who vouches for NATS besides the usual authorities: a file of certificates in PEM
    #[arg(long, env = "KINSIGHT_NATS_CA", value_name = "FILE")]
    pub nats_ca: Option<PathBuf>,
}

/// The way out for mails. Without a server they wait in the data folder; `kinsight admin mail` lists them.
#[derive(clap::Args, Deserialize, Clone, Debug, Default)]
#[group(id = "way out for mails")]
#[serde(rename_all = "kebab-case", default)]
pub struct Mail {
    /// Mail server: smtps://user@host (TLS), smtp://user@host:587 (STARTTLS)
    #[arg(long, env = "KINSIGHT_SMTP", value_name = "URL")]
    pub smtp: Option<String>,
    /// Its password; better in the environment or in the file than on the command line
    #[arg(long, env = "KINSIGHT_SMTP_PASSWORD", value_name = "PASSWORD", hide_env_values = true)]
    pub smtp_password: Option<String>,
    /// Who vouches for it besides the usual authorities: a file of certificates in PEM
    #[arg(long, env = "KINSIGHT_SMTP_CA", value_name = "FILE")]
    pub smtp_ca: Option<PathBuf>,
    /// The sender of mails: Kinsight <kinsight@example.org>
    #[arg(long, env = "KINSIGHT_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,
}

/// The way out for text messages. Without a gateway they are not offered on any page.
#[derive(clap::Args, Deserialize, Clone, Debug, Default)]
#[group(id = "way out for text messages")]
#[serde(rename_all = "kebab-case", default)]
pub struct Sms {
    /// SMS gateway: twilio:ACCOUNT, vonage:KEY, https://host/path (JSON with to, from, text) or an address with {to} and {text} in it
    #[arg(long, env = "KINSIGHT_SMS", value_name = "GATEWAY")]
    pub sms: Option<String>,
    /// Its secret; better in the environment or in the file than on the command line
    #[arg(long, env = "KINSIGHT_SMS_SECRET", value_name = "SECRET", hide_env_values = true)]
    pub sms_secret: Option<String>,
    /// The number or name that text messages come from
    #[arg(long, env = "KINSIGHT_SMS_FROM", value_name = "NUMBER")]
    pub sms_from: Option<String>,
}

/// Shorter than a minute nobody could work; longer than 15 minutes is not for a device that others use too.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(try_from = "u8")]
pub struct SessionIdle(u8);

impl TryFrom<u8> for SessionIdle {
    type Error = &'static str;

    fn try_from(minutes: u8) -> Result<Self, Self::Error> {
        if (1..=15).contains(&minutes) {
            Ok(Self(minutes))
        } else {
            Err("a session ends after 1 to 15 minutes without use")
        }
    }
}

impl FromStr for SessionIdle {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::try_from(text.parse::<u8>().unwrap_or_default())
    }
}

#[derive(clap::ValueEnum, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

/// Everything decided.
pub struct Settings {
    pub given: Given,
    pub data: PathBuf,
    pub listen: SocketAddr,
    pub password_cost: PasswordCost,
}

impl Given {
    pub fn decide(self) -> Result<Settings> {
        let file = self.in_file()?;
        Ok(Settings::of(self.over(file)))
    }

    fn in_file(&self) -> Result<Self> {
        let usual = Path::new("kinsight.toml");
        let Some(path) = self.config.as_deref().or_else(|| usual.exists().then_some(usual)) else {
            return Ok(Self::default());
        };
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read the settings in {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("cannot understand the settings in {}", path.display()))
    }

    /// What was said in the first place stands; the file fills in the rest.
    fn over(self, file: Self) -> Self {
        let proxies = if self.trusted_proxies.is_empty() { file.trusted_proxies } else { self.trusted_proxies };
        Self {
            config: self.config,
            data: self.data.or(file.data),
            database: self.database.or(file.database),
            master_key_file: self.master_key_file.or(file.master_key_file),
            audit_anchors: self.audit_anchors.or(file.audit_anchors),
            breached_passwords: self.breached_passwords.or(file.breached_passwords),
            keep_deleted_days: self.keep_deleted_days.or(file.keep_deleted_days),
            care_partners: self.care_partners.or(file.care_partners),
            listen: self.listen.or(file.listen),
            base_url: self.base_url.or(file.base_url),
            sites: self.sites.or(file.sites),
            trusted_proxies: proxies,
            api_limit: self.api_limit.or(file.api_limit),
            no_tokens_in_addresses: self.no_tokens_in_addresses || file.no_tokens_in_addresses,
            support_contact: self.support_contact.or(file.support_contact),
            geoip: self.geoip.or(file.geoip),
            session_idle: self.session_idle.or(file.session_idle),
            allow_private_targets: self.allow_private_targets || file.allow_private_targets,
            nodes: Nodes {
                nats: self.nodes.nats.or(file.nodes.nats),
                nats_credentials: self.nodes.nats_credentials.or(file.nodes.nats_credentials),
                nats_ca: self.nodes.nats_ca.or(file.nodes.nats_ca),
            },
            mail: Mail {
                smtp: self.mail.smtp.or(file.mail.smtp),
                smtp_password: self.mail.smtp_password.or(file.mail.smtp_password),
                smtp_ca: self.mail.smtp_ca.or(file.mail.smtp_ca),
                mail_from: self.mail.mail_from.or(file.mail.mail_from),
            },
            sms: Sms {
                sms: self.sms.sms.or(file.sms.sms),
                sms_secret: self.sms.sms_secret.or(file.sms.sms_secret),
                sms_from: self.sms.sms_from.or(file.sms.sms_from),
            },
            log_format: self.log_format.or(file.log_format),
        }
    }
}

impl Settings {
    /// Just these, whatever files lie around: the demo must never open an operator's database.
    pub fn of(given: Given) -> Self {
        let data = given.data.clone().unwrap_or_else(|| PathBuf::from("kinsight-data"));
        let listen = given.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8642)));
        Self { given, data, listen, password_cost: PasswordCost::Full }
    }

    /// The embedded database unless a server is named.
    pub fn store(&self) -> StoreSettings {
        let database = match &self.given.database {
            Some(url) => Database::Postgres { url: url.clone() },
            None => Database::Sqlite { path: self.data.join("kinsight.sqlite") },
        };
        StoreSettings {
            database,
            keys: KeySettings { master: self.master_key(), key_store: None, anchors: self.given.audit_anchors.clone() },
            clock: Clock::new(crate::clock::now),
            password_cost: self.password_cost,
            breached: self.given.breached_passwords.clone(),
            keep_deleted_days: self.given.keep_deleted_days.unwrap_or(KEEP_DELETED_DAYS),
            most_care_partners: self.given.care_partners,
            readers: READERS,
            site: self.site(),
            session_idle: self.given.session_idle.map(|SessionIdle(minutes)| SignedDuration::from_mins(minutes.into())),
        }
    }

    /// Whether there is something to look at; nobody wants a new database made by a question.
    pub fn has_data(&self) -> bool {
        self.given.database.is_some() || self.data.join("kinsight.sqlite").exists()
    }

    fn master_key(&self) -> MasterKeySource {
        if std::env::var_os(MASTER_KEY).is_some() {
            MasterKeySource::Env(MASTER_KEY.to_owned())
        } else {
            MasterKeySource::File(self.master_key_file())
        }
    }

    pub fn master_key_file(&self) -> PathBuf {
        self.given.master_key_file.clone().unwrap_or_else(|| self.data.join("master.key"))
    }

    /// Mails that wait because there is no mail server.
    pub fn outbox_folder(&self) -> PathBuf {
        self.data.join("outbox")
    }

    /// As people reach it where it listens; once port 0 has become a number, `listen` says so.
    fn site(&self) -> SiteSettings {
        let url = self.base_url(self.listen);
        let origin = BaseUrl::parse(&url).map_or(url, |url| url.origin());
        SiteSettings { sends_sms: self.given.sms.sms.is_some(), ..SiteSettings::at(origin) }
    }

    /// On this machine by its name and not by its number: passkeys are tied to a name.
    fn base_url(&self, listening: SocketAddr) -> String {
        let is_here = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].contains(&listening.ip());
        let host = if is_here { format!("localhost:{}", listening.port()) } else { listening.to_string() };
        self.given.base_url.clone().unwrap_or_else(|| format!("http://{host}"))
    }

    /// The other nodes, when there are some.
    pub fn nats(&self) -> Result<Option<Nats>> {
        let Nodes { nats, nats_credentials, nats_ca } = self.given.nodes.clone();
        nats.map(|urls| Nats::parse(&urls, nats_credentials, nats_ca)).transpose()
    }

    fn places(&self) -> Result<Option<Arc<Places>>> {
        let open = |path: &PathBuf| Places::open(path).with_context(|| format!("--geoip {}", path.display()));
        Ok(self.given.geoip.as_ref().map(open).transpose()?.map(Arc::new))
    }

    fn sites(&self) -> Result<Option<Sites>> {
        let parse = |text: &String| Sites::parse(text).with_context(|| format!("--sites {text}"));
        self.given.sites.as_ref().map(parse).transpose()
    }

    /// `listening` is where the server really listens: port 0 has become a number.
    pub fn web(&self, listening: SocketAddr) -> Result<WebSettings> {
        let url = self.base_url(listening);
        let base_url = BaseUrl::parse(&url).with_context(|| format!("--base-url {url}"))?;
        Ok(WebSettings {
            base_url,
            trusted_proxies: self.given.trusted_proxies.clone(),
            places: self.places()?,
            sites: self.sites()?,
            api_limit: self.given.api_limit.unwrap_or(API_LIMIT),
            tokens_in_addresses: !self.given.no_tokens_in_addresses,
            support_contact: self.given.support_contact.clone(),
        })
    }
}
