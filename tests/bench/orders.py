"""Writes the order lines of UCI Online Retail as text, in the order of time: customer, second since 1970, what was bought.

    python3 tests/bench/orders.py ../shared/data/orders/online_retail.parquet > orders.tsv

Lines without a customer, returns, and lines that are no products (postage, discounts, fees) are left out. Needs pyarrow, which
it installs into a virtual environment of its own where it is missing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

# What the shop writes among its products and is none.
NONE = {
    "POSTAGE",
    "DOTCOM POSTAGE",
    "CARRIAGE",
    "Manual",
    "Discount",
    "SAMPLES",
    "CRUK Commission",
    "Bank Charges",
    "AMAZON FEE",
}


def with_pyarrow() -> None:
    """Goes on in an environment that has pyarrow."""
    home = Path(os.environ.get("XDG_CACHE_HOME", Path(tempfile.gettempdir()))) / "spark-bench-venv"
    python = home / "bin" / "python"
    if not python.exists():
        print(f"Installing pyarrow into {home}, to read Parquet.", file=sys.stderr)
        venv.create(home, with_pip=True)
        subprocess.run([python, "-m", "pip", "-q", "install", "pyarrow"], check=True, stdout=sys.stderr)
    os.execv(python, [str(python), *sys.argv])


def main(path: str) -> None:
    """Prints the lines."""
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        with_pyarrow()
    columns = ["CustomerID", "InvoiceDate", "Description", "Quantity", "UnitPrice"]
    table = parquet.read_table(path, columns=columns).to_pydict()
    lines = []
    for customer, at, what, quantity, price in zip(*(table[name] for name in columns)):
        what = (what or "").strip()
        if customer is None or customer != customer or quantity <= 0 or price <= 0 or not what or what in NONE:
            continue
        second = int((at - at.__class__(1970, 1, 1)).total_seconds())
        lines.append((second, int(customer), what))
    lines.sort(key=lambda line: line[0])
    for second, customer, what in lines:
        print(customer, second, what, sep="\t")


if __name__ == "__main__":
    main(sys.argv[1])
