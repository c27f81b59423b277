"""From raw records to a request, without a network; and whether others accept that request."""

import json

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from .tools import BUCKET, ROLE, bucket, calls, expect

TOPICS = ("billing", "delivery", "returns", "account")
WORDS = "the parcel my order an invoice this payment our address your offer a refund".split()


def ticket(n):
    """A record of a support desk: a question, and the topic it is about."""
    words = " ".join(WORDS[(n * step + step) % len(WORDS)] for step in (1, 3, 5, 7))
    return f"Ticket {n}: what about {words}?", TOPICS[n % len(TOPICS)]


def build(story):
    """build: a corpus for Nova Micro, with a validation file and the prompts of an evaluation"""
    records = []
    for n in range(300):
        prompt, topic = ticket(n)
        turns = [("user", prompt), ("assistant", topic)]
        messages = [{"role": role, "content": [{"text": text}]} for role, text in turns]
        system = [{"text": "Answer with the topic of the ticket."}]
        records.append({"schemaVersion": "bedrock-conversation-2024", "system": system, "messages": messages})
    story.write("raw.jsonl", "".join(json.dumps(record) + "\n" for record in records))
    wanted = ["--profile", "nova-micro-sft", "--validation", "20%", "--evaluation", "--out", "OUT"]
    story.bedload("build", "raw.jsonl", *wanted)
    story.bedload("verify", "OUT", "--require-ready")
    expect(len(story.lines("OUT/evaluation.jsonl")) == 60, "60 prompts for the evaluation")


def cost(story):
    """cost, hyperparameters: what training takes"""
    run = story.bedload("cost", "OUT", "--epochs", "1..3", "--output-format", "jsonl")
    expect([item["epochs"] for item in run.of_kind("cost")] == [1, 2, 3], "a price for each number of epochs", run)
    run = story.bedload("hyperparameters", "OUT", "--output-format", "jsonl")
    expect(run.of_kind("summary"), "recommended values", run)


def plan(story):
    """job plan: the request, accepted by botocore's validator"""
    run = story.bedload(*planned("OUT", "story-one"))
    story.write("job.json", run.out)
    judge(run)
    story.bedload("job", "check", "job.json")


def aws_cli(story):
    """aws bedrock create-model-customization-job: the request arrives as planned"""
    request = json.loads(story.path("job.json").read_text())
    run = story.aws("bedrock", "create-model-customization-job", "--cli-input-json", "file://job.json")
    story.cli_job = json.loads(run.out)["jobArn"]
    sent = calls("CreateModelCustomizationJob")[-1]["input"]
    expect(sent == request, f"what arrived is not what was planned:\n{sent}\n{request}")


def record(form, n):
    """A record of a format."""
    prompt, topic = ticket(n)
    blocks = lambda text: [{"text": text}]
    ask, answer = {"role": "user", "content": blocks(prompt)}, {"role": "assistant", "content": blocks(topic)}
    return {
        "prompt-completion": {"prompt": prompt, "completion": topic},
        "text": {"text": f"{prompt} It is about {topic}."},
        "input": {"input": f"{prompt} It is about {topic}."},
        "claude-messages": {"messages": [ask | {"content": prompt}, answer | {"content": topic}]},
        "converse": {"schemaVersion": "bedrock-conversation-2024", "messages": [ask, answer]},
        "chat-rft": {"messages": [ask | {"content": prompt}], "reference_answer": topic},
        "image-caption": {"image-ref": f"s3://{BUCKET}/images/{n}.png", "caption": prompt},
    }[form]


# What a task needs beside the data.
MORE = {
    "REINFORCEMENT_FINE_TUNING": ["--grader-lambda", "arn:aws:lambda:us-east-1:123456789012:function:grader"],
    "titan-multimodal-embeddings": ["--epochs", "3"],
    "nova-distillation": ["--teacher", "amazon.nova-pro-v1:0"],
    "llama-distillation": ["--teacher", "meta.llama3-3-70b-instruct-v1:0"],
}


def every(story):
    """job plan: every target that Amazon Bedrock customizes, by botocore's validator, the AWS CLI and the service model"""
    profiles = story.bedload("profiles", "--output-format", "jsonl").of_kind("profile")
    accepted = set()
    for listed in profiles:
        name, form = listed["name"], listed["formats"][0]
        models = [model for model in listed.get("models") or [] if model["api"] == "bedrock"]
        if not models or name.startswith("generic-"):
            continue
        out = f"every-{name}".replace(".", "-")
        distillation = listed["customization"] == "DISTILLATION"
        records = [record(form, n) for n in range(1100)]
        if distillation:
            # The teacher answers.
            records = [item | {"messages": item["messages"][:1]} for item in records]
        story.write(f"{out}.jsonl", "".join(json.dumps(item) + "\n" for item in records))
        story.bedload("build", f"{out}.jsonl", "--profile", name, "--out", out, code=None)
        more = MORE.get(name, []) + MORE.get(listed["customization"], [])
        for n, model in enumerate(models):
            wanted = planned(out, f"{out}-{n}", "--custom-model", f"{out}-{n}", *more, model=model["id"])
            run = story.bedload(*wanted, code=None)
            if run.code:
                # Models that take no new jobs, with the date.
                expect(run.code in (1, 2) and listed["life"] != "live", f"{name} is not planned", run)
                continue
            judge(run)
            story.write(f"{out}.json", run.out)
            for file in story.path(out).glob("*.jsonl"):
                bucket().upload_file(str(file), BUCKET, f"{out}/{file.name}")
            story.aws("bedrock", "create-model-customization-job", "--cli-input-json", f"file://{out}.json")
            sent = calls("CreateModelCustomizationJob")[-1]
            expect(sent["input"] == json.loads(run.out), f"what arrived is not what was planned: {sent}")
            accepted.add(name)
        story.remove(out)
    live = {item["name"] for item in profiles if item["life"] == "live" and any(m["api"] == "bedrock" for m in item["models"])}
    left = {name for name in live - accepted if not name.startswith("generic-")}
    expect(not left and len(accepted) >= 8, f"accepted: {sorted(accepted)}; not planned: {sorted(left)}")


def planned(out, name, *more, model="amazon.nova-micro-v1:0:128k", data=None):
    """The arguments of `job plan`."""
    places = ["--data", data or f"s3://{BUCKET}/{out}", "--output", f"s3://{BUCKET}/results"]
    return ["job", "plan", out, "--model", model, "--role", ROLE, *places, "--name", name, *more]


def judge(run):
    """Holds a request against botocore's validator."""
    service = ServiceModel(Loader().load_service_model("bedrock", "service-2"), "bedrock")
    shape = service.operation_model("CreateModelCustomizationJob").input_shape
    report = ParamValidator().validate(json.loads(run.out), shape)
    expect(not report.has_errors(), report.generate_report(), run)
