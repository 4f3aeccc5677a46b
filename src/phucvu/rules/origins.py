"""Which source says what of an indicator: the Annex, the formula text and what was observed, told apart."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from phucvu.rules.difference import FIELDS
from phucvu.rules.model import Indicator, RuleSet, Words


@dataclass(frozen=True)
class Origin:
    """A source and the day from which its values hold; ``fields`` names them where others hold more."""

    title: Words
    since: dt.date
    fields: tuple[Words, ...] = ()

    def said(self, language: str) -> str:
        """«Phụ lục: điểm tối đa, tỷ lệ đạt điểm tối đa»."""
        fields = ", ".join(field[language] for field in self.fields)
        return f"{self.title[language]}: {fields}" if fields else self.title[language]


def origins(indicator: Indicator, rules: RuleSet) -> list[Origin]:
    """Where the values of an indicator stand, those of one source and day together.

    The first is where most of them stand; the others name what they say.
    """
    found: dict[tuple[str, dt.date], list[Words]] = {}
    for field, source in indicator.sources.items():
        found.setdefault((source, indicator.since[field]), []).append(FIELDS[field])
    most, *others = sorted(found.items(), key=lambda item: -len(item[1]))
    return [
        Origin(rules.sources[source].title, since, tuple(fields))
        for (source, since), fields in [(most[0], []), *others]
    ]
