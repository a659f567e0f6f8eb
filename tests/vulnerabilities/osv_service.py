"""A small OSV service on the loopback address that answers from the hand-written table."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .records import RECORDS, TRUTH


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        query = json.loads(self.rfile.read(length))
        key = (query["package"]["name"], query["version"])
        self.server.asked.append(key)  # type: ignore[attr-defined]
        wanted = TRUTH.get(key, set())
        body = json.dumps({"vulns": [item for item in RECORDS if item["id"] in wanted]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def osv_service() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield the address and the list of (name, version) that were asked for."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.asked = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query", server.asked  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
