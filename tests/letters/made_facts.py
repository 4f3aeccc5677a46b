"""Facts of letters made by hand: what a portal published of invented units, and figures of their own."""

from __future__ import annotations

import datetime as dt

import polars as pl

from phucvu.figures.periods import Period
from phucvu.figures.table import SCHEMA
from phucvu.figures.units import Unit, Units
from phucvu.letters.letter_facts import LetterFacts
from phucvu.letters.letter_sources import Duties, LetterSources
from phucvu.problems import Fault, NotFoundError
from phucvu.published.daily_results import COLUMNS, NoDays
from phucvu.rules.loading import load
from phucvu.scoring.scores import score
from phucvu.steering.points_lost import Account
from phucvu.steering.publication_watch import Limits

PROVINCE = Unit("H99", "UBND tỉnh Thử Nghiệm", "province")
DEPARTMENTS = [Unit(f"H99.{n:02}", f"Sở Thử {n}", "department", "H99") for n in range(1, 20)]
COMMUNES = [Unit(f"H99.{200 + n}", f"UBND xã Thử {n}", "commune", "H99") for n in range(1, 4)]
UNITS = Units([PROVINCE, *DEPARTMENTS, *COMMUNES])
RULES = load("portal-2026")
NOVEMBER = Period.parse("2023-11")


class Days(NoDays):
    """Rows that the portal published; each says what differs from an empty row."""

    def __init__(self, *rows):
        schema = list(COLUMNS)
        self._rows = pl.DataFrame(
            [{name: row.get(name) for name in schema} for row in rows], schema=COLUMNS, orient="row"
        )

    def rows(self, *conditions, procedure=None):
        return self._rows.filter(*conditions) if conditions else self._rows


def published(unit, part, day, period="2023-11", **values):
    return {"unit": unit, "part": part, "day": day, "period": period, "pull": "a", **values}


def figures(period, values):
    """Figures by unit and indicator."""
    rows = [(str(period), unit, indicator, *figure) for (unit, indicator), figure in values.items()]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


class Sources(LetterSources):
    """What letters ask for beside figures, given by hand."""

    def account(self, scores, rules, period, unit):
        return self.listing()["account"]

    def dossiers(self, scores, period, unit, by):
        return self.listing()["counts"]

    def late(self, scores, period, unit):
        if not self.listing()["late"]:
            raise NotFoundError(Fault("no_late_dossier"))
        return self.listing()["late"]


def sources(account=None, duties=None, targets=(), counts=None, late=(), codes=(), applicant=None):
    said = {"account": account or Account("H99", ()), "counts": counts or {}, "late": list(late)}
    names = {"1.001": "Thủ tục thử"}
    known = applicant or (lambda _sender, _code: "")
    return Sources(lambda: said, lambda: duties or Duties(), targets, lambda: names, codes, known)


def facts(unit=PROVINCE, *, period=NOVEMBER, days=None, values=None, before=None, decisions=(), **beside):
    counted = figures(period, {("H99", "2.1"): (900, 1000)} if values is None else values)
    if before:
        counted = pl.concat([counted, figures(period.previous(), before)])
    return LetterFacts(
        unit=unit,
        root=PROVINCE,
        period=period,
        before=period.previous(),
        scores=score(counted, RULES, UNITS, from_records=True),
        day=period.last,
        days=days or NoDays(),
        decisions=decisions,
        limits=Limits.of(RULES.at(period.last), 3),
        now=dt.date(2023, 12, 4),
        sources=sources(**beside),
    )


DUE = dt.datetime(2023, 11, 6, 16, 30)


def late(code, unit="H99.01", ended=None, seconds=86_401):
    """A row of a late dossier."""
    return {
        **{"sender": "H99", "code": code, "unit": unit, "procedure": "1.001", "ended": ended},
        **{"received_at": dt.datetime(2023, 10, 9, 8), "must_by": DUE, "seconds_late": seconds},
    }
