//! Accounts: signing up, in and out, one's own records, settings and activity.

pub mod activity;
pub mod choices;
pub mod confirm;
pub mod following;
pub mod records;
pub mod settings;
pub mod sign_in;
pub mod sign_up;
pub mod start;
pub mod switches;
