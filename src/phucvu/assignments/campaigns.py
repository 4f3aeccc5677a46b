"""Campaigns: named drives of units until a day; what they reach is counted by ``steering.campaign_lines``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from decimal import Decimal

from django.db import transaction

from phucvu.accounts import audit
from phucvu.accounts.models import User
from phucvu.assignments.models import Campaign
from phucvu.inbox.clock import now


def of_unit(unit: str, above: Collection[str]) -> list[Campaign]:
    """The campaigns that a unit runs or takes part in, by itself or a unit above; the last to end first."""
    its = {unit, *above}
    found = Campaign.objects.filter(unit__in=its, stopped_at=None).order_by("-ends", "-pk")
    return [one for one in found if one.unit == unit or its & set(one.units)]


def start(
    by: User,
    unit: str,
    *,
    units: Sequence[str] = (),
    name: str,
    measure: str,
    starts: dt.date,
    ends: dt.date,
    target: Decimal,
    before: dt.date | None,
    source: str,
) -> Campaign:
    """Start a campaign of a unit and all below it, or of some of these."""
    with transaction.atomic():
        made = Campaign.objects.create(
            unit=unit,
            units=sorted(units) or [unit],
            name=name,
            source=source,
            measure=measure,
            before=before,
            starts=starts,
            ends=ends,
            target=target,
            made_at=now(),
            made_by=by.username,
        )
        audit.append(
            by,
            "campaign started",
            object=name,
            unit=unit,
            units=made.units,
            measure=measure,
            starts=starts,
            ends=ends,
            target=target,
        )
    return made


def stop(by: User, campaign: Campaign) -> None:
    """A campaign is no longer shown; it stays in the database and in the log."""
    with transaction.atomic():
        campaign.stopped_at = now()
        campaign.save()
        audit.append(by, "campaign stopped", object=campaign.name, unit=campaign.unit)
