# What the scripts share: plain words, root where it is needed, and where things are.
# Sourced by bash scripts that have set -euo pipefail and stand in the project's folder.

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "$*"
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "This needs root: run it as root, or install sudo, or install by hand: $*"
  fi
}

# The newest PostgreSQL's programs, Debian's place first.
postgres_bin() {
  local folder
  folder=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
  if [ -n "$folder" ] && [ -x "$folder/initdb" ]; then
    printf '%s\n' "$folder"
  elif command -v initdb >/dev/null; then
    dirname "$(readlink -f "$(command -v initdb)")"
  else
    return 1
  fi
}

# The server that carries news between nodes. Debian puts it where not everybody looks.
nats_server() {
  command -v nats-server || { [ -x /usr/sbin/nats-server ] && echo /usr/sbin/nats-server; }
}

# A browser to drive: CHROMIUM when set, else the first that is installed.
chromium_path() {
  local name
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && command -v "$name" >/dev/null; then
      command -v "$name"
      return
    fi
  done
  return 1
}
