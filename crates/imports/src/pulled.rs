//! What services answer that are asked from time to time: other Nightscout sites, and the doors that makers keep for
//! followers.
//!
//! Pure, as the readers of files are: the answer's bytes and the moment of asking come in, what it holds comes out.
//! Every datum has an id made of the service, what it is and when, so that the same answer again brings nothing new.

mod carelink_follower;
mod dexcom_share;
mod gather;
mod librelinkup;
mod nightscout;
mod node;
mod refused;

pub use refused::Refused;

use crate::Device;
use gather::Gather;
use glucose::{NewEvent, NewReading};
use jiff::{Timestamp, tz::TimeZone};

/// The largest answer that is taken, in bytes. A day of a pump is 200 kB, a month of Nightscout's entries 4 MB.
pub const LARGEST_ANSWER: usize = 16 * 1024 * 1024;

/// Without anything newer for so long, a source is silent and its last value is no current one.
pub const STALE_AFTER_MS: i64 = 20 * 60_000;

type Reader = fn(&str, &mut Gather<'_>) -> Result<(), Refused>;

macro_rules! services {
    ($($(#[$about:meta])* $service:ident, $name:literal, $word:literal, $read:path;)*) => {
        /// Whom we ask.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Service {
            $($(#[$about])* $service,)*
        }

        impl Service {
            /// Every one.
            pub const ALL: &[Service] = &[$(Service::$service),*];

            /// As written on pages.
            pub fn name(self) -> &'static str {
                match self { $(Service::$service => $name,)* }
            }

            /// As ids begin and tables keep it; never changed.
            pub fn word(self) -> &'static str {
                match self { $(Service::$service => $word,)* }
            }

            fn reader(self) -> Reader {
                match self { $(Service::$service => $read,)* }
            }
        }
    };
}

services! {
    /// Another Nightscout site: a list of one of its collections, as version 1 or 3 of its API gives it.
    Nightscout, "Nightscout", "nightscout", nightscout::read;
    /// The graph of one followed person.
    LibreLinkUp, "LibreLinkUp", "librelinkup", librelinkup::read;
    /// The newest values of the signed-in person.
    DexcomShare, "Dexcom Share", "dexcom", dexcom_share::read;
    /// The last day of a pump, as a care partner sees it.
    CareLink, "CareLink", "carelink", carelink_follower::read;
}

impl Service {
    /// The service of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|service| service.word() == word)
    }
}

/// What an answer held, oldest first.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Pulled {
    /// Datum `device` fields are indexes into this list.
    pub devices: Vec<Device>,
    pub readings: Vec<NewReading>,
    pub events: Vec<NewEvent>,
    /// When the newest sensor value is from.
    pub newest_at: Option<Timestamp>,
    /// Nothing new came for twenty minutes: by the service's own word where it says when it last heard from the device
    /// (CareLink), else by the newest sensor value. Of no meaning for a list without sensor values (treatments).
    pub stale: bool,
    /// What a person should know besides; no values, no names.
    pub remarks: Vec<String>,
}

/// Reads an answer. `zone` is the record's zone, for services that do not say what the wall clock shows; `now` is when
/// the answer came.
pub fn read(service: Service, body: &[u8], zone: &TimeZone, now: Timestamp) -> Result<Pulled, Refused> {
    if body.len() > LARGEST_ANSWER {
        let limit_mb = LARGEST_ANSWER / (1024 * 1024);
        return Err(Refused::TooLarge { service: service.name(), limit_mb });
    }
    let text = str::from_utf8(body).map_err(|_| Refused::NotJson { service: service.name() })?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with('<') {
        return Err(Refused::WebPage { service: service.name() });
    }
    let mut gather = Gather::new(service, zone, now);
    service.reader()(text, &mut gather)?;
    Ok(gather.finished())
}
