//! `/alarm`: what began to need attention, and what no longer does.

use crate::Permissions;
use serde_json::{Value, json};

/// How much it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmLevel {
    Info,
    Warning,
    Urgent,
}

impl AlarmLevel {
    /// As apps count them.
    pub fn number(self) -> i64 {
        match self {
            Self::Info => 0,
            Self::Warning => 1,
            Self::Urgent => 2,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Info => "Info",
            Self::Warning => "Warning",
            Self::Urgent => "Urgent",
        }
    }
}

/// Something that needs attention.
#[derive(Clone, Debug, PartialEq)]
pub struct Alarm {
    pub level: AlarmLevel,
    pub title: String,
    pub message: String,
    /// What it is about, one word: `high`, `low`, `timeago`.
    pub event_name: String,
    /// Alarms of one group are acknowledged together.
    pub group: String,
    /// Words of a person rather than a value.
    pub is_announcement: bool,
}

/// The name of the event and what it carries.
pub fn alarm_event(alarm: &Alarm) -> (&'static str, Value) {
    let plugin = if alarm.is_announcement { "treatmentnotify" } else { "simplealarms" };
    let mut body = json!({
        "level": alarm.level.number(),
        "title": alarm.title,
        "message": alarm.message,
        "eventName": alarm.event_name,
        "plugin": {"name": plugin, "label": plugin, "pluginType": "notification", "enabled": true},
        "pushoverSound": if alarm.level == AlarmLevel::Urgent { "persistent" } else { "climb" },
        "group": alarm.group,
        "key": format!("{}_{}", alarm.event_name, alarm.level.number()),
    });
    if alarm.is_announcement {
        body["isAnnouncement"] = true.into();
    }
    let name = match alarm.level {
        AlarmLevel::Urgent => "urgent_alarm",
        AlarmLevel::Warning => "alarm",
        AlarmLevel::Info if alarm.is_announcement => "announcement",
        AlarmLevel::Info => "notification",
    };
    (name, body)
}

/// What is told when an alarm of a group was acknowledged or is over.
pub fn clear_alarm(group: &str, level: AlarmLevel) -> (&'static str, Value) {
    let message = format!("{group} - {} was ack'd", level.name());
    ("clear_alarm", json!({"clear": true, "title": "All Clear", "message": message, "group": group}))
}

/// Answer to `subscribe`.
pub fn subscribed_to_alarms(permissions: Option<Permissions>) -> Value {
    let read = permissions.is_some_and(|permissions| permissions.allows("api:entries:read"));
    match read {
        true => json!({"success": true, "message": "Subscribed for alarms", "read": true, "ack": true}),
        false => json!({"success": false, "message": "Missing or bad access token or JWT"}),
    }
}
