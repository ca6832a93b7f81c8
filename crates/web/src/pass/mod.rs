//! The doctor's side of a visit pass: a look without an account, on screen only.

pub mod door;
pub mod look;
mod visit;
