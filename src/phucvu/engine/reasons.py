"""Why a record does not count: reason codes, and the one place that puts them into words.

A code is the name of the condition that a record lacks (``phucvu.engine.conditions``), or one of ``WORDS``
where more can be said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from phucvu.engine.conditions import CONDITIONS
from phucvu.engine.on_time import DAY
from phucvu.engine.verdict import Truth, asked_of_dossiers
from phucvu.rules.model import Indicator, Words

LATE = "on_time"
SYNCHRONISED = "synchronised"
REFUSED = "refused_by_portal"
NO_DOSSIER = "no_dossier"

WORDS = {
    "refused_late": Words(vi="từ chối quá hạn", en="refused late"),
    "answered_late": Words(vi="trả lời quá hạn", en="answered late"),
    "published_late": Words(vi="công khai câu trả lời quá hạn", en="answer made public late"),
    "not_published": Words(
        vi="đã trả lời nhưng quá hạn chưa công khai", en="answered, not made public in time"
    ),
    "supplement_late": Words(vi="yêu cầu bổ sung thông tin quá hạn", en="supplement asked for late"),
    "not_answered": Words(vi="chưa trả lời, đã quá hạn", en="not answered, past its deadline"),
}
"""The reasons that are no conditions: at which of its limits a petition is late."""

AT_PORTAL = {
    REFUSED: Words(vi="Cổng từ chối", en="refused by the portal"),
    "waiting_for_portal": Words(vi="đang chờ gửi lên Cổng", en="waits to be sent to the portal"),
    "absent_at_portal": Words(
        vi="đã tra cứu, Cổng không có hồ sơ", en="looked up: the portal does not have it"
    ),
    "in_ministry_system": Words(
        vi="ở hệ thống của bộ, ngành; chưa rõ đã có trên Cổng chưa",
        en="in a ministry’s system; not known to be at the portal",
    ),
    "own_file_only": Words(
        vi="chỉ có trong tệp của đơn vị, chưa gửi lên Cổng",
        en="in the office’s own file alone, never sent to the portal",
    ),
}
"""Why the national portal does not have a dossier: what the condition ``synchronised`` is told by."""

ASKED_AGAIN = Words(
    vi="quá hạn: đã yêu cầu bổ sung giấy tờ nhiều lần", en="late: supplements asked for repeatedly"
)
LATE_BY = Words(vi="quá hạn {} ngày", en="late by {} days")
THOUSANDS = {"vi": ".", "en": ","}
OFTEN = Words(vi="{} (bị trừ {} lần)", en="{} (taken off {} times)")
NONE_THAT = Words(vi="chưa có hồ sơ nào {}", en="no dossier {}")


def codes(indicator: Indicator) -> tuple[str, ...]:
    """The codes that the records behind an indicator may have."""
    count = indicator.count
    if count.of in ("services", "communes", "procedures"):
        own = [c for c in count.numerator if count.of == "procedures" and CONDITIONS[c].of != "dossier"]
        return (*own, *([NO_DOSSIER] if asked_of_dossiers(count)[0] else []))
    own = [code for c in count.numerator for code in (AT_PORTAL if c == SYNCHRONISED else [c])]
    return (*(WORDS if count.of == "petitions" else ()), *own)


def by_reason(lacks: Mapping[str, Truth], why: Callable[[str], Truth]) -> dict[str, Truth]:
    """What records lack, by reason code; ``lacks`` is by condition.

    ``why`` tells for each code of ``AT_PORTAL`` of which records that the portal lacks it is true.
    """
    found: dict[str, Truth] = {}
    for condition, lacking in lacks.items():
        if condition == SYNCHRONISED:
            found |= {code: lacking & why(code) for code in AT_PORTAL}
        else:
            found[condition] = lacking
    return found


def words(code: str, indicator: Indicator) -> Words:
    """What a reason code means for an indicator."""
    if told := WORDS.get(code) or AT_PORTAL.get(code):
        return told
    if code != NO_DOSSIER:
        return CONDITIONS[code].lost
    met = [CONDITIONS[c].met for c in asked_of_dossiers(indicator.count)[0]]
    return Words(
        vi=NONE_THAT.vi.format(", ".join(w.vi for w in met)),
        en=NONE_THAT.en.format(", ".join(w.en for w in met)),
    )


OUTSIDE = {
    "received": Words(vi="không tiếp nhận trong kỳ", en="not received in the period"),
    "handled": Words(vi="đã xong trước kỳ", en="finished before the period"),
}
"""Why a dossier of a listing is not in a population of the period."""


def days_late() -> pl.Expr:
    """By how many days a dossier is past its deadline, begun ones counted whole; empty where it is not."""
    seconds = pl.col("seconds_late")
    return pl.when(seconds > 0).then((seconds + DAY - 1) // DAY).cast(pl.Int64)


def late(language: str) -> pl.Expr:
    """How late a dossier is that lacks ``on_time``, by the columns ``seconds_late`` and ``unanswered``."""
    days = days_late().cast(pl.String).str.replace(r"(\d)(\d{3})$", "${1}" + THOUSANDS[language] + "${2}")
    by_days = pl.format(LATE_BY[language], days)
    return pl.when("unanswered").then(pl.lit(ASKED_AGAIN[language])).otherwise(by_days)


def sentence(lacks: Mapping[str, pl.Expr], times: pl.Expr, indicator: Indicator, language: str) -> pl.Expr:
    """The reasons of each record of a frame in a row; empty where it lacks nothing.

    ``times`` is how often it is taken off, said where that is more than once. Of what the portal refused the
    column ``portal_said`` has its own words.
    """

    def told(code: str) -> pl.Expr:
        if code == LATE:
            return late(language)
        said = pl.lit(words(code, indicator)[language])
        if code != REFUSED:
            return said
        return pl.concat_str(said, pl.col("portal_said"), separator=": ", ignore_nulls=True)

    parts = [pl.when(lacking).then(told(code)) for code, lacking in lacks.items()]
    if not parts:
        return pl.lit("")
    said = pl.concat_str(parts, separator="; ", ignore_nulls=True)
    return pl.when(times > 1).then(pl.format(OFTEN[language], said, times)).otherwise(said)
