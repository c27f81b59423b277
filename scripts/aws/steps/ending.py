"""What holds for the whole story, looked at when it is over."""

from .tools import SECRETS, calls, expect

PLACES = ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def shown(story):
    """--dry-run: without an account, and nothing is sent; a place that cannot be one is refused without what is asked"""
    before = len(calls())
    model = "us.amazon.nova-micro-v1:0"
    ask = ["evaluate", model, "OUT", "--predictions-out", "shown.jsonl"]
    nobody = dict.fromkeys(PLACES)
    jsonl = ["--output-format", "jsonl"]
    for command in (
        ["job", "create", "--request", "job.json"],
        ["job", "list"],
        ["job", "show", "story-one"],
        ["job", "monitor", "story-one"],
        ["job", "stop", "story-one"],
        ["deploy", "story-one", "--name", "shown"],
        ["deploy", "list"],
        ["deploy", "show", "shown"],
        ["deploy", "delete", "shown"],
        ask,
        ["upload", "OUT", "s3://nowhere-at-all/OUT"],
    ):
        is_upload = command[0] == "upload"
        # Where the place is looked at, a dry run needs an account, too.
        story.bedload(*command, "--dry-run", *jsonl, code=3 * is_upload, env=nobody).summary()
        story.bedload(*command, *jsonl, code=3, env=nobody).summary()
        run = story.bedload(*command, *jsonl, "--endpoint-url", "nonsense", code=2)
        expect("Ticket" not in run.out + run.err and "nonsense" in run.err, "only the endpoint is named", run)
        run.summary()
    expect(len(calls()) == before, "nothing is sent")
    expect(not story.path("shown.jsonl.failed").exists(), "nothing is left of what was not asked")
    run = story.bedload("evaluate", model, "OUT", "--predictions-out", "/dev/zero", *jsonl, code=2)
    expect("/dev/zero" in run.err, "a device is refused", run)
    notes = story.write("notes.json", '{"my": "notes"}')
    story.bedload("evaluate", model, "OUT", "--predictions-out", "notes.json", *jsonl, code=2).summary()
    expect(notes.read_text() == '{"my": "notes"}', "a file that is no file of predictions stays as it is")



def account(story):
    """~/.aws: profile, region and credentials by name; what is missing there is named"""
    folder = story.home / ".aws"
    folder.mkdir()
    (folder / "config").write_text("[profile story]\nregion = us-east-1\n")
    keys = f"aws_access_key_id = STORYKEY\naws_secret_access_key = {SECRETS[0]}\naws_session_token = {SECRETS[1]}\n"
    (folder / "credentials").write_text(f"[story]\n{keys}")
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION")
    empty = dict.fromkeys(names)
    run = story.bedload("job", "list", "--aws-profile", "story", "--limit", "1", env=empty)
    expect(run.out, "a job is listed", run)
    story.bedload("job", "list", "--aws-profile", "elsewhere", "--region", "us-east-1", code=2, env=empty)
    (folder / "credentials").unlink()
    (folder / "config").unlink()


def served(_story):
    """the stand-in: every request was as the service model wants it, and so was every reply"""
    problems = [(call["operation"], call["problems"]) for call in calls() if call["problems"]]
    expect(not problems, f"problems: {problems}")
    expect(len(calls()) > 300, "the story was told")


def secrets(story):
    """nothing secret was printed, or written to a file"""
    for run in story.printed:
        for secret in SECRETS:
            expect(secret not in run.out + run.err, "a secret was printed", None if secret in str(run.command) else run)
    n_files = 0
    for path in story.work.rglob("*"):
        if path.is_file():
            n_files += 1
            body = path.read_bytes()
            for secret in SECRETS:
                expect(secret.encode() not in body, f"a secret is in {path}")
    expect(n_files > 20 and len(story.printed) > 100, "there was something to search")
