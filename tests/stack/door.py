"""What a journey needs beside the API of a deployed stack, over loopback HTTP: tokens, the store's drop, what is left.

`POST /token {"sub", "groups"}` → `{"token"}` · `PUT /files/KEY` puts an object into the bucket ·
`GET /left` → `{"waiting": messages on queues, "dead": messages given up}`."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from deploy import Stack


@contextmanager
def opened(stack: Stack) -> Iterator[str]:
    """The door's address, for as long as this lasts."""

    class Handler(BaseHTTPRequestHandler):
        """Answers by asking the account that the stack is deployed into."""

        def do_POST(self) -> None:
            asked = json.loads(self._body())
            self._answer({"token": stack.people.token(asked["sub"], asked["groups"])})

        def do_PUT(self) -> None:
            key = self.path.removeprefix("/files/")
            kind = self.headers.get("content-type", "application/octet-stream")
            s3 = stack.emulator.client("s3")
            s3.put_object(Bucket=stack.resources["Bucket"], Key=key, Body=self._body(), ContentType=kind)
            self._answer({})

        def do_GET(self) -> None:
            left = stack.left()
            dead = sum(count for queue, count in left.items() if queue.endswith("Dlq"))
            self._answer({"waiting": sum(left.values()) - dead, "dead": dead})

        def _body(self) -> bytes:
            return self.rfile.read(int(self.headers.get("content-length", 0)))

        def _answer(self, body: dict[str, object]) -> None:
            text = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the journeys tell what failed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
