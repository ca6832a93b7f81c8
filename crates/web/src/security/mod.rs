//! How somebody signs in, proves that it is them, and keeps others out.

mod calendar;
pub mod e_mail;
pub mod hub;
pub mod messages;
pub mod password;
pub mod phrase;
pub mod proof;
pub mod review;
mod words;
