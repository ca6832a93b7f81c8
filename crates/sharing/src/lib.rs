//! Who may see what. Pure: a privacy reviewer could read this room alone.
//!
//! Everything that decides about access stands here; `store` makes it durable and `web` shows it.
#![deny(missing_docs)]

pub mod check_up;
mod escalation;
pub mod grant;
pub mod invitation;
mod lasting;
mod link;
pub mod people;
pub mod permissions;
pub mod policy;
mod quiet_hours;
pub mod weekly_pause;

pub use escalation::CallOrder;
pub use grant::{Grant, Permission, Terms, Visibility};
pub use invitation::{Invitation, Invitee, NotAccepted};
pub use lasting::lasts_until;
pub use link::{HANDOVER_MINUTES, LINK_CODE_DAYS, LinkCode, LinkTerms};
pub use people::{AccountId, ClinicId, Email, Id, InvalidEmail, RecordId};
pub use permissions::{ClinicRight, ClinicRole, Duty, Purpose, RightKind, Standing, TokenScope};
pub use policy::{Decision, Refusal, allows, clinic_allows};
pub use quiet_hours::QuietHours;
pub use weekly_pause::{InvalidWeeklyPause, WeeklyPause};
