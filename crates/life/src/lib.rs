//! Simulated people with diabetes: believable readings and events for the living demo and for tests. Pure and
//! seeded: the same seed lives the same life, tick for tick.
//!
//! The body is a small model (absorbed carbohydrate raises, acting insulin lowers, the liver's need varies over the
//! day); it makes pictures that look right and teaches nobody medicine.
#![deny(missing_docs)]

mod body;
mod chance;
mod day;
mod device;
mod habit;
mod live;
mod person;
mod pump;
mod sensor;

pub use device::{SimulatedDevice, SimulatedDeviceKind};
pub use live::{Batch, Life};
pub use person::Personality;
