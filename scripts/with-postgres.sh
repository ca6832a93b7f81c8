#!/usr/bin/env bash
# Runs a command with a PostgreSQL of its own: a fresh cluster in a temporary folder, on a free port of the
# loopback address, with a password made for this run; TEST_POSTGRES_URL tells the command. It is stopped and
# removed at the end, however that comes. PG_DURABLE=1 keeps fsync on (for measuring, and for killing).
#   scripts/with-postgres.sh cargo nextest run -p store
#   scripts/with-postgres.sh --hold      says the URL and does as it is told, line by line: kill, start; until its input ends
set -euo pipefail
. "$(dirname "$0")/lib.sh"
[ $# -gt 0 ] || fail "usage: with-postgres.sh COMMAND… or --hold"

bin=$(postgres_bin) || fail "PostgreSQL is not installed; run scripts/need.sh postgres"
folder=$(mktemp -d "${TMPDIR:-/tmp}/kinsight-postgres.XXXXXX")

# PostgreSQL refuses to run as root.
as_server() {
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u "$server_user" -- "$@"); else (cd / && "$@"); fi
}
server_user=nobody
if getent passwd postgres >/dev/null; then server_user=postgres; fi

stop() {
  as_server "$bin/pg_ctl" -D "$folder/data" -m immediate -s stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

password=$(head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n')
(umask 077 && printf '%s\n' "$password" >"$folder/password")
if [ "$(id -u)" = 0 ]; then chown -R "$server_user" "$folder"; fi

as_server "$bin/initdb" -D "$folder/data" -U kinsight -A scram-sha-256 --pwfile="$folder/password" \
  -E UTF8 --locale=C --no-sync >"$folder/initdb.log" 2>&1 || fail "initdb failed: $(tail -n 5 "$folder/initdb.log")"

options="-c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c max_connections=200"
if [ -z "${PG_DURABLE:-}" ]; then
  options="$options -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
fi

free_port() {
  local port
  while port=$((20000 + RANDOM % 20000)); do
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      printf '%s\n' "$port"
      return
    fi
  done
}

start() {
  as_server "$bin/pg_ctl" -D "$folder/data" -o "$options -p $port" -l "$folder/data/server.log" -w -t 30 -s start >/dev/null 2>&1
}

# Whoever asked hears of each thing when it is done.
hold() {
  local wanted
  echo "$TEST_POSTGRES_URL"
  while read -r wanted; do
    case $wanted in
      kill) as_server "$bin/pg_ctl" -D "$folder/data" -m immediate -s stop >/dev/null 2>&1 ;;
      start) start ;;
      *) fail "with-postgres.sh --hold does not know '$wanted'" ;;
    esac
    echo "$wanted"
  done
}

started=no
for _ in 1 2 3 4 5; do
  port=$(free_port)
  if start; then
    started=yes
    break
  fi
done
[ "$started" = yes ] || fail "PostgreSQL did not start: $(tail -n 5 "$folder/data/server.log")"

export TEST_POSTGRES_URL="postgres://kinsight:$password@127.0.0.1:$port/postgres"
if [ "$1" = --hold ]; then hold; else "$@"; fi
