//! What readings mean. Pure: no I/O, no clock, no wire formats; a clinician could review it.
//!
//! Definitions and their sources stand beside each figure. Shapes: a [`NewReading`] is what a
//! device or file brings; a [`Reading`] is what is kept. Instants are UTC; the wall clock that
//! the device showed is kept beside them as an offset in minutes.
#![deny(missing_docs)]

pub mod event;
pub mod period;
pub mod reading;
pub mod units;

pub use event::{Event, EventKind, NewEvent};
pub use period::{Period, local_day};
pub use reading::{Given, Limit, NewReading, Provenance, Reading, ReadingKind, Trend};
pub use units::{Glucose, MG_DL_PER_MMOL_L, Unit};
