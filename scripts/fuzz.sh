#!/usr/bin/env bash
# Fuzzes the token counter against tiktoken-rs: fuzz.sh [SECONDS], 60 by default. Needs a C++ compiler, for libFuzzer.
# What it learns stays in target/fuzz; a difference ends the run, and the text is written there.
set -euo pipefail
cd "$(dirname "$0")/.."
corpus=target/fuzz/counts
mkdir -p "$corpus"
[ -e "$corpus/readme" ] || cp README.md "$corpus/readme"
# What `cargo fuzz` passes, but for what a stable compiler does not take.
coverage="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4"
coverage+=" -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table"
coverage+=" -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1"
# Named, so that build scripts are built without.
target=$(rustc -vV | sed -n 's/^host: //p')
RUSTFLAGS="$coverage" cargo build --release --locked --target "$target" --target-dir target/fuzz \
  --manifest-path crates/tokens/fuzz/Cargo.toml
"target/fuzz/$target/release/counts" "$corpus" -max_total_time="${1:-60}" -max_len=4096 -timeout=60 \
  -artifact_prefix=target/fuzz/ -print_final_stats=1
