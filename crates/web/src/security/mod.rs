//! How somebody signs in, proves that it is them, and keeps others out.

pub mod authenticator_app;
mod calendar;
pub mod devices;
pub mod e_mail;
pub mod hub;
pub mod messages;
pub mod passkeys;
pub mod password;
pub mod phone;
pub mod phrase;
pub mod proof;
pub mod qr;
pub mod recovery_codes;
pub mod review;
pub mod second_step;
pub mod session;
pub mod sign_in_second_step;
mod words;
