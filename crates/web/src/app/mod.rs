//! Kinsight as an installed app: what a browser needs for it, and notices in this browser.

pub mod notifications;
pub mod shell;
