//! Who may see what. Pure: a privacy reviewer could read this room alone.
//!
//! Everything that decides about access stands here; `store` makes it durable and `web` shows it.
#![deny(missing_docs)]

pub mod check_up;
pub mod grant;
pub mod invitation;
mod lasting;
pub mod people;
pub mod permissions;
pub mod policy;
pub mod weekly_pause;

pub use grant::{Grant, Permission, Terms, Visibility};
pub use invitation::{Invitation, Invitee, NotAccepted};
pub use lasting::lasts_until;
pub use people::{AccountId, ClinicId, Email, Id, InvalidEmail, RecordId};
pub use permissions::{ClinicRole, Duty, Purpose, RightKind, Standing, TokenScope};
pub use policy::{Decision, Refusal, allows};
pub use weekly_pause::{InvalidWeeklyPause, WeeklyPause};
