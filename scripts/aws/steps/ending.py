"""What holds for the whole story, looked at when it is over."""

from .tools import SECRETS, calls, expect



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
