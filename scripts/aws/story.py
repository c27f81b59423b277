"""The story: `python story.py DIR [STEP]`, in an empty directory, started by scripts/aws-story. With STEP, it ends after
the first step whose name begins so."""

import sys
import time

from steps import deployments, evaluation, jobs, offline, s3_data, upload
from steps.tools import Failed, Story

STEPS = [
    offline.build,
    offline.cost,
    upload.first,
    upload.again,
    upload.killed,
    upload.faults,
    s3_data.read,
    s3_data.read_on,
    s3_data.written,
    offline.plan,
    offline.aws_cli,
    jobs.create,
    jobs.refused,
    jobs.look,
    jobs.completes,
    jobs.fails,
    jobs.stops,
    jobs.account,
    deployments.create,
    deployments.fails,
    deployments.kept,
    evaluation.dry,
    evaluation.killed,
    evaluation.refused,
    evaluation.compared,
    evaluation.failing,
    evaluation.interrupted,
    evaluation.account,
    deployments.delete,
]


def main():
    story = Story(sys.argv[1])
    last = sys.argv[2] if len(sys.argv) > 2 else None
    for step in STEPS:
        name, since = step.__doc__.strip(), time.monotonic()
        try:
            step(story)
        except Failed as failure:
            print(f"FAILED  {name}\n{failure}", flush=True)
            return 1
        print(f"ok  {name} ({time.monotonic() - since:.1f} s)", flush=True)
        if last and name.startswith(last):
            break
    return 0


if __name__ == "__main__":
    sys.exit(main())
