//! Packs `static/` into the crate: style sheets joined, everything compressed once, one hash for the whole tree.
//!
//! One hash over all files stands in the URL, so modules may import each other by relative paths and every
//! file can be cached for ever.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("static");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    println!("cargo::rerun-if-changed={}", root.display());

    let mut files = vec![("css/app.css".to_owned(), joined(&root.join("css"))?)];
    for folder in ["js", "icons"] {
        for path in listed(&root.join(folder))? {
            files.push((format!("{folder}/{}", name_of(&path)), fs::read(&path)?));
        }
    }
    let mut table = format!("pub const TREE: &str = \"{:016x}\";\npub static ASSETS: &[Asset] = &[\n", hash(&files));
    for (number, (path, bytes)) in files.iter().enumerate() {
        pack(&mut table, &out, number, path, bytes)?;
    }
    table.push_str("];\n");
    fs::write(out.join("table.rs"), table)
}

/// Every style sheet, in the order of their names; `_layers.css` comes first and sets the order of the layers.
fn joined(folder: &Path) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    for path in listed(folder)? {
        all.extend(fs::read(&path)?);
        all.push(b'\n');
    }
    Ok(all)
}

fn listed(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn name_of(path: &Path) -> String {
    path.file_name().expect("listed files have names").to_string_lossy().into_owned()
}

/// FNV-1a over names and contents. It tells builds apart and guards nothing.
fn hash(files: &[(String, Vec<u8>)]) -> u64 {
    files
        .iter()
        .flat_map(|(path, bytes)| path.bytes().chain([0]).chain(bytes.iter().copied()))
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn pack(table: &mut String, out: &Path, number: usize, path: &str, bytes: &[u8]) -> io::Result<()> {
    let mut brotli_bytes = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut brotli_bytes, &parameters)?;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(bytes)?;
    let gzip_bytes = gzip.finish()?;

    for (ending, content) in [("plain", bytes), ("br", &brotli_bytes), ("gz", &gzip_bytes)] {
        fs::write(out.join(format!("{number}.{ending}")), content)?;
    }
    let include = |ending: &str| format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{number}.{ending}\"))");
    writeln!(
        table,
        "    Asset {{ path: \"{path}\", content_type: \"{}\", plain: {}, brotli: {}, gzip: {} }},",
        content_type(path),
        include("plain"),
        include("br"),
        include("gz")
    )
    .map_err(io::Error::other)
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webmanifest") => "application/manifest+json",
        other => panic!("no content type is known for {other:?} files"),
    }
}
