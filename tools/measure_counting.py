"""All that docs/benchmarks.md says of counting, measured anew in one go: python tools/measure_counting.py.

Writes docs/measured/counting.json, then the pages made from it. Wants a machine on which nothing else runs,
some 40 GB of free disk under TMPDIR and 16 GB of memory, and takes two to three hours on two cores. What
was not measured when the time (--hours) is over keeps its place empty.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parents[1] / "docs"
MEASURED = DOCS / "measured" / "counting.json"

ALL = "duckdb,polars,postgresql,pandas,columns"
PARTS = {
    "growth": ("--sizes", "100000,1000000,3000000", "--compare", ALL),
    "ten million": ("--sizes", "10000000", "--compare", ALL, "--rounds", "3"),
    "nation": (
        *("--sizes", "15000000", "--units", "3500", "--periods", "month,months"),
        *("--compare", "columns", "--rounds", "3"),
    ),
    "largest": ("--sizes", "30000000", "--compare", "columns", "--rounds", "3"),
}
"""What is measured together, and how ``phucvu bench`` is asked for it."""


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    words.add_argument("--hours", type=float, default=4.0, help="when to stop at the latest")
    words.add_argument("--parts", default=",".join(PARTS), help="which of the parts; the others are kept")
    said = words.parse_args()
    until = time.monotonic() + 3600 * said.hours
    found = json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.exists() else {}
    for part in said.parts.split(","):
        taken = measured(PARTS[part], until - time.monotonic())
        if taken is None:
            print(f"{part}: nothing was measured in time", file=sys.stderr)
            continue
        found[part] = taken
        MEASURED.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    subprocess.run([sys.executable, str(Path(__file__).with_name("benchmark_pages.py"))], check=True)


def measured(words: tuple[str, ...], seconds: float) -> dict[str, Any] | None:
    """What ``phucvu bench`` measures with these words in so many seconds at most."""
    with tempfile.TemporaryDirectory(prefix="phucvu-measure-") as folder:
        file = Path(folder) / "found.json"
        command = [sys.executable, "-m", "phucvu", "bench", *words, "--json", str(file)]
        process = subprocess.Popen(command)
        try:
            process.wait(max(1.0, seconds))
        except subprocess.TimeoutExpired:
            process.terminate()  # it stops what it started; the sizes that are done are written
            process.wait()
        return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None


if __name__ == "__main__":
    main()
