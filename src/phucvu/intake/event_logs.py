"""Reader of XES; runs apart (see ``phucvu.tables.apart``), since files can crash it."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pyarrow as pa
import rustxes


def xes(path: str) -> Iterator[pa.Table]:
    """Two tables: a row for each event, and one cell of JSON that says what the log says of itself."""
    frame, about = rustxes.import_xes(path)
    log = pl.DataFrame(frame)
    yield log.select(sorted(log.columns)).to_arrow()  # they come in another order each time
    yield pl.DataFrame({"about": [about]}).to_arrow()
