"""The tables and pictures of docs/benchmarks.md and docs/scale.md, from what was measured.

Run:  python tools/benchmark_pages.py   (docs/measured/*.json → both pages, docs/pictures/growth-*.svg)
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import altair as alt

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from phucvu.bench.names import APPEND, COMPACT, WORDS
from phucvu.charts.svg import INK, MUTED, RED, svg
from tools.scale_plan import Assumed, Costs, first_to_break, plan

DOCS = Path(__file__).resolve().parents[1] / "docs"
PERIODS = {"month": "a month", "year": "a year", "months": "twelve months together"}


def main() -> None:
    counting, other = measured()
    benchmarks, scale = DOCS / "benchmarks.md", DOCS / "scale.md"
    for page, parts in ((benchmarks, counting_parts(counting)), (scale, scale_parts(counting, other))):
        page.write_text(with_parts(page.read_text(encoding="utf-8"), parts), encoding="utf-8")
    for period in ("month", "year"):
        picture = growth(counting, period)
        (DOCS / "pictures" / f"growth-{period}.svg").write_text(picture, encoding="utf-8")


def measured() -> tuple[dict[str, Any], dict[str, Any]]:
    counting, other = (
        json.loads((DOCS / "measured" / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("counting", "other")
    )
    return counting, other


def with_parts(page: str, parts: dict[str, str]) -> str:
    """A page with what is made put between its marks, ``<!-- name -->`` and ``<!-- end -->``."""
    for name, text in parts.items():
        mark = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.S)
        page, found = mark.subn(lambda marks, text=text: f"{marks[1]}{text}\n{marks[2]}", page)
        if found != 1:
            raise ValueError(f"the page has {found} places for {name}")
    return page


# docs/benchmarks.md


def counting_parts(counting: dict[str, Any]) -> dict[str, str]:
    return {"machine": _machine(counting), "counting": _counted(counting), "keeping": _kept(counting)}


def _runs(counting: dict[str, Any]) -> list[dict[str, Any]]:
    every = [run for part in counting.values() for run in part["runs"]]
    return sorted(every, key=lambda run: (run["units"], run["dossiers"]))


def _machine(counting: dict[str, Any]) -> str:
    lines = []
    for name, part in counting.items():
        on, versions = part["machine"], part["versions"]
        used = ", ".join(f"{library} {version}" for library, version in versions.items())
        sizes = ", ".join(f"{run['dossiers']:,}" for run in part["runs"])
        lines.append(
            f"- {name} ({sizes} dossiers): {on['cpu']}, {on['cores']} cores, {on['memory_gb']} GB, "
            f"{on['os']}; load before {on['load_before']}; medians of {part['wish']['rounds']} rounds; {used}"
        )
    return "\n".join(lines)


def _counted(counting: dict[str, Any]) -> str:
    rows = []
    for run in _runs(counting):
        for row in run["counted"]:
            what = (f"{run['dossiers']:,}", f"{run['units']:,}", PERIODS[row["period"]], _english(row["by"]))
            if "failed" in row:
                rows.append((*what, row["failed"], "", "", "", ""))
                continue
            equal = {True: "yes", False: "**no**", None: "—"}[row["equal"]]
            numbers = (
                _number(row["seconds"]),
                _number(row["cpu_seconds"]),
                *(_number(row[times] or 0) for times in ("times_engine", "cpu_times_engine")),
                f"{row['peak_mb']:,}",
            )
            rows.append((*what, *numbers, equal))
    head = ("dossiers", "offices", "period", "counted by", "s", "cpu s", "× engine", "× cpu", "MB", "equal")
    return _table(head, rows)


def _kept(counting: dict[str, Any]) -> str:
    rows = []
    for run in _runs(counting):
        for work, part in ((APPEND, "arrived"), (COMPACT, "compacted")):
            took, size = run[work], run["bytes"][part]
            rows.append(
                (
                    f"{run['dossiers']:,}",
                    f"{run['steps']:,}",
                    {APPEND: "keeping", COMPACT: "compacting"}[work],
                    *(_number(took[name]) for name in ("seconds", "cpu_seconds")),
                    f"{took['peak_mb']:,}",
                    f"{size / 1e6:,.0f}",
                    _number(size / run["dossiers"]),
                )
            )
    return _table(("dossiers", "steps", "what", "s", "cpu s", "MB", "MB on disk", "bytes a dossier"), rows)


def _english(name: str) -> str:
    return WORDS.get(name, name).split(" | ")[-1].replace("not compacted", "phucvu, not compacted")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def growth(counting: dict[str, Any], period: str) -> str:
    """How the time to count a period grows with the dossiers, by who counts; both scales by tens."""
    rows = [
        {"dossiers": run["dossiers"], "seconds": row["seconds"], "by": _english(row["by"])}
        for run in _runs(counting)
        for row in run["counted"]
        if run["units"] < 1000 and row["period"] == period and "seconds" in row
    ]
    ends = {}
    for row in sorted(rows, key=lambda row: row["dossiers"]):
        ends[row["by"]] = row
    sizes = sorted({row["dossiers"] for row in rows})
    axis = {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "gridColor": MUTED,
        "gridOpacity": 0.25,
        "domain": False,
    }
    x = alt.X(
        "dossiers:Q",
        scale=alt.Scale(type="log", domain=[sizes[0], sizes[-1] * 6]),
        axis=alt.Axis(title="dossiers", values=sizes, format="~s", **axis),
    )
    y = alt.Y(
        "seconds:Q",
        scale=alt.Scale(type="log"),
        axis=alt.Axis(title="seconds", format="~r", tickCount=5, **axis),
    )
    layers = []
    for ours, colour in ((True, RED), (False, INK)):
        lines, ended = (
            alt.Chart(alt.InlineData([r for r in of if (r["by"] == "phucvu") == ours]), width=620, height=360)
            for of in (rows, _apart(list(ends.values()), rows))
        )
        line = lines.mark_line(color=colour, strokeWidth=3 if ours else 1.5, point=False, aria=False)
        layers.append(line.encode(x=x, y=y, detail="by:N"))
        layers.append(lines.mark_circle(color=colour, size=40, opacity=1, aria=False).encode(x=x, y=y))
        text = ended.mark_text(align="left", dx=8, color=colour, fontSize=13, aria=False)
        layers.append(text.encode(x=x, y=y, text="by:N"))
    said = "; ".join(
        f"{row['by']}: {_number(row['seconds'])} s at {row['dossiers']:,}" for row in ends.values()
    )
    return svg(alt.layer(*layers), f"Seconds to count {PERIODS[period]}, by the number of dossiers", said)


LABEL = 0.045
"""Of the picture's height, what a line of text takes."""


def _apart(ends: list[dict[str, Any]], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The last points, moved so that no name lies over another."""
    seconds = [row["seconds"] for row in rows]
    least = (max(seconds) / min(seconds)) ** LABEL
    placed: list[dict[str, Any]] = []
    for row in sorted(ends, key=lambda row: row["seconds"]):
        lowest = placed[-1]["seconds"] * least if placed else 0.0
        placed.append(row | {"seconds": max(row["seconds"], lowest)})
    return placed


# docs/scale.md


def scale_parts(counting: dict[str, Any], other: dict[str, Any]) -> dict[str, str]:
    costs, assumed = Costs.measured(counting, other), Assumed()
    rows = plan(costs, assumed)
    return {
        "costs": _table(
            ("what", "measured"),
            [
                ("records, a dossier with versions and steps", f"{costs.kept_bytes:,.0f} bytes"),
                ("of which compacted", f"{costs.compacted_bytes:,.0f} bytes"),
                ("payloads of a dossier, each call with one item", f"{costs.payload_bytes:,.0f} bytes"),
                ("counting a month, a million dossiers", f"{_number(costs.month_seconds)} s"),
                ("counting a year, a million dossiers", f"{_number(costs.year_seconds)} s"),
                ("compacting everything, a million dossiers", f"{_number(costs.compact_seconds)} s"),
                ("keeping what came, a million dossiers", f"{_number(costs.append_seconds)} s"),
                ("making a listing, a million dossiers", f"{_number(costs.listing_seconds)} s"),
                ("intake into the records", f"{costs.records_a_second:,.0f} a second"),
                ("memory of a count, at its peak", f"{costs.count_peak_mb:,.0f} MB"),
                ("memory of compaction, at its peak", f"{costs.compact_peak_mb:,.0f} MB"),
            ],
        ),
        "assumed": "\n".join(
            [
                f"- {assumed.dossiers / 1e6:g} million dossiers in {assumed.first_year}, "
                f"{assumed.growth:.0%} more each year;",
                f"- {assumed.messages:g} messages of a dossier, the busiest second {assumed.peak:g} times "
                "the average of office hours;",
                f"- payloads are kept for {assumed.payload_years:g} year, records for ever.",
            ]
        ),
        "years": _table(
            (
                *("year", "dossiers, million", "held, million", "records, GB", "payloads, GB", "disk, GB"),
                *("month, s", "year, s", "compaction, min", "all periods anew, min", "rebuilding, h"),
            ),
            [
                (
                    str(row.year),
                    *(_number(value / 1e6) for value in (row.dossiers, row.held)),
                    *(_number(value) for value in (row.records_gb, row.payloads_gb, row.disk_gb)),
                    *(_number(value) for value in (row.month_seconds, row.year_seconds)),
                    *(_number(v) for v in (row.compact_minutes, row.recount_minutes, row.rebuild_hours)),
                )
                for row in rows
            ],
        ),
        "limits": _table(
            ("what", "borne up to", "used in the last year", "passed in", "what then"),
            [
                (
                    limit.what,
                    f"{limit.most:,g} {limit.unit}",
                    f"{share:.0%}",
                    str(passed or "—"),
                    limit.then,
                )
                for limit, share, passed in first_to_break(rows)
            ],
        ),
    }


if __name__ == "__main__":
    main()
