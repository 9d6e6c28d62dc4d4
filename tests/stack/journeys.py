"""The journeys of tests/journeys, against the deployed API."""

from __future__ import annotations

import os
import re
import subprocess

import binaries
import door
import template as templates
from deploy import Stack
from report import Report

_RESULT = re.compile(r"^test result: .* (\d+) passed; (\d+) failed", re.MULTILINE)


def command(*after: str) -> list[str]:
    """Cargo's call."""
    return ["cargo", "test", *binaries.SELECTION, "--test", "journeys", *after]


def build() -> None:
    """Compiles them if they are not yet, so that no time is lost while the stack stands."""
    subprocess.run(command("--no-run"), cwd=templates.ROOT, check=True)


def run(report: Report, stack: Stack) -> None:
    """Runs them, and counts what they count."""
    with door.opened(stack) as address:
        environment = {
            **os.environ,
            "SPARK_URL": stack.api,
            "SPARK_DOOR": address,
            "SPARK_CDN": stack.emulator.url,
        }
        ran = subprocess.run(
            command("--", "::deployed"), cwd=templates.ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
    print(ran.stdout, flush=True)
    found = _RESULT.search(ran.stdout)
    if found is None or int(found[1]) + int(found[2]) == 0:
        with report.case("the journeys run"):
            raise AssertionError("none was run")
        return
    report.add(int(found[1]), int(found[2]))
    if int(found[2]):
        print(report.on_failure(), flush=True)
