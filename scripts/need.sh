#!/usr/bin/env bash
# Finds what is asked for, installs what is missing, and says so.
#   scripts/need.sh postgres nats chromium poppler nextest deny fuzz browser
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

# Versions that build with the toolchain of Cargo.toml's rust-version.
NEXTEST=0.9.143
DENY=0.20.2
FUZZ=0.13.2

apt_updated=no
debian() {
  command -v apt-get >/dev/null || fail "Missing: $*. This script installs with apt-get only; install it by hand."
  say "installing $* (Debian packages)"
  if [ "$apt_updated" = no ]; then
    as_root apt-get update -qq >&2
    apt_updated=yes
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

crate() { # name version
  say "building $1 $2 (cargo install, a few minutes, once)"
  cargo install --locked --quiet "$1" --version "$2"
}

node_packages() {
  command -v npm >/dev/null || debian nodejs npm
  if ! cmp -s browser/package-lock.json browser/node_modules/.installed; then
    say "installing the browser tests' node packages (npm ci)"
    (cd browser && npm ci --silent --no-audit --no-fund)
    cp browser/package-lock.json browser/node_modules/.installed
  fi
}

# Programs in Python that others wrote, which the browser tests let talk to the server.
python_clients() {
  local place=browser/node_modules/.python
  if ! cmp -s browser/clients.txt "$place/.installed"; then
    python3 -c 'import venv, ensurepip' 2>/dev/null || debian python3 python3-venv
    say "installing the browser tests' Python programs (pip)"
    rm -rf "$place"
    python3 -m venv "$place"
    "$place/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: -r browser/clients.txt
    cp browser/clients.txt "$place/.installed"
  fi
}

for thing in "$@"; do
  case $thing in
    postgres) postgres_bin >/dev/null || debian postgresql ;;
    nats) nats_server >/dev/null || debian nats-server ;;
    chromium) chromium_path >/dev/null || debian chromium ;;
    poppler) command -v pdftotext >/dev/null || debian poppler-utils ;;
    nextest) cargo nextest --version >/dev/null 2>&1 || crate cargo-nextest "$NEXTEST" ;;
    deny) cargo deny --version >/dev/null 2>&1 || crate cargo-deny "$DENY" ;;
    fuzz) cargo fuzz --version >/dev/null 2>&1 || crate cargo-fuzz "$FUZZ" ;;
    browser)
      node_packages
      python_clients
      ;;
    *) fail "need.sh does not know '$thing'" ;;
  esac
done
