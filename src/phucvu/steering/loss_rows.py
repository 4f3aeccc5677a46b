"""The losses of a unit as rows of a table, in words of both languages."""

from __future__ import annotations

from typing import Any

import polars as pl

from phucvu.rules.model import Indicator
from phucvu.steering.fates import DEEDS, FATES, REASONS, WHO, words
from phucvu.steering.points_lost import Account, Slice, as_decimal

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "indicator": pl.String,
    "reasons": pl.String,
    "reason_vi": pl.String,
    "reason_en": pl.String,
    "number": pl.Int64,
    "points": pl.Decimal(12, 6),
    "fate": pl.String,
    "fate_vi": pl.String,
    "fate_en": pl.String,
    "until": pl.Datetime("us"),
    "who": pl.String,
    "who_vi": pl.String,
    "who_en": pl.String,
    "deed_vi": pl.String,
    "deed_en": pl.String,
    "next_vi": pl.String,
    "next_en": pl.String,
}


def rows(account: Account) -> pl.DataFrame:
    """A row for each loss of an account that costs points or can be numbered: the columns of ``SCHEMA``."""
    found = [_row(slice_, cost.indicator) for cost in account.costs for slice_ in cost.slices]
    return pl.DataFrame(found, schema=SCHEMA, orient="row")


def _row(slice_: Slice, indicator: Indicator) -> tuple[Any, ...]:
    loss = slice_.loss
    said = {
        language: "; ".join(words(r, indicator)[language] for r in loss.reasons) for language in ("vi", "en")
    }
    return (
        indicator.id,
        " ".join(loss.reasons),
        said["vi"],
        said["en"],
        loss.number,
        as_decimal(slice_.points, 6),
        loss.fate.name.lower(),
        FATES[loss.fate].vi,
        FATES[loss.fate].en,
        loss.until,
        " ".join(loss.who),
        "; ".join(WHO[who].vi for who in loss.who),
        "; ".join(WHO[who].en for who in loss.who),
        *("; ".join(DEEDS[d][language] for d in ds) for ds in deeds(slice_) for language in ("vi", "en")),
    )


def deeds(slice_: Slice) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The deeds that mend a loss, and those that make the next records good."""
    following = (REASONS[reason].next for reason in slice_.loss.reasons)
    return slice_.loss.deeds, tuple(dict.fromkeys(deed for deed in following if deed))
