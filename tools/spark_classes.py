"""Write the classes that a count on Spark loads to one file, which Java maps into memory at its next start.

python tools/spark_classes.py. `make spark` does so, and a count finds the file by itself, in PySpark's
folder. It holds for one release of Java and of Spark.
"""

from __future__ import annotations

import datetime as dt
import os
import shlex
import shutil
import tempfile
from pathlib import Path

from phucvu.bench import made_records
from phucvu.engine.cluster import loaded_classes
from phucvu.engine.connections import connect
from phucvu.engine.figures import figures
from phucvu.figures.periods import Period
from phucvu.records.store import Store
from phucvu.rules.loading import load

DOSSIERS = 1000
WITHIN = 300
"""Seconds that Java has to end."""


def write(file: Path) -> None:
    """Count a home of few dossiers, and have Java write what it loaded for it."""
    file.unlink(missing_ok=True)  # Java writes none while it uses one
    with tempfile.TemporaryDirectory(prefix="phucvu-classes-") as folder:
        made, store = Path(folder, "made"), Store(Path(folder, "home"))
        made_records.write(made, DOSSIERS)
        made_records.append(made, store, lambda done, total: None)
        store.compact(whole=True)
        written = Path(folder, "classes")
        option = shlex.quote(f"-XX:ArchiveClassesAtExit={written} -Xlog:disable")
        os.environ["PYSPARK_SUBMIT_ARGS"] = f"--driver-java-options {option} pyspark-shell"
        _count(store)
        part = file.with_suffix(f".{os.getpid()}")
        shutil.copyfile(written, part)
        part.replace(file)


def _count(store: Store) -> None:
    con = connect("local[1]")
    figures(store.tables(con), load("portal-2026"), Period.parse("2026-08"), dt.datetime(2026, 9, 15))
    java = con._session.sparkContext._gateway.proc
    con._session.stop()
    java.stdin.close()  # this ends it
    java.wait(WITHIN)


if __name__ == "__main__":
    if shutil.which("java") is None:
        print("Java is not there: each count on Spark will load its classes one by one")
    else:
        write(loaded_classes())
