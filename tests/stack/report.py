"""What passed and what failed, and the closing line."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Report:
    """Counts cases. A failed one is told with its cause, and does not end the run."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0
        self.on_failure: Callable[[], str] = lambda: ""

    def step(self, title: str) -> None:
        """Says what begins."""
        print(f"\n== {title}", flush=True)

    @contextmanager
    def case(self, sentence: str) -> Iterator[None]:
        """One thing that must be true; an exception says that it is not."""
        began = time.monotonic()
        try:
            yield
        except Exception:
            self.failed += 1
            print(f"FAILED {sentence}", flush=True)
            traceback.print_exc(file=sys.stdout)
            if told := self.on_failure():
                print(told, flush=True)
        else:
            self.passed += 1
            print(f"ok     {sentence} ({time.monotonic() - began:.1f} s)", flush=True)

    def add(self, passed: int, failed: int) -> None:
        """Counts what another runner counted."""
        self.passed += passed
        self.failed += failed

    def close(self) -> int:
        """Prints the closing line; gives the exit code."""
        print(f"\n{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed or not self.passed else 0
