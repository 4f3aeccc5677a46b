"""Publication decisions against their time limits: who has how many working days left, and what was broken.

A ministry decides; a province publishes it («công bố») within the office's own limit, from the day the
decision reached the national database, or where the ministry has not entered it from the day the document
came in. The indicators' limits stand beside: 1.1 counts back from the day the legal basis takes effect, 1.2
from the day of the province's decision. A limit runs to the end of its last working day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from phucvu.engine.calendar import Calendar
from phucvu.formats import day
from phucvu.rules.model import RuleSet, Words

OWN_LIMIT = 3
"""Working days to publish a ministry's decision, unless the office sets another number."""

SOURCE = Words(
    vi="thông báo của sở, ngành (tháng 11/2023): chậm nhất 03 ngày làm việc kể từ ngày quyết định của bộ, "
    "ngành có trên Cơ sở dữ liệu quốc gia về TTHC, hoặc theo số văn bản đến",
    en="notice of a department (November 2023): at the latest 3 working days after the ministry’s decision "
    "is in the national database of procedures, or after the incoming document",
)
"""Where the office's own limit comes from."""


class Stage(StrEnum):
    """How far the publication of a ministry's decision is."""

    SUBMIT = "submit"
    """The advising unit has still to submit it."""
    DECIDE = "decide"
    """Submitted; the province has still to decide."""
    MAKE_PUBLIC = "make public"
    """Decided; the procedures are not all public yet."""
    DONE = "done"


STAGES = {
    Stage.SUBMIT: Words(vi="chưa trình", en="not submitted"),
    Stage.DECIDE: Words(vi="đã trình, chưa công bố", en="submitted, not decided"),
    Stage.MAKE_PUBLIC: Words(vi="đã công bố, chưa công khai đủ", en="decided, not all public"),
    Stage.DONE: Words(vi="đã công bố, công khai", en="decided and public"),
}


class Broken(StrEnum):
    """A limit that was not kept."""

    OWN = "own"
    DECIDED = "1.1"
    PUBLIC = "1.2"


@dataclass(frozen=True)
class Limits:
    """In working days: the office's own, and those of 1.1 and 1.2 by the kind of who decides."""

    own: int
    decide: Mapping[str, int]
    publish: Mapping[str, int]

    @classmethod
    def of(cls, rules: RuleSet, own: int) -> Limits:
        return cls(own, rules["1.1"].count.working_days, rules["1.2"].count.working_days)


@dataclass(frozen=True)
class Watched:
    """One decision, a ministry's where one stands behind it, with its limits; days are None where unknown.

    ``own_days`` are working days left of the office's own limit while that runs, else by how many it was
    passed, below 0; ``by`` the unit whose turn it is. ``last_due`` is the last day of the next limit.
    """

    decision: str
    decided_on: dt.date | None
    title: str
    procedures: tuple[str, ...]
    kind: str
    unit: str
    own_number: str
    own_decided_on: dt.date | None
    advising_unit: str | None
    submission_number: str
    submission_on: dt.date | None
    start: dt.date | None
    from_database: bool
    own_limit: dt.date | None
    decide_by: dt.date | None
    publish_by: dt.date | None
    published_on: dt.date | None
    stage: Stage
    own_days: int | None
    broken: frozenset[Broken]
    broken_on: dt.date | None
    """The first day on which a limit was passed."""
    note: str

    @property
    def by(self) -> str | None:
        """The unit whose turn it is; None once all is done."""
        if self.stage is Stage.DONE:
            return None
        return self.advising_unit or self.unit if self.stage is Stage.SUBMIT else self.unit


def watch(
    decisions: Iterable[Mapping[str, Any]],
    root: str,
    kind: str,
    units: Collection[str],
    limits: Limits,
    calendar: Calendar,
    today: dt.date,
    others: Collection[str] = (),
) -> list[Watched]:
    """The decisions that a province or ministry (``root``, of ``kind``, with ``units``) answers for.

    ``decisions`` are rows of the records. For a province, one of a ministry waits until a decision of
    ``units`` names it; what units of ``others`` (other provinces) decided or advise on is theirs. Those with
    least time first.
    """
    rows = [row for row in decisions if row["decided_on"] <= today]
    own = [row for row in rows if row["unit"] in units]
    followed = {row["ministry_decision"] for row in own if row["ministry_decision"]}
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in own:
        groups.setdefault((row["unit"], row["ministry_decision"] or row["number"]), []).append(row)
    for row in rows if kind == "province" else ():
        advises = row["advising_unit"]
        theirs = row["unit"] in units or row["unit"] in others or (advises and advises not in units)
        if not theirs and row["number"] not in followed:
            groups.setdefault((root, row["number"]), []).append(row)
    found = [_watched(each, root, kind, units, limits, calendar, today) for each in groups.values()]
    return sorted(found, key=_urgency)


def _watched(
    rows: list[Mapping[str, Any]],
    root: str,
    kind: str,
    units: Collection[str],
    limits: Limits,
    calendar: Calendar,
    today: dt.date,
) -> Watched:
    decided = [row for row in rows if row["unit"] in units]
    followed = not decided or any(row["ministry_decision"] for row in decided)
    decided_on = max((row["decided_on"] for row in decided), default=None)
    submission_on = min(_said(rows, "submission_on"), default=None)
    public = [row["published_on"] for row in decided if row["published_on"] and row["published_on"] <= today]
    published_on = max(public) if decided and len(public) == len(decided) else None
    database, incoming = (
        min(_said(rows, name), default=None) for name in ("in_national_database_on", "incoming_on")
    )
    start = (database or incoming) if followed else None
    own_limit = calendar.after(start, limits.own) if start else None
    effective = min(_said(rows, "effective_on"), default=None)
    decide_by = (
        calendar.before(effective, limits.decide[kind]) if effective and kind in limits.decide else None
    )
    publish_by = (
        calendar.after(decided_on, limits.publish[kind]) if decided_on and kind in limits.publish else None
    )
    passed = {
        Broken.OWN: _passed(own_limit, decided_on, today),
        Broken.DECIDED: _passed(decide_by, decided_on, today),
        Broken.PUBLIC: _passed(publish_by, published_on, today),
    }
    broken = {name: since for name, since in passed.items() if since is not None}
    first = rows[0]
    return Watched(
        decision=(first["ministry_decision"] if decided else None) or first["number"],
        decided_on=(
            (first["ministry_decided_on"] if first["ministry_decision"] else decided_on)
            if decided
            else first["decided_on"]
        ),
        title=next(iter(_said(rows, "title")), ""),
        procedures=tuple(sorted({row["procedure"] for row in rows})),
        kind=first["kind"] or "",
        unit=decided[0]["unit"] if decided else root,
        own_number=", ".join(sorted({row["number"] for row in decided})),
        own_decided_on=decided_on,
        advising_unit=next(iter(_said(rows, "advising_unit")), None),
        submission_number=next(iter(_said(rows, "submission_number")), ""),
        submission_on=submission_on,
        start=start,
        from_database=database is not None,
        own_limit=own_limit,
        decide_by=decide_by,
        publish_by=publish_by,
        published_on=published_on,
        stage=_stage(decided_on, submission_on, published_on),
        own_days=_days(own_limit, decided_on or today, calendar),
        broken=frozenset(broken),
        broken_on=min(broken.values(), default=None),
        note=next(iter(_said(rows, "note")), ""),
    )


def _said(rows: Iterable[Mapping[str, Any]], name: str) -> Iterator[Any]:
    return (row[name] for row in rows if row[name])


def _stage(decided: dt.date | None, submitted: dt.date | None, published: dt.date | None) -> Stage:
    if published:
        return Stage.DONE
    if decided:
        return Stage.MAKE_PUBLIC
    return Stage.DECIDE if submitted else Stage.SUBMIT


def _passed(limit: dt.date | None, done: dt.date | None, today: dt.date) -> dt.date | None:
    """The day after a limit that was not kept; None where it was, or still runs."""
    return limit + dt.timedelta(days=1) if limit and (done or today) > limit else None


def _days(limit: dt.date | None, then: dt.date, calendar: Calendar) -> int | None:
    """Working days from a day to a limit: 0 on its last day, below 0 once it has passed."""
    if limit is None:
        return None
    if then <= limit:
        return calendar.worked_until(then, limit)
    return -max(1, calendar.worked_until(limit, then))


def _urgency(one: Watched) -> tuple[bool, int, dt.date, str]:
    days = one.own_days if one.own_days is not None else 1 << 20
    return one.stage is Stage.DONE, days, one.decided_on or dt.date.max, one.decision


def broken_words(one: Watched, limits: Limits, language: str) -> str:
    """Which rule was broken and by how much, as the note of the table of overdue decisions says it."""
    vi = language == "vi"
    said = []
    if Broken.OWN in one.broken and one.start and one.own_days is not None:
        since, late = day(one.start), -one.own_days
        if vi:
            place = "có trên CSDL quốc gia về TTHC" if one.from_database else "đến, theo số văn bản đến"
            said.append(
                f"quá {limits.own:02} ngày làm việc kể từ ngày quyết định của bộ, ngành {place} ({since}): "
                f"chậm {late} ngày làm việc"
            )
        else:
            place = "was in the national database" if one.from_database else "came in as a document"
            said.append(
                f"more than {limits.own} working days after the ministry’s decision {place} ({since}): "
                f"{late} working days late"
            )
    if Broken.DECIDED in one.broken and one.decide_by:
        words = "chỉ số 1.1: phải công bố chậm nhất" if vi else "indicator 1.1: to be decided by"
        said.append(f"{words} {day(one.decide_by)}")
    if Broken.PUBLIC in one.broken and one.publish_by:
        words = "chỉ số 1.2: phải công khai chậm nhất" if vi else "indicator 1.2: to be made public by"
        said.append(f"{words} {day(one.publish_by)}")
    return "; ".join(said)
