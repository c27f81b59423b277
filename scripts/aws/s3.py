"""S3 for the story: moto's, where requests can be made to fail: `python s3.py PORT`.

`GET /_log` has all requests; `POST /_scenario` scripts faults, and `DELETE /_scenario` ends them:

    {"faults": [{"method": "PUT", "holding": "part of the path or query", "times": 3, "skip": 0, "how": "throttle"}]}

`how` is `throttle`, `drop`, `late` (with `seconds`), or a code of S3, with a `status`. Access keys that begin with
`EXPIRED`, `INVALID` or `DENIED` are treated so, whatever moto thinks of them.
"""

import json
import re
import socket
import sys
import threading
import time

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from standin.scenario import Scenario

KEYS = {
    "EXPIRED": ("400 Bad Request", "ExpiredToken", "The provided token has expired."),
    "INVALID": ("403 Forbidden", "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."),
    "DENIED": ("403 Forbidden", "AccessDenied", "Access Denied"),
}


class Faults:
    """Moto, with what the scenario wants before it."""

    def __init__(self, moto):
        self.moto, self.scenario, self.log, self.lock = moto, Scenario(), [], threading.Lock()

    def __call__(self, environ, start_response):
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if path in ("/_log", "/_scenario"):
            return self.control(path, method, environ, start_response)
        query = environ.get("QUERY_STRING", "")
        entry = {"method": method, "path": path, "query": query, "bytes": int(environ.get("CONTENT_LENGTH") or 0)}
        entry["at"] = time.time()
        with self.lock:
            self.log.append(entry)

        def answer(status, headers, *rest):
            entry["status"] = int(status.split()[0])
            return start_response(status, headers, *rest)

        found = re.search(r"Credential=([A-Z]+)", environ.get("HTTP_AUTHORIZATION", ""))
        for beginning, refusal in KEYS.items():
            if found and found[1].startswith(beginning):
                return self.refuse(environ, answer, *refusal)
        fault = self.scenario.fault(method, f"{path}?{query}")
        how = (fault or {}).get("how")
        if how:
            entry["fault"] = how
        if how == "throttle":
            return self.refuse(environ, answer, "503 Slow Down", "SlowDown", "Please reduce your request rate.")
        if how == "drop":
            entry["status"] = 0
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            return []
        if how == "late":
            time.sleep(fault.get("seconds", 1))
        elif how:
            return self.refuse(environ, answer, f"{fault.get('status', 500)} Scripted", how, fault.get("message", "scripted"))
        return self.moto(environ, answer)

    def refuse(self, environ, start_response, status, code, message):
        # What is left of the request would be taken for the next one.
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        body = f"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
        start_response(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def control(self, path, method, environ, start_response):
        if path == "/_scenario" and method == "DELETE":
            self.scenario.clear()
        elif path == "/_scenario":
            wanted = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
            for fault in wanted.get("faults", []):
                if "method" in fault:
                    fault["operation"] = fault.pop("method")
            self.scenario.add(wanted)
        with self.lock:
            body = json.dumps(self.log if path == "/_log" else {}).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]


class Quiet(WSGIRequestHandler):
    """Lines about requests are in the log."""

    def log(self, *_):
        pass


def main():
    app = Faults(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", int(sys.argv[1]), app, threaded=True, request_handler=Quiet)
    print(f"port {server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
