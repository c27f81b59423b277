"""A stand-in for Amazon Bedrock: `python bedrock.py PORT`, with the endpoint of S3 in AWS_ENDPOINT_URL_S3 for what jobs
read and write.

Every request is held against the official service model and refused as the service would refuse it; so is every reply.
`GET /_log` has all requests: operation, input, status, and problems of both; `/_scenario` scripts what happens (see
standin/scenario.py). Access keys that begin with `EXPIRED`, `INVALID` or `DENIED` are treated so.
"""

import json
import os
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from standin.answers import Answers
from standin.deployments import Deployments
from standin.jobs import Jobs
from standin.model import operation_of
from standin.refusal import Refusal
from standin.scenario import Scenario
from standin.world import ACCOUNT, Buckets

CREDENTIAL = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request, ?SignedHeaders=[^,]+, ?Signature=[0-9a-f]{64}")


class Service:
    """The state of the stand-in."""

    def __init__(self, buckets):
        self.scenario = Scenario()
        jobs = Jobs(self.scenario, buckets)
        deployments = Deployments(self.scenario, jobs)
        self.parts = (jobs, deployments, Answers(self.scenario, deployments))
        self.lock = threading.Lock()
        self.log, self.at_once = [], {}

    def perform(self, operation, values):
        for part in self.parts:
            # Only what is an operation is one: the parts have methods of their own.
            if hasattr(part, operation.name):
                with self.lock:
                    return getattr(part, operation.name)(values)
        raise Refusal("NotImplementedException", f"{operation.name} is not part of the stand-in")

    def enter(self, name):
        """Counts a request that begins, and gives how many of its kind there are now."""
        with self.lock:
            self.at_once[name] = self.at_once.get(name, 0) + 1
            return self.at_once[name]

    def leave(self, name):
        with self.lock:
            self.at_once[name] -= 1

    def note(self, entry):
        with self.lock:
            self.log.append(entry)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service = None

    def log_message(self, *_):
        pass

    def handle(self):
        try:
            super().handle()
        except (BrokenPipeError, ConnectionResetError):
            # A client that was killed.
            pass

    def send(self, status, value, error=None, kind="application/json"):
        body = value.encode() if isinstance(value, str) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if error:
            self.send_header("x-amzn-ErrorType", error)
        self.end_headers()
        self.wfile.write(body)

    def act(self):
        url = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if url.path.startswith("/_"):
            return self.control(url.path, raw)
        operation, path = operation_of(self.command, url.path)
        if operation is None:
            self.service.note({"operation": None, "path": self.path, "problems": ["no such route"], "status": 404})
            return self.send(404, {"message": "no such route"}, "UnknownOperationException")
        entry = {"operation": operation.name, "at": time.time(), "problems": []}
        entry["at_once"] = self.service.enter(operation.name)
        try:
            self.answer(operation, path, url.query, raw, entry)
        finally:
            self.service.leave(operation.name)
            self.service.note(entry)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = act

    def control(self, path, raw):
        scenario = self.service.scenario
        if path == "/_log":
            return self.send(200, self.service.log)
        if path != "/_scenario":
            return self.send(404, {"message": "no such page"})
        if self.command == "DELETE":
            scenario.clear()
        else:
            try:
                scenario.add(json.loads(raw))
            except ValueError as error:
                return self.send(400, {"message": str(error)})
        self.send(200, {})

    def answer(self, operation, path, query, raw, entry):
        fault = self.service.scenario.fault(operation.name, self.path + raw.decode(errors="replace"))
        how = (fault or {}).get("how")
        if how:
            entry["fault"] = how
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            body = None
            entry["problems"].append(f"{operation.name}: the body is not JSON")
        values, problems = operation.read(path, query, body)
        entry["input"], entry["problems"] = dict(values), entry["problems"] + problems
        if how == "drop":
            entry["status"] = 0
            self.close_connection = True
            return
        if how == "html":
            entry["status"] = 500
            return self.send(500, "<html><body><h1>500 Internal Server Error</h1></body></html>", kind="text/html")
        if how == "late":
            time.sleep(fault.get("seconds", 1))
        try:
            self.check_signature(operation, entry)
            if how == "throttle":
                raise Refusal("ThrottlingException", "Too many requests, please wait before trying again.")
            if how and how != "late":
                raise Refusal(how, fault.get("message", "scripted"))
            if entry["problems"]:
                n = len(entry["problems"])
                raise Refusal("ValidationException", f"{n} validation error{'s' * (n > 1)} detected: {'; '.join(entry['problems'])}")
            status, reply, error = operation.status, self.service.perform(operation, values), None
            entry["problems"] += operation.judge_reply(reply)
        except Refusal as refusal:
            error, reply = refusal.name, {"message": refusal.message}
            try:
                status = refusal.status(operation)
            except KeyError:
                status = 500
                entry["problems"].append(f"{operation.name} has no error {refusal.name} in the service model")
        entry |= {"status": status} | ({"error": error} if error else {})
        self.send(status, reply, error)

    def check_signature(self, operation, entry):
        """Who asks, and for the right service. That a signature is right is not checked."""
        signed = CREDENTIAL.fullmatch(self.headers.get("Authorization", ""))
        if not signed:
            raise Refusal("AccessDeniedException", "Missing Authentication Token")
        key, region, service = signed.groups()
        entry["region"] = region
        if service != "bedrock":
            entry["problems"].append(f"signed for the service {service}, not for bedrock")
        if key.startswith("EXPIRED"):
            raise Refusal("ExpiredTokenException", "The security token included in the request is expired")
        if key.startswith("INVALID"):
            raise Refusal("UnrecognizedClientException", "The security token included in the request is invalid.")
        if key.startswith("DENIED"):
            user = f"arn:aws:iam::{ACCOUNT}:user/story"
            why = f"User: {user} is not authorized to perform: bedrock:{operation.name} because no identity-based policy allows it"
            raise Refusal("AccessDeniedException", why)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        # A client that was killed is no news; anything else is a defect of the stand-in, and the story shows it.
        if not isinstance(sys.exc_info()[1], (BrokenPipeError, ConnectionResetError)):
            super().handle_error(request, client_address)


def main():
    Handler.service = Service(Buckets(os.environ.get("AWS_ENDPOINT_URL_S3")))
    server = Server(("127.0.0.1", int(sys.argv[1])), Handler)
    print(f"port {server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
