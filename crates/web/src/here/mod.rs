//! A clinic's screen in a patient's hands. No page here asks who is signed in or leads anywhere else; the one
//! cookie holds the secret of a step, and goes when the screen is given back.

mod pages;
mod steps;

pub use pages::{done, on_my_phone, page};
pub use steps::{accept, end, prove, second_step, send_code};
