//! The clinic's portal.

pub mod patients;
