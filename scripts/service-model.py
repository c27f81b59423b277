"""Writes crates/aws/data/bedrock-api-shapes.json again, from the service models of an installed botocore.

    pip install botocore && python scripts/service-model.py

The operations are those that the file has; documentation is left out. A test of the crate reads every pattern.
"""

import gzip
import json
import pathlib

import botocore

FILE = pathlib.Path(__file__).parent.parent / "crates/aws/data/bedrock-api-shapes.json"
# What a shape says, beside the shapes that it is made of.
FACTS = ("required", "union", "document", "sensitive", "payload", "enum", "min", "max", "pattern")
# What a member says, where it travels outside the body or is special.
ELSEWHERE = ("location", "locationName", "idempotencyToken", "deprecated")


def service_model(service):
    folder = sorted((pathlib.Path(botocore.__file__).parent / "data" / service).iterdir())[-1]
    packed = folder / "service-2.json.gz"
    text = gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / "service-2.json").read_bytes()
    return json.loads(text)


def target(name, member):
    facts = {key: member[key] for key in ELSEWHERE if key in member}
    if name and facts.get("locationName") == name:
        del facts["locationName"]
    return {"shape": member["shape"], **facts} if facts else member["shape"]


def shape_of(shape):
    out = {"type": shape["type"], **{key: shape[key] for key in FACTS if key in shape}}
    if "members" in shape:
        out["members"] = {name: target(name, member) for name, member in shape["members"].items()}
    for key in ("member", "key", "value"):
        if key in shape:
            out[key] = target(None, shape[key])
    return out


def reached(shapes, names):
    found = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        shape = found[name] = shapes[name]
        inner = list(shape.get("members", {}).values())
        inner += [shape[key] for key in ("member", "key", "value") if key in shape]
        waiting += [member["shape"] for member in inner]
    return found


def operation_of(operation, shapes):
    errors = [error["shape"] for error in operation.get("errors", [])]
    return {
        "method": operation["http"]["method"],
        "uri": operation["http"]["requestUri"],
        "ok": operation["http"].get("responseCode", 200),
        "input": operation["input"]["shape"],
        "output": operation["output"]["shape"],
        "errors": {name: shapes[name].get("error", {}).get("httpStatusCode") for name in errors},
        "idempotent": operation.get("idempotent", False),
    }


def main():
    file = json.loads(FILE.read_text())
    file["source"]["version"] = botocore.__version__
    for service, part in file["services"].items():
        model = service_model(service)
        shapes = model["shapes"]
        part["operations"] = {name: operation_of(model["operations"][name], shapes) for name in part["operations"]}
        ends = [end for o in part["operations"].values() for end in (o["input"], o["output"])]
        part["shapes"] = {name: shape_of(shape) for name, shape in sorted(reached(shapes, ends).items())}
    return file


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def lines(entries):
    """An entry on each line, so that differences between versions can be read."""
    return "{\n" + ",\n".join(f"{compact(name)}:{compact(value)}" for name, value in entries.items()) + "\n}"


def text_of(file):
    services = []
    for name, part in file["services"].items():
        facts = ",".join(f"{compact(key)}:{compact(value)}" for key, value in part.items() if isinstance(value, str))
        inner = ",\n".join(f"{compact(key)}:{lines(part[key])}" for key in ("operations", "shapes"))
        services.append(f"{compact(name)}:{{{facts},\n{inner}\n}}")
    source = json.dumps(file["source"])
    return '{\n"source":' + source + ',\n"services":{\n' + ",\n".join(services) + "\n}}\n"


if __name__ == "__main__":
    FILE.write_text(text_of(main()))
