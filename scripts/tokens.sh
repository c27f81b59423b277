#!/usr/bin/env bash
# Times `check` of a prompt/completion file as a whole process, and gigatoken's tokenizing alone of both its fields, in
# turn: tokens.sh FILE RANKS, where RANKS is o200k_base.tiktoken. Needs Python with the packages gigatoken and awkward.
set -euo pipefail
file=$(realpath "$1")
ranks=$(realpath "$2")
cd "$(dirname "$0")/.."
cargo build --release --locked --quiet
mb=$(($(stat -c %s "$file") / 1000000))
for _ in 1 2 3 4 5; do
  begin=$(date +%s.%N)
  target/release/bedload check "$file" --format prompt-completion --encoding o200k_base --quiet >/dev/null || true
  python3 - "$file" "$ranks" "$begin" "$(date +%s.%N)" "$mb" <<'PYTHON'
import sys, time
import gigatoken as gt
file, ranks, begin, end, mb = sys.argv[1], sys.argv[2], *map(float, sys.argv[3:])
tokenizer = gt.Tokenizer.from_tiktoken(ranks)
start = time.perf_counter()
for field in ("prompt", "completion"):
    tokenizer.encode_files(gt.JsonlFileSource([file], field=field))
other = time.perf_counter() - start
ours = end - begin
print(f"check {ours:.2f} s, {mb / ours:.0f} MB/s; gigatoken {other:.2f} s, {mb / other:.0f} MB/s; {other / ours:.2f} times")
PYTHON
done
