# Everything the project can be asked for. `make help` lists it.
.DEFAULT_GOAL := help
.PHONY: help demo test check fmt browser fuzz soak bench release clean

help: ## list what can be made
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  %-14s %s\n", $$1, $$2 }'

demo: ## build and start the living demo; prints its address and sign-ins
	@echo "building; the first time takes a few minutes"
	@cargo build --locked -p kinsight
	@cargo run --locked --quiet -p kinsight -- demo

test: ## everything that must hold: format, clippy, tests on both databases, docs, licences, browser, short fuzz
	@scripts/test.sh

check: ## the quick look while working: format, clippy, tests with SQLite
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo nextest run --workspace --locked

fmt: ## format all code
	cargo fmt --all

browser: ## the browser tests alone
	@scripts/browser.sh

fuzz: ## fuzz every importer for a minute each (nightly toolchain)
	@scripts/fuzz.sh 60

soak: ## the long runs: many cases, faults, kills, floods, long fuzzing
	@scripts/soak.sh

bench: ## measure speed and size
	@scripts/bench.sh

release: ## build the release binary, target/release/kinsight
	cargo build --release --locked -p kinsight

clean: ## remove what was built
	cargo clean
	rm -rf browser/node_modules
