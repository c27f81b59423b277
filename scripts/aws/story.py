"""The story: `python story.py DIR [STEP...]`, in an empty directory, started by scripts/aws-story. With steps, such as
`offline.build upload.first`, only these are taken, in the order of the story; most need what earlier ones leave.
"""

import sys
import time
import traceback

from steps import deployments, ending, evaluation, jobs, offline, s3_data, upload
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
    s3_data.given_up,
    s3_data.raced,
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
    evaluation.hostile,
    evaluation.interrupted,
    evaluation.account,
    deployments.delete,
    offline.every,
    ending.account,
    ending.shown,
    ending.served,
    ending.secrets,
]


def main():
    story = Story(sys.argv[1])
    wanted = set(sys.argv[2:])
    for step in STEPS:
        if wanted and f"{step.__module__.removeprefix('steps.')}.{step.__name__}" not in wanted:
            continue
        name, since = step.__doc__.strip(), time.monotonic()
        try:
            step(story)
        except Failed as failure:
            print(f"FAILED  {name}\n{failure}", flush=True)
            return 1
        except Exception:
            print(f"FAILED  {name}\n{traceback.format_exc()}", flush=True)
            return 1
        print(f"ok  {name} ({time.monotonic() - since:.1f} s)", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
