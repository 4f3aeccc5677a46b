"""Recurring reports: what a unit owes the one above it, until when, and whether it was sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from phucvu.accounts import audit
from phucvu.accounts.models import User
from phucvu.assignments.models import RecurringReport, SentReport
from phucvu.figures.periods import Period, around
from phucvu.inbox.clock import now

MISSED = dt.timedelta(days=60)
"""How long a report that was never sent is still asked for."""

SOON = dt.timedelta(days=10)
"""A report that is due by then is told of."""


@dataclass(frozen=True)
class Owed:
    """A report of a unit for a period: ``last_day`` is the last on which it is in time."""

    report: RecurringReport
    unit: str
    period: Period
    last_day: dt.date
    sent: SentReport | None

    def state(self, today: dt.date) -> str:
        """sent, sent late, late, soon or later."""
        if self.sent:
            return "sent" if self.sent.sent_on <= self.last_day else "sent late"
        if today > self.last_day:
            return "late"
        return "soon" if self.last_day - today <= SOON else "later"


def wanted_by(unit: str) -> list[RecurringReport]:
    """The reports that a unit wants of those just below it: its own, else those that hold everywhere."""
    own = list(RecurringReport.objects.filter(unit=unit).order_by("pk"))
    found = own or list(RecurringReport.objects.filter(unit="").order_by("pk"))
    return [report for report in found if report.in_use]


def last_day(report: RecurringReport, period: Period) -> dt.date:
    """The day before ``before_day`` of the period's last month; a short month ends it earlier."""
    return min(period.last, period.last.replace(day=1) + dt.timedelta(days=report.before_day - 2))


def owed(units: Collection[str], above: str, today: dt.date) -> list[Owed]:
    """What each of the units just below ``above`` owes it now: of this period, and one just missed."""
    found = []
    reports = wanted_by(above)
    sent = {
        (one.report_id, one.unit, one.period): one
        for one in SentReport.objects.filter(report__in=reports, unit__in=units)
    }
    month, quarter, _year = around(today)
    for report in reports:
        period = month if report.every == "month" else quarter
        for each in (period.previous(), period):
            last = last_day(report, each)
            for unit in sorted(units):
                one = Owed(report, unit, each, last, sent.get((report.pk, unit, str(each))))
                if each == period or (not one.sent and today - last <= MISSED):
                    found.append(one)
    return sorted(found, key=lambda one: (one.sent is not None, one.last_day, one.unit))


def record_sent(
    by: User, report: RecurringReport, unit: str, period: Period, *, number: str, sent_on: dt.date
) -> None:
    """Record that a report was sent; said again, the later word counts."""
    with transaction.atomic():
        SentReport.objects.update_or_create(
            report=report,
            unit=unit,
            period=str(period),
            defaults={
                "number": number,
                "sent_on": sent_on,
                "recorded_at": now(),
                "recorded_by": by.username,
            },
        )
        audit.append(
            by,
            "report sent",
            object=f"{report.pk} {period}",
            unit=unit,
            number=number,
            sent_on=sent_on,
        )


def want(by: User, unit: str, *, name: str, every: str, before_day: int, source: str) -> None:
    """Want a report of the units just below; one of the same name is changed."""
    with transaction.atomic():
        RecurringReport.objects.update_or_create(
            unit=unit,
            name=name,
            defaults={"every": every, "before_day": before_day, "source": source, "in_use": True},
        )
        audit.append(by, "report set", object=name, unit=unit, every=every, before_day=before_day)
