//! What a care partner was given.

use crate::people::{AccountId, RecordId};
use jiff::Timestamp;

/// The two levels, in these words on every page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Permission {
    /// *View only*: figures and charts on screen, nothing to take away.
    ViewOnly,
    /// *View and download*: reports and exports too.
    ViewAndDownload,
}

/// What is visible. Glucose always is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Visibility {
    /// Boluses, basal, injections.
    pub insulin: bool,
    /// Carbohydrate and meals.
    pub carbs: bool,
    /// The person's notes.
    pub notes: bool,
    /// Device settings, alarms and status.
    pub devices: bool,
}

impl Visibility {
    /// All of it.
    pub const ALL: Self = Self { insulin: true, carbs: true, notes: true, devices: true };
    /// Glucose and nothing else.
    pub const GLUCOSE_ONLY: Self = Self { insulin: false, carbs: false, notes: false, devices: false };
}

/// The right of one care partner on one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Whose data.
    pub record: RecordId,
    /// Who may look.
    pub partner: AccountId,
    /// How far.
    pub permission: Permission,
    /// At what.
    pub visibility: Visibility,
    /// Since when.
    pub since_at: Timestamp,
    /// Until when; the grant is void at this instant.
    pub until_at: Option<Timestamp>,
    /// Paused until when; void before this instant.
    pub paused_until_at: Option<Timestamp>,
}
