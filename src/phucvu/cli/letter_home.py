"""What letters are made from, found in a home."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phucvu.cli.home import CountingOptions, open_site, site_kept
from phucvu.cli.publication import watched
from phucvu.figures.periods import Period
from phucvu.problems import Fault, UnusableError

if TYPE_CHECKING:
    from phucvu.engine.listing import Listing
    from phucvu.letters.letter_facts import LetterFacts
    from phucvu.letters.letter_sources import Duties


@dataclass(frozen=True)
class AboutDossiers:
    """Which late dossiers a letter is about, and the account for which their applicants are named."""

    codes: tuple[str, ...] = ()
    account: str | None = None
    reason: str = ""


def context_for(
    kind: str,
    unit: str,
    period: Period,
    fields: Path | None,
    asked: CountingOptions,
    about: AboutDossiers | None = None,
) -> tuple[LetterFacts, dict[str, Any]]:
    """What a letter is made from, and the fields of its template; ``fields`` are the office's own."""
    from phucvu.letters.letter_kinds import KINDS, context_of, fields_of
    from phucvu.letters.office_fields import read_fields

    with tempfile.TemporaryDirectory() as folder:
        facts = facts_of(unit, period, asked, Path(folder), about or AboutDossiers())
        known = fields_of(KINDS[kind], facts)
        said = known | read_fields(fields, known) if fields else known
        return facts, context_of(KINDS[kind], facts, said)


def own_template(home: str, unit: str, kind: str) -> bytes | None:
    """The office's own template in force, where the home keeps one."""
    if not site_kept(home):
        return None
    open_site(home)
    from phucvu.accounts.letter_templates import in_force

    own = in_force(unit, kind)
    return bytes(own.content) if own else None


def facts_of(
    unit: str, period: Period, asked: CountingOptions, folder: Path, about: AboutDossiers
) -> LetterFacts:
    """What is known of a unit in a period: its province's own count, the portal's results, the decisions.

    ``folder`` is for what is worked out while the letter is made.
    """
    import polars as pl

    from phucvu.engine.figures import figures
    from phucvu.engine.tree import Tree
    from phucvu.letters.letter_facts import LetterFacts
    from phucvu.letters.letter_sources import LetterSources
    from phucvu.published.daily_results import HomeDays, NoDays
    from phucvu.records.places import is_remote
    from phucvu.scoring.scores import score

    tables, units = asked.open()
    of_period = units.of_period(period)
    if unit not in of_period or not of_period[unit].exists_in(period):
        raise UnusableError(Fault("unit_not_in_period", unit=unit, period=period))
    before = period.previous()
    rules = asked.rule_set
    counted = [
        figures(tables, rules, each, asked.now) for each in (period, before) if rules.at(each.last).groups
    ]
    tree = Tree.of_period(units, period)
    root = tree.root(unit) or unit
    decisions, limits = watched(asked, tables, units, unit)

    @cache
    def listing() -> Listing:
        from phucvu.engine.listing import Listing, judge

        if asked.engine != "duckdb":
            raise UnusableError(Fault("engine_without_lists", address=asked.engine))
        judge(tables, rules, period, asked.now, folder / "of.duckdb")
        return Listing(folder / "of.duckdb")

    @cache
    def duties() -> Duties:
        from phucvu.letters.letter_sources import Duties

        if not site_kept(asked.home):
            return Duties()
        open_site(asked.home)
        from phucvu.assignments import letter_duties

        return letter_duties.duties(unit, tree.above(unit), tree.below(unit), period, asked.now.date())

    def procedures() -> dict[str, str]:
        return dict(tables["procedures"].select("code", "name").to_polars().iter_rows())

    targets = tables["targets"].to_polars().sort("unit", "period", "indicator").to_dicts()
    return LetterFacts(
        unit=of_period[unit],
        root=of_period[root],
        period=period,
        before=before,
        scores=score(pl.concat(counted), rules, units, from_records=True),
        day=period.cut_off(asked.now).date(),
        days=NoDays() if is_remote(asked.home) else HomeDays(asked.home),
        decisions=decisions,
        limits=limits,
        now=asked.now.date(),
        sources=LetterSources(
            listing, duties, targets, procedures, about.codes, _applicants(asked.home, about)
        ),
    )


def _applicants(home: str, about: AboutDossiers) -> Callable[[str, str], str]:
    """Who filed a dossier, for an account that may see that; each name shown stands in the audit log.

    Without an account nobody is named. Raises UnusableError where there is no such account or no reason.
    """
    if about.account is None:
        return lambda _sender, _code: ""
    open_site(home)
    from django.core.exceptions import PermissionDenied

    from phucvu.accounts import personal
    from phucvu.accounts.models import User

    user = User.objects.filter(username=about.account, is_active=True).first()
    if user is None:
        raise UnusableError(Fault("account_unknown", name=about.account))

    def applicant(sender: str, code: str) -> str:
        [dossier] = personal.dossiers(code, sender)
        if "ChuHoSo" not in personal.personal_of(dossier):
            return ""
        try:
            return personal.show_one(user, dossier, "ChuHoSo", about.reason)
        except PermissionDenied as error:
            raise UnusableError(Fault("personal_not_for", name=user.username, unit=dossier.unit)) from error

    return applicant
