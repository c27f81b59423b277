"""The programs that are measured, the corpora, and the machine."""
import os
import shutil
import subprocess
import time
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
CORPORA = TARGET / "bench"

# Corpus by name: kind of records, ending, and number of files. Compressed files have the size when they are read.
KINDS = {
    "prose": ("prose", ".jsonl", None),
    "short": ("short", ".jsonl", None),
    "long": ("long", ".jsonl", None),
    "converse": ("converse", ".jsonl", None),
    "multilingual": ("multilingual", ".jsonl", None),
    "escaped": ("escaped", ".jsonl", None),
    "gz": ("prose", ".jsonl.gz", None),
    "zst": ("prose", ".jsonl.zst", None),
    "files": ("prose", "", 1000),
}


def cargo(*arguments):
    subprocess.run(["cargo", *arguments], cwd=ROOT, check=True)


def build(symbols=False):
    """Builds the program and the generator of corpora, and returns the program."""
    config = ["--config", 'profile.release.package.bedload.strip = "none"'] if symbols else []
    cargo("build", "--release", "--locked", "--quiet", "-p", "bedload-benches", "--bin", "corpus")
    cargo("build", "--release", "--locked", "--quiet", *config)
    return TARGET / "release/bedload"


def corpus(name, megabytes):
    """The path of a corpus, which is made if it is not there yet."""
    kind, ending, files = KINDS[name]
    path = CORPORA / f"{name}-{megabytes}{ending}"
    generator = TARGET / "release/corpus"
    if not path.exists() or path.stat().st_mtime < generator.stat().st_mtime:
        if path.is_dir():
            shutil.rmtree(path)
        CORPORA.mkdir(parents=True, exist_ok=True)
        partial = CORPORA / f"partial{ending}"
        command = [generator, kind, str(megabytes * 1_000_000), partial]
        subprocess.run(command + ([str(files)] if files else []), check=True)
        partial.rename(path)
    return path


def run(command):
    """Runs a command without its output; its seconds of wall and processor, peak MB of memory, and exit code."""
    begin = time.perf_counter()
    with open(os.devnull, "wb") as nothing:
        child = subprocess.Popen([str(word) for word in command], stdout=nothing, stderr=nothing)
        _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - begin
    child.returncode = os.waitstatus_to_exitcode(status)
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, child.returncode


def output(*command):
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def machine(program):
    """What the numbers depend on, as lines of Markdown."""
    info = Path("/proc/cpuinfo").read_text()
    model = next((line.split(":", 1)[1].strip() for line in info.splitlines() if line.startswith("model name")), "unknown")
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024
    dirty = " with changes" if output("git", "status", "--porcelain", "--untracked-files=no") else ""
    return [
        f"* Date: {datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC",
        f"* Processor: {model}, {os.cpu_count()} cores; memory: {memory} MiB; Linux {os.uname().release}",
        f"* Load before the first round: {os.getloadavg()[0]:.2f} (above 0.5, other programs took part of the time)",
        f"* Compiler: {output('rustc', '--version')}",
        f"* Program: {output(program, '--version')}, {program.stat().st_size / 1e6:.1f} MB, "
        f"commit {output('git', 'rev-parse', '--short=10', 'HEAD')}{dirty}",
    ]
