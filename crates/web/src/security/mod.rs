//! How somebody signs in, proves that it is them, and keeps others out.

pub mod password;
pub mod proof;
