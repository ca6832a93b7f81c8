//! Uploads on their way: received into a temporary file, read on a blocking thread, kept by the store.
//!
//! All of it happens inside the request that brings the file, so nothing is left running when the server stops or
//! the browser goes away. What is kept here is only what the progress and result pages ask for, under an
//! unguessable id that is bound to the account, for half an hour.

mod found;
mod job;
mod reading;
mod spool;

pub use found::Found;
pub use job::{Ask, FileState, FileWork, JobId, Uploading};
pub use reading::{Brought, bring, bring_all};
pub use spool::{Received, Spool, TooLarge, receive_body, receive_files};
