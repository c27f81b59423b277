"""The official service models of Amazon Bedrock, as botocore has them: which operation a request is for, and everything
that is wrong with its members, or with those of a reply."""

import re
from urllib.parse import parse_qsl, unquote

from botocore.loaders import Loader

SERVICES = ("bedrock", "bedrock-runtime")
# What the Rust SDK reads; botocore would take more.
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
LOOSE_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
NUMBERS = ("integer", "long", "float", "double")


class Operation:
    """An operation of a service: its route, and the shapes of its input and output."""

    def __init__(self, service, shapes, name, facts):
        self.service, self.shapes, self.name = service, shapes, name
        self.method = facts["http"]["method"]
        self.status = facts["http"].get("responseCode", 200)
        self.input = facts.get("input", {}).get("shape")
        self.output = facts.get("output", {}).get("shape")
        self.errors = {error["shape"]: shapes[error["shape"]]["error"]["httpStatusCode"] for error in facts["errors"]}
        self.uri = facts["http"]["requestUri"].split("?")[0]
        members = re.sub(r"\\{(\w+)\\\+?\\}|\\{(\w+)\\}", lambda found: f"(?P<{found[1] or found[2]}>[^/]+)", re.escape(self.uri))
        self.route = re.compile(members + "/?")

    def members(self, at):
        """The members of the input that travel in a place: uri, querystring, header, or None for the body."""
        if not self.input:
            return {}
        shape = self.shapes[self.input]
        payload = shape.get("payload")
        found = {name: member for name, member in shape["members"].items() if member.get("location") == at}
        return {name: member for name, member in found.items() if at or not payload or name == payload}

    def read(self, path, query, body):
        """The input of a request, and what is wrong with it."""
        problems, values = [], dict(body) if isinstance(body, dict) else {}
        if body is not None and not isinstance(body, dict):
            problems.append(f"{self.name}: the body is not an object")
        own = {member.get("locationName", name) for name, member in self.members(None).items()}
        for name in sorted(set(values) - own):
            problems.append(f"{self.name}: unknown member {name}")
        for name, member in self.members("uri").items():
            values[name] = unquote(path.get(member.get("locationName", name), ""))
        known = {member.get("locationName", name): (name, member) for name, member in self.members("querystring").items()}
        for key, text in parse_qsl(query, keep_blank_values=True):
            if key not in known:
                problems.append(f"{self.name}: unknown query member {key}")
                continue
            name, member = known[key]
            values[name] = self._typed(member["shape"], text)
        if self.input:
            shape = self.shapes[self.input]
            for name in shape.get("required", []):
                if name not in values:
                    problems.append(f"{self.name}: missing {name}")
            for name, value in values.items():
                if name in shape["members"]:
                    check(self.shapes, shape["members"][name]["shape"], value, name, problems, LOOSE_TIMESTAMP)
        return values, problems

    def judge_reply(self, reply):
        """What is wrong with a reply of the stand-in itself."""
        problems = []
        if self.output:
            check(self.shapes, self.output, reply, f"{self.name} reply", problems, TIMESTAMP)
        return problems

    def _typed(self, name, text):
        kind = self.shapes[name]["type"]
        if kind in NUMBERS:
            try:
                return int(text) if kind in ("integer", "long") else float(text)
            except ValueError:
                return text
        return {"true": True, "false": False}.get(text, text) if kind == "boolean" else text


def check(shapes, name, value, at, problems, timestamp):
    """Adds everything that is wrong with a value of a shape to `problems`."""
    shape = shapes[name]
    kind = shape["type"]

    def bad(what):
        problems.append(f"{at}: {what}")

    def bounds(size, what):
        if not shape.get("min", 0) <= size <= shape.get("max", size):
            bad(f"{what} {size}, not from {shape.get('min', 0)} to {shape.get('max', 'any')}")

    if kind == "structure":
        if shape.get("document"):
            return
        if not isinstance(value, dict):
            return bad("not an object")
        if shape.get("union") and len(value) != 1:
            bad(f"exactly one member is wanted, not {sorted(value)}")
        members = {member.get("locationName", own): (own, member) for own, member in shape.get("members", {}).items()}
        for own in shape.get("required", []):
            if shape["members"][own].get("locationName", own) not in value:
                bad(f"missing {own}")
        for key, item in value.items():
            if key in members:
                check(shapes, members[key][1]["shape"], item, f"{at}.{key}", problems, timestamp)
            else:
                bad(f"unknown member {key}")
    elif kind == "list":
        if not isinstance(value, list):
            return bad("not a list")
        bounds(len(value), "number of items is")
        for n, item in enumerate(value):
            check(shapes, shape["member"]["shape"], item, f"{at}[{n}]", problems, timestamp)
    elif kind == "map":
        if not isinstance(value, dict):
            return bad("not a map")
        bounds(len(value), "number of entries is")
        for key, item in value.items():
            check(shapes, shape["key"]["shape"], key, f"{at} key", problems, timestamp)
            check(shapes, shape["value"]["shape"], item, f"{at}.{key}", problems, timestamp)
    elif kind == "string":
        if not isinstance(value, str):
            return bad("not a string")
        bounds(len(value), "length is")
        if "enum" in shape and value not in shape["enum"]:
            bad(f"{value!r} is none of {', '.join(shape['enum'])}")
        if "pattern" in shape and not re.fullmatch(shape["pattern"], value):
            bad(f"{value!r} does not match {shape['pattern']}")
    elif kind == "timestamp":
        if not isinstance(value, str) or not timestamp.fullmatch(value):
            bad(f"{value!r} is not a time of RFC 3339")
    elif kind in NUMBERS:
        if isinstance(value, bool) or not isinstance(value, int if kind in ("integer", "long") else (int, float)):
            return bad(f"{value!r} is not of type {kind}")
        bounds(value, "value is") if "min" in shape or "max" in shape else None
    elif kind == "boolean" and not isinstance(value, bool):
        bad("not a boolean")


def _operations():
    found = []
    for service in SERVICES:
        model = Loader().load_service_model(service, "service-2")
        found += [Operation(service, model["shapes"], name, facts) for name, facts in model["operations"].items()]
    # A fixed path before one with members.
    return sorted(found, key=lambda operation: operation.uri.count("{"))


OPERATIONS = _operations()


def operation_of(method, path):
    """The operation that a request is for, and the members in its path."""
    for operation in OPERATIONS:
        found = operation.route.fullmatch(path) if operation.method == method else None
        if found:
            return operation, found.groupdict()
    return None, {}
