"""What the steps are made of: running programs, the stand-ins' logs and scenarios, and what was printed so far."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

import boto3
from botocore.config import Config

BEDLOAD = os.path.abspath(os.environ["BEDLOAD"])
ENDPOINTS = {
    name: os.environ[name]
    for name in (
        "AWS_ENDPOINT_URL_S3",
        "AWS_ENDPOINT_URL_STS",
        "AWS_ENDPOINT_URL_BEDROCK",
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
    )
}
BEDROCK, S3 = ENDPOINTS["AWS_ENDPOINT_URL_BEDROCK"], ENDPOINTS["AWS_ENDPOINT_URL_S3"]
BUCKET = "bedload-story"
ROLE = "arn:aws:iam::123456789012:role/Customization"
# Texts that must appear nowhere but in requests.
SECRETS = ("story-secret-key-1f0c3b", "story-session-token-9a77e2")
# No command waits longer than this, whatever goes wrong.
PATIENCE = 120


class Failed(Exception):
    """A step that did not go as it must."""


class Run:
    """What a program did."""

    def __init__(self, command, code, out, err):
        self.command, self.code, self.out, self.err = command, code, out, err

    def objects(self):
        """The lines of standard output as JSON."""
        return [json.loads(line) for line in self.out.splitlines()]

    def of_kind(self, kind):
        return [item for item in self.objects() if item.get("kind") == kind]

    def summary(self):
        """The last object, which must be the summary and agree with the exit code."""
        last = self.objects()[-1]
        expect(last["kind"] == "summary" and last["exit_code"] == self.code, "the last object is no true summary", self)
        return last

    def __str__(self):
        return f"command: {' '.join(self.command)}\nexit code: {self.code}\n-- stdout\n{self.out}\n-- stderr\n{self.err}"


def expect(holds, what, run=None):
    if not holds:
        raise Failed(what if run is None else f"{what}\n{run}")


class Story:
    """The state of the story: its directory, its environment, and all that was printed."""

    def __init__(self, work):
        self.work = pathlib.Path(work)
        self.home = self.work / "home"
        self.home.mkdir()
        self.printed = []
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "AWS_ACCESS_KEY_ID": "STORYKEY",
            "AWS_SECRET_ACCESS_KEY": SECRETS[0],
            "AWS_SESSION_TOKEN": SECRETS[1],
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            # Nothing may be asked for that is not in this environment.
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
        } | ENDPOINTS

    # Programs

    def bedload(self, *args, code=0, env=None, stdin=None):
        """Runs the program, which must end with `code`."""
        return self.program([BEDLOAD, *map(str, args)], code, env, stdin)

    def aws(self, *args, code=0, env=None):
        """Runs the AWS CLI."""
        tool = pathlib.Path(sys.executable).parent / "aws"
        return self.program([str(tool), *map(str, args)], code, env)

    def program(self, command, code, env=None, stdin=None):
        try:
            done = subprocess.run(
                command,
                cwd=self.work,
                env=self.environment(env),
                input=stdin,
                capture_output=True,
                timeout=PATIENCE,
            )
        except subprocess.TimeoutExpired as error:
            raise Failed(f"no end after {PATIENCE} s: {' '.join(command)}\n{error.stdout}\n{error.stderr}") from error
        run = self.keep(Run(command, done.returncode, done.stdout.decode(), done.stderr.decode()))
        expect(code is None or run.code == code, f"exit code {run.code}, not {code}", run)
        return run

    def begin(self, *args, env=None):
        """Starts the program, to be ended with `killed` or waited for with `ended`."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen([BEDLOAD, *map(str, args)], cwd=self.work, env=self.environment(env), **pipes)

    def killed(self, process, when, how=signal.SIGKILL):
        """Ends a program by a signal as soon as `when` is true, and gives what it did."""
        deadline = time.monotonic() + PATIENCE
        while not when():
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                run = self.ended(process)
                raise Failed(f"the program ended before it could be killed\n{run}")
            time.sleep(0.01)
        process.send_signal(how)
        return self.ended(process)

    def ended(self, process):
        try:
            out, err = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired as error:
            process.kill()
            raise Failed(f"no end after {PATIENCE} s: {' '.join(process.args)}") from error
        return self.keep(Run(process.args, process.returncode, out.decode(), err.decode()))

    def environment(self, changes):
        """The environment with changes; a value of None takes a variable away."""
        env = self.env | (changes or {})
        return {name: value for name, value in env.items() if value is not None}

    def keep(self, run):
        self.printed.append(run)
        return run

    # Files

    def path(self, name):
        return self.work / name

    def write(self, name, text):
        self.path(name).write_text(text)
        return self.path(name)

    def lines(self, name):
        return [json.loads(line) for line in self.path(name).read_bytes().splitlines()]

    def remove(self, name):
        path = self.path(name)
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


# The stand-ins


def ask(url, method="GET", value=None):
    body = None if value is None else json.dumps(value).encode()
    request = urllib.request.Request(url, data=body, method=method)
    with urllib.request.urlopen(request, timeout=30) as reply:
        return json.loads(reply.read() or b"null")


def script(**parts):
    """Adds to what Amazon Bedrock does."""
    ask(f"{BEDROCK}/_scenario", "POST", parts)


def script_s3(*faults):
    """Adds to what S3 does."""
    ask(f"{S3}/_scenario", "POST", {"faults": list(faults)})


def calm():
    """Ends all scripted behaviour."""
    ask(f"{BEDROCK}/_scenario", "DELETE")
    ask(f"{S3}/_scenario", "DELETE")


def calls(operation=None):
    """All requests to Amazon Bedrock so far, or those to one operation."""
    return [call for call in ask(f"{BEDROCK}/_log") if operation in (None, call["operation"])]


def transfers(method=None):
    """All requests to S3 so far, or those with one method."""
    return [call for call in ask(f"{S3}/_log") if method in (None, call["method"])]


def bucket():
    """S3, to look into it."""
    options = Config(s3={"addressing_style": "path"})
    keys = {"aws_access_key_id": "look", "aws_secret_access_key": "look", "region_name": "us-east-1"}
    return boto3.client("s3", endpoint_url=S3, config=options, **keys)


def objects(prefix):
    """Keys under a prefix, with their sizes."""
    pages = bucket().get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
    return {item["Key"]: item["Size"] for page in pages for item in page.get("Contents", [])}
