//! What readings mean. Pure: no I/O, no clock, no wire formats; a clinician could review it.
//!
//! Definitions and their sources stand beside each figure. Shapes: a [`NewReading`] is what a
//! device or file brings; a [`Reading`] is what is kept. Instants are UTC; the wall clock that
//! the device showed is kept beside them as an offset in minutes.
#![deny(missing_docs)]

pub mod agp;
pub mod episodes;
pub mod event;
pub mod figures;
pub mod period;
pub mod ranges;
pub mod reading;
mod rhythm;
mod series;
pub mod time_in_range;
pub mod units;

pub use agp::{Agp, DailyProfile, Percentiles, Sufficiency};
pub use episodes::{Episode, Level};
pub use event::{Event, EventKind, NewEvent};
pub use figures::{Figure, Figures, Window};
pub use period::{Period, local_day};
pub use ranges::{Band, Goals, Group, Limits, Ranges};
pub use reading::{Given, Limit, NewReading, Provenance, Reading, ReadingKind, Trend};
pub use time_in_range::{Share, ShownShares, TimeInRange, round_half_even};
pub use units::{Glucose, MG_DL_PER_MMOL_L, Unit};
