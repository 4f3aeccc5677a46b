"""Tables as people hand them over: CSV, JSON Lines, Excel or Parquet, read as text with row numbers."""

from phucvu.tables.reading import Sheet, Source, plain, read_table

__all__ = ["Sheet", "Source", "plain", "read_table"]
