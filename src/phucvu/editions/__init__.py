"""Editions: results of a period frozen by a publisher, numbered, kept for good, and provable."""
