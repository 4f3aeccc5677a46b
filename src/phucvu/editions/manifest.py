"""What an edition was made of: the first entry of its tree."""

from __future__ import annotations

import datetime as dt

import msgspec

from phucvu.problems import Fault, UnusableError


class RecordsDigest(msgspec.Struct, frozen=True):
    """The rows of a table that counted: how many, of which columns, and their SHA-256."""

    rows: int
    columns: list[str]
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """``edition`` is its number, ``lines`` how many lines follow it in the tree.

    ``cut_off`` and ``records_as_of`` are Vietnam's time: until when the period was counted, and which
    records had arrived. ``rules`` and ``rules_sha256`` are the rule set's name and the digest of its JSON;
    ``working_days`` is the digest of the days worked from the year before the period to its end.
    ``audit`` is the number and hash of the audit log's entry that tells of the freezing, and by whom.
    ``data`` has the SHA-256 of each file of the edition's open data; those of editions from before there
    was any are not there.
    """

    edition: int
    period: str
    unit: str
    cut_off: dt.datetime
    records_as_of: dt.datetime
    rules: str
    rules_sha256: str
    working_days: str
    software: str
    lines: int
    audit: str
    records: dict[str, RecordsDigest]
    corrects: int | None = None
    reason: str = ""
    data: dict[str, str] = msgspec.field(default_factory=dict)

    def written(self) -> bytes:
        """Canonical JSON: the keys in order, no blanks."""
        return msgspec.json.encode(self, order="sorted")

    @classmethod
    def read(cls, text: bytes | str) -> Manifest:
        """Raises UnusableError where the text is none."""
        try:
            return msgspec.json.decode(text, type=cls)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UnusableError(Fault("edition_manifest_unreadable")) from error
