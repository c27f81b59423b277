"""Customization jobs from the command line: started, watched, stopped."""

import json
import signal

from .offline import planned
from .tools import BUCKET, bucket, calls, calm, expect, script

FAST = ["--interval", "100ms"]


def request(name, *more, data=None):
    """The arguments of `job create`."""
    return ["job", "create", *planned("OUT", name, data=data)[2:], "--custom-model", name, *more]


def create(story):
    """job create: started once, however often it is asked for"""
    before = len(calls("CreateModelCustomizationJob"))
    run = story.bedload(*request("story-two", "--dry-run"))
    expect(len(calls("CreateModelCustomizationJob")) == before, "a dry run sends nothing", run)
    run = story.bedload(*request("story-two"))
    story.job = run.out.strip()
    expect(":model-customization-job/" in story.job, "the ARN is on standard output", run)
    again = story.bedload(*request("story-two"))
    expect(again.out.strip() == story.job, "the same request is the same job", again)
    other = story.bedload(*request("story-two", "--epochs", "1"), code=2)
    expect("hyperParameters" in other.err, "what differs from the job of that name is named", other)
    run = story.bedload("job", "create", "--request", "job.json", code=None)
    expect(run.code == 0 and run.out.strip() == story.cli_job, "what the AWS CLI started is found again", run)
    run = story.bedload(*request("story-elsewhere", data=f"s3://{BUCKET}/nowhere"), code=None)
    expect(run.code in (1, 2, 3) and "nowhere" in run.err, "data that is not uploaded is refused", run)


def refused(story):
    """job create: other data than those here, and a request with problems, start nothing; what is sent is what was shown"""
    before = len(calls("CreateModelCustomizationJob"))
    run = story.bedload(*request("story-nowhere", data=f"s3://{BUCKET}/nowhere"), code=1)
    expect(f"bedload upload OUT s3://{BUCKET}/nowhere" in run.err, "the upload is named", run)
    bucket().put_object(Bucket=BUCKET, Key="other/manifest.json", Body=b"{}")
    run = story.bedload(*request("story-other", data=f"s3://{BUCKET}/other"), code=1)
    expect("manifest.json differs" in run.err, "another output is told apart", run)
    shown = json.loads(story.bedload(*request("story-shown", "--dry-run")).out)
    story.write("wrong.json", json.dumps(shown | {"jobName": "a b"}))
    run = story.bedload("job", "create", "--request", "wrong.json", code=1)
    expect("error[pattern]: jobName" in run.out, "the problem is named", run)
    expect(len(calls("CreateModelCustomizationJob")) == before, "nothing was sent", run)
    run = story.bedload(*request("story-shown"))
    sent = calls("CreateModelCustomizationJob")[-1]["input"]
    expect(sent == shown, f"what arrived is not what was shown:\n{sent}\n{shown}", run)


def look(story):
    """job list, job show: all pages, filtered; everything about one job"""
    for n in range(5):
        story.bedload(*request(f"story-page-{n}", "--hyperparameter", f"learningRateWarmupSteps={n}"))
    run = story.bedload("job", "list", "--output-format", "jsonl", "--name-contains", "story-page")
    expect(len(run.of_kind("job")) == 5, "the jobs with that name", run)
    run = story.bedload("job", "list", "--limit", "3", "--output-format", "jsonl")
    expect(len(run.of_kind("job")) == 3, "no more than the limit", run)
    run.summary()
    for name in ("story-two", story.job):
        run = story.bedload("job", "show", name)
        expect("story-two" in run.out and story.job in run.out, "the job is shown", run)
    run = story.bedload("job", "show", "story-none", code=3)
    expect("story-none" in run.err, "what is not there is named", run)


def completes(story):
    """job monitor: to the end, through a busy service, lost connections and pages of HTML"""
    script(jobs=[{"name": "story-watched", "polls": 8}])
    arn = story.bedload(*request("story-watched", "--epochs", "5")).out.strip()
    get = {"operation": "GetModelCustomizationJob", "holding": arn.split("/")[-1]}
    script(faults=[get | {"how": "throttle", "times": 2}, get | {"how": "drop", "skip": 3}, get | {"how": "html", "skip": 5}])
    run = story.bedload("job", "monitor", arn, "--out", "OUT", "--output-format", "jsonl", *FAST)
    calm()
    summary = run.summary()
    expect(summary["status"] == "Completed", "the job completed", run)
    story.model = summary["output_model_arn"]
    phases = [item for item in run.objects() if item.get("kind") == "phase"]
    expect(len(phases) >= 6, "each phase begins and ends", run)
    steps = run.of_kind("step")
    expect(len(steps) >= 10, "rows of the tables of metrics are shown", run)
    counts = {item["file"].split("/")[-1]: item for item in run.of_kind("input")}
    expect(counts["train.jsonl"]["accepted"] == 240, "the counts of the input are read", run)
    expect(not counts["train.jsonl"]["rejected"], "no record was rejected", run)


def fails(story):
    """job monitor: a job that fails ends with 1 and is explained; records that it rejected are compared with ours"""
    message = "Input data must have at minimum 100 valid prompts"
    script(jobs=[{"name": "story-bad", "end": "Failed", "message": message, "rejected": 7}])
    run = story.bedload(*request("story-bad", "--epochs", "3", "--wait", *FAST), code=1)
    expect(message in run.out + run.err, "the service's reason is shown", run)
    expect("dataset/too-few-records" in run.out + run.err, "it is explained by our findings", run)
    run = story.bedload("job", "show", "story-bad", "--out", "OUT", code=None)
    expect("7" in run.out + run.err and "reject" in run.out + run.err, "records that were rejected are a warning", run)
    calm()


def stops(story):
    """job stop, timeout and signals: 5, 6, 130 and 143, and a job that is stopping has not stopped"""
    script(jobs=[{"name": "story-long", "end": None, "stalls": False, "stopping": 3}])
    story.bedload(*request("story-long", "--epochs", "4"))
    run = story.bedload("job", "monitor", "story-long", "--timeout", "1s", *FAST, code=6)
    expect("story-long" in run.err, "the job that goes on is named", run)
    for how, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        before = len(calls("GetModelCustomizationJob"))
        process = story.begin("job", "monitor", "story-long", *FAST)
        run = story.killed(process, lambda before=before: len(calls("GetModelCustomizationJob")) > before + 2, how)
        expect(run.code == code, f"exit code {run.code}, not {code}", run)
    run = story.bedload("job", "stop", "story-long", "--wait", *FAST, code=5)
    statuses = len(calls("StopModelCustomizationJob"))
    expect(statuses == 1, "it is asked to stop once", run)
    calm()


def account(story):
    """job show: what is wrong with the account ends it with 3, and is named"""
    for changes, word in (
        ({"AWS_ACCESS_KEY_ID": "EXPIREDKEY"}, "expired"),
        ({"AWS_ACCESS_KEY_ID": "DENIEDKEY"}, "not authorized"),
        ({"AWS_ACCESS_KEY_ID": "INVALIDKEY"}, "invalid"),
        ({"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_SESSION_TOKEN": None}, "credentials"),
        ({"AWS_REGION": None, "AWS_DEFAULT_REGION": None}, "region"),
        ({"AWS_ENDPOINT_URL_BEDROCK": "http://127.0.0.1:9"}, "connect"),
    ):
        run = story.bedload("job", "show", "story-two", code=3, env=changes)
        expect(word in run.err.lower(), f"the message says nothing of {word}", run)
    script(faults=[{"operation": "ListModelCustomizationJobs", "how": "throttle", "times": None}])
    run = story.bedload("job", "list", code=3)
    expect("hrottl" in run.err or "too many" in run.err.lower(), "a service that stays busy is named", run)
    calm()
