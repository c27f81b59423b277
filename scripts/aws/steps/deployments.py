"""What serves a model."""

from .tools import calls, calm, expect, script

FAST = ["--interval", "50ms"]


def create(story):
    """deploy: a deployment on demand, waited for; what it costs is said before"""
    run = story.bedload("deploy", story.model, "--name", "story", "--dry-run")
    expect(not calls("CreateCustomModelDeployment"), "a dry run sends nothing", run)
    run = story.bedload("deploy", story.model, "--name", "story", *FAST, code=2)
    expect("--yes" in run.err and not calls("CreateCustomModelDeployment"), "nothing without a yes", run)
    run = story.bedload("deploy", story.model, "--name", "story", "--yes", *FAST)
    expect("$" in run.err or "unknown" in run.err, "the cost is said", run)
    story.deployment = run.out.strip().splitlines()[-1]
    expect(":custom-model-deployment/" in story.deployment, "the ARN is on standard output", run)
    again = story.bedload("deploy", story.model, "--name", "story", "--yes", *FAST)
    expect(again.out.strip().splitlines()[-1] == story.deployment, "the same command finds the same deployment", again)
    run = story.bedload("deploy", "list", "--output-format", "jsonl")
    expect(story.deployment in run.out, "it is listed", run)
    run = story.bedload("deploy", "show", "story")
    expect("Active" in run.out, "it is shown", run)


def fails(story):
    """deploy: one that fails ends with 1, one that takes too long with 6, and provisioned throughput is paid by the hour"""
    script(deployments=[{"name": "bad", "end": "Failed", "message": "Insufficient capacity"}])
    run = story.bedload("deploy", story.model, "--name", "bad", "--yes", *FAST, code=1)
    expect("Insufficient capacity" in run.out + run.err, "the service's reason is shown", run)
    script(deployments=[{"name": "slow", "polls": 1000}])
    story.bedload("deploy", story.model, "--name", "slow", "--yes", "--timeout", "1s", *FAST, code=6)
    calm()
    run = story.bedload("deploy", story.model, "--name", "units", "--provisioned", "--yes", *FAST)
    expect(":provisioned-model/" in run.out, "the ARN is on standard output", run)
    expect("hour" in run.err, "the price by the hour is said", run)
    units = run.out.strip().splitlines()[-1]
    run = story.bedload("evaluate", units, "OUT", "--limit", "3")
    expect("paid by the hour" in run.out, "no price by the token is invented", run)
    story.bedload("deploy", "delete", "units", "--yes")
    expect(calls("DeleteProvisionedModelThroughput")[-1]["status"] == 200, "the units are deleted")


def kept(story):
    """deploy delete: not while it is being made, but after it; not before a commitment is over"""
    script(deployments=[{"name": "new", "polls": 12}])
    story.bedload("deploy", story.model, "--name", "new", "--yes", "--no-wait")
    run = story.bedload("deploy", "delete", "new", "--yes", code=2)
    expect("--wait" in run.err, "waiting is offered", run)
    story.bedload("deploy", "delete", "new", "--yes", "--wait", *FAST)
    calm()
    units = ["--provisioned", "--units", "2", "--commitment", "one-month", "--yes", *FAST, "--output-format", "jsonl"]
    run = story.bedload("deploy", story.model, "--name", "committed", *units)
    expect(run.summary()["status"] == "InService" and run.of_kind("cost")[0]["units"] == 2, "it answers", run)
    run = story.bedload("deploy", "delete", "committed", "--yes", code=2)
    expect("cannot be deleted before" in run.err, "the commitment is named", run)


def delete(story):
    """deploy delete: what served the model is gone"""
    story.bedload("deploy", "delete", "story", "--yes")
    run = story.bedload("deploy", "show", "story", code=3)
    expect("story" in run.err, "what is not there is named", run)
    run = story.bedload("deploy", "list", "--output-format", "jsonl")
    expect(story.deployment not in run.out, "it is not listed any more", run)
