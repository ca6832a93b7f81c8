//! Everything spoken over HTTP, from outside: people, through the router.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod alerts;
mod cast;
mod clinic_link;
mod clinic_members;
mod clinic_merge;
mod clinic_print;
mod escaping;
mod export;
mod files;
mod follow;
mod forgery;
mod headers;
mod here;
mod leaving;
mod live;
mod lockdown;
mod nightscout;
mod nonsense;
mod notices;
mod pages;
mod passes;
mod passwords;
mod patient_list;
mod permissions;
mod places;
mod recovery;
mod second_step;
mod sessions;
mod settings;
mod share;
mod sign_in;
mod stories;
mod uploads;
mod view_history;
mod visibility;
