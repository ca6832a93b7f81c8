//! Answers that are no documents: who may what, what this is, what went wrong. Their texts are those that apps look for.

mod documents;
mod pebble;
mod properties;
mod status;
mod summary;
mod v3;

pub use documents::{csv_v3, xml_v3};
pub use pebble::pebble;
pub use properties::properties;
pub use status::{Site, authorized, status, status_js};
pub use summary::{ddata, summary};
pub use v3::{
    created_v3, deduplicated_v3, done_v3, etag_v3, last_modified_v3, replaced_v3, result_v3, status_v3, version_v3,
};

use crate::Permissions;
use serde_json::{Value, json};

/// What we are compatible with: apps switch features by it.
pub const VERSION: &str = "15.0.7";
/// The same as one number.
pub const VERSION_NUMBER: i64 = 150_007;

/// What versions of the interface there are.
pub fn versions() -> Value {
    json!([
        {"version": "1.0.0", "url": "/api/v1"},
        {"version": "2.0.0", "url": "/api/v2"},
        {"version": "3.0.3-alpha", "url": "/api/v3"},
    ])
}

/// 401 of versions 1 and 2.
pub fn unauthorized_v1() -> Value {
    json!({"status": 401, "message": "Unauthorized", "description": "Invalid/Missing"})
}

/// 401 of version 3: nothing came, or something that opens nothing.
pub fn unauthorized_v3(something: bool) -> Value {
    let message = if something { "Bad access token or JWT" } else { "Missing or bad access token or JWT" };
    json!({"status": 401, "message": message})
}

/// 403: what would have been needed.
pub fn forbidden_v3(permission: &str) -> Value {
    json!({"status": 403, "message": format!("Missing permission {permission}")})
}

/// Any other refusal: a status and words.
pub fn refused(status: u16, message: &str) -> Value {
    json!({"status": status, "message": message})
}

/// Of `verifyauth`, which never refuses.
pub fn verified(permissions: Option<Permissions>) -> Value {
    let may = |wanted| permissions.is_some_and(|permissions| permissions.allows(wanted));
    let can_write = may("api:treatments:create");
    json!({"status": 200, "message": {
        "canRead": may("api:entries:read"),
        "canWrite": can_write,
        "isAdmin": false,
        "message": if permissions.is_some() { "OK" } else { "UNAUTHORIZED" },
        "rolefound": if permissions.is_some() { "FOUND" } else { "NOTFOUND" },
        "permissions": if permissions.is_some() { "ROLE" } else { "DEFAULT" },
    }})
}

/// Of `DELETE` under version 1.
pub fn deleted_v1(count: u64) -> Value {
    json!({"acknowledged": true, "deletedCount": count})
}

/// Of `experiments/test`.
pub fn experiment() -> Value {
    json!({"status": "ok"})
}

/// Nothing is noted for administrators here.
pub fn admin_notifies() -> Value {
    json!({"status": 200, "message": {"notifies": [], "notifyCount": 0}})
}

/// Of `count/:storage/where`.
pub fn counted(count: usize) -> Value {
    if count == 0 { json!([]) } else { json!([{"_id": null, "count": count}]) }
}

/// The roles that tokens can have.
pub fn roles() -> Value {
    json!([
        {"name": "activity", "permissions": ["api:activity:create"]},
        {"name": "admin", "permissions": ["*"]},
        {"name": "careportal", "permissions": ["api:treatments:create"]},
        {"name": "denied", "permissions": []},
        {"name": "devicestatus-upload", "permissions": ["api:devicestatus:create"]},
        {"name": "readable", "permissions": ["*:*:read"]},
        {"name": "status-only", "permissions": ["api:status:read"]},
    ])
}
