"""What a release's binaries must be: small enough, runnable on Amazon Linux 2023, ready in time."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import binaries
import template as templates
from report import Report

MB = 1_000_000
BUDGET = 8 * MB
# These carry codecs, parsers of feeds, or the pages' assets.
LARGER = {"photos": 14 * MB, "catalogue": 14 * MB, "pages": 14 * MB}
# Amazon Linux 2023 has glibc 2.34.
NEWEST_GLIBC = (2, 34)
_SYMBOL = re.compile(rb"GLIBC_(\d+)\.(\d+)(?:\.\d+)?\0")


def check(report: Report, built: dict[str, Path]) -> None:
    """Sizes within budget, glibc not too new, a panic that unwinds."""
    sizes = {binary: path.stat().st_size for binary, path in built.items()}
    for binary, size in sorted(sizes.items()):
        budget = LARGER.get(binary, BUDGET)
        print(f"{binary:<12} {size / MB:6.2f} MB of {budget // MB}", flush=True)
    with report.case("every binary is within its size"):
        over = [binary for binary, size in sizes.items() if size > LARGER.get(binary, BUDGET)]
        assert not over, over
    with report.case("no binary wants a newer glibc than Amazon Linux 2023 has"):
        for binary, path in built.items():
            versions = {(int(major), int(minor)) for major, minor in _SYMBOL.findall(path.read_bytes())}
            assert versions, f"{binary} names no glibc"
            assert max(versions) <= NEWEST_GLIBC, f"{binary}: {max(versions)}"
    with report.case("a panic unwinds, so that it ends a request and not the sandbox"):
        for binary, path in built.items():
            # Only an unwinding runtime has a personality routine for Rust's frames.
            assert b".gcc_except_table" in path.read_bytes(), binary


def start(report: Report, folder: Path) -> None:
    """Every binary's cold start within its budget, beside the bare functions in the same folder."""
    with report.case("every function starts within its budget"):
        bench = ["cargo", "run", "--release", "--locked", "--package", "bench", "--", "coldstart", "--bin-dir", str(folder.resolve())]
        subprocess.run(bench, cwd=templates.ROOT, check=True)
