"""Instructions per byte and phase, counted by callgrind: the same on a busy machine as on an idle one.

Callgrind's processor has AVX2 but neither AVX-512 nor instructions for SHA-256, so hashing weighs more here than in
truth. One thread; what is done once a run whatever its size (the vocabulary, the profiles) is in the phase `start`.
"""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from . import program

SNAPSHOT = program.ROOT / "benches/results/instructions.txt"

RUNS = [
    (f"{command} {corpus}", corpus, command.split())
    for corpus in ("prose", "short", "converse", "escaped", "multilingual")
    for command in ("check --skip tokens", "check", "build --skip tokens", "build")
]

# Phases by the functions that do each, which do not call each other: instructions of them and of all that they call.
PHASES = {
    "start": r"bedload_engine::scan::rules::Rules::new",
    "scan": r"bedload_engine::scan::facts::scan|bedload_engine::commands::check::chunk::check_chunk",
    "plan": r"bedload_engine::plan::plan",
    "write": r"bedload_engine::write::copy::write",
    "report": r"bedload_engine::report::(?:records|tables)::\w+|bedload_engine::write::checksums::hash_inputs",
}


def count(binary, path, command):
    """Instructions of a run and of its phases."""
    with tempfile.TemporaryDirectory() as work:
        counts = Path(work) / "counts"
        words = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={counts}", binary, *command, path]
        words += ["--threads", "1", "--no-progress", "--no-config"]
        if command[0] == "build":
            words += ["--out", Path(work) / "out"]
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
        if done.returncode not in (0, 1):
            sys.exit(f"{' '.join(map(str, words))}: exit code {done.returncode}\n{done.stderr[-2000:]}")
        listing = subprocess.run(
            ["callgrind_annotate", "--inclusive=yes", "--threshold=100", str(counts)], capture_output=True, text=True, check=True
        ).stdout
    total = int(re.search(r"Collected : (\d+)", done.stderr).group(1))
    functions = {}
    for line in listing.splitlines():
        found = re.match(r"\s*([\d,]+) \([^)]*\)\s+\S*?:(\S.*?)(?: \[.*)?$", line)
        if found:
            # A function that calls itself is listed once more, with a number.
            function = re.sub(r"'\d+$", "", found.group(2))
            functions[function] = max(functions.get(function, 0), int(found.group(1).replace(",", "")))
    phases = {}
    for phase, pattern in PHASES.items():
        counts = [count for function, count in functions.items() if re.fullmatch(pattern, function)]
        if counts:
            phases[phase] = sum(counts)
    return total, phases


def table(megabytes):
    binary = program.build(symbols=True)
    rows = {}
    for name, corpus, command in RUNS:
        print(f"{name} …", file=sys.stderr, flush=True)
        path = program.corpus(corpus, megabytes)
        size = path.stat().st_size
        total, phases = count(binary, path, command)
        start = phases.get("start", 0)
        rows[f"{name}: start, in all"] = start / 1e6
        rows[f"{name}: all but start"] = (total - start) / size
        for phase in PHASES:
            if phase != "start" and phase in phases:
                rows[f"{name}: {phase}"] = phases[phase] / size
    return rows


def text(rows, megabytes):
    head = [
        "# Instructions per byte of input, by phase; `start` in millions, as it does not depend on the input.",
        f"# Written by `scripts/bench instructions --accept`, which compares without --accept. {megabytes} MB a corpus, one thread.",
        f"# {program.output('rustc', '--version')}, {program.output('valgrind', '--version')}",
    ]
    return "\n".join(head + [f"{value:10.2f}  {name}" for name, value in rows.items()]) + "\n"


def parse(snapshot):
    lines = [line.split(None, 1) for line in snapshot.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for value, name in lines}


def run(arguments):
    if not shutil.which("valgrind"):
        sys.exit("scripts/bench instructions needs valgrind")
    megabytes = arguments.megabytes or 2
    rows = table(megabytes)
    if arguments.accept:
        SNAPSHOT.parent.mkdir(parents=True, exist_ok=True)
        SNAPSHOT.write_text(text(rows, megabytes))
        print(text(rows, megabytes), end="")
        return 0
    before, failed = parse(SNAPSHOT.read_text()), False
    for name, value in rows.items():
        old = before.pop(name, None)
        change = None if not old else (value / old - 1) * 100
        worse = change is not None and change > arguments.tolerance
        failed |= worse
        note = "new" if change is None else f"{change:+.1f} %" + (" MORE" if worse else "")
        print(f"{value:10.2f}  {name}: {note}")
    for name in before:
        print(f"         -  {name}: gone")
        failed = True
    if failed:
        print(f"more than {arguments.tolerance} % above benches/results/instructions.txt, or gone; --accept writes it again", file=sys.stderr)
    return int(failed)
