"""A service on a free port answers "busy" at first; retries wait for a jittered moment."""

import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.error import HTTPError
from urllib.request import urlopen

import numpy as np

refusals = [503, 503]


class Rows(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(refusals.pop() if refusals else 200)
        self.end_headers()
        self.wfile.write(json.dumps([[x, 3 * x - 1] for x in range(6)]).encode())

    def log_message(self, *arguments: object) -> None:
        pass


server = HTTPServer(("127.0.0.1", 0), Rows)
threading.Thread(target=server.serve_forever, daemon=True).start()
print("listening on port", server.server_port)
while True:
    try:
        with urlopen(f"http://127.0.0.1:{server.server_port}/rows") as answer:
            rows = np.array(json.load(answer), dtype=float)
        break
    except HTTPError:
        time.sleep(os.urandom(1)[0] / 5000)
server.shutdown()
np.save("line.npy", np.polyfit(rows[:, 0], rows[:, 1], 1))
