//! Accounts: signing up, in and out, one's own records, settings and activity.

pub mod activity;
pub mod ask_to_follow;
pub mod choices;
pub mod confirm;
pub mod contact_changes;
pub mod following;
pub mod invitation;
pub mod notices;
pub mod password_reset;
pub mod records;
pub mod second_step_loss;
pub mod settings;
pub mod sign_in;
pub mod sign_up;
pub mod start;
pub mod stop_following;
pub mod switches;
pub mod upload_now;
pub mod way;
