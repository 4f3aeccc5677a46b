"""Lists of dossiers that stay quick: each dossier judged once, written to a file, read a page at a time.

A listing is a DuckDB file with a row for each dossier of a period's populations: what was worked out
about it at the cut-off, and for each condition that the rules name whether it meets it. What counts in
a figure, what is lost, what is due today are then plain questions to that file. Beside them stand the
other records that indicators lack (``lost_records``). It answers for its own
period and, while that runs, for any running period within, whose cut-off is the same: a population
asks only when a dossier was received and when it ended. It holds no personal data.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar

import duckdb
import ibis.expr.types as ir
import polars as pl
from duckdb import (
    ColumnExpression,
    ConstantExpression,
    Expression,
    FunctionExpression,
    SQLExpression,
)

from phucvu.engine import data_quality, features, populations
from phucvu.engine import reasons as reason_codes
from phucvu.engine.conditions import CONDITIONS
from phucvu.engine.evaluation import Evaluation, cut_off
from phucvu.engine.figures import each_tallied
from phucvu.engine.look_up import look_up
from phucvu.engine.lost_records import lost_others
from phucvu.engine.on_time import seconds_late
from phucvu.engine.origin import origin, why_missing
from phucvu.engine.sources import Tables
from phucvu.engine.verdict import OF_OTHER_RECORDS, Truth, Verdict, all_of, any_of, verdict
from phucvu.figures.periods import Period, around
from phucvu.figures.units import Units
from phucvu.records.histories import ASKED, ID, RESUMED
from phucvu.rules.loading import digest
from phucvu.rules.model import Count, Indicator, RuleSetFile

MEMORY = "400MB"
"""What one process may take to read listings."""

SORTS = {
    "code": "by_code",
    "unit": "place",
    "procedure": "procedure",
    "received": "received_at",
    "due": "must_by",
    "ended": "ended",
    "late": "seconds_late",
    "status": "status",
    "channel": "channel",
    "chance": "chance",
}
"""What lists can be sorted by, and the column that does it."""

DOUBTS = data_quality.WORDS
"""What may be doubtful about a dossier: words by name."""

Key = TypeVar("Key")

DEEP = 10_000
"""Pages from here on are fetched in two steps."""


MEANING = 4
"""To be raised when the columns come to mean something else: what was made before is made anew."""


# Making


def made_by(rules: RuleSetFile) -> str:
    """What a listing was made by: the meaning of its columns, and the rules."""
    return f"{MEANING} {digest(rules)}"


def judge(tables: Tables, rules: RuleSetFile, period: Period, now: dt.datetime, path: Path) -> None:
    """Write the listing of a period to a new file; ``now`` is Vietnam's time without a zone.

    Its rows are never all in memory: they go to a file beside it as they are judged, and are sorted on disk.
    """
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f"{path.name}.") as folder:
        judged = str(Path(folder) / "judged.parquet")
        with Evaluation.at(tables, rules.at(period.last), period, now) as evaluation:
            evaluation.put_moment(data_quality.NOW, now)
            evaluation.write(("rows", digest(rules)), lambda: _rows(evaluation, rules), judged)
            places = _places(evaluation.tree.units)
            told = {"period": str(period), "cut_off": evaluation.cut_off, "made_by": made_by(rules)}
        periods = [period, *_running_within(period, now)]
        others = [lost_others(*of) for of in each_tallied(tables, rules, periods, now)]
        with duckdb.connect(path, config={"memory_limit": MEMORY, "temp_directory": folder}) as con:
            con.register("lost", pl.concat(others).to_arrow())
            con.execute("CREATE TABLE others AS FROM lost ORDER BY period, indicator, above")
            con.register("known", places.to_arrow())
            con.register("told", pl.DataFrame([told]).to_arrow())
            con.execute("CREATE TABLE places AS FROM known")
            con.execute("CREATE TABLE about AS FROM told")
            con.execute(SORTED, {"judged": judged})


def _running_within(period: Period, now: dt.datetime) -> list[Period]:
    """The other running periods that a listing answers for too."""
    return [
        other
        for other in around(now.date())
        if other != period and period.first <= other.first and other.last <= period.last
    ]


SORTED = """
CREATE TABLE dossiers AS
WITH by_code AS (  -- numbers sort faster than texts
    SELECT file_row_number, row_number() OVER (ORDER BY code, sender) AS by_code
    FROM read_parquet($judged, file_row_number = true)
), ordered AS (
    SELECT judged.* EXCLUDE (file_row_number), place, by_code
    FROM read_parquet($judged, file_row_number = true) AS judged
    JOIN by_code USING (file_row_number) LEFT JOIN places USING (unit)
    ORDER BY place, received_at, code, sender
)
SELECT *, row_number() OVER () AS number, NULL::FLOAT AS chance FROM ordered
"""


def _rows(evaluation: Evaluation, rules: RuleSetFile) -> ir.Table:
    rows = data_quality.with_what_is_known(features.dossiers(evaluation), evaluation)
    rows = look_up(rows, _waiting(rows, evaluation), ID)
    # The portal's own words may hold personal data; its code does not.
    answers = evaluation.tables["portal_answers"].select(ID, portal_said="error_code")
    rows = look_up(rows, answers, ID)
    flags = {name: CONDITIONS[c](rows, count) for name, c, count in _conditions(rules)}
    doubts = {
        f"doubt {name}": wrong.fill_null(False) for name, (wrong, _) in data_quality.doubts(rows).items()
    }
    return rows.select(
        *("sender", "code", "unit", "procedure", "channel", "status", "received_at", "due", "unanswered"),
        *("at_portal", "portal_said"),
        origin=origin(rows),
        ended=rows.end,
        # Waiting for the citizen moves what is left of the time.
        must_by=rows.due + rows.waited.as_interval("s"),
        seconds_late=seconds_late(rows, cut_off()),
        waiting=rows.waiting.fill_null(rows.end.isnull() & (rows.status == ASKED)).fill_null(False),
        has_file=(rows.files > 0).fill_null(False),
        fee_free=((rows.fee_lines > 0) & (rows.fees == 0)).fill_null(False),
        **why_missing(rows),
        **flags,
        **doubts,
    )


def _waiting(rows: ir.Table, evaluation: Evaluation) -> ir.Table:
    """Of unfinished dossiers with steps, whether the last step by the cut-off asked for a supplement."""
    steps = evaluation.tables["steps"]
    steps = steps.filter(steps["at"] <= cut_off()).semi_join(rows.filter(rows.end.isnull()), ID)
    asked = (steps.status.max() == ASKED) & ~steps.status.isin(RESUMED).any()
    each = steps.group_by(ID, "at").agg(asked=asked)
    return each.group_by(ID).agg(waiting=each.asked.argmax(each["at"]))


def _conditions(rules: RuleSetFile) -> Iterator[tuple[str, str, Count]]:
    """Every condition on dossiers that the rules ever name: the name of its column, itself, its count."""
    seen = set()
    for indicator in rules.indicators:
        for count in (dated.value for dated in indicator.count):
            if count.of in OF_OTHER_RECORDS:
                continue
            for condition in (*count.numerator, *count.denominator):
                name = column_of(condition, count)
                if CONDITIONS[condition].of in ("dossier", "procedure") and name not in seen:
                    seen.add(name)
                    yield name, condition, count


def column_of(condition: str, count: Count) -> str:
    """The name of a condition's column in a listing."""
    return " ".join((condition, *(count.procedures if CONDITIONS[condition].needs else ())))


def _places(units: Units) -> pl.DataFrame:
    """Columns unit, place: the units numbered so that those below one follow it."""
    order = [(code, place) for place, code in enumerate(units.in_order)]
    schema = {"unit": pl.String, "place": pl.Int32}
    return pl.DataFrame(order, schema=schema, orient="row")


# Asking


YES = ConstantExpression(True)


def holds(*names: str) -> Expression:
    """The dossiers that meet all of these conditions."""
    return all_of((ColumnExpression(name) for name in names), YES)


def lacks(*names: str) -> Expression:
    """The dossiers that do not meet all of these conditions."""
    return any_of((~ColumnExpression(name) for name in names), YES)


def population(name: str, period: Period) -> Expression:
    """The dossiers ``received`` in or ``handled`` in a period (see ``phucvu.engine.populations``)."""
    starts, received_at = ConstantExpression(period.starts), ColumnExpression("received_at")
    found: Expression = (
        populations.received(received_at, starts)
        if name == "received"
        else populations.handled(received_at, ColumnExpression("ended"), starts)
    )
    return found


def _verdict(
    indicator: Indicator, column: Callable[[str], Truth], yes: Truth, population: Truth | None = None
) -> Verdict[Truth]:
    count = indicator.count
    return verdict(count, lambda condition: column(column_of(condition, count)), yes, population)


def verdict_of(indicator: Indicator, period: Period) -> Verdict[Expression]:
    """The verdict of an indicator that counts dossiers, for a period that the listing answers for."""
    return _verdict(indicator, ColumnExpression, YES, population(str(indicator.count.population), period))


def lacking(indicator: Indicator, period: Period, reason: str) -> Expression:
    """The dossiers of an indicator's denominator that lack something, by its reason code."""
    found = verdict_of(indicator, period)
    return found.looked_at & reason_codes.by_reason(found.lacks, ColumnExpression)[reason]


def doubted(finding: str, period: Period) -> Expression:
    """The dossiers of a period with a finding, by its name (see ``phucvu.engine.data_quality``)."""
    of = "received" if finding == "not_reported" else "handled"
    return population(of, period) & holds(f"doubt {finding}")


def one_of(dossiers: Iterable[tuple[str, str]]) -> Expression:
    """These dossiers, by sender and code."""
    of_sender: dict[str, list[str]] = {}
    for sender, code in dossiers:
        of_sender.setdefault(sender, []).append(code)
    each = (
        (ColumnExpression("sender") == ConstantExpression(sender)) & _one_of(ColumnExpression("code"), codes)
        for sender, codes in of_sender.items()
    )
    return any_of(each, YES)


def _one_of(column: Expression, values: Sequence[Any]) -> Expression:
    return column.isin(*map(ConstantExpression, values)) if values else ~YES


@dataclass(frozen=True)
class Wish:
    """Which dossiers of a listing: of some units, that meet a condition, narrowed by what a reader chose.

    ``within`` are the codes of the units (see ``Tree.below``), ``like`` a part of the dossier's code.
    """

    within: Collection[str]
    condition: Expression
    procedure: str | None = None
    status: int | None = None
    channel: int | None = None
    like: str | None = None


@dataclass(frozen=True)
class Order:
    by: str = "received"
    """One of ``SORTS``."""
    descending: bool = False


@dataclass
class Listing:
    """A listing to read from. Any number of threads may; the file may be deleted meanwhile.

    Pages have the columns sender, code, unit, procedure, channel, status, received_at, due, must_by (the
    deadline, with what was spent waiting for the citizen added), ended, seconds_late, unanswered,
    waiting, origin (``origin.WORDS``), at_portal (a code of ``AtPortal``), portal_said (its error code),
    has_file (with a submitted file), fee_free (with fee lines that are all 0), chance (of an open dossier to
    be late, where somebody forecast it; ``judge`` leaves it empty), and a boolean one for each condition of
    the rules and each code of ``reasons.AT_PORTAL``.
    """

    path: Path
    _con: duckdb.DuckDBPyConnection = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._con = duckdb.connect(self.path, read_only=True, config={"memory_limit": MEMORY, "threads": 2})

    @cached_property
    def _about(self) -> tuple[str, dt.datetime, str]:
        found: Any = self._con.cursor().execute("SELECT * FROM about").fetchone()
        return found  # type: ignore[no-any-return]

    @property
    def period(self) -> Period:
        return Period.parse(self._about[0])

    @property
    def cut_off(self) -> dt.datetime:
        return self._about[1]

    @property
    def made_by(self) -> str:
        """See the function ``made_by``."""
        return self._about[2]

    def answers_for(self, period: Period) -> bool:
        """Whether the figures of a period can be asked of it."""
        mine = self.period
        within = mine.first <= period.first and period.last <= mine.last
        return period == mine or (within and period.cut_off(self.cut_off) == self.cut_off)

    def page(self, wish: Wish, order: Order, limit: int, offset: int = 0) -> pl.DataFrame:
        ordered = self._ordered(wish, order)
        if offset < DEEP:
            page: pl.DataFrame = ordered.limit(limit, offset=offset).pl()
            return page
        # Sorting but the numbers of the rows and fetching a page of them halves the time.
        number = ColumnExpression("number")
        found = ordered.select(number).limit(limit, offset=offset).fetchall()
        numbers = [number for (number,) in found]
        rows: pl.DataFrame = self._table().filter(_one_of(number, numbers)).pl()
        there = pl.DataFrame({"number": numbers}, schema={"number": rows.schema["number"]})
        return there.join(rows, on="number", how="left", maintain_order="left")

    def every(self, wish: Wish, order: Order, limit: int, at_once: int = 20_000) -> Iterator[pl.DataFrame]:
        """All there are up to ``limit``, in frames of so many rows."""
        for batch in self._ordered(wish, order).limit(limit).to_arrow_reader(at_once):
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)
            yield frame

    def _ordered(self, wish: Wish, order: Order) -> duckdb.DuckDBPyRelation:
        column = ColumnExpression(SORTS[order.by])
        direction = column.desc() if order.descending else column.asc()
        # Its number in the file settles ties, so that pages neither repeat nor miss any.
        return self._rows(wish).sort(direction.nulls_last(), ColumnExpression("number"))

    def number(self, wish: Wish) -> int:
        """How many there are."""
        [[found]] = self._rows(wish).aggregate("count(*)").fetchall()
        return int(found)

    def total(self, wish: Wish, of: Expression) -> int:
        """The sum of a whole number over the dossiers wished for."""
        [[found]] = self._rows(wish).aggregate([FunctionExpression("sum", of)]).fetchall()
        return int(found or 0)

    def numbers(self, within: Collection[str], conditions: Sequence[Expression]) -> list[int]:
        """How many dossiers of the units meet each of some conditions, in one pass."""
        each = [FunctionExpression("count_if", condition) for condition in conditions]
        rows = self._rows(Wish(within, ConstantExpression(True)))
        return [int(number or 0) for number in rows.aggregate(each).fetchall()[0]] if conditions else []

    def occurring(
        self, wish: Wish, column: Literal["procedure", "unit", "status", "channel"]
    ) -> list[tuple[Any, int]]:
        """The values of a column among the dossiers wished for, with how many of each; most first."""
        rows = self._rows(wish).aggregate(
            [ColumnExpression(column), SQLExpression("count(*) AS number")], column
        )
        found: list[tuple[Any, int]] = rows.order("number DESC, 1").fetchall()
        return found

    def combinations(self, wish: Wish, values: Mapping[str, Expression]) -> list[dict[str, Any]]:
        """How many (``number``) of the dossiers wished for have each combination of values."""
        rows = self._rows(wish).select(*(value.alias(name) for name, value in values.items()))
        names = ", ".join(f'"{name}"' for name in values)
        found: list[dict[str, Any]] = rows.aggregate(f"{names}, count(*) AS number", names).pl().to_dicts()
        return found

    def others(self, period: Period, indicator: str, above: Collection[str]) -> list[dict[str, Any]]:
        """The records other than dossiers that an indicator lacks for units (``lost_records.SCHEMA``)."""
        found: list[dict[str, Any]] = self._others(period, indicator, above).pl().to_dicts()
        return found

    def others_above(self, period: Period, indicator: str, above: Collection[str]) -> list[tuple[str, str]]:
        """Of the same, code and unit alone: there may be as many as things times units."""
        rows = self._others(period, indicator, above).select(
            ColumnExpression("code"), ColumnExpression("above")
        )
        found: list[tuple[str, str]] = rows.fetchall()
        return found

    def _others(self, period: Period, indicator: str, above: Collection[str]) -> duckdb.DuckDBPyRelation:
        of_it = (
            (ColumnExpression("period") == ConstantExpression(str(period)))
            & (ColumnExpression("indicator") == ConstantExpression(indicator))
            & _one_of(ColumnExpression("above"), sorted(above))
        )
        return self._con.cursor().table("others").filter(of_it)

    def one(self, sender: str, code: str) -> dict[str, Any] | None:
        """The row of a dossier; None where there is none."""
        rows = self._one(sender, code).pl()
        return rows.row(0, named=True) if rows.height else None

    def told(self, sender: str, code: str, asked: Mapping[Key, Expression]) -> dict[Key, bool]:
        """What of the things asked is true of a dossier that there is."""
        columns = [asks.alias(str(number)) for number, asks in enumerate(asked.values())]
        [answers] = self._one(sender, code).select(*columns).fetchall()
        return dict(zip(asked, map(bool, answers), strict=True))

    def _one(self, sender: str, code: str) -> duckdb.DuckDBPyRelation:
        its = {"sender": sender, "code": code}
        return self._table().filter(
            all_of((ColumnExpression(n) == ConstantExpression(v) for n, v in its.items()), YES)
        )

    def _table(self) -> duckdb.DuckDBPyRelation:
        return self._con.cursor().table("dossiers")

    def _rows(self, wish: Wish) -> duckdb.DuckDBPyRelation:
        parts = [self._within(wish.within), wish.condition]
        parts += [
            ColumnExpression(name) == ConstantExpression(value)
            for name, value in (
                ("procedure", wish.procedure),
                ("status", wish.status),
                ("channel", wish.channel),
            )
            if value is not None
        ]
        if wish.like:
            found = FunctionExpression("contains", _lower(ColumnExpression("code")), _lower(wish.like))
            parts.append(found)
        return self._table().filter(all_of(parts, YES))

    def _within(self, units: Collection[str]) -> Expression:
        """The dossiers of the units, as runs of places: those of a unit and all below it are mostly one."""
        places = sorted(self._places[code] for code in units if code in self._places)
        runs: list[list[int]] = []
        for place in places:
            if runs and place == runs[-1][1] + 1:
                runs[-1][1] = place
            else:
                runs.append([place, place])
        column = ColumnExpression("place")
        return any_of((column.between(*map(ConstantExpression, run)) for run in runs), YES)

    @cached_property
    def _places(self) -> dict[str, int]:
        return dict(self._con.cursor().execute("SELECT unit, place FROM places").fetchall())


def _lower(value: Expression | str) -> Expression:
    return FunctionExpression("lower", ConstantExpression(value) if isinstance(value, str) else value)


def reasons(page: pl.DataFrame, indicator: Indicator, language: str) -> pl.Series:
    """Why each dossier of a page does not count in an indicator; empty where it does."""
    found = _verdict(indicator, pl.col, pl.lit(True))
    lacks = reason_codes.by_reason(found.lacks, pl.col)
    said = reason_codes.sentence(lacks, found.taken_off(pl.Int64), indicator, language)
    return page.with_columns(reason=said)["reason"]


def late(page: pl.DataFrame, language: str) -> pl.Series:
    """How late each dossier of a page is; empty where it is on time."""
    said = pl.when(~pl.col(reason_codes.LATE)).then(reason_codes.late(language)).otherwise(pl.lit(""))
    return page.with_columns(late=said)["late"]
