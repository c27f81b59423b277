#!/usr/bin/env bash
# Time per phase and memory per record of `build` on one large file: measure.sh FILE [OPTIONS OF BUILD...]
# Anonymous memory per record is the slope between the first half of the file and the whole, read without a map.
set -euo pipefail
cd "$(dirname "$0")/.."
file=$1
shift
cargo build --release --locked --quiet
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
head -c $(($(stat -c %s "$file") / 2)) "$file" >"$work/half.jsonl"
for input in "$work/half.jsonl" "$file"; do
  echo "$(stat -c %s "$input") bytes, $(wc -l <"$input") lines, $(nproc) cores"
  /usr/bin/time -f "  %e s wall, %U s user, %S s sys, peak %M KB" \
    target/release/bedload build "$input" --no-mmap --no-progress --overwrite --out "$work/out" "$@" 2>&1 >/dev/null |
    grep -E '^  time|^   +spool|wall' || true
done
