//! What every request passes on its way in, and every answer on its way out.

pub mod cookies;
pub mod csrf;
pub mod headers;
pub mod host;
pub mod problem;
pub mod request_id;
pub mod session;
pub mod statics;
