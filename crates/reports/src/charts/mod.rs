//! The pictures: each is drawn once, as SVG, for pages and for paper; and each can be told in words.

mod agp;
mod curve;
mod day;
mod hatch;
mod lanes;
mod profiles;
mod ranges;
mod sparkline;

pub use agp::{agp_chart, describe_agp};
pub use day::{day_chart, describe_day};
pub(crate) use lanes::{lanes_height, sign};
pub use profiles::{daily_profiles, describe_profiles};
pub use ranges::{describe_ranges, plain_range_bar, time_in_range_bar};
pub use sparkline::{describe_sparkline, sparkline};
