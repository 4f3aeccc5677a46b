"""What can be measured, by the names that commands and results use. Loads nothing of what counts."""

from __future__ import annotations

ENGINE, LOG = "engine", "log"
DUCKDB, POLARS, POSTGRESQL, PANDAS, COLUMNS = "duckdb", "polars", "postgresql", "pandas", "columns"

COMPARISONS = (DUCKDB, POLARS, POSTGRESQL, PANDAS, COLUMNS, LOG)
"""What can stand beside the engine; the address of a Spark master too (see ``is_spark``)."""

MAKE, APPEND, COMPACT = "make", "append", "compact"
"""What is done with the records before they are counted."""

WORDS = {
    ENGINE: "phucvu",
    DUCKDB: "SQL, DuckDB",
    POLARS: "Polars, lazy",
    POSTGRESQL: "SQL, PostgreSQL",
    PANDAS: "pandas",
    COLUMNS: "đọc các cột cần | columns read once",
    LOG: "phucvu, chưa nén | not compacted",
    MAKE: "tạo hồ sơ | making records",
    APPEND: "đưa vào kho | keeping them",
    COMPACT: "nén | compacting",
}

PERIODS = {
    "month": "2026-08",
    "year": "2026",
    "months": " ".join(f"2026-{month:02}" for month in range(1, 13)),
}
"""What can be asked for: a month, a year, and the twelve months of a year together."""

OF_A_PROVINCE = 150
"""Offices of a province, unless another number is asked for."""


def is_spark(name: str) -> bool:
    """Whether a name is the address of a Spark master."""
    return name.startswith(("spark://", "local["))
