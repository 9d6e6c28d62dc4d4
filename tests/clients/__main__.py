"""Clients generated from the API's description, at work; and the API under every input that it describes."""

import argparse
import pathlib
import subprocess
import sys
import tempfile
import time

import clients
import cloud
import fuzz


def main():
    options = argparse.ArgumentParser(prog="tests/clients/run", description=__doc__)
    options.add_argument("--cases", type=int, default=400, help="requests to fuzz with, about (400)")
    options.add_argument("--seed", type=int, default=1, help="of the fuzzing")
    options.add_argument("--only", action="append", choices=["clients", "fuzz"], help="one part alone")
    options.add_argument("--keep", metavar="FOLDER", help="keep what is generated there")
    chosen = options.parse_args()
    parts = chosen.only or ["clients", "fuzz"]
    passed = 0
    with tempfile.TemporaryDirectory() as scratch, cloud.running() as api:
        folder = pathlib.Path(chosen.keep or scratch)
        folder.mkdir(parents=True, exist_ok=True)
        description = cloud.description(api, folder)
        checks = [("the description is valid", lambda: valid(description))]
        if "clients" in parts:
            checks += clients.checks(api, description, folder)
        if "fuzz" in parts:
            checks.append(("every answer is described", lambda: fuzz.run(api, chosen.cases, chosen.seed, folder)))
        for name, check in checks:
            began = time.monotonic()
            try:
                check()
            except (AssertionError, subprocess.CalledProcessError) as failure:
                print(getattr(failure, "output", None) or failure)
                print(f"{name} ... FAILED\n\n{passed} passed, 1 failed")
                return 1
            passed += 1
            print(f"{name} ... ok ({time.monotonic() - began:.0f} s)", flush=True)
    print(f"\n{passed} passed, 0 failed")
    return 0


def valid(description):
    clients.told(["openapi-spec-validator", str(description)])


sys.exit(main())
