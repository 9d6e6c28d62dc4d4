"""A local cloud with the demo store."""

import contextlib
import json
import os
import pathlib
import subprocess
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PHOTO = ROOT / "infra/local/demo/photos/espresso-square.jpg"
PRODUCT = "SPK-1001"
INTERESTS = ["coffee", "cats", "gardening", "photography", "books"]


@contextlib.contextmanager
def running():
    """Starts one, gives its address once its store is loaded, and stops it."""
    built = ["cargo", "build", "--quiet", "--workspace", "--features", "journeys/deployed", "--locked", "--bin", "local"]
    subprocess.run(built, cwd=ROOT, check=True)
    program = pathlib.Path(os.environ["CARGO_TARGET_DIR"], "debug", "local")
    command = [str(program), "--ephemeral", "--demo", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            api = json.loads(process.stdout.readline())["url"]
            loaded(api)
            yield api
        finally:
            process.terminate()


def loaded(api):
    """Waits for the demo's posts, which come last."""
    for _ in range(600):
        with contextlib.suppress(urllib.error.HTTPError):
            if ask(f"{api}/v1/topics/coffee/posts?limit=1")["items"]:
                ask(f"{api}/v1/products/{PRODUCT}")
                return
        time.sleep(0.2)
    raise AssertionError("the demo store is not loaded after two minutes")


def ask(url, token=None, body=None, method=None):
    """The JSON that is answered."""
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or b"null")


def token(api, sub, *groups):
    return ask(f"{api}/local/token", body={"sub": sub, "groups": list(groups)})["token"]


def description(api, folder):
    """The description as it is served, in a file."""
    served = ask(f"{api}/openapi.json")
    assert served["servers"] == [{"url": api}], served["servers"]
    file = folder / "openapi.json"
    file.write_text(json.dumps(served, indent=1))
    return file
