"""What is to happen: requests that fail for a while, jobs that end badly, answers that a model knows.

`POST /_scenario` adds to it, `DELETE /_scenario` empties it:

    {"faults": [{"operation": "Converse", "holding": "some text", "times": 3, "skip": 0, "how": "throttle"}],
     "jobs": [{"name": "part of a name", "end": "Failed", "message": "…", "polls": 3}],
     "deployments": [{"name": "part of a name", "end": "Failed", "message": "…", "polls": 2}],
     "answers": [{"model": "part of an identifier", "key": {"prompt": "answer"}, "wrong": 20}]}

A fault is for requests to an operation (all, where it is not named) that hold a text in their path or body, after `skip`
of them, `times` times (for ever, where it is null). Its `how` is `throttle`, `drop` (the connection ends without a
reply), `late` (the reply comes after `seconds`), `html` (a page with status 500), or an error by name with a `message`.

A job is also scripted by its name, for experiments by hand: `…fails…` fails, `…stuck…` never trains.
"""

import threading

FAILURE = "Input data must have at minimum 100 valid prompts"


class Scenario:
    """All scripted behaviour, shared by the threads of the server."""

    def __init__(self):
        self.lock = threading.Lock()
        self.clear()

    def clear(self):
        with self.lock:
            self.faults, self.jobs, self.deployments, self.answers = [], [], [], []

    def add(self, wanted):
        unknown = set(wanted) - {"faults", "jobs", "deployments", "answers"}
        if unknown:
            raise ValueError(f"unknown parts of a scenario: {sorted(unknown)}")
        with self.lock:
            for part, items in wanted.items():
                # What was added last counts first.
                setattr(self, part, [dict(item) for item in items] + getattr(self, part))

    def fault(self, operation, text):
        """The fault that this request meets, if any, counted as met."""
        with self.lock:
            for fault in self.faults:
                if fault.get("operation", operation) != operation or fault.get("holding", "") not in text:
                    continue
                if fault.get("skip", 0) > 0:
                    fault["skip"] -= 1
                    continue
                times = fault.get("times", 1)
                if times is None:
                    return dict(fault)
                if times > 0:
                    fault["times"] = times - 1
                    return dict(fault)
        return None

    def job(self, name):
        """How a job goes: how many polls it takes, and how it ends."""
        scripted = self._named(self.jobs, name)
        if scripted:
            return scripted
        if "fails" in name:
            return {"end": "Failed", "message": FAILURE}
        return {"end": None} if "stuck" in name else {}

    def deployment(self, name):
        """How a deployment goes."""
        return self._named(self.deployments, name) or {}

    def answer(self, model):
        """What a model knows."""
        with self.lock:
            return next((answer for answer in self.answers if answer.get("model", "") in model), {})

    def _named(self, items, name):
        with self.lock:
            return next((dict(item) for item in items if item.get("name", "") in name), None)
