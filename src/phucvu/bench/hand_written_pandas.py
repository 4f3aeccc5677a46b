"""The figures of rule set qd766-2022 by a script in pandas, as one who knows it would write it.

Like the SQL beside it, it knows which rules hold, that the tree has two levels and no unit changes.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd  # type: ignore[import-untyped]

from phucvu.bench.hand_written_sql import days as table_of_days
from phucvu.figures.periods import Period

SECOND = pd.Timedelta(seconds=1)
DAY = pd.Timedelta(days=1)


def figures(folder: Path, period: Period, now: dt.datetime) -> pd.DataFrame:
    """Columns unit, indicator, numerator, denominator; ``folder`` has a directory of Parquet a table."""

    def read(name: str, columns: list[str] | None = None) -> pd.DataFrame:
        return pd.read_parquet(folder / name, columns=columns)

    starts, cut_off = pd.Timestamp(period.starts), pd.Timestamp(period.cut_off(now))
    days = pd.DataFrame(table_of_days().to_dict(as_series=False))
    days["day"] = pd.to_datetime(days["day"])
    upto = days.set_index("day")["upto"]
    nth = days[days["working"]].set_index("upto")["day"]

    units, procedures = read("units"), read("procedures").set_index("code")
    d = read("dossiers").drop(columns=["sender", "filed_at", "refused_at", "moment", "status"])
    d = d[d["received_at"] <= cut_off].set_index("dossier_id")
    steps = read("steps", ["dossier_id", "at", "status"])
    steps = steps[steps["at"] <= cut_off]

    d["end"], d["waited"], d["waited_days"], d["unanswered"] = _ends(d, steps, upto, cut_off)
    facts = procedures[["fee", "paper_result", "max_time", "max_time_unit"]]
    d = d.join(facts, on="procedure")
    d["received"] = d["received_at"] >= starts
    d = d[d["received"] | d["end"].isna() | (d["end"] >= starts)].copy()
    d["due"] = _due(d, upto, nth)
    late = (d["end"].fillna(cut_off) - d["due"]) / SECOND > d["waited"]
    d["in_time"] = ~d["unanswered"] & ~late
    worked = d["end"].dt.normalize().map(upto) - d["received_at"].dt.normalize().map(upto) - d["waited_days"]
    d["worked"] = worked.clip(lower=0).where(d["end"].notna(), 0).fillna(0)

    petitions, ratings = read("petitions"), read("ratings")
    named = petitions.loc[petitions["arrived_at"] <= cut_off, "dossier"].dropna().unique()
    disliked = ratings.loc[ratings["value"] == -1, ["dossier", "unit"]].drop_duplicates()
    keys = pd.MultiIndex.from_frame(d[["code", "unit"]])
    complained = d["code"].isin(named) | keys.isin(pd.MultiIndex.from_frame(disliked))

    flags = ["fee", "paper_result", "result_file", "result_code", "digitised_parts", "files_digitised"]
    flags += ["filed_national", "files_from_store", "vneid", "population_data"]
    has = {f: d[f].fillna(False).astype(bool) for f in flags}
    received, online, paid = d["received"], d["channel"] == 2, d["paid_online"].isin([1, 2])
    owing = received & has["fee"] & ~((d["fee_lines"] > 0) & (d["fees"] == 0))
    measures = pd.DataFrame(
        {
            "unit": d["unit"],
            "procedure": d["procedure"],
            "handled": True,
            "received": received,
            "in_time": d["in_time"],
            "complained": complained,
            "finished": received & d["end"].notna(),
            "worked": d["worked"].where(received, 0),
            "online": received & online,
            "online_digital": received & online & (has["result_code"] | ~has["paper_result"]),
            "paid": received & paid,
            "charged": received & (d["fees"].fillna(0) != 0),
            "owing": owing,
            "owing_paid": owing & paid,
            "paper": has["paper_result"],
            "paper_file": has["paper_result"] & has["result_file"],
            "digitised": (d["files"] > 0) & (has["result_file"] | ~has["paper_result"]),
            "reused": received & has["digitised_parts"].mask(has["filed_national"], has["files_digitised"]),
            "from_store": received & has["files_from_store"],
            "population": has["vneid"] | has["files_from_store"] | has["population_data"],
            "copies": received & (d["procedure"] == "2.000815") & has["result_file"],
        }
    )
    tallies = measures.groupby(["unit", "procedure"], as_index=False).sum()

    tree = pd.concat(
        [
            units[["code"]].assign(above=units["code"]),
            units.loc[units["parent"].notna(), ["code", "parent"]].rename(columns={"parent": "above"}),
        ]
    ).rename(columns={"code": "unit"})
    spread = tallies.merge(tree, on="unit")
    s = spread.drop(columns=["unit", "procedure"]).groupby("above").sum().reindex(units["code"], fill_value=0)
    found: dict[str, tuple[pd.Series, pd.Series]] = {
        "2.1": (s["in_time"], s["handled"]),
        "2.2": (8 * s["worked"], s["finished"]),
        "3.3": (s["online_digital"], s["received"]),
        "3.6": (s["owing_paid"], s["owing"]),
        "4.1": (s["paper_file"], s["paper"]),
        "4.2": (s["digitised"], s["handled"]),
        "4.3": (s["reused"], s["received"]),
        "4.4": (s["from_store"], s["received"]),
        "4.5b": (s["population"], s["handled"]),
        "5.4": ((s["in_time"] - s["complained"]).clip(lower=0), s["handled"]),
    }
    found["1.4"] = (s["received"], _declared(read("reports"), s["received"], period))
    found |= _of_authority(read("authority"), read("services"), tallies, spread, tree, procedures)
    communes = units.loc[units["kind"] == "commune", ["code"]].rename(columns={"code": "unit"})
    copies = tallies.groupby("unit")["copies"].sum()
    communes = communes.merge(tree, on="unit").assign(used=lambda c: c["unit"].map(copies).fillna(0) > 0)
    found["4.6"] = communes.groupby("above")["used"].sum(), communes.groupby("above")["used"].count()
    found |= _decisions(read("decisions"), upto, nth, period, cut_off)
    owned = procedures[procedures["status"].isin(["public", "public_amended"])]
    found["1.3"] = owned.groupby("owner")["parts_complete"].sum(), owned.groupby("owner")["owner"].count()
    found |= _petitions(petitions, upto, nth, tree, starts, cut_off)
    return _table(found, units)


def _ends(
    d: pd.DataFrame, steps: pd.DataFrame, upto: pd.Series, cut_off: pd.Timestamp
) -> tuple[pd.Series, pd.Series, pd.Series, pd.Series]:
    def first(rows: pd.DataFrame, *statuses: int) -> pd.Series:
        return rows[rows["status"].isin(statuses)].groupby("dossier_id")["at"].min()

    def end(rows: pd.DataFrame, stopped: pd.Series) -> pd.Series:
        ids = pd.Index(rows["dossier_id"].unique())
        done, returned = first(rows, 9).reindex(ids), first(rows, 10).reindex(ids)
        return done.fillna(returned).fillna(stopped.reindex(ids))

    in_order = steps.loc[steps["status"].isin([5, 7]), "dossier_id"].unique()
    ordered = steps["dossier_id"].isin(in_order)
    plain, theirs = steps[~ordered], steps[ordered]
    theirs = theirs[theirs["dossier_id"].isin(d.index)].join(d["received_at"], on="dossier_id")
    stops = theirs[(theirs["status"] != 7) | (theirs["at"] >= theirs["received_at"])]
    theirs_end = end(theirs, first(stops, 3, 8, 7))
    by_steps = pd.concat([end(plain, first(plain, 3, 8)), theirs_end])
    declared = d["ended_at"].where(d["ended_at"] <= cut_off)
    declared = declared.fillna(d["returned_at"].where(d["returned_at"] <= cut_off))
    ended = by_steps.reindex(d.index).where(d.index.isin(by_steps.index), declared)

    last = theirs.groupby("dossier_id")["at"].max()
    asked = theirs[theirs["status"] == 5].groupby("dossier_id")["at"].agg(["max", "count"])
    asked = asked.reindex(theirs_end.index)
    waiting = theirs_end.isna() & (asked["max"] == last.reindex(theirs_end.index)) & (asked["count"] > 1)

    moments = theirs.assign(asked=theirs["status"] == 5, resumed=theirs["status"].isin([2, 4]))
    moments = moments.groupby(["dossier_id", "at"], as_index=False)[["asked", "resumed"]].any()
    resumed = moments["at"].where(moments["resumed"])
    following = resumed.groupby(moments["dossier_id"]).shift(-1)
    moments["resumed_at"] = following.groupby(moments["dossier_id"]).bfill()
    spells = moments[moments["asked"]].groupby(["dossier_id", "resumed_at"], dropna=False)["at"].min()
    spells = spells.reset_index().rename(columns={"at": "start"})
    until = spells["dossier_id"].map(theirs_end).fillna(cut_off)
    spells["stop"] = np.minimum(spells["resumed_at"].fillna(until), until)
    spells = spells[spells["start"] < spells["stop"]]
    counted = np.maximum(spells["start"], spells["dossier_id"].map(d["received_at"]))
    lost = spells["stop"].dt.normalize().map(upto) - counted.dt.normalize().map(upto)
    by = spells["dossier_id"]
    waited = ((spells["stop"] - spells["start"]) / SECOND).groupby(by).sum().reindex(d.index).fillna(0)
    waited_days = lost.clip(lower=0).groupby(by).sum().reindex(d.index).fillna(0)
    return ended, waited, waited_days, waiting.reindex(d.index).fillna(False).astype(bool)


def _due(d: pd.DataFrame, upto: pd.Series, nth: pd.Series) -> pd.Series:
    due = d["due_at"].copy()
    unit, time, day = d["max_time_unit"], d["max_time"], d["received_at"].dt.normalize()
    undated = due.isna()
    for name, of in (
        ("hour", lambda w: d.loc[w, "received_at"] + pd.to_timedelta(time[w], unit="h")),
        ("day", lambda w: day[w] + pd.to_timedelta(time[w], unit="D") + DAY - SECOND),
        ("workday", lambda w: (day[w].map(upto) + time[w]).map(nth) + DAY - SECOND),
        (
            "month",
            lambda w: (
                pd.Series(
                    [at + pd.DateOffset(months=int(n)) for at, n in zip(day[w], time[w], strict=True)],
                    index=day[w].index,
                    dtype=due.dtype,
                )
                + DAY
                - SECOND
            ),
        ),
    ):
        wanted = undated & (unit == name)
        due[wanted] = of(wanted)  # type: ignore[no-untyped-call]
    return due


def _declared(reports: pd.DataFrame, received: pd.Series, period: Period) -> pd.Series:
    by_period = reports.set_index(["period", "unit"])["received"]

    def of(name: str) -> pd.Series:
        part = (
            by_period.loc[name] if name in by_period.index.get_level_values(0) else pd.Series(dtype="int64")
        )
        return part.reindex(received.index).fillna(0)

    larger = np.maximum(received, of(str(period)))
    parts = {"month": 12, "quarter": 4, "year": 1}[period.kind]
    return larger.where(larger > 0, np.floor(of(str(period.first.year - 1)) / parts + 0.5))


def _of_authority(
    authority: pd.DataFrame,
    services: pd.DataFrame,
    tallies: pd.DataFrame,
    spread: pd.DataFrame,
    tree: pd.DataFrame,
    procedures: pd.DataFrame,
) -> dict[str, tuple[pd.Series, pd.Series]]:
    applied = services[services["status"].isin(["public", "stopping", "testing"])].merge(tree, on="unit")
    offered = applied[["above", "procedure"]].drop_duplicates().assign(offered=True)
    used = applied.merge(tallies[["unit", "procedure", "online"]], on=["unit", "procedure"], how="left")
    counts = spread.groupby(["above", "procedure"], as_index=False)[["paid", "charged", "population"]].sum()
    settled = authority.merge(tree, on="unit")[["above", "procedure"]].drop_duplicates()
    settled = settled.merge(offered, on=["above", "procedure"], how="left")
    settled = settled.merge(counts, on=["above", "procedure"], how="left")
    settled = settled.join(procedures[["fee", "for_citizens"]], on="procedure")
    fee, citizens = (settled[c].fillna(False).astype(bool) for c in ("fee", "for_citizens"))
    by = settled["above"]

    def share(met: pd.Series, of: pd.Series) -> tuple[pd.Series, pd.Series]:
        return (met & of).groupby(by).sum(), of.groupby(by).sum()

    every = pd.Series(True, index=settled.index)
    return {
        "3.1": share(settled["offered"].notna(), every),
        "3.2": (
            (used["online"] > 0).groupby(used["above"]).sum(),
            used.groupby("above")["code"].count(),
        ),
        "3.4": share(settled["paid"] > 0, fee),
        "3.5": share(settled["charged"] > 0, fee),
        "4.5a": share(settled["population"] > 0, citizens),
    }


def _decisions(
    decisions: pd.DataFrame, upto: pd.Series, nth: pd.Series, period: Period, cut_off: pd.Timestamp
) -> dict[str, tuple[pd.Series, pd.Series]]:
    rows = decisions.assign(
        **{c: pd.to_datetime(decisions[c]) for c in ("decided_on", "effective_on", "published_on")}
    )
    rows = rows[
        rows["decided_on"].between(pd.Timestamp(period.first), min(pd.Timestamp(period.last), cut_off))
    ]
    public = rows["published_on"].where(rows["published_on"] <= cut_off)
    before = (rows["effective_on"] - DAY).map(upto)
    decide_by = (before - 4).map(nth)
    publish_by = (rows["decided_on"].map(upto) + 5).map(nth)
    rows = rows.assign(
        decided=decide_by.isna() | (rows["decided_on"] <= decide_by),
        counted=public.notna() | (publish_by <= cut_off.normalize()),
        published=public <= publish_by,
    )
    decided = rows.groupby(["unit", "procedure"])["decided"].all().groupby("unit").agg(["sum", "count"])
    known = rows[rows["counted"]]
    published = known.groupby(["unit", "procedure"])["published"].all().groupby("unit").agg(["sum", "count"])
    return {"1.1": (decided["sum"], decided["count"]), "1.2": (published["sum"], published["count"])}


def _petitions(
    petitions: pd.DataFrame,
    upto: pd.Series,
    nth: pd.Series,
    tree: pd.DataFrame,
    starts: pd.Timestamp,
    cut_off: pd.Timestamp,
) -> dict[str, tuple[pd.Series, pd.Series]]:
    p = petitions[petitions["arrived_at"] <= cut_off]
    refused, asked, answered, published = (
        p[c].where(p[c] <= cut_off)
        for c in ("refused_at", "supplement_asked_at", "answered_at", "published_at")
    )
    arrived = p["arrived_at"] >= starts
    still_open = arrived | (~(refused < starts) & ~(answered < starts))
    since, after = p["arrived_at"].dt.normalize().map(upto), answered.dt.normalize().map(upto)
    today = cut_off.normalize()
    by_answer = (answered.dt.normalize() <= (since + 15).map(nth)) & (
        published.fillna(cut_off).dt.normalize() <= (after + 2).map(nth)
    )
    in_time = np.select(
        [refused.notna(), answered.notna(), asked.notna()],
        [
            refused.dt.normalize() <= (since + 2).map(nth),
            by_answer,
            asked.dt.normalize() <= (since + 5).map(nth),
        ],
        today <= (since + 15).map(nth),
    ).astype(bool)
    fine = (p["dislikes"].fillna(0) <= p["likes"].fillna(0)) & ~p["reraised"].fillna(False).astype(bool)
    rows = pd.DataFrame(
        {
            "unit": p["unit"],
            "open": still_open,
            "arrived": arrived,
            "in_time": still_open & in_time,
            "policy": arrived & (p["class"] == "policy"),
            "conduct": arrived & (p["class"] == "conduct"),
            "satisfied": arrived & in_time & fine,
        }
    )
    s = rows.merge(tree, on="unit").drop(columns="unit").groupby("above").sum()
    return {
        "5.1a": (s["policy"], s["arrived"]),
        "5.1b": (s["conduct"], s["arrived"]),
        "5.2": (s["in_time"], s["open"]),
        "5.3": (s["satisfied"], s["arrived"]),
    }


def _table(found: dict[str, tuple[pd.Series, pd.Series]], units: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for indicator, (numerator, denominator) in found.items():
        codes = units["code"]
        if indicator == "4.6":
            codes = units.loc[units["kind"].isin(["province", "district", "commune"]), "code"]
        parts.append(
            pd.DataFrame(
                {
                    "unit": codes,
                    "indicator": indicator,
                    "numerator": codes.map(numerator).fillna(0).astype("int64"),
                    "denominator": codes.map(denominator).fillna(0).astype("int64"),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
