//! What a care partner was given.

use crate::{
    people::{AccountId, RecordId},
    weekly_pause::WeeklyPause,
};
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

    fn kinds(self) -> [bool; 4] {
        [self.insulin, self.carbs, self.notes, self.devices]
    }

    /// Whether nothing is visible in this one that is not in the other.
    pub fn is_within(self, other: Self) -> bool {
        self.kinds().into_iter().zip(other.kinds()).all(|(here, there)| !here || there)
    }
}

/// How far a care partner may see, at what, until when and on which conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How far.
    pub permission: Permission,
    /// At what.
    pub visibility: Visibility,
    /// Until when; void at this instant.
    pub until_at: Option<Timestamp>,
    /// Void while the care partner has no second step.
    pub needs_second_step: bool,
    /// Void at these hours of the week.
    pub weekly_pause: Option<WeeklyPause>,
}

impl Terms {
    /// *View only*, glucose only, without an end or conditions.
    pub const LEAST: Self = Self {
        permission: Permission::ViewOnly,
        visibility: Visibility::GLUCOSE_ONLY,
        until_at: None,
        needs_second_step: false,
        weekly_pause: None,
    };

    /// Whether the new terms let somebody see anything, or at any time, that these did not: then the owner proves anew that it
    /// is them. A weekly pause that was moved counts, for it opens other hours.
    pub fn are_widened_by(&self, new: &Self) -> bool {
        let longer = match (self.until_at, new.until_at) {
            (Some(old), Some(new)) => new > old,
            (Some(_), None) => true,
            (None, _) => false,
        };
        new.permission > self.permission
            || !new.visibility.is_within(self.visibility)
            || longer
            || (self.needs_second_step && !new.needs_second_step)
            || (self.weekly_pause.is_some() && self.weekly_pause != new.weekly_pause)
    }
}

/// The right of one care partner on one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Whose data.
    pub record: RecordId,
    /// Who may look.
    pub partner: AccountId,
    /// How far, at what, until when.
    pub terms: Terms,
    /// Since when.
    pub since_at: Timestamp,
    /// Paused until when; void before this instant.
    pub paused_until_at: Option<Timestamp>,
}
