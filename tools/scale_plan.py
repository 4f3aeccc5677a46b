"""Ten years of the nation on paper: arithmetic from what was measured, for docs/scale.md.

Everything that is assumed stands in ``Assumed``; everything else comes from docs/measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

GB = 1e9
WORKING_SECONDS = 250 * 8 * 3600
"""Seconds in which offices are open in a year."""


@dataclass(frozen=True)
class Assumed:
    """What no measurement tells."""

    first_year: int = 2026
    dossiers: float = 15e6
    growth: float = 0.08
    """By which share the dossiers of a year are more than those of the year before."""

    messages: float = 7.0
    """Payloads that tell of a dossier: three versions and four steps."""

    peak: float = 10.0
    """How many times the average of office hours comes in the busiest second."""

    payload_years: float = 1.0
    """How long payloads are kept."""

    years: int = 10


@dataclass(frozen=True)
class Costs:
    """What was measured, by dossier or by a million of them."""

    kept_bytes: float
    """All versions and steps in the log, and the compacted part."""

    compacted_bytes: float
    payload_bytes: float
    month_seconds: float
    """By a million dossiers of the year that the month is in."""

    year_seconds: float
    compact_seconds: float
    append_seconds: float
    listing_seconds: float
    records_a_second: float
    count_peak_mb: float
    compact_peak_mb: float

    @classmethod
    def measured(cls, counting: Mapping[str, Any], other: Mapping[str, Any]) -> Costs:
        """From docs/measured: what a million dossiers more take, from the smallest to the largest run.

        Where the machine was busy, processor time stands for seconds: it says what one core would take.
        """
        runs = [
            run | {"busy": part["machine"]["load_before"] > part["machine"]["cores"] / 2}
            for part in counting.values()
            for run in part["runs"]
            if _engine(run, "year")
        ]
        run = max(runs, key=lambda run: run["dossiers"])
        by = {name: value for values in other["by"].values() for name, value in values.items()}
        compacted = run["bytes"]["compacted"] / run["dossiers"]
        return cls(
            kept_bytes=by["versions_bytes"] + by["steps_bytes"] + compacted,
            compacted_bytes=compacted,
            payload_bytes=by["payload_bytes_calls_of_one"],
            month_seconds=_by_million(runs, lambda run: _engine(run, "month")),
            year_seconds=_by_million(runs, lambda run: _engine(run, "year")),
            compact_seconds=_by_million(runs, lambda run: run["compact"]),
            append_seconds=_by_million(runs, lambda run: run["append"]),
            listing_seconds=by["listing_seconds_a_million"],
            records_a_second=by["into_records_a_second"],
            count_peak_mb=_engine(run, "year")["peak_mb"],
            compact_peak_mb=run["compact"]["peak_mb"],
        )


def _engine(run: Mapping[str, Any], period: str) -> dict[str, Any]:
    rows = (r for r in run["counted"] if (r["by"], r["period"]) == ("engine", period) and "seconds" in r)
    return next(rows, {})


def _by_million(runs: list[dict[str, Any]], took: Callable[[dict[str, Any]], dict[str, Any]]) -> float:
    least, most = (choose(runs, key=lambda run: run["dossiers"]) for choose in (min, max))
    more = (most["dossiers"] - least["dossiers"]) / 1e6
    first, last = (took(run)["cpu_seconds" if run["busy"] else "seconds"] for run in (least, most))
    return (last - first) / more if more else last / (most["dossiers"] / 1e6)


@dataclass(frozen=True)
class Year:
    """A year of the nation: how much there is, and what it takes."""

    year: int
    dossiers: float
    held: float
    """Dossiers of all years so far."""

    records_gb: float
    payloads_gb: float
    disk_gb: float
    """With the compacted part twice, while it is being rewritten."""

    month_seconds: float
    year_seconds: float
    compact_minutes: float
    recount_minutes: float
    """All months, quarters and years so far counted anew."""

    rebuild_hours: float
    """All records appended and compacted anew, from payloads or a backup."""

    listing_seconds: float
    busiest_second: float
    """Messages."""

    intake_share: float
    """Of what one machine moves into the records."""


def plan(costs: Costs, assumed: Assumed) -> list[Year]:
    """Each year of the plan.

    >>> costs = Costs(500, 100, 4000, 0.1, 0.2, 6, 12, 4, 8000, 1000, 1000)
    >>> first, second = plan(costs, Assumed(dossiers=10e6, growth=0.5, years=2))
    >>> second.dossiers, second.held, second.records_gb, second.compact_minutes
    (15000000.0, 25000000.0, 12.5, 2.5)
    """
    rows, held, recount = [], 0.0, 0.0
    for number in range(assumed.years):
        dossiers = assumed.dossiers * (1 + assumed.growth) ** number
        held += dossiers
        millions = dossiers / 1e6
        month, year = costs.month_seconds * millions, costs.year_seconds * millions
        # A quarter costs no more than the year it is in.
        recount += 12 * month + 5 * year
        payloads = dossiers * assumed.payload_years * costs.payload_bytes / GB
        records = held * costs.kept_bytes / GB
        busiest = dossiers * assumed.messages / WORKING_SECONDS * assumed.peak
        rows.append(
            Year(
                year=assumed.first_year + number,
                dossiers=dossiers,
                held=held,
                records_gb=records,
                payloads_gb=payloads,
                disk_gb=records + payloads + held * costs.compacted_bytes / GB,
                month_seconds=month,
                year_seconds=year,
                compact_minutes=costs.compact_seconds * held / 1e6 / 60,
                recount_minutes=recount / 60,
                rebuild_hours=(costs.append_seconds + costs.compact_seconds) * held / 1e6 / 3600,
                listing_seconds=costs.listing_seconds * millions,
                busiest_second=busiest,
                intake_share=busiest / costs.records_a_second,
            )
        )
    return rows


@dataclass(frozen=True)
class Limit:
    """Something that one machine bears up to a point, and what is done then."""

    what: str
    column: str
    most: float
    unit: str
    then: str


LIMITS = (
    Limit(
        *("a month is counted", "month_seconds", 10.0, "s"),
        "past months are counted once; the running one counts only what changed",
    ),
    Limit(
        *("a year is counted", "year_seconds", 30.0, "s"),
        "more cores: counting is spread over all; then `--engine spark://…` ([a cluster](cluster.md))",
    ),
    Limit(
        *("lists of the running year are made anew", "listing_seconds", 120.0, "s"),
        "a listing for each province, which is what its offices look at",
    ),
    Limit(
        *("compaction rewrites everything", "compact_minutes", 60.0, "min"),
        "records by year: closed years are compacted once and not rewritten",
    ),
    Limit(
        *("payloads and records", "disk_gb", 2000.0, "GB"),
        "keep payloads for less (`PHUCVU_KEEP_PAYLOADS`), let senders put 100 items in a call (a tenth of "
        "the bytes), or keep the home in an object store",
    ),
    Limit(
        *("the busiest second", "intake_share", 1.0, "of one machine's intake"),
        "a home for each province: 34 intakes, one count over all by files that both see",
    ),
    Limit(
        *("all periods are counted anew", "recount_minutes", 60.0, "min"),
        "only the periods whose records changed are; a night is enough otherwise",
    ),
    Limit(
        *("everything is rebuilt", "rebuild_hours", 12.0, "h"),
        "restore a backup, which copies files, instead of replaying payloads",
    ),
)


def first_to_break(rows: list[Year]) -> list[tuple[Limit, float, int | None]]:
    """Each limit with the share of it used in the last year, and the year in which it is passed, if any.

    The nearest first.
    """
    last = rows[-1]
    found = []
    for limit in LIMITS:
        passed = next((row.year for row in rows if getattr(row, limit.column) > limit.most), None)
        found.append((limit, getattr(last, limit.column) / limit.most, passed))
    return sorted(found, key=lambda each: -each[1])
