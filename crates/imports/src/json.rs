//! JSON texts: what they hold, one document at a time.

mod documents;
mod fields;
mod peek;

pub(crate) use documents::each;
pub(crate) use fields::{Fields, number_of};
pub(crate) use peek::Peek;
