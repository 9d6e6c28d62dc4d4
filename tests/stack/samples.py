"""Every sample event in events/, by `cargo lambda invoke`, to the binary of its function."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import money
import template as templates
import triggers
from api import Api, until
from emulator import REGION, ROOT, free_port
from people import claims
from report import Report

EVENTS = templates.ROOT / "events"
FEED = templates.ROOT / "infra" / "local" / "demo" / "products.tsv"


@contextmanager
def _runtime(api: Api, binaries: dict[str, Path], folder: Path) -> Iterator[int]:
    """cargo lambda's runtime API with every function attached to it; gives its port."""
    port = free_port()
    serve = ["cargo", "lambda", "watch", "--only-lambda-apis", "--invoke-address", "127.0.0.1", "--invoke-port", str(port)]
    log = (folder / "samples.log").open("wb")
    processes = [subprocess.Popen(serve, cwd=templates.ROOT, stdout=log, stderr=subprocess.STDOUT)]
    try:
        # A function that finds nobody listening gives up at once.
        until("the runtime API listens", lambda: _listens(port))
        client = api.stack.emulator.client("lambda")
        for logical_id, binary in api.stack.functions.items():
            configuration = client.get_function_configuration(FunctionName=api.stack.resources[logical_id])
            environment = {
                "PATH": os.environ["PATH"],
                **configuration["Environment"]["Variables"],
                "AWS_ENDPOINT_URL": api.stack.emulator.url,
                "AWS_ACCESS_KEY_ID": ROOT[0],
                "AWS_SECRET_ACCESS_KEY": ROOT[1],
                "AWS_REGION": REGION,
                "AWS_LAMBDA_FUNCTION_NAME": binary,
                "AWS_LAMBDA_FUNCTION_VERSION": "1",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(configuration["MemorySize"]),
                "AWS_LAMBDA_RUNTIME_API": f"http://127.0.0.1:{port}/.rt/{binary}",
            }
            processes.append(subprocess.Popen([binaries[binary]], env=environment, stdout=log, stderr=subprocess.STDOUT))
        yield port
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        log.close()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _function(sample: str, functions: list[str]) -> str:
    fitting = [name for name in functions if sample.startswith(f"{name}-")]
    assert len(fitting) == 1, f"{sample} belongs to one function, not to {fitting}"
    return fitting[0]


def _real(event: Any, real: dict[str, str]) -> Any:
    """The event with names of this stack in the place of the sample's."""
    text = json.dumps(event)
    for name, value in real.items():
        text = text.replace(name, value)
    return json.loads(text)


def _taken_over(api: Api, port: int, folder: Path, file: dict[str, Any]) -> None:
    """Lets the catalogue begin with a file of the store's, so that there is something to go on with."""
    s3, bucket = api.stack.emulator.client("s3"), api.stack.resources["Bucket"]
    s3.put_object(Bucket=bucket, Key=file["key"], Body=FEED.read_bytes(), ContentType="text/tab-separated-values")
    arrived = {"eventName": "ObjectCreated:Put", "eventTime": file["at"], "s3": {"object": {"key": file["key"]}}}
    message = {"messageId": "m0", "body": json.dumps({"Records": [arrived]}), "eventSource": "aws:sqs"}
    event = folder / "arrived.json"
    event.write_text(json.dumps({"Records": [message]}))
    answer = _invoke(port, "catalogue", event)
    assert not (answer or {}).get("batchItemFailures"), answer


def _prepared(api: Api, event: dict[str, Any], sample: str, port: int, folder: Path) -> dict[str, Any]:
    """Makes what an event speaks of, and lets it speak of that."""
    real: dict[str, str] = {}
    handle = "samples_" + hashlib.sha256(sample.encode()).hexdigest()[:8]
    if "routeKey" in event:
        token = api.stack.people.token(handle, ["prime", "admin", "seller"])
        if "/v1/sellers/" in event["routeKey"]:
            brands = {"sub": claims(token)["sub"], "brands": ["Casa Torva"]}
            api.expect(204, "PUT", "/v1/admin/sellers", token, brands)
        elif event["routeKey"] != "POST /v1/me" and "/v1/admin/" not in event["routeKey"]:
            token = api.member(handle)
        real["Bearer TOKEN"] = f"Bearer {token}"
        if "/v1/store/" in event["routeKey"]:
            event["headers"]["spark-signature"] = money.signed(api, _told(event))
        for name, value in event.get("pathParameters", {}).items():
            if name == "handle":
                real[value] = handle
            elif name == "post_id":
                real[value] = api.story(token, "For a sample")
            elif "/photos/" in event["routeKey"]:
                real[value] = triggers.upload(api, token)
        return dict(_real(event, real))
    if "Records" not in event:
        return event
    s3, bucket = api.stack.emulator.client("s3"), api.stack.resources["Bucket"]
    for record in event["Records"]:
        if not record.get("body"):
            continue
        said = json.loads(record["body"])
        if "file" in said:
            _taken_over(api, port, folder, said["file"])
        for arrival in said.get("Records", []):
            key = arrival["s3"]["object"]["key"]
            if key.startswith("uploads/"):
                photo = triggers.upload(api, api.member(handle))
                real[key] = f"uploads/{photo}"
            else:
                s3.put_object(Bucket=bucket, Key=key, Body=FEED.read_bytes(), ContentType="text/tab-separated-values")
    return dict(_real(event, real))


def _told(event: dict[str, Any]) -> bytes:
    """What the store signs: a body, or a path with its query."""
    if "body" in event:
        return str(event["body"]).encode()
    return f"{event['rawPath']}?{event['rawQueryString']}".encode()


def _invoke(port: int, function: str, file: Path) -> Any:
    invoke = ["cargo", "lambda", "invoke", function, "--invoke-address", "127.0.0.1", "--invoke-port", str(port)]
    ran = subprocess.run(
        [*invoke, "--data-file", str(file)], cwd=templates.ROOT, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr or ran.stdout
    return json.loads(ran.stdout or "null")


def check(report: Report, api: Api, binaries: dict[str, Path], folder: Path) -> None:
    """Invokes them all, one after the other."""
    samples = sorted(EVENTS.glob("*.json"))
    with _runtime(api, binaries, folder) as port:
        for file in samples:
            with report.case(f"cargo lambda invoke takes events/{file.name}"):
                function = _function(file.name, list(binaries))
                event = json.loads(file.read_text())
                prepared = folder / file.name
                prepared.write_text(json.dumps(_prepared(api, event, file.stem, port, folder)))
                answer = _invoke(port, function, prepared)
                if "routeKey" in event:
                    status = answer["statusCode"]
                    wanted = [404] if "not-found" in file.name else range(200, 300)
                    assert status in wanted, f"{status}: {answer.get('body')}"
                else:
                    assert not (answer or {}).get("batchItemFailures"), answer
    with report.case("every function has a sample that it takes"):
        without = [name for name in binaries if not any(file.name.startswith(f"{name}-") for file in samples)]
        assert not without, without
    until("what the samples set going is done", lambda: not any(
        count for queue, count in api.stack.left().items() if queue.endswith("Queue")
    ), 90)
