//! A clinic's screen in a patient's hands. No page here asks who is signed in, sets a cookie or leads anywhere else.

mod pages;
mod steps;

pub use pages::{done, page};
pub use steps::{accept, end, on_my_phone, prove, second_step, send_code};
