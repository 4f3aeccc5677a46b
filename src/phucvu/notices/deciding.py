"""Deciding who gets a digest today: each decision is a row of the outbox, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import asdict

from phucvu.accounts import units
from phucvu.engine.calendar import Calendar
from phucvu.engine.tree import Tree
from phucvu.inbox.counting import running
from phucvu.inbox.lists import listing_of
from phucvu.notices.models import Digest, Subscription
from phucvu.records.store import Store
from phucvu.rules.loading import rules_in_use
from phucvu.steering.due_lists import Moment, WeekCounts, week_counts


def decide(store: Store, moment: dt.datetime, since: str, channels: Collection[str]) -> int:
    """Put the digests of today into the outbox that are not there yet; how many.

    ``since`` is the time of a working day from which they are made, such as 07:00. Where no list of the
    running month was made yet, nothing is decided yet.
    """
    today = moment.date()
    if f"{moment:%H:%M}" < since:
        return 0
    wanted = Subscription.objects.select_related("user").filter(user__is_active=True, channel__in=channels)
    due = list(wanted.exclude(user__digests__day=today).order_by("pk"))
    counted = _counted(store, today, {one.user.unit for one in due}) if due else None
    if counted is None:
        return 0
    as_of, counts = counted
    rows = [
        Digest(
            user=one.user,
            day=today,
            unit=one.user.unit,
            channel=one.channel,
            language=one.language,
            counts=asdict(counts[one.user.unit]),
            as_of=as_of,
            decided_at=moment,
            due_at=moment,
        )
        for one in due
        if one.user.unit in counts
    ]
    # All of them or none; of two that decide at once, the second finds the rows of the first.
    Digest.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _counted(
    store: Store, today: dt.date, wanted: Collection[str]
) -> tuple[dt.datetime, dict[str, WeekCounts]] | None:
    """The counts of units as of a moment; None on a day off, and where there is no list yet."""
    calendar = Calendar(dict(store.rows("calendar").select("date", "working").rows()))
    period = running(today)[0]
    found = listing_of(store.home, period) if calendar.is_working(today) else None
    if found is None:
        return None
    tree = Tree.of_period(units.every(), period)
    rules, at = rules_in_use().at(period.last), Moment(period, found.cut_off, calendar)
    shown = [unit.code for unit in tree.shown if unit.code in wanted]
    return found.cut_off, {code: week_counts(found, at, tree.below(code), rules) for code in shown}
