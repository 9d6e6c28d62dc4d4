"""What sets the workers going: uploads in the bucket, committed changes in the stream, and little else."""

from __future__ import annotations

import base64
import hashlib
import urllib.error
import urllib.request

import template as templates
from api import Api, until
from deploy import Stack
from report import Report

PHOTO = templates.ROOT / "infra" / "local" / "demo" / "photos" / "tabby-portrait.jpg"


def upload(api: Api, token: str) -> str:
    """Asks for a ticket and uploads a photo as it says; gives the photo's id."""
    photo = PHOTO.read_bytes()
    asked = {"content_type": "image/jpeg", "bytes": len(photo), "sha256": hashlib.sha256(photo).hexdigest()}
    ticket = api.expect(201, "POST", "/v1/photos", token, asked)
    said = ticket["upload"]
    request = urllib.request.Request(said["url"], data=photo, headers=said["headers"], method=said["method"])
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 200
    return str(ticket["id"])


def _from_cdn(stack: Stack, like: str, key: str) -> int:
    """What the distribution of an address answers for a key, asked at the emulator, which is told that TLS ended before it."""
    headers = {"host": like.split("/")[2], "x-forwarded-proto": "https"}
    request = urllib.request.Request(f"{stack.emulator.url}/{key}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def _started(stack: Stack, function: str) -> int:
    """How often a function was invoked."""
    logs = stack.emulator.client("logs")
    group = stack.resources[f"{function}Logs"]
    events = logs.filter_log_events(logGroupName=group, filterPattern='"START RequestId"', limit=10000)
    return sum(event["message"].startswith("START") for event in events["events"])


def _quiet(stack: Stack) -> bool:
    return sum(count for queue, count in stack.left().items() if queue.endswith("Queue")) == 0


def check(report: Report, api: Api) -> None:
    """Tries it."""
    stack = api.stack
    s3, bucket = stack.emulator.client("s3"), stack.resources["Bucket"]
    author = api.member("triggers_ana")

    with report.case("an upload is told to photos, which leaves renditions without metadata; the CDN gives those out alone"):
        photo = upload(api, author)
        ready = until(
            "the photo is ready",
            lambda: (seen := api.expect(200, "GET", f"/v1/photos/{photo}", author))["status"] == "ready" and seen,
        )
        for rendition in ready["renditions"]:
            key = rendition["url"].split("/", 3)[3]
            assert key.startswith("media/") and photo not in key, key
            stored = s3.get_object(Bucket=bucket, Key=key)
            assert stored["ContentType"] == "image/jpeg"
            assert b"Exif" not in stored["Body"].read()
            assert _from_cdn(stack, rendition["url"], key) == 200, key
        s3.put_object(Bucket=bucket, Key="reports/private", Body=b"private")
        # All else is asked of the gateway, which the emulated distribution does not reach (502).
        assert _from_cdn(stack, ready["renditions"][0]["url"], "reports/private") in (403, 404, 502)
        assert _from_cdn(stack, ready["renditions"][0]["url"], f"uploads/{photo}") in (403, 404, 502)

    with report.case("S3 refuses an upload of other bytes than its ticket names"):
        asked = {"content_type": "image/jpeg", "bytes": 3, "sha256": hashlib.sha256(b"abc").hexdigest()}
        said = api.expect(201, "POST", "/v1/photos", author, asked)["upload"]
        wrong = {**said["headers"], "x-amz-checksum-sha256": base64.b64encode(hashlib.sha256(b"xyz").digest()).decode()}
        for body, headers in [(b"xyz", said["headers"]), (b"xyz", wrong)]:
            request = urllib.request.Request(said["url"], data=body, headers=headers, method="PUT")
            try:
                urllib.request.urlopen(request, timeout=60).close()
            except urllib.error.HTTPError as error:
                assert 400 <= error.code < 500, error.code
            else:
                raise AssertionError("S3 took it")

    with report.case("the relay is woken by a follow, a post and a list, and not by a ticket"):
        api.expect(204, "PUT", "/v1/users/triggers_ana/follow", api.member("triggers_ben"))
        until("all is quiet", lambda: _quiet(stack) and _started(stack, "Relay") > 0)
        markers = [api.member(handle) for handle in ["triggers_cleo", "triggers_dora"]]
        until("all is quiet", lambda: _quiet(stack))

        def woken_by_a_list(marker: str) -> int:
            """The relay's invocations once it has dealt with one more list, a single record, and so with all before it."""
            before = _started(stack, "Relay")
            api.expect(201, "POST", "/v1/lists", marker, {"name": "Marker", "visibility": "private"})
            until("the relay is woken", lambda: _started(stack, "Relay") > before)
            until("all is quiet", lambda: _quiet(stack))
            return _started(stack, "Relay")

        before = woken_by_a_list(markers[0])
        asked = {"content_type": "image/jpeg", "bytes": 3, "sha256": hashlib.sha256(b"abc").hexdigest()}
        for _ in range(5):
            api.expect(201, "POST", "/v1/photos", author, asked)
        after = woken_by_a_list(markers[1])
        assert after == before + 1, f"woken {after - before} times"
