#!/usr/bin/env bash
# Speed and size, measured: criterion's benchmarks, then what only the whole program can tell.
#   scripts/bench.sh [part of a benchmark's name]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
scripts/need.sh postgres

PG_DURABLE=1 scripts/with-postgres.sh cargo bench --workspace --locked --benches -- ${1:+"$1"}
if [ -z "${1:-}" ]; then
  cargo build --release --locked -p kinsight
  cargo run --release --locked --quiet -p kinsight -- bench
fi
