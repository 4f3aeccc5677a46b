"""From what people and systems hand over (payloads, tables, exports, event logs) to records."""
