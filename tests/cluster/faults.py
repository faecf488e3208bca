"""A server between S3 and its clients that lets some requests fail as real storage does."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

ERROR = "<?xml version='1.0'?><Error><Code>{code}</Code><Message>{code}</Message></Error>"


class FaultyServer(BaseHTTPRequestHandler):
    """Passes requests on, but for those whose objects are named after what befalls them."""

    protocol_version = "HTTP/1.1"
    storage = ""

    def handle_any(self) -> None:
        """Fail, or ask the real server."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path
        failure = self._failure()
        if failure is not None:
            self._fail(*failure)
            return
        if "broken%2F" in path and "list-type" in path:
            path += "&max-keys=3"
        if "slow" in path:
            time.sleep(0.1)
        server = http.client.HTTPConnection(self.storage, timeout=20)
        server.request(self.command, path, body, dict(self.headers))
        answer = server.getresponse()
        content = answer.read()
        server.close()
        headers = [
            (name, value)
            for name, value in answer.getheaders()
            if name.lower() not in ("connection", "content-length", "transfer-encoding")
        ]
        length = len(content)
        if self.command == "HEAD":
            length = int(answer.headers.get("Content-Length", 0))
        self._answer(answer.status, content, [*headers, ("Content-Length", str(length))])

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = handle_any  # noqa: N815 - http.server's names

    def log_message(self, *_arguments: object) -> None:
        """Ignore a message."""

    def _failure(self) -> tuple[int, str] | None:
        path, listing = self.path, "list-type" in self.path
        if listing and ("closed%2F" in path or ("broken%2F" in path and "continuation" in path)):
            return 403, "AccessDenied"
        if "full" in path and self.command == "PUT":
            return 400, "QuotaExceeded"
        if "denied" in path and self.command == "GET":
            return 403, "AccessDenied"
        if "vanished" in path and self.command == "GET":
            return 404, "NoSuchKey"
        if "stalled" in path and self.command == "GET":
            time.sleep(2)
            return 503, "SlowDown"
        return None

    def _fail(self, status: int, code: str) -> None:
        content = ERROR.format(code=code).encode()
        self._answer(status, content, [("Content-Length", str(len(content)))])

    def _answer(self, status: int, content: bytes, headers: list[tuple[str, str]]) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


class Server(ThreadingHTTPServer):
    """Does not mind clients that leave before they have an answer."""

    def handle_error(self, _request: object, _client: object) -> None:
        """Ignore a message."""


@contextmanager
def faults_before(endpoint: str) -> Iterator[str]:
    """Start a faulty server before a real one, and give its address."""
    handler = type("Handler", (FaultyServer,), {"storage": urlsplit(endpoint).netloc})
    with Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
