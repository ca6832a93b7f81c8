//! What is said over sockets: everything at first, then what changed; news of single documents; alarms.

mod alarms;
mod delta;
mod storage;

pub use alarms::{Alarm, AlarmLevel, alarm_event, clear_alarm, subscribed_to_alarms};
pub use delta::{DataSet, Told, delta, retro_update};
pub use storage::{StorageEvent, storage_event, subscribed_to_storage};

use serde_json::{Value, json};

/// Answer to `authorize`.
pub fn authorized(permissions: crate::Permissions) -> Value {
    json!({
        "read": permissions.allows("api:entries:read"),
        "write": permissions.allows("api:entries:create"),
        "write_treatment": permissions.allows("api:treatments:create"),
    })
}

/// How an act that was asked for over a socket went; apps look for these words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Success,
    WrongCollection,
    NotAuthorized,
    NotPermitted,
    MissingId,
}

impl Outcome {
    pub fn body(self) -> Value {
        let words = match self {
            Self::Success => "success",
            Self::WrongCollection => "Wrong collection",
            Self::NotAuthorized => "Not authorized",
            Self::NotPermitted => "Not permitted",
            Self::MissingId => "Missing _id",
        };
        json!({"result": words})
    }
}
