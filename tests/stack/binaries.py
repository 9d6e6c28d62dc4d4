"""The release binaries: built in one call, small enough, and runnable on Amazon Linux 2023."""

from __future__ import annotations

import os
import re
import subprocess
import zipfile
from pathlib import Path

import template as templates
from report import Report

MB = 1_000_000
BUDGET = 8 * MB
# These carry codecs, parsers of feeds, or the pages' assets.
LARGER = {"photos": 14 * MB, "catalogue": 14 * MB, "pages": 14 * MB}
# Amazon Linux 2023 has glibc 2.34.
NEWEST_GLIBC = (2, 34)
_SYMBOL = re.compile(rb"GLIBC_(\d+)\.(\d+)(?:\.\d+)?\0")


def build(arm64: bool = False) -> Path:
    """Builds every function of the template with cargo lambda; gives the folder that holds NAME/bootstrap."""
    target = Path(os.environ["CARGO_TARGET_DIR"])
    command = ["cargo", "lambda", "build", "--release", "--compiler", "cargo", "--locked"]
    if arm64:
        command.append("--arm64")
    for binary in sorted(templates.functions(templates.read()).values()):
        command += ["--package", binary]
    subprocess.run(command, cwd=templates.ROOT, check=True)
    return target / "lambda"


def find(folder: Path) -> dict[str, Path]:
    """The binary of each function: NAME/bootstrap, as cargo lambda lays them out, or NAME, as cargo does."""
    found = {}
    for binary in templates.functions(templates.read()).values():
        bootstrap = folder / binary / "bootstrap"
        found[binary] = bootstrap if bootstrap.is_file() else folder / binary
        if not found[binary].is_file():
            raise RuntimeError(f"{found[binary]} has not been built")
    return found


def check(report: Report, binaries: dict[str, Path]) -> None:
    """Sizes within budget, glibc not too new, a panic that unwinds."""
    sizes = {binary: path.stat().st_size for binary, path in binaries.items()}
    for binary, size in sorted(sizes.items()):
        budget = LARGER.get(binary, BUDGET)
        print(f"{binary:<12} {size / MB:6.2f} MB of {budget // MB}", flush=True)
    with report.case("every binary is within its size"):
        over = [binary for binary, size in sizes.items() if size > LARGER.get(binary, BUDGET)]
        assert not over, over
    with report.case("no binary wants a newer glibc than Amazon Linux 2023 has"):
        for binary, path in binaries.items():
            versions = {(int(major), int(minor)) for major, minor in _SYMBOL.findall(path.read_bytes())}
            assert versions, f"{binary} names no glibc"
            assert max(versions) <= NEWEST_GLIBC, f"{binary}: {max(versions)}"
    with report.case("a panic unwinds, so that it ends a request and not the sandbox"):
        for binary, path in binaries.items():
            # Only an unwinding runtime has a personality routine for Rust's frames.
            assert b".gcc_except_table" in path.read_bytes(), binary


def zipped(binaries: dict[str, Path], folder: Path) -> dict[str, Path]:
    """A deployable zip of each."""
    zips = {}
    for binary, path in binaries.items():
        zips[binary] = folder / f"{binary}.zip"
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        with zipfile.ZipFile(zips[binary], "w", compresslevel=1) as archive:
            archive.writestr(entry, path.read_bytes(), compresslevel=1)
    return zips
