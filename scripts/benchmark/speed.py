"""Times of whole processes, by turns with peers."""
import json
import shutil
import statistics
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

from . import program

COMMANDS = {
    "check --skip tokens": ["check", "--skip", "tokens"],
    "check": ["check"],
    "build --skip tokens": ["build", "--skip", "tokens"],
    "build": ["build"],
    "build --near 0.8": ["build", "--skip", "tokens", "--skip", "balance", "--near", "0.8"],
}

# By peer: what it does, and the command that does that and more.
PEERS = {
    "duckdb": ("DuckDB: parse", "check --skip tokens"),
    "polars": ("Polars: parse", "check --skip tokens"),
    "orjson": ("orjson: parse, one core", "check --skip tokens"),
    "jq": ("jq: parse and print", "check --skip tokens"),
    "zcat": ("zcat", "check --skip tokens"),
    "zstd": ("zstd -dc", "check --skip tokens"),
    "gigatoken": ("gigatoken: tokens", "check"),
    "duckdb_distinct": ("DuckDB: distinct to JSON", "build --skip tokens"),
    "rensa": ("rensa: near-duplicates", "build --near 0.8"),
}

# Which peers read which corpus.
READ_BY = {
    "prose": ["duckdb", "polars", "orjson", "jq", "gigatoken", "duckdb_distinct", "rensa"],
    "short": ["duckdb", "polars", "orjson", "gigatoken", "duckdb_distinct"],
    "long": ["duckdb", "polars", "orjson", "gigatoken", "duckdb_distinct"],
    "converse": ["duckdb", "polars", "orjson", "duckdb_distinct"],
    "multilingual": ["duckdb", "polars", "orjson", "gigatoken", "duckdb_distinct"],
    "escaped": ["duckdb", "polars", "orjson", "gigatoken", "duckdb_distinct"],
    "gz": ["zcat", "duckdb"],
    "zst": ["zstd", "duckdb"],
    "files": ["duckdb", "duckdb_distinct"],
}


def peer(name, python, path):
    """The seconds that a peer takes, or why it takes none."""
    commands = {"jq": ["jq", "-c", ".", path], "zcat": ["zcat", path], "zstd": ["zstd", "-dcq", path]}
    if name in commands:
        if not shutil.which(name):
            return "not installed"
        seconds, _, _, code = program.run(commands[name])
        return seconds if code == 0 else f"failed with exit code {code}"
    script = Path(__file__).with_name("peers.py")
    done = subprocess.run([python, str(script), name, str(path)], capture_output=True, text=True)
    if done.returncode == 0:
        return float(done.stdout)
    reason = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
    return "not installed" if "ModuleNotFoundError" in reason[0] else f"failed: {reason[0][:120]}"


def spread(values):
    return f"{min(values):.3f} | {statistics.median(values):.3f} | {max(values):.3f}"


def ratios(others, ours):
    """How many times as long the others take, round by round."""
    each = [other / own for other, own in zip(others, ours)]
    return f"{min(each):.2f} | {statistics.median(each):.2f} | {max(each):.2f}"


def measure(binaries, corpus, path, arguments):
    """Runs everything by turns; times by name, usage by name, and reasons of peers that did not run."""
    times, usage, absent = {}, {}, {}
    out = program.CORPORA / "out"
    for round_ in range(arguments.rounds):
        for name in COMMANDS:
            for label, binary in binaries if round_ % 2 == 0 else binaries[::-1]:
                words = [binary, *COMMANDS[name], path, "--no-progress", "--no-config"]
                if name.startswith("build"):
                    words += ["--overwrite", "--out", out]
                seconds, processor, memory, code = program.run(words)
                if code not in (0, 1):
                    sys.exit(f"{' '.join(map(str, words))}: exit code {code}")
                times.setdefault(label + name, []).append(seconds)
                usage.setdefault(label + name, []).append((processor, memory))
            for peer_name in READ_BY[corpus]:
                if PEERS[peer_name][1] == name and peer_name not in absent:
                    taken = peer(peer_name, arguments.python, path)
                    if isinstance(taken, float):
                        times.setdefault(peer_name, []).append(taken)
                    else:
                        absent[peer_name] = taken
    shutil.rmtree(out, ignore_errors=True)
    return times, usage, absent


def size(path):
    files = [path] if path.is_file() else list(path.iterdir())
    return sum(file.stat().st_size for file in files)


def records(binary, path):
    words = [binary, "check", "--skip", "tokens", path, "--no-config", "--output-format", "jsonl"]
    done = subprocess.run(words, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])["records"]


def section(corpus, path, read, binaries, measured):
    times, usage, absent = measured
    text = f"\n## {corpus}: {read / 1e6:.0f} MB of JSONL, {records(binaries[0][1], path):,} records"
    if path.is_file() and path.suffix in (".gz", ".zst"):
        text += f" ({size(path) / 1e6:.0f} MB compressed)"
    lines = [text, "", "| bedload | s, minimum | median | maximum | CPU s | peak MB | MB/s |", "|---|---|---|---|---|---|---|"]
    for label, _ in binaries:
        for name in COMMANDS:
            taken, used = times[label + name], usage[label + name]
            processor, memory = (statistics.median(column) for column in zip(*used))
            speed = read / statistics.median(taken) / 1e6
            lines.append(f"| {label}`{name}` | {spread(taken)} | {processor:.2f} | {memory:.0f} | {speed:.0f} |")
    lines += ["", "| peer | s, minimum | median | maximum | times as long as | minimum | median | maximum |", "|---|---|---|---|---|---|---|---|"]
    for label, _ in binaries[1:]:
        for name in COMMANDS:
            ratio = ratios(times[label + name], times[name])
            lines.append(f"| {label}`{name}` | {spread(times[label + name])} | `{name}` | {ratio} |")
    for name in READ_BY[corpus]:
        title, ours = PEERS[name]
        if name in absent:
            lines.append(f"| {title} | {absent[name]} | | | `{ours}` | | | |")
        else:
            lines.append(f"| {title} | {spread(times[name])} | `{ours}` | {ratios(times[name], times[ours])} |")
    return lines


def run(arguments):
    megabytes = arguments.megabytes or 32
    binary = program.build()
    binaries = [("", binary)]
    if arguments.against:
        binaries.append(("other ", Path(arguments.against).resolve()))
    lines = [
        f"# Benchmark results, {datetime.now(timezone.utc):%Y-%m-%d}",
        "",
        f"Written by `scripts/bench --megabytes {megabytes} --rounds {arguments.rounds}`.",
        "Whole processes, files in the page cache, everything by turns. Peers are timed without their start and imports.",
        "A ratio above 1 means that the peer takes longer; ratios are of the same round.",
        "",
        *program.machine(binary),
    ]
    for corpus in arguments.only.split(",") if arguments.only else program.KINDS:
        path = program.corpus(corpus, megabytes)
        print(f"{corpus} …", file=sys.stderr, flush=True)
        # The first reading fills the page cache.
        program.run([binary, "check", "--skip", "tokens", path, "--no-config"])
        measured = measure(binaries, corpus, path, arguments)
        lines += section(corpus, path, megabytes * 1e6, binaries, measured)
    text = "\n".join(lines) + "\n"
    out = arguments.out or program.ROOT / "benches/results" / f"{datetime.now(timezone.utc):%Y-%m-%d}.md"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text)
    print(text)
    return 0
