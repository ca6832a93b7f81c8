//! Alerts: what a person is told of, by which ways, what was told, who is called, and taking an alert.

pub mod channels;
pub mod link;
pub mod one;
pub mod order;
pub mod page;
pub mod rules;
pub mod words;
