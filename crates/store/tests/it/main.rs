//! Every method of the store, on both databases, told as stories.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod accounts;
mod audit;
mod board;
mod can;
mod cannot;
mod chunk_bytes;
mod chunk_model;
mod crash;
mod data;
mod database;
mod devices;
mod downloads;
mod flood;
mod following;
mod gate;
mod handover;
mod keys;
mod leaving;
mod link;
mod lockdown;
mod lockdown_after;
mod outbox;
mod passes;
mod passkeys;
mod passwords;
mod phone;
mod purge;
mod recovery;
mod second_step;
mod share;
mod share_model;
mod tampering;
mod thieves;
mod watching;
