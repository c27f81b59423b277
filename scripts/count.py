#!/usr/bin/env python3
"""Counts a prompt/completion data set without bedload, to hold `bedload build` against:

    count.py OUT FILE...

Reads the inputs (.jsonl or .jsonl.gz) with Python's json, counts lines, valid records, exact duplicates of
(prompt, completion) and kept records, and compares with OUT/manifest.json and with the lines of OUT/train.jsonl and
OUT/validation.jsonl. Where the package tiktoken and a rank file are at hand (--ranks o200k_base.tiktoken), tokens of
all kept records are counted too. Exits with 1 where something differs. For data whose JSON is not in doubt.
"""
import argparse, base64, gzip, json, pathlib, sys

O200K = "|".join([
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"])


def lines(path):
    opened = gzip.open if path.endswith(".gz") else open
    with opened(path, "rb") as f:
        yield from f


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("out", type=pathlib.Path)
    p.add_argument("files", nargs="+")
    p.add_argument("--ranks", help="o200k_base.tiktoken, to count tokens with tiktoken")
    p.add_argument("--limit", type=int, default=32_000, help="tokens that a record may have")
    a = p.parse_args()
    encoding = None
    if a.ranks:
        import tiktoken
        table = {base64.b64decode(t): int(r) for t, r in (l.split() for l in open(a.ranks, "rb"))}
        encoding = tiktoken.Encoding("o200k", pat_str=O200K, mergeable_ranks=table, special_tokens={})
    read = valid = duplicates = over = tokens = 0
    seen = {}
    for path in a.files:
        for line in lines(path):
            read += 1
            try:
                record = json.loads(line)
                content = record["prompt"], record["completion"]
                assert all(isinstance(text, str) and text.strip() for text in content)
            except (ValueError, KeyError, TypeError, AssertionError):
                continue
            if encoding:
                n = sum(len(encoding.encode_ordinary(text)) for text in content)
                if n > a.limit:
                    over += 1
                    continue
            valid += 1
            if content in seen:
                duplicates += 1
                continue
            seen[content] = line.rstrip(b"\r\n")
            tokens += n if encoding else 0
    manifest = json.loads((a.out / "manifest.json").read_text())
    counts = manifest["counts"]
    mine = {"read": read, "rejected": read - valid, "duplicates": duplicates, "kept": len(seen)}
    theirs = {key: counts[key] for key in ("read", "rejected", "duplicates")}
    theirs["kept"] = counts["train"] + counts["validation"] + counts["unselected"]
    if encoding:
        mine["tokens"], theirs["tokens"] = tokens, sum(manifest["tokens"].values())
        print(f"over the limit of {a.limit} tokens: {over}")
    written = [line.rstrip(b"\n") for side in ("train", "validation")
               if (a.out / f"{side}.jsonl").exists() for line in open(a.out / f"{side}.jsonl", "rb")]
    mine["lines"], theirs["lines"] = sorted(seen.values()), sorted(written)
    wrong = 0
    for key, value in mine.items():
        same = value == theirs[key]
        wrong += not same
        shown = (value, theirs[key]) if key != "lines" else (len(value), len(theirs[key]))
        print(f"{key:11s} {shown[0]:>12,} {shown[1]:>12,} {'equal' if same else 'DIFFERENT'}")
    sys.exit(1 if wrong else 0)


main()
