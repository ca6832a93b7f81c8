//! The patient's pages of sharing: who can see which record, who was invited and who asks, and every change to it.

mod cards;
pub mod care_partner;
pub mod clinics;
pub mod code;
pub mod home;
pub mod invitations;
pub mod invite;
pub mod link_terms;
pub mod pause;
pub mod proving;
pub mod record;
pub mod removal;
pub mod requests;
pub mod terms;
pub mod words;
mod work_address;

pub use cards::Card;
pub use words::{Clock, zone_name};
