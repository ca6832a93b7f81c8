//! One record: home, reports, uploads, tokens, settings. Who may see what is the gate's business.

pub mod agp;
mod apps;
pub mod chosen_days;
pub mod daily;
pub mod dashboard;
pub mod eyes;
mod figures;
pub mod home;
pub mod jobs;
pub mod now;
pub mod passes;
pub mod pdf;
pub mod record_settings;
mod services;
pub mod sources;
pub mod take_back;
pub mod tokens;
pub mod uploads;
pub mod view_history;
pub mod visit;
