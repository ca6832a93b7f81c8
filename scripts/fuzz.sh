#!/usr/bin/env bash
# Fuzzes every target of fuzz/ for SECONDS each, from its corpus of synthetic files. Needs a nightly toolchain;
# without one it says so: the same targets run over the same corpus in the ordinary tests.
#   scripts/fuzz.sh 10
# FUZZ_SEED=1 tries the same things in the same order each time; without it chance decides.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

seconds=${1:-10}
if ! command -v rustup >/dev/null || ! rustup toolchain list | grep -q '^nightly'; then
  say "no nightly toolchain: the fuzz targets ran over their corpus on stable, in the tests of imports"
  exit 0
fi
scripts/need.sh fuzz

targets=$(cd fuzz && cargo +nightly fuzz list)
(cd fuzz && cargo +nightly fuzz build) || fail "the fuzz targets do not build"
for target in $targets; do
  # What it finds anew stays on this machine; the synthetic files of the rooms' tests are the seeds.
  seeds=../crates/imports/tests/files
  for room in imports nightscout; do
    if [ -d "crates/$room/tests/files/$target" ]; then seeds="../crates/$room/tests/files/$target"; fi
  done
  mkdir -p "fuzz/corpus/$target"
  log=$(mktemp)
  say "fuzzing $target for $seconds s"
  if ! (cd fuzz && cargo +nightly fuzz run "$target" "corpus/$target" "$seeds" -- \
    -seed="${FUZZ_SEED:-0}" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=1024 -max_len=200000 -print_final_stats=1) >"$log" 2>&1; then
    tail -n 40 "$log"
    fail "fuzzing $target found something; the input is in fuzz/artifacts/$target"
  fi
  grep -E 'stat::number_of_executed_units' "$log" >&2 || true
  rm -f "$log"
done
