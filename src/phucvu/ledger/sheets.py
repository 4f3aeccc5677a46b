"""The ledger as sheets of a workbook: summary, causes, dossiers, identities of the declared numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl

from phucvu.engine.identities import WORDS as IDENTITIES
from phucvu.ledger.balance import PARTS, Ledger
from phucvu.ledger.causes import Cause
from phucvu.records.schema import DOSSIERS, REPORTS
from phucvu.rules.model import RuleSet
from phucvu.tables.workbook import MOST_ROWS, Column, Table

HEADINGS = {
    "vi": {
        "summary": "Tổng hợp",
        "causes": "Nguyên nhân",
        "dossiers": "Hồ sơ",
        "identities": "Số báo cáo không khớp",
        "indicator": "Mã chỉ số",
        "name": "Chỉ số",
        "portal": "Cổng công bố",
        "listed": "Theo danh sách trên Cổng",
        "counted": "Hệ thống này",
        "declared": "Số báo cáo",
        "numerator": "tử số",
        "denominator": "mẫu số",
        "score": "điểm",
        "difference": "Chênh lệch",
        "cause": "Nguyên nhân",
        "number": "Số hồ sơ, mục",
        "code": "Mã hồ sơ",
        "sender": "Đơn vị gửi",
        "own_unit": "Đơn vị (hệ thống này)",
        "portal_unit": "Đơn vị (trên Cổng)",
        "procedure": "Mã TTHC",
        "received_at": "Ngày tiếp nhận",
        "differs": "Thông tin khác nhau",
        "own_message": "Trả lời của Cổng",
        "thing": "Mục được tính",
        "unit": "Mã đơn vị",
        "period": "Kỳ",
        "finding": "Nội dung",
        "field": "Chỉ tiêu",
        "said": "Số báo cáo",
        "expected": "Số tính ra",
    },
    "en": {
        "summary": "Summary",
        "causes": "Causes",
        "dossiers": "Dossiers",
        "identities": "Reports that do not add up",
        "indicator": "Indicator",
        "name": "Name",
        "portal": "Published by the portal",
        "listed": "By the portal's list",
        "counted": "Counted here",
        "declared": "Declared",
        "numerator": "numerator",
        "denominator": "denominator",
        "score": "points",
        "difference": "Difference",
        "cause": "Cause",
        "number": "Dossiers or items",
        "code": "Dossier",
        "sender": "Sender",
        "own_unit": "Unit (here)",
        "portal_unit": "Unit (portal)",
        "procedure": "Procedure",
        "received_at": "Received",
        "differs": "What differs",
        "own_message": "The portal's answer",
        "thing": "Item counted",
        "unit": "Unit",
        "period": "Period",
        "finding": "What",
        "field": "Field",
        "said": "Declared",
        "expected": "Expected",
    },
}


def sheets(ledger: Ledger, rules: RuleSet, identities: pl.DataFrame, language: str) -> list[Table]:
    words = HEADINGS[language]

    def table(name: str, columns: list[Column], rows: Iterable[Any]) -> Table:
        return Table(words[name], columns, rows)

    shown = [s for s in SHOWN if s != "listed" or ledger.portal_list is not None]
    return [
        table("summary", _summary_columns(shown, words), _summary(ledger, rules, shown, language)),
        table(
            "causes",
            _columns(("indicator", "name", "cause"), words, "number"),
            _causes(ledger, rules, language),
        ),
        table("dossiers", _columns(TEXTS, words), _dossiers(ledger, language)),
        table(
            "identities",
            [*_texts(("unit", "period", "finding", "field"), words), *_wholes(("said", "expected"), words)],
            _identities(identities, language),
        ),
    ]


SHOWN = ("portal", "listed", "counted", "declared")
TEXTS = (
    *("indicator", "cause", "code", "sender", "own_unit", "portal_unit", "procedure"),
    *("received_at", "differs", "own_message", "thing"),
)


def _texts(names: Iterable[str], words: dict[str, str]) -> list[Column]:
    return [Column(words[name], "moment" if name == "received_at" else "text") for name in names]


def _wholes(names: Iterable[str], words: dict[str, str]) -> list[Column]:
    return [Column(words[name], "whole") for name in names]


def _columns(texts: Iterable[str], words: dict[str, str], *wholes: str) -> list[Column]:
    """Texts, whole numbers, and the two parts of the difference."""
    parts = [Column(f"{words['difference']}: {words[p]}", "whole") for p in PARTS]
    return [*_texts(texts, words), *_wholes(wholes, words), *parts]


def _summary_columns(shown: Iterable[str], words: dict[str, str]) -> list[Column]:
    found = _texts(("indicator", "name"), words)
    for name in (*shown, "difference"):
        found += [Column(f"{words[name]}: {words[p]}", "whole") for p in PARTS]
        found.append(Column(f"{words[name]}: {words['score']}", "points"))
    return found


def _summary(ledger: Ledger, rules: RuleSet, shown: Iterable[str], language: str) -> Iterator[list[Any]]:
    for row in ledger.figures.iter_rows(named=True):
        sides = [row[f"{side}_{part}"] for side in shown for part in (*PARTS, "score")]
        difference = [row[part] for part in (*PARTS, "score")]
        yield [row["indicator"], rules[row["indicator"]].name[language], *sides, *difference]


def _causes(ledger: Ledger, rules: RuleSet, language: str) -> Iterator[list[Any]]:
    for one, cause, number, *parts in ledger.causes.iter_rows():
        yield [one, rules[one].name[language], Cause(cause).words[language], number, *parts]


def _dossiers(ledger: Ledger, language: str) -> Iterator[list[Any]]:
    rows = (row for frame in ledger.dossiers.values() for row in frame.iter_rows(named=True))
    for place, row in enumerate(rows):
        if place == MOST_ROWS:
            return
        texts = {
            **row,
            "cause": Cause(row["cause"]).words[language],
            "differs": ", ".join(differing(row["differs"], language)),
        }
        yield [texts[name] for name in (*TEXTS, *PARTS)]


def _identities(identities: pl.DataFrame, language: str) -> Iterator[list[Any]]:
    for row in identities.iter_rows(named=True):
        field = REPORTS[row["field"]]
        said = IDENTITIES[row["finding"]][language], field.vi if language == "vi" else field.en
        yield [row["unit"], row["period"], *said, row["declared"], row["expected"]]


def differing(names: Iterable[str], language: str) -> list[str]:
    """What columns of a dossier are called."""
    columns = [DOSSIERS[name] for name in names]
    return [(column.vi if language == "vi" else column.en).partition(" (")[0] for column in columns]
