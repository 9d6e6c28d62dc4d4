"""The stack run: build, deploy, try everything, take it down, and say how many passed and failed."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import binaries
import journeys
import money
import queues
import releases
import roles
import samples
import template as templates
import tokens
import triggers
from api import Api
from deploy import deploy
from emulator import Emulator
from report import Report


def options() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="tests/stack/run", description=__doc__)
    parser.add_argument("--release", action="store_true", help="a release's binaries: sizes, glibc and cold starts too")
    parser.add_argument("--bin-dir", type=Path, help="take the binaries from here (NAME/bootstrap or NAME), build none")
    parser.add_argument("--build-only", action="store_true", help="build (with --release: check) the binaries, run nothing")
    parser.add_argument("--arm64", action="store_true", help="with --release --build-only: for Graviton (a cross compiler)")
    parser.add_argument("--only", action="append", help="only these parts: journeys, tokens, triggers, money, queues, samples, roles")
    parser.add_argument("--hold", action="store_true", help="leave the stack standing until Ctrl-C, to try things")
    parser.add_argument("--keep", type=Path, help="copy the emulator's log and the record of decisions to this folder")
    asked = parser.parse_args()
    if asked.arm64 and not (asked.release and asked.build_only):
        parser.error("--arm64 goes with --release --build-only: this machine cannot run it")
    return asked


def _binaries(report: Report, asked: argparse.Namespace) -> dict[str, Path]:
    built: dict[str, Path] = {}
    folder = asked.bin_dir or (binaries.release(arm64=asked.arm64) if asked.release else binaries.build())
    with report.case("every function of the template has a binary"):
        built = binaries.find(folder)
    if asked.release and built:
        releases.check(report, built)
    return built


def _lint(report: Report) -> None:
    with report.case("cfn-lint finds nothing"):
        subprocess.run(["cfn-lint", str(templates.FILE)], check=True)
    with report.case("sam validate --lint finds nothing"):
        environment = {**os.environ, "SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "eu-west-1"}
        subprocess.run(
            ["sam", "validate", "--lint", "--template-file", str(templates.FILE)],
            check=True,
            env=environment,
            stdout=subprocess.DEVNULL,
        )


def _try(report: Report, asked: argparse.Namespace, built: dict[str, Path], folder: Path) -> None:
    emulator = Emulator(folder)
    try:
        report.step("deploy")
        emulator.start()
        stack = deploy(emulator, "spark", binaries.zipped(built, folder))
        report.on_failure = lambda: stack.logs()
        api = Api(stack)
        parts = {
            "journeys": lambda: journeys.run(report, stack),
            "tokens": lambda: tokens.check(report, api),
            "triggers": lambda: triggers.check(report, api),
            "money": lambda: money.check(report, api),
            "queues": lambda: queues.check(report, api),
            "samples": lambda: samples.check(report, api, built, folder),
            "roles": lambda: roles.check(report, stack),
        }
        for name, part in parts.items():
            if asked.only and name not in asked.only:
                continue
            if name == "roles" and not asked.only:
                report.step("use of the roles")
                roles.check_use(report, stack)
            report.step(name)
            with report.case(f"{name}: nothing broke off"):
                part()
        if asked.hold:
            print(f"\nThe API is at {stack.api}; Ctrl-C takes it down.", flush=True)
            signal.pause()
    finally:
        emulator.stop()
        if asked.keep:
            asked.keep.mkdir(parents=True, exist_ok=True)
            for file in [emulator.log, emulator.decisions_file]:
                if file.exists():
                    shutil.copy(file, asked.keep)


def main() -> int:
    """Runs it; the exit code says whether all passed."""
    asked = options()
    # A termination is an exception like Ctrl-C, so that everything is taken down.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    report, began = Report(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="spark-stack-") as folder:
        try:
            report.step("binaries")
            built = _binaries(report, asked)
            if asked.build_only or not built:
                return report.close()
            if asked.release and not asked.only:
                report.step("cold starts")
                # By itself: what it needs of the SDK is no part of the functions.
                releases.start(report, asked.bin_dir or binaries.release("bare"))
            if not asked.only:
                report.step("template")
                _lint(report)
            if not asked.only or "journeys" in asked.only:
                report.step("journeys, compiled")
                journeys.build()
            _try(report, asked, built, Path(folder))
        except KeyboardInterrupt:
            print("\ninterrupted", flush=True)
            report.failed += 1
        except Exception as error:
            with report.case("the run comes to its end"):
                raise error
    print(f"\n{time.monotonic() - began:.0f} s", flush=True)
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
