"""Records that are read from S3, and outputs that are written there."""

import gzip
import hashlib
import json
import re
import shutil
import signal
import time

from .tools import BUCKET, bucket, calm, expect, objects, script_s3, transfers

RAW = f"s3://{BUCKET}/raw"


def read(story):
    """check, build: objects, a prefix and a pattern in S3 give what files give"""
    lines = story.path("raw.jsonl").read_bytes().splitlines(keepends=True)
    local = story.path("raw")
    (local / "b").mkdir(parents=True)
    (local / "a.jsonl").write_bytes(b"".join(lines[:200]))
    (local / "b" / "c.jsonl.gz").write_bytes(gzip.compress(b"".join(lines[150:])))
    (local / "notes.txt").write_text("no data")
    for path in local.rglob("*"):
        if path.is_file():
            bucket().upload_file(str(path), BUCKET, f"raw/{path.relative_to(local)}")
    for there, here in ((RAW, "raw"), (f"{RAW}/b/c.jsonl.gz", "raw/b/c.jsonl.gz"), (f"{RAW}/**/*.jsonl", "raw/a.jsonl")):
        wanted = ["--profile", "nova-micro-sft", "--output-format", "jsonl"]
        of_s3 = story.bedload("check", there, *wanted, code=None)
        of_files = story.bedload("check", here, *wanted, code=None)
        expect(of_s3.code == of_files.code, "another exit code than for files", of_s3)
        of_s3, of_files = of_s3.summary(), of_files.summary()
        expect(of_s3 == of_files, f"not what files give:\n{of_s3}\n{of_files}")
    wanted = ["--profile", "nova-micro-sft", "--validation", "20%"]
    story.bedload("build", RAW, *wanted, "--out", "FROM-S3")
    story.bedload("build", "raw", *wanted, "--out", "FROM-FILES")
    for name in ("train.jsonl", "validation.jsonl", "rejected.jsonl"):
        same = story.path(f"FROM-S3/{name}").read_bytes() == story.path(f"FROM-FILES/{name}").read_bytes()
        expect(same, f"{name} differs from that of files")
    story.bedload("verify", "FROM-S3", "--require-ready")


def read_on(story):
    """check: reading goes on through a busy service and lost connections, and ends where an object changes"""
    completion = "a " * 1000
    lines = (json.dumps({"prompt": f"prompt {n}", "completion": completion}) + "\n" for n in range(22_000))
    bucket().put_object(Bucket=BUCKET, Key="large/a.jsonl", Body="".join(lines).encode())
    place = f"s3://{BUCKET}/large/a.jsonl"
    script_s3(
        {"method": "GET", "holding": "/large/a.jsonl", "how": "throttle", "times": 2},
        {"method": "GET", "holding": "/large/a.jsonl", "how": "drop", "skip": 3, "times": 2},
    )
    run = story.bedload("check", place, "--skip", "tokens", "--output-format", "jsonl")
    calm()
    expect(run.summary()["records"] == 22_000, "all records are read", run)
    script_s3({"method": "GET", "holding": "/large/a.jsonl", "how": "late", "seconds": 0.3, "times": None})
    before = len(transfers("GET"))
    process = story.begin("check", place, "--skip", "tokens")

    def change():
        if not any("large/a.jsonl" in call["path"] for call in transfers("GET")[before:]):
            return False
        bucket().put_object(Bucket=BUCKET, Key="large/a.jsonl", Body=b"{}\n" * 20_000_000)
        return True

    while process.poll() is None and not change():
        pass
    run = story.ended(process)
    calm()
    expect(run.code == 3 and "changed while it was read" in run.err, "a change is noticed", run)
    # A role that may read what is in a folder, and may not ask for the folder's own name.
    script_s3({"method": "HEAD", "holding": f"/{BUCKET}/raw?", "how": "AccessDenied", "status": 403, "times": None})
    story.bedload("check", RAW, "--profile", "nova-micro-sft", code=None)
    expect(story.printed[-1].code < 2, "the folder is read", story.printed[-1])
    calm()
    for there, code, word in (
        (f"{RAW}/none.jsonl", 3, "no such object"),
        (f"{RAW}/*.csv", 2, "no file matches"),
        ("s3://no-such-bucket-of-the-story/x", 3, "no such bucket"),
    ):
        run = story.bedload("check", there, code=code)
        expect(word in run.err, f"the message says nothing of {word}", run)


def written(story):
    """build, convert: outputs go to S3, complete or not at all"""
    temp = story.path("temp")
    temp.mkdir()
    place = f"s3://{BUCKET}/DIRECT"
    wanted = ["build", "raw.jsonl", "--profile", "nova-micro-sft", "--out", place, "--temp-dir", "temp"]
    story.bedload(*wanted)
    body = bucket().get_object(Bucket=BUCKET, Key="DIRECT/train.jsonl")["Body"].read()
    story.bedload("build", "raw.jsonl", "--profile", "nova-micro-sft", "--out", "SAME")
    expect(body == story.path("SAME/train.jsonl").read_bytes(), "the same bytes as in a directory")
    run = story.bedload(*wanted, code=2)
    expect("--overwrite" in run.err, "an output that is there is not replaced", run)
    expect(not list(temp.iterdir()), "nothing is left here")
    # What cannot be sent stays here, and is sent later.
    script_s3({"method": "PUT", "holding": "/DENIED/", "how": "AccessDenied", "status": 403, "times": None})
    run = story.bedload("build", "raw.jsonl", "--out", f"s3://{BUCKET}/DENIED", "--temp-dir", "temp", code=3)
    calm()
    expect("DENIED/manifest.json" not in objects("DENIED/"), "no manifest", run)
    kept = re.search(r"`bedload upload (\S+) (\S+)`", run.err)
    expect(kept, "the command that sends it is named", run)
    story.bedload("upload", kept[1], kept[2])
    expect("DENIED/manifest.json" in objects("DENIED/"), "it is sent later")
    shutil.rmtree(story.path(kept[1]).parent)
    story.write("qa.jsonl", '{"instruction": "say a", "output": "a"}\n')
    target = f"s3://{BUCKET}/converted/qa.jsonl"
    wanted = ["convert", "qa.jsonl", "--to", "converse", "--out", target, "--temp-dir", "temp"]
    story.bedload(*wanted)
    story.bedload(*wanted, code=2)
    story.bedload(*wanted, "--overwrite")
    expect("converted/qa.jsonl" in objects("converted/"), "the object is there")
    expect(not list(temp.iterdir()), "nothing is left here")


def given_up(story):
    """upload --abort, clean: what an interrupted upload has left is named, and removed"""
    lines = (json.dumps({"prompt": f"prompt {n}", "completion": "b " * 1000}) + "\n" for n in range(12_000))
    story.write("parts.jsonl", "".join(lines))
    story.bedload("build", "parts.jsonl", "--skip", "tokens", "--out", "PARTS")
    place = f"s3://{BUCKET}/PARTS"
    script_s3({"method": "PUT", "holding": "partNumber=2", "how": "late", "seconds": 3, "times": None})
    process = story.begin("upload", "PARTS", place)

    def has_part():
        done = [call for call in transfers("PUT") if "partNumber=1" in call["query"] and call.get("status") == 200]
        return any("PARTS" in call["path"] for call in done)

    run = story.killed(process, has_part, how=signal.SIGINT)
    calm()
    expect(run.code == 130, "a signal ends it", run)
    uploads = bucket().list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
    expect([upload["Key"] for upload in uploads] == ["PARTS/train.jsonl"], f"one file is half sent: {uploads}")
    run = story.bedload("clean", "PARTS")
    expect(f"PARTS {place} --abort`" in run.out, "the command that gives it up is named", run)
    story.bedload("upload", "PARTS", place, "--abort")
    expect(not bucket().list_multipart_uploads(Bucket=BUCKET).get("Uploads"), "nothing is half sent")
    expect(not list(story.work.glob(".PARTS*")), "nothing is left here")


def raced(story):
    """upload: two to one place at a time leave a manifest with all of its files, or none"""
    for n in range(8):
        place, prefix = f"s3://{BUCKET}/race{n}", f"race{n}/"
        script_s3({"holding": f"/{BUCKET}/{prefix}", "how": "late", "seconds": 0.03, "times": None})
        processes = []
        for out in ("OUT", "SAME"):
            processes.append(story.begin("upload", out, place))
            time.sleep(n * 0.06)
        runs = [story.ended(process) for process in processes]
        calm()
        expect({run.code for run in runs} <= {0, 3}, f"{runs[0]}\n{runs[1]}")
        there = objects(prefix)
        if f"{prefix}manifest.json" not in there:
            expect(any(run.code == 3 for run in runs), "none has ended well without a manifest")
            continue

        def body(path):
            return bucket().get_object(Bucket=BUCKET, Key=f"{prefix}{path}")["Body"].read()

        files = {item["path"]: item["sha256"] for item in json.loads(body("manifest.json"))["files"]}
        expect(set(there) == {f"{prefix}{path}" for path in [*files, "manifest.json"]}, f"not the files: {there}")
        for path, digest in files.items():
            expect(hashlib.sha256(body(path)).hexdigest() == digest, f"{place}/{path} is not what the manifest says")
