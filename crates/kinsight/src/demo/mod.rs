//! The living demo: people, their ninety days, and devices that go on sending.

mod alerts;
pub mod cast;
mod devices;
mod fill;
mod plan;
mod share;

pub use alerts::alert;
pub use devices::send_on;
pub use fill::{Wearer, fill};
pub use plan::plan;
pub use share::share;
