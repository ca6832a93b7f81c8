#!/usr/bin/env bash
# The browser tests, against the real server in its dev build.  KEEP_SCREENSHOTS=folder keeps pictures of every page.
#   scripts/browser.sh [part of a test's name]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
scripts/need.sh chromium browser

cargo build --locked --quiet -p kinsight
KINSIGHT_BIN="$(cargo metadata --no-deps --offline --format-version 1 | sed -E 's/.*"target_directory":"([^"]+)".*/\1/')/debug/kinsight"
CHROMIUM=$(chromium_path)
CLIENTS_PYTHON=$PWD/browser/node_modules/.python/bin/python
export KINSIGHT_BIN CHROMIUM CLIENTS_PYTHON
cd browser
exec node --test --test-reporter=tap --test-concurrency=2 ${1:+--test-name-pattern="$1"} flows/*.test.mjs
