#!/usr/bin/env bash
# The long runs: property tests with many cases, the tests marked `ignored` (faults, kills, floods), long fuzzing.
#   scripts/soak.sh [seconds of fuzzing for each target, 600 unless told]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
scripts/need.sh nextest postgres nats

export PROPTEST_CASES=${PROPTEST_CASES:-5000} KINSIGHT_FUZZ_ROUNDS=${KINSIGHT_FUZZ_ROUNDS:-200} KINSIGHT_SOAK=${KINSIGHT_SOAK:-200}
NATS_SERVER=$(nats_server)
export NATS_SERVER
say "== every test, properties with $PROPTEST_CASES cases, and the ignored ones"
scripts/with-postgres.sh cargo nextest run --workspace --locked --no-fail-fast --run-ignored all --profile soak
say "== fuzzing"
scripts/fuzz.sh "${1:-600}"
