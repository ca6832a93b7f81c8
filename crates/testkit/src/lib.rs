//! People, readings and servers for tests.

#[cfg(feature = "app")]
pub mod app;
pub mod authenticator;
pub mod authenticator_app;
pub mod both;
#[cfg(feature = "app")]
pub mod browser;
pub mod cast;
pub mod clock;
#[cfg(feature = "app")]
pub mod events;
pub mod people;
