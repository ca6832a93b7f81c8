//! What programs speak: bearer tokens, JSON answers, no cookies.

pub mod nightscout;
pub mod uploads;
