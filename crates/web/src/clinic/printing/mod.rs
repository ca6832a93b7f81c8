//! The reports of many patients at once, for a clinic's day: chosen on a page, made one after the other beside the request,
//! taken away once.

mod choice;
mod file;
mod jobs;
mod make;
pub mod page;
pub mod progress;

pub use jobs::Printing;
