"""What more cores would give, by Amdahl's law: the serial share of each phase, from its time with one thread and with all.

With n threads a phase of serial share s takes T(n) = T(1) (s + (1 - s) / n), so s = (n T(n) / T(1) - 1) / (n - 1). This
counts all that keeps threads from running side by side: serial code, waiting, memory bandwidth that they share, and on
a machine with hyperthreads the units of a core that they share. So it is an upper bound for the serial code.
"""
import os
import re
import statistics
import subprocess
import sys
import time

from . import program

COMMANDS = {
    "check --skip tokens": ["check", "--skip", "tokens"],
    "check": ["check"],
    "build --skip tokens": ["build", "--skip", "tokens"],
    "build": ["build"],
}
CORES = (16, 64)


def phases(binary, path, command, threads):
    """Seconds of a run by phase, as the program reports them."""
    words = [binary, *command, path, "--threads", threads, "--no-progress", "--no-config"]
    if command[0] == "build":
        words += ["--overwrite", "--out", program.CORPORA / "out"]
    words = [str(word) for word in words]
    begin = time.perf_counter()
    done = subprocess.run(words, capture_output=True, text=True)
    seconds = time.perf_counter() - begin
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(words)}: exit code {done.returncode}\n{done.stderr[-2000:]}")
    found = {phase: float(taken) for phase, taken in re.findall(r"(\w+) (\d+\.\d+) s(?:,|\n)", done.stdout + done.stderr)}
    return {**found, "the whole process": seconds}


def run(arguments):
    megabytes, threads = arguments.megabytes or 256, os.cpu_count()
    if threads < 2:
        sys.exit("scripts/bench scaling needs two cores")
    binary = program.build()
    lines = [f"Written by `scripts/bench scaling --megabytes {megabytes} --rounds {arguments.rounds}`.", "", *program.machine(binary)]
    for corpus in arguments.only.split(",") if arguments.only else ("prose", "short", "converse"):
        path = program.corpus(corpus, megabytes)
        lines += ["", f"## {corpus}, {megabytes} MB", ""]
        lines += [f"| command | phase | s, 1 thread | s, {threads} threads | serial share, at most | " + " | ".join(f"faster with {n}" for n in CORES) + " |"]
        lines += ["|---" * (5 + len(CORES)) + "|"]
        for name, command in COMMANDS.items():
            print(f"{corpus}: {name} …", file=sys.stderr, flush=True)
            runs = {1: [], threads: []}
            for _ in range(arguments.rounds):
                for n in runs:
                    runs[n].append(phases(binary, path, command, n))
            for phase in runs[1][0]:
                one, many = (statistics.median(run[phase] for run in runs[n]) for n in (1, threads))
                if not one >= 0.02:
                    continue
                serial = min(1, max(0, (threads * many / one - 1) / (threads - 1)))
                gains = " | ".join(f"{1 / (serial + (1 - serial) / n):.1f} ×" for n in CORES)
                lines.append(f"| `{name}` | {phase} | {one:.2f} | {many:.2f} | {100 * serial:.0f} % | {gains} |")
    text = "\n".join(lines) + "\n"
    out = arguments.out or program.ROOT / "benches/results/scaling.md"
    out.write_text("# Scaling\n\n" + text)
    print(text)
    return 0
