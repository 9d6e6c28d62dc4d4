"""The deployed API, as a client meets it; and waiting, with a deadline, for what comes later."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any, TypeVar

from deploy import Stack

T = TypeVar("T")
INTERESTS = ["coffee", "cats", "gardening", "photography", "books"]


def until(what: str, look: Callable[[], T | None], seconds: float = 45.0) -> T:
    """What `look` gives, as soon as it gives something true."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"in {seconds:.0f} s: {what}; last seen: {found!r}")
        time.sleep(0.2)


class Api:
    """Calls of the API."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    def call(self, method: str, path: str, token: str | None = None, body: Any = None) -> tuple[int, Any]:
        """Status and body; an error is an answer too."""
        headers = {"content-type": "application/json"}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.stack.api + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read()
        try:
            return status, json.loads(text or b"null")
        except ValueError:
            return status, text.decode(errors="replace")

    def expect(self, wanted: int, method: str, path: str, token: str | None = None, body: Any = None) -> Any:
        """The body, if the status is as wanted."""
        status, answer = self.call(method, path, token, body)
        assert status == wanted, f"{method} {path}: {status} {answer}"
        return answer

    def member(self, handle: str) -> str:
        """Lets a Prime member join; gives their token."""
        token = self.stack.people.token(handle, ["prime"])
        notify = {"posts": True, "replies": True}
        joining = {"display_name": handle, "handle": handle, "interests": INTERESTS, "notify": notify}
        self.expect(201, "POST", "/v1/me", token, joining)
        return token

    def story(self, token: str, text: str) -> str:
        """Publishes a story; gives its id."""
        post = self.expect(201, "POST", "/v1/posts", token, {"kind": "story", "text": text, "topics": ["coffee"]})
        return str(post["id"])

    def feed(self, token: str) -> list[str]:
        """The ids of the posts on the first page of the home feed."""
        page = self.expect(200, "GET", "/v1/feed?limit=100", token)
        return [item["post"]["id"] for item in page["items"] if item.get("post")]
