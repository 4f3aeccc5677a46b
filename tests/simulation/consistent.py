"""Small sets of figures that some records can have, made by adding up what each unit is given."""

from __future__ import annotations

from random import Random
from typing import Any

import polars as pl
from hypothesis import strategies as st

from phucvu.figures.units import Unit, Units

Figure = tuple[int, int]

UNITS = Units(
    [
        Unit("H91", "UBND tỉnh Thử", "province"),
        Unit("H91.01", "Sở Thử nghiệm", "department", "H91"),
        Unit("H91.02", "Sở Mẫu", "department", "H91"),
        Unit("H91.02.11", "Chi cục Mẫu", "branch", "H91.02"),
        Unit("H91.101", "UBND xã Thử Một", "commune", "H91"),
        Unit("H91.102", "UBND xã Thử Hai", "commune", "H91"),
    ]
)


def counts(r: Random, size: int) -> dict[str, int]:
    """Numbers of one block that agree with one another."""
    handled = r.randint(0, size)
    received = r.randint(handled // 2, handled)
    fee = r.randint(0, r.choice([received, handled]))
    population = r.randint(0, handled)
    result = r.randint(0, handled)
    digitised = r.randint(0, result)
    on_time = r.randint(0, handled)
    petitions = r.randint(0, 12)
    arrived = r.randint(0, petitions)
    policy = r.randint(0, arrived)
    handled_well = r.randint(0, petitions)
    return {
        "handled": handled,
        "received": received,
        "fee": fee,
        "paid": r.randint(0, fee),
        "population": population,
        "store": r.randint(0, min(population, digitised + handled - result)),
        "result": result,
        "digitised": digitised,
        "reused": r.randint(0, handled),
        "on_time": on_time,
        "content": r.randint(0, on_time),
        "petitions": petitions,
        "arrived": arrived,
        "policy": policy,
        "conduct": r.randint(0, arrived - policy),
        "petitions_on_time": handled_well,
        "satisfied": r.randint(0, min(arrived, handled_well)),
    }


def procedures(
    r: Random, of: dict[str, int], whole: dict[str, int], below: list[dict[str, int]]
) -> dict[str, int]:
    """Sizes of a unit's sets: at least the largest below, and no more than all can show together.

    ``of`` is what the unit itself has to show them with, ``whole`` that and all below it.
    """

    def between(name: str, own: int, most: int, lost: int = 0) -> int:
        least = max((b[name] for b in below), default=0)
        total = sum(b[name] for b in below) + own - lost
        return r.randint(least, max(least, min(most, total)))

    room = 25 + sum(b["fee_procedures"] for b in below)
    fee = r.randint(max((b["fee_procedures"] for b in below), default=0), room)
    citizen = r.randint(max((b["citizen_procedures"] for b in below), default=0), room + 30)
    unpaid = of["fee"] - of["paid"]
    paid = between("paid_procedures", of["paid"] // 4, fee)
    # What units below must have both paid and charged lies within the paid ones here: where it is more
    # than those, the units share some, and together they show so many charged ones fewer.
    shared = max(0, sum(b["both_procedures"] for b in below) - paid)
    charged = between("charged_procedures", min(unpaid, of["fee"] // 4), fee, shared)
    return {
        "fee_procedures": fee,
        "citizen_procedures": citizen,
        "paid_procedures": paid,
        "charged_procedures": charged,
        "both_procedures": max(
            paid + charged - fee,
            charged - (whole["fee"] - whole["paid"]),
            *(b["both_procedures"] for b in below),
            0,
        ),
        "connected_procedures": between(
            "connected_procedures", min(of["population"], of["handled"] - of["fee"]) // 4, citizen
        ),
    }


def figures_of(c: dict[str, int], p: dict[str, int], declared: int) -> dict[str, Figure]:
    handled = c["handled"]
    return {
        "1.4": (c["received"], declared),
        "2.1": (c["on_time"], handled),
        "3.4": (p["paid_procedures"], p["fee_procedures"]),
        "3.5": (p["charged_procedures"], p["fee_procedures"]),
        "3.6": (c["paid"], c["fee"]),
        "4.1": (c["result"], handled),
        "4.2": (c["digitised"], handled),
        "4.3": (c["reused"], handled),
        "4.4": (c["store"], handled),
        "4.5a": (p["connected_procedures"], p["citizen_procedures"]),
        "4.5b": (c["population"], handled),
        "5.1a": (c["policy"], c["arrived"]),
        "5.1b": (c["conduct"], c["arrived"]),
        "5.2": (c["petitions_on_time"], c["petitions"]),
        "5.3": (c["satisfied"], c["arrived"]),
        "5.4": (c["content"], handled),
    }


def whole(r: Random, named: list[str], size: int) -> dict[tuple[str, str], Figure]:
    """Figures of the named units, children before parents, by (unit, indicator)."""
    totals: dict[str, dict[str, int]] = {}
    sets: dict[str, dict[str, int]] = {}
    found: dict[tuple[str, str], Figure] = {}
    decided = r.randint(0, 30)
    published = r.randint(0, decided)
    public = r.randint(0, 20)
    shown = {
        "1.1": (r.randint(0, decided), decided),
        "1.2": (r.randint(0, published), published),
        "1.3": (r.randint(0, public), public),
    }
    for code in sorted(named, key=len, reverse=True):
        children = [c for c in totals if _parent(c, named) == code]
        own = counts(r, size)
        totals[code] = {k: own[k] + sum(totals[c][k] for c in children) for k in own}
        sets[code] = procedures(r, own, totals[code], [sets[c] for c in children])
        declared = totals[code]["received"] + r.choice([0, 0, 7])
        for indicator, figure in {**shown, **figures_of(totals[code], sets[code], declared)}.items():
            found[code, indicator] = figure
    return found


def _parent(code: str, named: list[str]) -> str | None:
    return next((u.code for u in UNITS.above(code)[1:] if u.code in named), None)


def frame(period: str, found: dict[tuple[str, str], Figure]) -> pl.DataFrame:
    rows: list[dict[str, Any]] = [
        {"period": period, "unit": u, "indicator": i, "numerator": n, "denominator": d}
        for (u, i), (n, d) in found.items()
    ]
    return pl.DataFrame(rows)


@st.composite
def sets_of_figures(draw: st.DrawFn, size: int = 120) -> dict[tuple[str, str], Figure]:
    named = draw(st.lists(st.sampled_from([u.code for u in UNITS]), min_size=1, unique=True))
    return whole(Random(draw(st.integers(0, 2**40))), named, size)
