"""A built directory on its way to S3, with a kill in the middle."""

import json

from .tools import BUCKET, bucket, calm, expect, objects, script_s3, transfers


def first(story):
    """upload: a data set in a new bucket, the manifest last"""
    run = story.bedload("upload", "OUT", f"s3://{BUCKET}/OUT", code=3)
    expect(BUCKET in run.err, "the bucket that is missing is named", run)
    bucket().create_bucket(Bucket=BUCKET)
    run = story.bedload("upload", "OUT", f"s3://{BUCKET}/OUT", "--dry-run", "--output-format", "jsonl")
    expect({item["action"] for item in run.of_kind("file")} == {"send"}, "everything would be sent", run)
    expect(not objects("OUT/"), "a dry run sends nothing", run)
    story.bedload("upload", "OUT", f"s3://{BUCKET}/OUT")
    files = {f"OUT/{path.relative_to(story.path('OUT'))}": path for path in story.path("OUT").rglob("*") if path.is_file()}
    there = objects("OUT/")
    expect(there == {key: path.stat().st_size for key, path in files.items()}, f"not what was built: {there}")
    for key, path in files.items():
        body = bucket().get_object(Bucket=BUCKET, Key=key)["Body"].read()
        expect(body == path.read_bytes(), f"{key} has other bytes")
    puts = [call["path"] for call in transfers("PUT") if call["path"].startswith(f"/{BUCKET}/OUT/")]
    expect(puts[-1].endswith("/manifest.json"), f"the manifest is not last: {puts}")


def again(story):
    """upload: only what changed is sent again"""
    before = len(transfers("PUT"))
    run = story.bedload("upload", "OUT", f"s3://{BUCKET}/OUT", "--output-format", "jsonl")
    sent = [item["path"] for item in run.of_kind("file") if item["action"] == "sent"]
    changed = [call["path"] for call in transfers("PUT")[before:]]
    expect(all(path == "manifest.json" for path in sent), "nothing but the manifest may be sent", run)
    expect(len(changed) == len(sent), f"more was put than is said: {changed}", run)
    # Somebody puts another object at a place of ours: that is refused until it is gone, and then put right.
    bucket().put_object(Bucket=BUCKET, Key="OUT/validation.jsonl", Body=b"damaged")
    run = story.bedload("upload", "OUT", f"s3://{BUCKET}/OUT", code=2)
    expect("OUT/validation.jsonl" in run.err, "the foreign object is named", run)
    bucket().delete_object(Bucket=BUCKET, Key="OUT/validation.jsonl")
    run = story.bedload("upload", "OUT", f"s3://{BUCKET}/OUT", "--output-format", "jsonl")
    sent = {item["path"] for item in run.of_kind("file") if item["action"] == "sent"}
    expect(sent <= {"validation.jsonl", "manifest.json"}, "only what is missing is sent", run)
    body = bucket().get_object(Bucket=BUCKET, Key="OUT/validation.jsonl")["Body"].read()
    expect(body == story.path("OUT/validation.jsonl").read_bytes(), "what was missing is put right", run)


def killed(story):
    """upload: killed in the middle of a large file, and resumed"""
    record = {"prompt": "", "completion": "a " * 1000}
    lines = (json.dumps(record | {"prompt": f"prompt {n}"}) + "\n" for n in range(22_000))
    story.write("large.jsonl", "".join(lines))
    story.bedload("build", "large.jsonl", "--skip", "tokens", "--out", "LARGE")
    size = story.path("LARGE/train.jsonl").stat().st_size
    place = f"s3://{BUCKET}/LARGE"
    script_s3({"method": "PUT", "holding": "partNumber=", "how": "late", "seconds": 0.3, "times": None})
    before = len(transfers())
    process = story.begin("upload", "LARGE", place, "--concurrency", "1")

    def parts():
        calls = [call for call in transfers("PUT")[-40:] if "partNumber=" in call["query"] and call.get("status") == 200]
        return [call for call in calls if "LARGE" in call["path"]]

    story.killed(process, lambda: len(parts()) >= 2)
    expect(len(transfers()) > before, "parts were sent before the kill")
    there = objects("LARGE/")
    expect("LARGE/manifest.json" not in there, "no manifest before everything is there")
    calm()
    done = sum(call["bytes"] for call in parts())
    before = len(transfers("PUT"))
    story.bedload("upload", "LARGE", place)
    sent = sum(call["bytes"] for call in transfers("PUT")[before:] if "train.jsonl" in call["path"])
    expect(objects("LARGE/")["LARGE/train.jsonl"] == size, "the whole file is there")
    # The part whose arrival the program did not live to note is sent again.
    expect(sent <= size - done + (9 << 20), f"{sent} of {size} bytes were sent again, though {done} had arrived")
    body = bucket().get_object(Bucket=BUCKET, Key="LARGE/train.jsonl")["Body"].read()
    expect(body == story.path("LARGE/train.jsonl").read_bytes(), "the bytes are those of the file")


def faults(story):
    """upload: goes on through a busy service and lost connections; unreadable credentials end it"""
    place = f"s3://{BUCKET}/FAULTS"
    script_s3(
        {"method": "PUT", "holding": "/FAULTS/", "how": "throttle", "times": 2},
        {"method": "PUT", "holding": "/FAULTS/", "how": "drop", "skip": 2, "times": 1},
    )
    story.bedload("upload", "OUT", place)
    calm()
    expect("FAULTS/manifest.json" in objects("FAULTS/"), "the manifest is there")
    for changes, word in (
        ({"AWS_ACCESS_KEY_ID": "EXPIREDKEY"}, "expired"),
        ({"AWS_ACCESS_KEY_ID": "DENIEDKEY"}, "denied"),
        ({"AWS_ACCESS_KEY_ID": "INVALIDKEY"}, "key"),
        ({"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_SESSION_TOKEN": None}, "credentials"),
        ({"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"}, "connect"),
    ):
        run = story.bedload("upload", "OUT", place, code=3, env=changes)
        expect(word in run.err.lower(), f"the message says nothing of {word}", run)
