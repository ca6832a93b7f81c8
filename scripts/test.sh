#!/usr/bin/env bash
# Everything that must hold before a change lands; `make test` runs it, CI too. One target folder, each thing built once.
# Every step runs even when one before it failed, so that one run shows all there is to mend.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never}
# Off, because each of our crates would be written twice, and CI starts from nothing.
if [ -n "${CI:-}" ]; then export CARGO_INCREMENTAL=0; fi
logs=$(mktemp -d "${TMPDIR:-/tmp}/kinsight-test.XXXXXX")
trap 'rm -rf "$logs"' EXIT
passed=0
failed=0
report=""

# step NAME COMMAND…: runs it, keeps what it said, notes how it ended.
step() {
  local name=$1 log="$logs/$1.log" begun=$SECONDS outcome=ok
  shift
  say "== $name"
  "$@" 2>&1 | tee "$log"
  if [ "${PIPESTATUS[0]}" != 0 ]; then
    outcome=FAILED
    failed_steps="${failed_steps:-} $name"
  fi
  report+=$(printf '%-12s %-7s %4d s' "$name" "$outcome" $((SECONDS - begun)))$'\n'
}

# count NAME PASSED FAILED: adds a suite's own numbers.
count() {
  passed=$((passed + ${2:-0}))
  failed=$((failed + ${3:-0}))
}

number() { sed -nE "s/$1/\\1/p" "$2" 2>/dev/null | awk '{ sum += $1 } END { print sum + 0 }'; }

rust_tests() { NATS_SERVER=$(nats_server) scripts/with-postgres.sh cargo nextest run --workspace --locked --no-fail-fast; }
# What we depend on must be there to be judged, for every system.
licences() { cargo fetch --locked --quiet && cargo deny --offline --log-level error check licenses bans sources; }
documentation() { RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet --document-private-items; }

scripts/need.sh nextest deny postgres nats chromium poppler browser || exit 1

step format cargo fmt --all --check -- -l
step clippy cargo clippy --keep-going --workspace --all-targets --locked --quiet -- -D warnings
step tests rust_tests
step doctests cargo test --workspace --doc --locked --quiet
step docs documentation
step licences licences
step browser scripts/browser.sh
# The same things each time: a change must not fail for what chance found; finding is the business of `make soak`.
step fuzz env FUZZ_SEED=1 scripts/fuzz.sh "${FUZZ_SECONDS:-5}"

summary=$(grep -E '^ *Summary \[' "$logs/tests.log" | tail -n 1)
count tests "$(number '.*Summary \[.* ([0-9]+) passed.*' "$logs/tests.log")" \
  "$(number '.*Summary \[.* ([0-9]+) failed.*' "$logs/tests.log")"
count doctests "$(number '^test result: .* ([0-9]+) passed.*' "$logs/doctests.log")" \
  "$(number '^test result: .* ([0-9]+) failed.*' "$logs/doctests.log")"
count browser "$(number '^# pass ([0-9]+).*' "$logs/browser.log")" "$(number '^# fail ([0-9]+).*' "$logs/browser.log")"
# A step that failed without a failed test of its own (a warning, a crash) still counts.
if [ -n "${failed_steps:-}" ] && [ "$failed" = 0 ]; then failed=$(wc -w <<<"$failed_steps"); fi

printf '\n%s\n' "$report"
printf '%s\n' "${summary:-no summary from nextest}"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ -z "${failed_steps:-}" ] || fail "failed:$failed_steps"
