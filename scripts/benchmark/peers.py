"""What other programs take for a part of the same work: `peers.py NAME FILE` prints the seconds.

Only the work is timed, not the start of the interpreter and the imports; bedload is timed as a whole process.
"""
import glob
import os
import sys
import time

PROMPT = "{prompt: 'VARCHAR', completion: 'VARCHAR'}"
CONVERSE = """{schemaVersion: 'VARCHAR', system: 'STRUCT(text VARCHAR)[]',
    messages: 'STRUCT(role VARCHAR, content STRUCT(text VARCHAR)[])[]'}"""
RANKS = "registry/src/*/tiktoken-rs-*/assets/o200k_base.tiktoken"


def files(path):
    return f"{path}/*.jsonl" if os.path.isdir(path) else path


def duckdb(path):
    """Parses every field."""
    import duckdb as db

    def work():
        if "converse" in os.path.basename(path):
            fields, columns = CONVERSE, "sum(length(system[1].text)), sum(len(messages))"
        else:
            fields, columns = PROMPT, "sum(length(prompt)), sum(length(completion))"
        db.sql(f"SELECT count(*), {columns} FROM read_ndjson('{files(path)}', columns = {fields})").fetchall()

    return work


def duckdb_distinct(path):
    """Parses every field, removes duplicates, writes JSON."""
    import duckdb as db

    def work():
        fields, on = (CONVERSE, "messages") if "converse" in os.path.basename(path) else (PROMPT, "prompt, completion")
        out = f"{path}.distinct.json"
        db.sql(
            f"COPY (SELECT DISTINCT ON ({on}) * FROM read_ndjson('{files(path)}', columns = {fields})) "
            f"TO '{out}' (FORMAT json)"
        )
        os.remove(out)

    return work


def polars(path):
    """Parses every field."""
    import polars as pl

    return lambda: pl.scan_ndjson(files(path)).select(pl.all().count()).collect(engine="streaming")


def orjson(path):
    """Parses every line, on one core."""
    import orjson as json

    def work():
        with open(path, "rb") as lines:
            for line in lines:
                json.loads(line)

    return work


def gigatoken(path):
    """Counts o200k_base tokens of prompt and completion, without anything else."""
    import awkward  # noqa: F401
    import gigatoken as gt

    home = os.environ.get("CARGO_HOME", os.path.expanduser("~/.cargo"))
    ranks = os.environ.get("O200K_RANKS") or max(glob.glob(f"{home}/{RANKS}"))
    tokenizer = gt.Tokenizer.from_tiktoken(ranks)

    def work():
        for field in ("prompt", "completion"):
            tokenizer.encode_files(gt.JsonlFileSource([path], field=field))

    return work


def rensa(path):
    """Looks for near-duplicates by MinHash: five words in a row, 128 permutations, estimates of 0.8 and more."""
    import json

    from rensa import RMinHash, RMinHashLSH

    def work():
        index, kept = RMinHashLSH(threshold=0.8, num_perm=128, num_bands=16), {}
        with open(path, encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                record = json.loads(line)
                words = f"{record['prompt']} {record['completion']}".split()
                signature = RMinHash(num_perm=128, seed=42)
                signature.update([" ".join(words[at : at + 5]) for at in range(max(1, len(words) - 4))])
                if not any(kept[other].jaccard(signature) >= 0.8 for other in index.query(signature)):
                    index.insert(number, signature)
                    kept[number] = signature

    return work


def main():
    name, path = sys.argv[1:]
    work = {f.__name__: f for f in (duckdb, duckdb_distinct, polars, orjson, gigatoken, rensa)}[name](path)
    begin = time.perf_counter()
    work()
    print(time.perf_counter() - begin)


if __name__ == "__main__":
    main()
