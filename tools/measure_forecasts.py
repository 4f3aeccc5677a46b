"""Forecasts of lateness beside simpler ones, month by month: python tools/measure_forecasts.py [log.xes.gz].

Writes docs/measured/forecasts.json from the municipal log (by default ../shared/data/receipt/receipt.xes.gz)
and from simulated offices, then the tables of docs/forecasts.md. Takes some two minutes.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import time as clock
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sklearn.ensemble import HistGradientBoostingClassifier

from phucvu.engine.calendar import Calendar
from phucvu.intake import event_logs
from phucvu.steering import prequential
from phucvu.steering.lateness import LOADS, PAST, in_hours
from phucvu.steering.prequential import auc, brier, walk
from phucvu.steering.working_time import WorkingTime
from tools.benchmark_pages import with_parts
from tools.simulated_offices import offices

DOCS = Path(__file__).resolve().parents[1] / "docs"
MEASURED = DOCS / "measured" / "forecasts.json"
LOG = DOCS.parents[1] / "shared" / "data" / "receipt" / "receipt.xes.gz"

CONTENDERS = {
    "base rate": "whole",
    "shrunk rate (the clerk's rule)": "by_rates",
    "gradient boosting": "boosted",
    "phucvu": "chance",
}


class Weekdays(Calendar):
    """Monday to Friday: the log is not from Vietnam."""

    def is_working(self, day: dt.date) -> bool:
        return day.weekday() < 5


def municipal_log(path: Path = LOG) -> pl.DataFrame:
    """The log's cases as a history; the person responsible is taken as known from receipt."""
    rows = [
        (
            case["department"],
            "permit",
            case["channel"],
            case["responsible"],
            _utc(case["startdate"]),
            _utc(case["deadline"]),
            _utc(case.get("enddate")),
        )
        for case in (read.said for read in event_logs.read(path).cases)
    ]
    return pl.DataFrame(rows, schema=PAST, orient="row")


def _utc(text: str | None) -> dt.datetime | None:
    if text is None:
        return None
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC).replace(tzinfo=None)


def months(first: dt.date, number: int) -> list[dt.datetime]:
    return [
        dt.datetime(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1)
        for n in range(number)
    ]


SETS = {
    "log": (months(dt.date(2011, 1, 1), 13), dt.datetime(2012, 2, 1)),
    "offices": (months(dt.date(2025, 6, 1), 16), dt.datetime(2026, 9, 30)),
}
"""The months that are forecast, and up to when outcomes are known."""


def forecasts(past: pl.DataFrame, of: str, *, at_receipt: bool) -> pl.DataFrame:
    """All forecasts of a history whose deadlines are over, with those of gradient boosting."""
    first, last = past["received_at"].min(), past["due_at"].max()
    assert isinstance(first, dt.datetime)
    assert isinstance(last, dt.datetime)
    time = WorkingTime(Weekdays(), first.date(), last.date())
    which, until = SETS[of]
    made = _boosted(walk(in_hours(past, time), which, time, at_receipt=at_receipt))
    return made.filter(pl.col("due_at") <= until)


def _boosted(made: pl.DataFrame) -> pl.DataFrame:
    """Gradient boosting on the same rows: each month learns from the forecasts whose deadlines were over."""
    named = ("unit", "procedure", "channel", "handler", "weekday")
    loads = {word: float(place) for place, (_, word) in enumerate(LOADS)}
    table = made.select(
        *(pl.col(name).cast(pl.Categorical).to_physical().cast(pl.Float64) % 255 for name in named),
        pl.col("load").replace_strict(loads),
        *("used", "left", "limit"),
    ).to_numpy()
    late = made["late"].to_numpy()
    chance = made["whole"].to_numpy().copy()
    for (month,), rows in made.with_row_index("row").group_by("month", maintain_order=True):
        known = ((made["month"] < month) & (made["due_at"] <= month)).to_numpy()
        if known.sum() < 100 or len(set(late[known])) < 2:
            continue
        model = HistGradientBoostingClassifier(
            max_depth=4,
            max_iter=150,
            learning_rate=0.06,
            l2_regularization=5,
            random_state=0,
            categorical_features=list(range(len(named))),
        )
        model.fit(table[known], late[known])
        chance[rows["row"].to_numpy()] = model.predict_proba(table[rows["row"].to_numpy()])[:, 1]
    return made.with_columns(boosted=chance)


def compared(made: pl.DataFrame) -> dict[str, Any]:
    """The measures of every contender, of all months together; ours also month by month."""
    happened = made["late"].cast(pl.Float64).to_numpy()
    whole = prequential.measured("all", made)
    return {
        "forecasts": made.height,
        "late": round(float(happened.mean()), 4),
        "contenders": {
            name: {"auc": auc(made[c].to_numpy(), happened), "brier": brier(made[c].to_numpy(), happened)}
            for name, c in CONTENDERS.items()
        },
        "covered": whole.covered,
        "sure": whole.sure,
        "months": [m.to_json() for m in prequential.measures(made, dt.datetime(9999, 1, 1))],
    }


def speed(number: int) -> dict[str, float]:
    """Processor seconds to forecast so many open dossiers, and to learn from as many."""
    past = offices()
    time = WorkingTime(Weekdays(), dt.date(2024, 12, 1), dt.date(2027, 12, 31))
    now = dt.datetime(2026, 9, 1, 8)
    many = pl.concat([past] * -(-number // past.height)).head(number)
    began = clock.process_time()
    known = prequential.learn(in_hours(many, time), now, time)
    learnt = clock.process_time() - began
    is_open = many.with_columns(
        received_at=pl.lit(now) - pl.duration(hours=1),
        due_at=pl.lit(now) + pl.duration(days=9),
        ended_at=None,
    ).cast(PAST)
    began = clock.process_time()
    rows = prequential.opened(in_hours(is_open, time), now, time, known.usual_load)
    chance = known.late(rows)
    assert len(chance) == number
    assert np.isfinite(chance).all()
    return {
        "dossiers": number,
        "learn": round(learnt, 2),
        "forecast": round(clock.process_time() - began, 2),
    }


def tables(found: dict[str, Any]) -> dict[str, str]:
    """The parts of docs/forecasts.md."""
    rows = ["| forecasts | number | late | by | AUC | Brier | covered | ruled one out |"]
    rows.append("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, each in found["sets"].items():
        for by, got in each["contenders"].items():
            own = by == "phucvu"
            more = (f"{each['covered']:.1%}", f"{each['sure']:.0%}") if own else ("", "")
            head = (
                (name, f"{each['forecasts']:,}", f"{each['late']:.0%}") if by == "base rate" else ("", "", "")
            )
            rows.append(_row(*head, by, f"{got['auc']:.3f}", f"{got['brier']:.4f}", *more))
    monthly = ["| forecasts | month | number | AUC | of the rule | Brier | of the rule | covered |"]
    monthly.append("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, each in found["sets"].items():
        for m in each["months"]:
            aucs = [f"{m[k]:.3f}" if m[k] is not None else "" for k in ("auc", "rule_auc")]
            briers = [f"{m[k]:.3f}" for k in ("brier", "rule_brier")]
            cells = (f"{m['forecasts']:,}", *aucs, *briers, f"{m['covered']:.0%}")
            monthly.append(_row(name, m["month"], *cells))
    pace = found["speed"]
    said = (
        f"{pace['dossiers']:,} open dossiers are forecast in {pace['forecast']} s of processor time; "
        f"learning from {pace['dossiers']:,} takes {pace['learn']} s."
    )
    return {"compared": "\n".join(rows), "monthly": "\n".join(monthly), "speed": said}


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    log = Path(sys.argv[1]) if len(sys.argv) > 1 else LOG
    pasts = {"log": ("municipal log", municipal_log(log)), "offices": ("simulated offices", offices())}
    found: dict[str, Any] = {"sets": {}, "speed": speed(1_000_000)}
    for of, (name, past) in pasts.items():
        for at_receipt, when in ((True, "at receipt"), (False, "open on Mondays")):
            found["sets"][f"{name}, {when}"] = compared(forecasts(past, of, at_receipt=at_receipt))
    MEASURED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    page = DOCS / "forecasts.md"
    page.write_text(with_parts(page.read_text(encoding="utf-8"), tables(found)), encoding="utf-8")


if __name__ == "__main__":
    main()
