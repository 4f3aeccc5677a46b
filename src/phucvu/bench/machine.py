"""What a measurement was made on: the machine, and the versions of what counted."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

LIBRARIES = ("duckdb", "polars", "ibis-framework", "deltalake", "pyarrow", "pandas", "psycopg", "pyspark")


def machine() -> dict[str, Any]:
    """Cores, memory in GB, the processor, the system, and how busy it was before."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "cpu": _processor(),
        "os": f"{platform.freedesktop_os_release()['PRETTY_NAME']}, Linux {platform.release()}",
        "load_before": round(os.getloadavg()[0], 1),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def versions() -> dict[str, str]:
    """Versions of Python, this program and the libraries that are installed."""
    found = {"python": platform.python_version()}
    for name in ("phucvu", *LIBRARIES):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def memory_of(process: int | str) -> dict[str, float]:
    """What a process holds, in MB by the kernel's names; nothing where it has ended."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return {}
    rows = (line.split() for line in status.splitlines())
    return {row[0].rstrip(":"): int(row[1]) / 1024 for row in rows if row[2:] == ["kB"]}
