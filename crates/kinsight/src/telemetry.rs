//! Log lines. Which words may stand in them is written down in docs/logging.md: never a reading, a name, an address or a token.

use crate::settings::LogFormat;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

/// Sends log lines to standard error. `RUST_LOG` chooses which; without it, what an operator wants to know.
pub fn start(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(true);
    // A second start in one process (never in the binary) would keep the first.
    let _ = match format {
        LogFormat::Text => lines.with_ansi(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
}
