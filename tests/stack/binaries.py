"""The binaries of the functions: dev ones, which the tests are built beside, or a release's."""

from __future__ import annotations

import os
import subprocess
import zipfile
from pathlib import Path

import template as templates

# What CI builds, so that nothing is compiled twice. The feature adds the journeys that want a deployed stack, and the
# whole workspace is named so that every dependency has the features that it has for all other tests.
SELECTION = ["--workspace", "--features", "journeys/deployed", "--locked"]


def build() -> Path:
    """Builds the workspace in the dev profile, its tests too; gives the folder that holds NAME."""
    subprocess.run(["cargo", "build", "--all-targets", *SELECTION], cwd=templates.ROOT, check=True)
    return _target() / "debug"


def release(*packages: str, arm64: bool = False) -> Path:
    """Builds these crates with cargo lambda, every function if none is named; gives the folder that holds NAME/bootstrap."""
    command = ["cargo", "lambda", "build", "--release", "--compiler", "cargo", "--locked"]
    if arm64:
        command.append("--arm64")
    for package in packages or sorted(templates.functions(templates.read()).values()):
        command += ["--package", package]
    subprocess.run(command, cwd=templates.ROOT, check=True)
    return _target() / "lambda"


def _target() -> Path:
    return Path(os.environ["CARGO_TARGET_DIR"])


def find(folder: Path) -> dict[str, Path]:
    """The binary of each function: NAME/bootstrap, as cargo lambda lays them out, or NAME, as cargo does."""
    found = {}
    for binary in templates.functions(templates.read()).values():
        bootstrap = folder / binary / "bootstrap"
        found[binary] = bootstrap if bootstrap.is_file() else folder / binary
        if not found[binary].is_file():
            raise RuntimeError(f"{found[binary]} has not been built")
    return found


def zipped(binaries: dict[str, Path], folder: Path) -> dict[str, Path]:
    """A deployable zip of each, without symbols: they are two thirds of a dev binary, and a release has none."""
    zips = {}
    bootstrap = folder / "bootstrap"
    for binary, path in binaries.items():
        subprocess.run(["strip", "--strip-all", "-o", str(bootstrap), str(path)], check=True)
        zips[binary] = folder / f"{binary}.zip"
        with zipfile.ZipFile(zips[binary], "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.write(bootstrap, "bootstrap")
    return zips
