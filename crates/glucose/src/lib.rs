//! What readings mean. Pure: no I/O, no clock, no wire formats; a clinician could review it.
//!
//! Definitions and their sources stand beside each figure. Shapes: a [`NewReading`] is what a
//! device or file brings; a [`Reading`] is what is kept. Instants are UTC; the wall clock that
//! the device showed is kept beside them as an offset in minutes.
#![deny(missing_docs)]

pub mod agp;
pub mod alert;
mod basal;
mod bins;
mod daily;
pub mod definitions;
pub mod episodes;
pub mod event;
mod excursions;
pub mod figures;
pub mod gri;
mod grid;
pub mod insulin_totals;
pub mod iob;
mod loop_hours;
mod mage;
pub mod period;
mod pgs;
pub mod ranges;
pub mod reading;
mod rhythm;
mod risk;
mod samples;
mod series;
mod shares;
mod spells;
mod spread;
mod sufficiency;
mod summary;
mod tally;
pub mod time_in_range;
mod told;
pub mod trend;
pub mod units;
mod variability;
mod wall_clock;
mod wear;

pub use agp::{Agp, DailyProfile, Percentiles};
pub use alert::{AlertKind, AlertRule, Threshold};
pub use basal::basal_rates;
pub use daily::Daily;
pub use definitions::{Definition, definition, definitions};
pub use episodes::{Episode, EpisodeCounts, Level};
pub use event::{Event, EventKind, NewEvent};
pub use figures::{Figure, Figures, Window};
pub use gri::Gri;
pub use insulin_totals::{InsulinDay, InsulinTotals};
pub use iob::{InsulinCurve, OnBoard};
pub use mage::Mage;
pub use period::{Period, local_day};
pub use ranges::{Band, Goals, Group, Limits, Ranges};
pub use reading::{Given, Limit, NewReading, Provenance, Reading, ReadingKind, Trend};
pub use risk::{Grade, Risk};
pub use shares::Shares;
pub use sufficiency::Sufficiency;
pub use summary::{Summary, gmi_of_mean};
pub use time_in_range::{Share, ShownShares, TimeInRange, round_half_even};
pub use trend::Delta;
pub use units::{Glucose, MG_DL_PER_MMOL_L, Unit};
pub use variability::{CONGA_HOURS, Variability};
pub use wear::Wear;
