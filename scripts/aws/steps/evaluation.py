"""Models that are asked, and compared."""

import json
import signal
import time

from .tools import calls, calm, expect, script

ASK = ["--output-format", "jsonl", "--concurrency", "4"]


def asked(since=0, begun=0.0):
    """The prompts that were answered, each as often as it was; of requests that began after a moment."""
    done = [call for call in calls("Converse")[since:] if call["status"] == 200 and call["at"] >= begun]
    return ["\n".join(block["text"] for block in call["input"]["messages"][-1]["content"]) for call in done]


def key(story):
    """What is right, by prompt."""
    return {line["prompt"]: line["referenceResponse"] for line in story.lines("OUT/evaluation.jsonl")}


def dry(story):
    """evaluate MODEL OUT --dry-run: the first request without its texts, and what all cost"""
    before = len(calls())
    run = story.bedload("evaluate", story.deployment, "OUT", "--dry-run", *ASK)
    expect(len(calls()) == before, "a dry run sends nothing", run)
    plan = run.of_kind("plan")[0]
    expect(plan["to_ask"] == 60 and plan["input_tokens"] > 0 and plan["usd"], "counts and cost", run)
    expect("Ticket" not in run.out + run.err, "no text of a record is printed", run)
    run.summary()
    run = story.bedload("evaluate", story.model, "OUT", code=2)
    expect("deploy" in run.err, "a model that is not deployed is refused with what to do", run)


def killed(story):
    """evaluate MODEL OUT: throttled, killed in the middle, resumed; nothing is asked twice"""
    known = key(story)
    script(answers=[{"model": story.deployment, "key": known, "wrong": 20}])
    script(
        faults=[
            {"operation": "Converse", "how": "throttle", "times": 5, "skip": 3},
            {"operation": "Converse", "how": "late", "seconds": 0.05, "times": None},
        ]
    )
    before = len(calls("Converse"))
    process = story.begin("evaluate", story.deployment, "OUT", "--predictions-out", "tuned.jsonl", *ASK)
    story.killed(process, lambda: len(asked(before)) >= 20)
    half = story.path("tuned.jsonl").read_bytes()
    whole = half[: half.rfind(b"\n") + 1]
    # What a kill in the middle of a write would leave.
    story.path("tuned.jsonl").write_bytes(whole + b'{"index":1,"digest":"')
    kept = len(whole.splitlines())
    expect(15 <= kept < 60, f"{kept} answers were kept before the kill")
    started = time.time()
    run = story.bedload("evaluate", story.deployment, "OUT", "--predictions-out", "tuned.jsonl", *ASK)
    calm()
    told = run.of_kind("answers")[0]
    expect(told["answered"] == 60 and told["answered_earlier"] == kept and told["failed"] == 0, "all are answered", run)
    # Those that were under way when it was killed are lost, and only those.
    again = asked(begun=started)
    expect(len(again) == len(set(again)) == 60 - kept, f"{len(again)} prompts were asked, {60 - kept} were left", run)
    lines = story.lines("tuned.jsonl")
    expect({line["prompt"]: line["reference"] for line in lines} == known, "every prompt is there once, with what is right")
    expect(len(lines) == 60, "60 lines")
    at_once = max(call["at_once"] for call in calls("Converse"))
    expect(at_once <= 4, f"{at_once} prompts were asked at once")
    sent = calls("Converse")[-1]["input"]
    expect(sent["inferenceConfig"] == {"maxTokens": 512, "temperature": 0.0}, f"the settings are sent: {sent}")
    right = sum(line["prediction"] == line["reference"] for line in lines)
    scores = run.of_kind("metrics")[0]
    expect(scores["task"] == "classification" and abs(scores["accuracy"] - right / 60) < 1e-9, "the accuracy is true", run)
    expect(told["input_tokens"] == sum(line["input_tokens"] for line in lines), "tokens are those of all answers", run)
    expect(told["usd"] and told["prices"]["date"], "cost, with the date of its prices", run)
    run.summary()
    # Nothing is left to ask.
    before = len(calls("Converse"))
    story.bedload("evaluate", story.deployment, "OUT", "--predictions-out", "tuned.jsonl")
    expect(len(calls("Converse")) == before, "nothing is asked again")


def refused(story):
    """evaluate MODEL OUT: a file of another model, other settings or other data is refused"""
    base = ["--predictions-out", "tuned.jsonl"]
    before = len(calls("Converse"))
    kept = story.path("tuned.jsonl").read_bytes()
    for model, more in (
        ("us.amazon.nova-micro-v1:0", []),
        (story.deployment, ["--max-tokens", "7"]),
        (story.deployment, ["--temperature", "0.5"]),
        (story.deployment, ["--system", "Answer in one word."]),
        (story.deployment, ["--prompts", "OUT/validation.jsonl"]),
    ):
        run = story.bedload("evaluate", model, "OUT", *base, *more, code=2)
        expect("tuned.jsonl" in run.err and "--predictions-out" in run.err, "the file is named", run)
    expect(len(calls("Converse")) == before, "nothing is asked")
    expect(story.path("tuned.jsonl").read_bytes() == kept, "the file stays as it is")


def compared(story):
    """evaluate MODEL OUT --against: another model on the same prompts, from the validation data"""
    script(answers=[{"model": "us.amazon.nova-micro", "key": key(story), "wrong": 60}])
    more = ["--predictions-out", "base.jsonl", "--against", "tuned.jsonl", *ASK]
    run = story.bedload("evaluate", "us.amazon.nova-micro-v1:0", "OUT", *more)
    comparison = run.of_kind("comparison")[0]
    expect(comparison["records"] == 60, "all prompts are in both", run)
    scores = {score["name"]: score for score in comparison["scores"]}
    expect(scores["accuracy"]["difference"] < 0, "the tuned model is better", run)
    expect(scores["accuracy"]["p"] is not None, "there is a test", run)
    page = story.bedload("evaluate", "--predictions", "tuned.jsonl", "--against", "base.jsonl")
    expect("against base.jsonl" in page.out, "the same comparison from files alone", page)
    # The validation file has system prompts of its own.
    run = story.bedload("evaluate", story.deployment, "--prompts", "OUT/validation.jsonl", "--limit", "5", *ASK)
    story.bedload("verify", "OUT")
    sent = calls("Converse")[-1]["input"]
    expect(sent["system"] == [{"text": "Answer with the topic of the ticket."}], f"the system prompt is sent: {sent}")
    expect(run.of_kind("answers")[0]["prompts"] == 5, "no more than the limit", run)
    calm()


def failing(story):
    """evaluate MODEL OUT: prompts that fail are counted, cut answers are named, a busy service ends the run"""
    # As they stand in the body of a request, without the system prompts before them.
    first, second = [prompt.split("\n")[-1] for prompt in list(key(story))[:2]]
    script(
        faults=[
            {"operation": "Converse", "holding": first, "how": "ValidationException", "message": "blank", "times": None},
            {"operation": "Converse", "holding": second, "how": "html", "times": 2},
        ]
    )
    base = ["evaluate", story.deployment, "OUT", "--limit", "10", "--predictions-out", "failing.jsonl", *ASK]
    run = story.bedload(*base, "--system", "Long.", code=1)
    told = run.of_kind("answers")[0]
    expect((told["answered"], told["failed"]) == (9, 1), "one of ten failed", run)
    failed = story.lines("failing.jsonl.failed")
    expect([line["error"] for line in failed] == ["ValidationException"], f"the error is kept: {failed}")
    run.summary()
    story.bedload(*base, "--system", "Long.", "--max-failed", "10%")
    calm()
    run = story.bedload(*base, "--system", "Long.")
    expect(run.of_kind("answers")[0]["failed"] == 0, "a prompt that failed is asked again", run)
    expect(not story.path("failing.jsonl.failed").exists(), "no prompt is named as failed any more")
    script(answers=[{"model": story.deployment, "else": "one two three four five"}])
    run = story.bedload("evaluate", story.deployment, "OUT", "--max-tokens", "3", "--limit", "4", "--predictions-out", "cut.jsonl", *ASK)
    expect(run.of_kind("answers")[0]["cut_off"] == 4, "answers that were cut off are counted", run)
    script(faults=[{"operation": "Converse", "how": "throttle", "times": None}])
    run = story.bedload("evaluate", story.deployment, "OUT", "--attempts", "1", "--concurrency", "1", "--predictions-out", "busy.jsonl", code=3)
    expect("0 of 60 prompts answered" in run.err, "how far it came is said", run)
    calm()
    script(faults=[{"operation": "Converse", "how": "ValidationException", "message": "The provided model identifier is invalid.", "times": None}])
    run = story.bedload("evaluate", story.deployment, "OUT", "--predictions-out", "invalid.jsonl", code=3)
    expect(len(story.path("invalid.jsonl").read_bytes()) == 0, "nothing is kept", run)
    calm()


def hostile(story):
    """evaluate MODEL OUT: what a model or the service says cannot harm a terminal, and long answers are kept"""
    bad = "\u001b[31mred\u0000\u202e\u2028" + "x" * 100_000
    script(answers=[{"model": story.deployment, "else": bad}])
    more = ["--limit", "3", "--predictions-out", "hostile.jsonl", "--task", "classification", "--show-content"]
    runs = [story.bedload("evaluate", story.deployment, "OUT", *more)]
    expect(all(line["prediction"] == bad for line in story.lines("hostile.jsonl")), "answers are kept as they are")
    script(faults=[{"operation": "Converse", "how": "AccessDeniedException", "message": "\u001b[31mno\u202e", "times": None}])
    runs.append(story.bedload("evaluate", story.deployment, "OUT", "--predictions-out", "denied.jsonl", code=3))
    calm()
    for run in runs:
        expect(not any(c in run.out + run.err for c in "\u001b\u0000\u202e\u2028"), "raw control characters", run)


def interrupted(story):
    """evaluate MODEL OUT: a signal ends it at once, with what was answered"""
    script(faults=[{"operation": "Converse", "how": "late", "seconds": 0.2, "times": None}])
    before = len(calls("Converse"))
    for how, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        process = story.begin("evaluate", story.deployment, "OUT", "--predictions-out", "signal.jsonl", *ASK)
        seen = len(asked(before))
        run = story.killed(process, lambda seen=seen: len(asked(before)) >= seen + 6, how)
        expect(run.code == code, f"exit code {run.code}, not {code}", run)
        expect("answered" in run.err, "how far it came is said", run)
    process = story.begin("evaluate", story.deployment, "OUT", "--predictions-out", "signal.jsonl", *ASK)
    seen = len(asked(before))
    busy = []

    def second():
        if len(asked(before)) < seen + 2:
            return False
        busy.append(story.bedload("evaluate", story.deployment, "OUT", "--predictions-out", "signal.jsonl", code=2))
        return True

    story.killed(process, second)
    expect("another run" in busy[0].err, "two runs do not share a file", busy[0])
    calm()
    expect(all(json.loads(line) for line in story.path("signal.jsonl").read_bytes().splitlines()), "only whole lines")


def account(story):
    """evaluate MODEL OUT: what is wrong with the account ends it with 3, and is named"""
    for changes, word in (
        ({"AWS_ACCESS_KEY_ID": "EXPIREDKEY"}, "expired"),
        ({"AWS_ACCESS_KEY_ID": "DENIEDKEY"}, "not authorized"),
        ({"AWS_ACCESS_KEY_ID": "INVALIDKEY"}, "invalid"),
        ({"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_SESSION_TOKEN": None}, "credentials"),
        ({"AWS_REGION": None, "AWS_DEFAULT_REGION": None}, "region"),
        ({"AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "http://127.0.0.1:9"}, "connect"),
    ):
        more = ["--attempts", "2", "--predictions-out", "account.jsonl"]
        run = story.bedload("evaluate", story.deployment, "OUT", *more, code=3, env=changes)
        expect(word in run.err.lower(), f"the message says nothing of {word}", run)
        expect("hint:" in run.err, "there is a hint", run)
    gone = story.deployment[:-12] + "a" * 12
    run = story.bedload("evaluate", gone, "OUT", "--predictions-out", "gone.jsonl", code=3)
    expect("not found" in run.err.lower(), "a deployment that is gone is named", run)
