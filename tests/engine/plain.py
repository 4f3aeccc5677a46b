"""A second reading of the counting rules: plain loops over lists of rows, written for tests only.

Each function below is one sentence or row of the specification of the index. Nothing here is shared
with the engine but the names of the columns, so that where both agree the rule has been read alike
twice. Rows are dicts with the columns of ``phucvu.records.schema``; a missing column is unknown.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from fractions import Fraction
from functools import cached_property
from typing import Any

import holidays

from phucvu.figures.periods import Period

Row = dict[str, Any]
Figure = tuple[int, int]

ENDED_OTHERWISE = (8, 3, 7)
APPLIED = ("public", "stopping", "testing")
DECIDED = ("public", "public_amended", "abolished")
CERTIFIED_COPY = ("2.000815",)

VIETNAM = holidays.country_holidays("VN")
SWAPPED = {dt.date(2026, 1, 2): False, dt.date(2026, 1, 10): True}


# --- working days ---------------------------------------------------------------------------------


class WorkingDays:
    """Saturday, Sunday, holidays and days in lieu are left out, days swapped by decision counted on both
    sides; the office's calendar decides last."""

    def __init__(self, rows: list[Row]) -> None:
        self.own = {row["date"]: bool(row["working"]) for row in rows}

    def works(self, day: dt.date) -> bool:
        if day in self.own:
            return self.own[day]
        if day in SWAPPED:
            return SWAPPED[day]
        holiday = day in VIETNAM  # asked first, since the library learns a year when it is asked of a day
        return day in VIETNAM.weekend_workdays if day.weekday() >= 5 else not holiday

    def after(self, day: dt.date, count: int) -> dt.date:
        """The ``count``-th working day after a day."""
        return self._step(day, count, dt.timedelta(days=1))

    def before(self, day: dt.date, count: int) -> dt.date:
        """The ``count``-th working day before a day."""
        return self._step(day, count, dt.timedelta(days=-1))

    def _step(self, day: dt.date, count: int, step: dt.timedelta) -> dt.date:
        while count > 0:
            day += step
            if self.works(day):
                count -= 1
        return day

    def count(self, start: dt.date, end: dt.date) -> int:
        """The working days after one day up to and including another."""
        return sum(self.works(start + dt.timedelta(days=n)) for n in range(1, (end - start).days + 1))


def end_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(23, 59, 59))


def months_after(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))


# --- on time or late ------------------------------------------------------------------------------


def end_of_processing(dossier: Row, steps: list[Row]) -> dt.datetime | None:
    """Rule 1. ``steps`` are those seen at the cut-off, in order of time."""
    if not steps:
        return dossier["ended_seen"] or dossier["returned_seen"]
    for status in (9, 10):
        for step in steps:
            if step["status"] == status:
                return step["at"]
    for step in steps:
        if step["status"] in ENDED_OTHERWISE:
            if step["status"] == 7 and step["at"] < dossier["received_at"]:
                continue  # withdrawn before it had been received
            return step["at"]
    return None


def spells(steps: list[Row], end: dt.datetime) -> list[tuple[dt.datetime, dt.datetime]]:
    """Rule 2: each spell from a step 5 to the next 2 or 4, none going past the end."""
    found = []
    since = None
    for step in steps:
        if step["at"] > end:
            break
        if step["status"] == 5 and since is None:
            since = step["at"]
        elif step["status"] in (2, 4) and since is not None:
            found.append((since, step["at"]))
            since = None
    if since is not None:
        found.append((since, end))
    return found


def waiting(steps: list[Row], end: dt.datetime) -> dt.timedelta:
    return sum((stop - start for start, stop in spells(steps, end)), dt.timedelta())


def working_hours(dossier: Row, steps: list[Row], end: dt.datetime, days: WorkingDays) -> int:
    """2.2: eight hours for each working day from receipt to the end, less those of the spells of waiting."""
    received = dossier["received_at"]
    spent = days.count(received.date(), end.date())
    for start, stop in spells(steps, end):
        spent -= days.count(max(start, received).date(), stop.date())
    return 8 * max(0, spent)


def time_spent(
    dossier: Row, steps: list[Row], procedure: Row, end: dt.datetime, days: WorkingDays
) -> tuple[str, Fraction]:
    """2.2 of one dossier in the unit of the procedure's own limit, waiting taken off.

    Hours run by the clock; days and working days are those after the day of receipt up to that of the
    end; a month is 30 days. A procedure without a limit is timed in working days.
    """
    unit = procedure.get("max_time_unit") if procedure.get("max_time") is not None else None
    received, waited = dossier["received_at"], spells(steps, end)
    if unit == "hour":
        spent = (end - received) - sum((b - a for a, b in waited), dt.timedelta())
        # Whole seconds, as the engine counts them.
        return unit, Fraction(max(0, spent // dt.timedelta(seconds=1)), 3600)
    if unit in ("day", "month"):
        whole = (end.date() - received.date()).days
        whole -= sum(max(0, (b.date() - max(a, received).date()).days) for a, b in waited)
        return unit, Fraction(max(0, whole), 30 if unit == "month" else 1)
    return "workday", Fraction(working_hours(dossier, steps, end, days), 8)


def deadline(dossier: Row, procedure: Row, days: WorkingDays) -> dt.datetime | None:
    """Rules 5 and 6."""
    due = dossier["due_at"]
    if due is not None:
        return end_of(due.date()) if due.time() == dt.time(0) else due
    time, unit = procedure.get("max_time"), procedure.get("max_time_unit")
    if time is None or unit is None:
        return None
    received = dossier["received_at"]
    if unit == "hour":
        return received + dt.timedelta(hours=time)
    if unit == "day":
        return end_of(received.date() + dt.timedelta(days=time))
    if unit == "workday":
        return end_of(days.after(received.date(), time))
    return end_of(months_after(received.date(), time))


def on_time(dossier: Row, steps: list[Row], procedure: Row, days: WorkingDays, cut_off: dt.datetime) -> bool:
    due = deadline(dossier, procedure, days)
    end = end_of_processing(dossier, steps)
    if end is None and steps and steps[-1]["status"] == 5:  # rule 3: still waiting
        asked = [step for step in steps if step["status"] == 5]
        if len(asked) > 1:
            return False
        end = asked[0]["at"]
    if due is None:
        return True
    if end is None:  # rule 4: not finished
        end = cut_off
    return end - waiting(steps, end) <= due


# --- petitions on time ----------------------------------------------------------------------------


def petition_on_time(petition: Row, days: WorkingDays, cut_off: dt.datetime) -> bool:
    """``petition`` as seen at the cut-off."""
    arrived = petition["arrived_at"].date()
    if petition["refused_at"]:
        return petition["refused_at"].date() <= days.after(arrived, 2)
    if petition["answered_at"]:
        answered = petition["answered_at"].date()
        published = (petition["published_at"] or cut_off).date()
        return answered <= days.after(arrived, 15) and published <= days.after(answered, 2)
    if petition["supplement_asked_at"]:
        return petition["supplement_asked_at"].date() <= days.after(arrived, 5)
    return cut_off.date() <= days.after(arrived, 15)


def petition_satisfies(petition: Row) -> bool:
    disliked = (petition.get("dislikes") or 0) > (petition.get("likes") or 0)
    return petition["on_time"] and not disliked and not petition.get("reraised")


# --- what is seen at the cut-off ------------------------------------------------------------------


def seen(moment: dt.datetime | None, cut_off: dt.datetime) -> dt.datetime | None:
    return moment if moment is not None and moment <= cut_off else None


def judged_dossiers(records: dict[str, list[Row]], period: Period, now: dt.datetime) -> list[Row]:
    """The dossiers received by the cut-off, each with what the counts ask of it."""
    cut_off = period.cut_off(now)
    days = WorkingDays(records.get("calendar", []))
    procedures = {row["code"]: row for row in records.get("procedures", [])}
    steps = defaultdict(list)
    for step in records.get("steps", []):
        if step["at"] <= cut_off:
            steps[step["sender"], step["code"]].append(step)
    tree = Tree(records["units"], period)
    complained = {
        (tree.named_in(petition["unit"]), petition["dossier"])
        for petition in records.get("petitions", [])
        if petition.get("dossier") and petition["arrived_at"] <= cut_off
    }
    disliked = {
        (tree.named_in(rating["unit"]), rating["dossier"])
        for rating in records.get("ratings", [])
        if rating["value"] == -1
    }
    judged = []
    for row in records.get("dossiers", []):
        received = row.get("received_at")
        if received is None or received > cut_off:
            continue
        dossier = {**row, "due_at": row.get("due_at")}
        dossier["ended_seen"] = seen(row.get("ended_at"), cut_off)
        dossier["returned_seen"] = seen(row.get("returned_at"), cut_off)
        own_steps = steps[row["sender"], row["code"]]
        # What is asked and answered at one moment is asked first.
        own_steps.sort(key=lambda step: (step["at"], 1.5 if step["status"] == 5 else step["status"]))
        procedure = procedures.get(row["procedure"], {})
        end = end_of_processing(dossier, own_steps)
        dossier["end"] = end
        dossier["hours"] = working_hours(dossier, own_steps, end, days) if end else None
        dossier["spent"] = time_spent(dossier, own_steps, procedure, end, days) if end else None
        dossier["received"] = received >= period.starts
        dossier["handled"] = dossier["received"] or end is None or end >= period.starts
        dossier["on_time"] = on_time(dossier, own_steps, procedure, days, cut_off)
        dossier["complaint"] = (tree.named_in(row["unit"]), row["code"]) in complained | disliked
        dossier["paper"] = bool(procedure.get("paper_result"))
        dossier["fee"] = bool(procedure.get("fee"))
        judged.append(dossier)
    return judged


def judged_petitions(records: dict[str, list[Row]], period: Period, now: dt.datetime) -> list[Row]:
    """The petitions that arrived by the cut-off, as they stood then."""
    cut_off = period.cut_off(now)
    days = WorkingDays(records.get("calendar", []))
    judged = []
    for row in records.get("petitions", []):
        if row["arrived_at"] > cut_off:
            continue
        petition = dict(row)
        for moment in ("refused_at", "supplement_asked_at", "answered_at", "published_at"):
            petition[moment] = seen(row.get(moment), cut_off)
        ends = [petition[m] for m in ("refused_at", "answered_at") if petition[m]]
        petition["arrived"] = row["arrived_at"] >= period.starts
        petition["open"] = petition["arrived"] or not any(end < period.starts for end in ends)
        petition["on_time"] = petition_on_time(petition, days, cut_off)
        judged.append(petition)
    return judged


# --- conditions of a dossier ----------------------------------------------------------------------


def online(dossier: Row) -> bool:
    return dossier.get("channel") == 2


def paid_online(dossier: Row) -> bool:
    return dossier.get("paid_online") in (1, 2)


def fees_charged(dossier: Row) -> bool:
    return bool(dossier.get("fee_lines")) and bool(dossier.get("fees"))


def fee_free(dossier: Row) -> bool:
    """It has fee lines, and all are 0."""
    return bool(dossier.get("fee_lines")) and not dossier.get("fees")


def digitised(dossier: Row) -> bool:
    submitted = (dossier.get("files") or 0) >= 1
    return submitted and (bool(dossier.get("result_file")) or not dossier["paper"])


def reuses_data(dossier: Row) -> bool:
    """4.3: told by the dossier; of one filed at the national portal, by its files."""
    return bool(dossier.get("files_digitised" if dossier.get("filed_national") else "digitised_parts"))


def uses_population_data(dossier: Row) -> bool:
    return any(dossier.get(f) for f in ("vneid", "files_from_store", "population_data"))


# --- the units ------------------------------------------------------------------------------------


class Tree:
    """The units as of the period: those that exist on a day of it.

    A unit with several rows is what its row says that holds on the last day of the period; failing that
    the one that held last before, and failing that the one that holds first after.

    What is recorded for another unit counts for the first of its successors that exists then, else
    for the unit above it.
    """

    def __init__(self, rows: list[Row], period: Period) -> None:
        self.all: dict[str, Row] = {}
        for row in sorted(rows, key=lambda row: row.get("valid_from") or dt.date.min):
            if row["code"] not in self.all or (row.get("valid_from") or dt.date.min) <= period.last:
                self.all[row["code"]] = row
        self.shown = [
            row["code"]
            for row in self.all.values()
            if (row.get("valid_from") or dt.date.min) <= period.last
            and (row.get("valid_to") or dt.date.max) >= period.first
        ]

    def home(self, code: str | None) -> str | None:
        while code in self.all:
            after = code
            while after in self.all:
                if after in self.shown:
                    return after
                after = self.all[after].get("successor")
            code = self.all[code].get("parent")
        return None

    def above(self, code: str) -> list[str]:
        """The unit and those above it, nearest first.

        A unit that ended may be succeeded by one that names it as its parent: then the one above it is next.
        """
        found, over = [code], self.all[code].get("parent")
        while over in self.all:
            home = self.home(over)
            if home is None or home in found:
                over = self.all[over].get("parent")
            else:
                found.append(home)
                over = self.all[home].get("parent")
        return found

    @cached_property
    def directly_below(self) -> dict[str, list[str]]:
        """The shown units whose next unit above is each."""
        return {u: [code for code in self.shown if self.above(code)[1:2] == [u]] for u in self.shown}

    def below(self, code: str) -> set[str]:
        """The units, shown or not, whose records count for a unit."""
        homes = {other for other in self.shown if code in self.above(other)}
        return {other for other in self.all if self.home(other) in homes}

    def kind(self, code: str) -> str:
        return self.all[code]["kind"]

    def root(self, code: str) -> str:
        """The province or ministry that a unit belongs to."""
        return next((u for u in self.above(code) if self.kind(u) in ("province", "ministry")), code)

    def named_in(self, code: str) -> str | None:
        """Where the number that a unit's petition, rating or dossier bears names one dossier."""
        home = self.home(code)
        if home is None:
            return None
        over = self.above(home)
        return next((u for u in over if self.kind(u) in ("province", "ministry")), over[-1])


# --- the indicators -------------------------------------------------------------------------------


def share(rows: list[Row], condition: Any) -> Figure:
    return sum(1 for row in rows if condition(row)), len(rows)


def procedures_with(procedures: set[str], dossiers: list[Row], condition: Any) -> Figure:
    """How many of the procedures have at least one such dossier."""
    found = {dossier["procedure"] for dossier in dossiers if condition(dossier)}
    return len(found & procedures), len(procedures)


def published_in_time(decisions: list[Row], days: WorkingDays) -> Figure:
    """1.1. ``decisions`` of the period."""
    late = set()
    for decision in decisions:
        effective = decision.get("effective_on")
        limit = 20 if decision["of_ministry"] else 5
        if effective and decision["decided_on"] > days.before(effective, limit):
            late.add(decision["procedure"])
    procedures = {decision["procedure"] for decision in decisions}
    return len(procedures - late), len(procedures)


def made_public_in_time(decisions: list[Row], days: WorkingDays, cut_off: dt.datetime) -> Figure:
    """1.2."""
    counted, late = set(), set()
    for decision in decisions:
        limit = days.after(decision["decided_on"], 10 if decision["of_ministry"] else 5)
        published = decision.get("published_on")
        if published and published <= cut_off.date():
            counted.add(decision["procedure"])
            if published > limit:
                late.add(decision["procedure"])
        elif end_of(limit) <= cut_off:
            counted.add(decision["procedure"])
            late.add(decision["procedure"])
    return len(counted - late), len(counted)


def own_declared(unit: str, period: str, reports: list[Row], tree: Tree) -> int | None:
    """What a unit declared, and what others did that it stands for; theirs includes the units below."""
    found = {
        row["unit"]: row["received"]
        for row in reports
        if row["period"] == period and tree.home(row["unit"]) == unit
    }
    total = 0
    for code, number in found.items():
        over = tree.all[code].get("parent")
        while over is not None and over not in found:
            over = tree.all.get(over, {}).get("parent")
        if over is None:
            total += number
    return total if found else None


def declared(unit: str, period: Period, reports: list[Row], tree: Tree) -> int | None:
    """Its own number; without one that of its months together, and without all of these that of all below."""
    own = own_declared(unit, str(period), reports, tree)
    if own is not None:
        return own
    year, first = period.first.year, period.first.month
    months = {"quarter": 3, "year": 12}.get(period.kind, 0)
    by_month = [
        declared(unit, Period.parse(f"{year}-{month:02}"), reports, tree)
        for month in range(first, first + months)
    ]
    if by_month and None not in by_month:
        return sum(n for n in by_month if n is not None)
    below = tree.directly_below[unit]
    of_below = [declared(code, period, reports, tree) for code in below]
    return sum(n for n in of_below if n is not None) if below and None not in of_below else None


def at_portal(dossier: Row, answer: Row | None) -> bool:
    """Whether the national portal has a dossier: as it said itself; without a word of it, as it came here.

    What it has it keeps, also where it refused a later version. What is known from an office's own files
    alone is not synchronised; of how it came unknown, it is.
    """
    if answer is not None:
        return answer["outcome"] in ("acknowledged", "update_refused")
    return dossier.get("synchronised") is not False


def synchronised(received: int, unit: str, reports: list[Row], period: Period, tree: Tree) -> Figure:
    """1.4."""
    larger = max(received, declared(unit, period, reports, tree) or 0)
    if larger:
        return received, larger
    last_year = declared(unit, Period.parse(str(period.first.year - 1)), reports, tree) or 0
    parts = {"month": 12, "quarter": 4, "year": 1}.get(period.kind)
    return 0, (2 * last_year + parts) // (2 * parts) if parts else 0


def figures(
    records: dict[str, list[Row]], rule_set_name: str, period: Period, now: dt.datetime
) -> dict[tuple[str, str], Figure]:
    """(unit, indicator) → (numerator, denominator), for every unit and indicator that applies to it."""
    portal = {"portal-2026": True, "qd766-2022": False}[rule_set_name]
    cut_off = period.cut_off(now)
    days = WorkingDays(records.get("calendar", []))
    tree = Tree(records["units"], period)
    procedures = {row["code"]: row for row in records.get("procedures", [])}
    decisions = [
        {**row, "root": tree.root(home), "of_ministry": tree.kind(tree.root(home)) == "ministry"}
        for row in records.get("decisions", [])
        if (home := tree.home(row["unit"]))
        and period.first <= row["decided_on"] <= cut_off.date()
        and procedures.get(row["procedure"], {}).get("status") in DECIDED
    ]
    by_unit: dict[str, list[Row]] = defaultdict(list)
    for dossier in judged_dossiers(records, period, now):
        by_unit[dossier["unit"]].append(dossier)
    # 3.2 and 3.5 alone also count what was only filed, by the date of filing.
    only_filed: dict[str, list[Row]] = defaultdict(list)
    for row in records.get("dossiers", []):
        filed_at = row.get("filed_at")
        if row.get("received_at") is None and filed_at and period.starts <= filed_at <= cut_off:
            only_filed[row["unit"]].append(row)
    petitions = judged_petitions(records, period, now)
    answers = {(row["sender"], row["code"]): row for row in records.get("portal_answers", [])}

    found: dict[tuple[str, str], Figure] = {}
    for unit in tree.shown:
        below = tree.below(unit)

        # 1.1 to 1.3 belong to the province or ministry; the portal shows them for every unit of it
        shown = tree.root(unit) if portal else unit
        of_unit = [d for d in decisions if d["root"] == shown]
        found[unit, "1.1"] = published_in_time(of_unit, days)
        found[unit, "1.2"] = made_public_in_time(of_unit, days, cut_off)
        public = [
            p
            for p in procedures.values()
            if tree.home(p.get("owner")) == shown and p.get("status") in ("public", "public_amended")
        ]
        found[unit, "1.3"] = share(public, lambda p: p.get("parts_complete"))

        dossiers = [d for code in below for d in by_unit.get(code, [])]
        received = [d for d in dossiers if d["received"]]
        handled = [d for d in dossiers if d["handled"]]
        sent = [d for d in received if at_portal(d, answers.get((d["sender"], d["code"])))]
        found[unit, "1.4"] = synchronised(len(sent), unit, records.get("reports", []), period, tree)

        found[unit, "2.1"] = share(handled, lambda d: d["on_time"])
        finished = [d for d in received if d["end"]]
        found[unit, "2.2"] = sum(d["hours"] for d in finished), len(finished)

        authority = {row["procedure"] for row in records.get("authority", []) if row["unit"] in below}
        services = [
            row
            for row in records.get("services", [])
            if row["unit"] in below and row.get("status") in APPLIED
        ]
        offered = {service["procedure"] for service in services}
        found[unit, "3.1"] = len(offered & authority), len(authority)
        filed = received + [d for code in below for d in only_filed.get(code, [])]
        filed_online = {(d["procedure"], tree.home(d["unit"])) for d in filed if online(d)}
        found[unit, "3.2"] = share(services, lambda s: (s["procedure"], tree.home(s["unit"])) in filed_online)  # noqa: B023
        if portal:
            found[unit, "3.3"] = share(received, online)
        else:
            found[unit, "3.3"] = share(
                received, lambda d: online(d) and (bool(d.get("result_code")) or not d["paper"])
            )

        fee = {code for code in authority if procedures.get(code, {}).get("fee")}
        found[unit, "3.4"] = procedures_with(fee, received, paid_online)
        found[unit, "3.5"] = procedures_with(fee, filed, fees_charged)
        # What the portal publishes for some communes is more than they received: it counts the handled.
        payable = handled if portal else received
        owing = [d for d in payable if d["fee"] and not fee_free(d)]
        found[unit, "3.6"] = share(owing, paid_online)

        returned = handled if portal else [d for d in handled if d["paper"]]
        found[unit, "4.1"] = share(returned, lambda d: d.get("result_file"))
        found[unit, "4.2"] = share(handled, digitised)
        base = handled if portal else received
        found[unit, "4.3"] = share(base, reuses_data)
        found[unit, "4.4"] = share(base, lambda d: d.get("files_from_store"))
        for_citizens = {code for code in authority if procedures.get(code, {}).get("for_citizens")}
        found[unit, "4.5a"] = procedures_with(for_citizens, handled, uses_population_data)
        found[unit, "4.5b"] = share(handled, uses_population_data)
        if not portal and tree.kind(unit) in ("province", "district", "commune"):
            copies = {
                d["unit"] for d in received if d["procedure"] in CERTIFIED_COPY and d.get("result_file")
            }
            communes = [code for code in below if code in tree.shown and tree.kind(code) == "commune"]
            found[unit, "4.6"] = share(communes, lambda c: copies & tree.below(c))  # noqa: B023

        of_subtree = [p for p in petitions if p["unit"] in below]
        arrived = [p for p in of_subtree if p["arrived"]]
        found[unit, "5.1a"] = share(arrived, lambda p: p.get("class") == "policy")
        found[unit, "5.1b"] = share(arrived, lambda p: p.get("class") == "conduct")
        found[unit, "5.2"] = share([p for p in of_subtree if p["open"]], lambda p: p["on_time"])
        found[unit, "5.3"] = share(arrived, petition_satisfies)
        # One that is late and complained of is taken off twice.
        late = sum(1 for d in handled if not d["on_time"])
        complained = sum(1 for d in handled if d["complaint"])
        found[unit, "5.4"] = max(0, len(handled) - late - complained), len(handled)
    return found
