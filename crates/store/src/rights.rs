//! Rights as types: what a job may do is what its access has methods for.

use sharing::RightKind;

mod sealed {
    pub trait Sealed {}
}

/// A right that can be asked for at the gate; nobody outside can make another.
pub trait Right: sealed::Sealed + Send + 'static {
    /// Its name in the policy.
    const KIND: RightKind;
    /// Whether its jobs run in a write transaction.
    const WRITES: bool;
}

/// A right with which data can be seen.
pub trait CanView: Right {}

macro_rules! rights {
    ($($(#[$doc:meta])* $name:ident writes $writes:literal;)*) => {
        $($(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}
        impl sealed::Sealed for $name {}
        impl Right for $name {
            const KIND: RightKind = RightKind::$name;
            const WRITES: bool = $writes;
        })*
    };
}

rights! {
    /// See figures and charts on screen.
    View writes false;
    /// Get a report file, a print page or bulk data.
    Download writes true;
    /// Bring data, and take uploads back.
    Upload writes true;
    /// Change the record itself and who may see it.
    Manage writes true;
}

impl CanView for View {}
impl CanView for Download {}
impl CanView for Manage {}
