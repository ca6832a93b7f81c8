//! The static files, in a leaf of their own, so that pages build fast and ship with what they need.
//!
//! Why not memory-serve: it brings axum into this crate and gives each file its own ETag but no hash in the
//! URL; sixty lines of `build.rs` give both, compress once, and keep the leaf without dependencies.

/// One file, ready to be sent in three ways.
#[derive(Debug)]
pub struct Asset {
    pub path: &'static str,
    pub content_type: &'static str,
    pub plain: &'static [u8],
    pub brotli: &'static [u8],
    pub gzip: &'static [u8],
}

mod table {
    use super::Asset;
    include!(concat!(env!("OUT_DIR"), "/table.rs"));
}

pub use table::{ASSETS, TREE};

/// The file of this path within the tree, as in `css/app.css`.
pub fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path)
}

/// Where the server offers it. The tree's hash is in it, so it may be cached for ever.
pub fn url(path: &str) -> String {
    format!("/static/{TREE}/{path}")
}
