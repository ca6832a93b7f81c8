//! What apps say in, what they expect out.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod answers;
mod anything;
mod carelink;
mod clients;
mod credentials;
mod entries;
mod frame;
mod jwt;
mod live;
mod meaning;
mod negotiate;
mod preparing;
mod queries;
mod recorded;
mod searches;
mod sockets;
mod times;
mod version_3;
