"""A unit's components as a page shows them: each indicator with its figure, points and the reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from phucvu.charts.lost_points import Loss
from phucvu.formats import decimal, percent, points, whole
from phucvu.rules.model import Group, Indicator, RuleSet
from phucvu.web.boards import Board, Mark, Standing
from phucvu.web.explained import explained, where_said
from phucvu.web.language import _, language
from phucvu.web.published_figures import PublishedFigure, beside_counts
from phucvu.web.published_words import of_figure
from phucvu.web.rates import is_time, said

NOTHING = dict.fromkeys(("numerator", "denominator", "rate", "score", "lost"))


@dataclass(frozen=True)
class Line:
    """One indicator of one unit; ``row`` is that of Scores.components, None without a figure."""

    indicator: Indicator
    row: dict[str, Any] | None
    derived: bool
    rules: RuleSet
    points_before: Decimal | None = None
    """Its points in the period that this one is compared with."""
    published: PublishedFigure | None = None

    @property
    def published_said(self) -> str:
        """What the portal published of it; empty where that is not known."""
        return of_figure(self.published) if self.published else ""

    @property
    def change(self) -> Decimal | None:
        """How its points changed since then; None where either is not known, or none are given."""
        now = self.numbers["score"]
        return None if now is None or self.points_before is None else now - self.points_before

    @property
    def numbers(self) -> dict[str, Any]:
        """The row's numbers, each None where there is no row."""
        return self.row or NOTHING

    @property
    def has_figure(self) -> bool:
        return self.row is not None and self.row["numerator"] is not None

    @property
    def counted(self) -> bool:
        return self.row is not None and self.row["state"] == "counted"

    @property
    def note(self) -> str:
        """Why there are these points, where it is not the rate alone."""
        if self.row is None:
            return _("Không công bố số liệu của riêng chỉ số này")
        if self.derived:
            return _("Suy ra từ điểm nhóm đã công bố")
        match self.row["state"]:
            case "none":
                return _("Không phát sinh: 0 điểm theo quy tắc") if self.indicator.scored else ""
            case "zero":
                return _("Không phát sinh: tính là 0%")
            case "full":
                return _("Không phát sinh: đạt điểm tối đa theo quy tắc")
            case "by_rule":
                return _("Cho theo quy tắc, không có số liệu")
        return ""

    @property
    def rate(self) -> str:
        """The rate with its unit, or a dash."""
        rate = self.numbers["rate"]
        return "—" if rate is None else said(self.indicator, rate)

    @property
    def figure(self) -> str:
        """Numerator over denominator, with the unit of a time; a dash where there is no figure."""
        if not self.has_figure:
            return "—"
        unit = " " + _("giờ") if is_time(self.indicator) else ""
        lang, numbers = language(), self.numbers
        return f"{whole(numbers['numerator'], lang)}{unit}/{whole(numbers['denominator'], lang)}"

    @property
    def share(self) -> float | None:
        """The rate as a part of one, for a bar; None where it is no share."""
        return None if is_time(self.indicator) else self.numbers["rate"]

    @property
    def sum(self) -> str:
        """The points worked out in one line; empty where they do not follow from this figure alone."""
        row, target, lang = self.row, self.indicator.target, language()
        if row is None or not self.counted or target is None or self.indicator.count.times:
            return ""
        exact = Fraction(self.indicator.max_points) * Fraction(row["numerator"], row["denominator"]) / target
        figure = f"{whole(row['numerator'], lang)}/{whole(row['denominator'], lang)}"
        said = f"{decimal(self.indicator.max_points, lang)} × {figure} ÷ {percent(target, lang)}"
        score = points(row["score"], lang)
        if exact > self.indicator.max_points:
            return _("%(sum)s, quá điểm tối đa nên được %(score)s") % {"sum": said, "score": score}
        return f"{said} {'=' if exact == row['score'] else '≈'} {score}"

    @property
    def explained(self) -> list[tuple[str, str]]:
        return list(explained(self.indicator))

    @property
    def origins(self) -> list[str]:
        return where_said(self.indicator, self.rules)


@dataclass(frozen=True)
class Part:
    """A group of one unit with the lines of its indicators."""

    group: Group
    mark: Mark
    lines: list[Line]

    @property
    def published_alone(self) -> bool:
        """Whether only the group's score is known, and not what it is made of."""
        return self.mark.origin == "published"


def parts(board: Board, standing: Standing) -> list[Part]:
    """The groups of a unit. Indicators that are neither scored nor counted are left out."""
    rows = {row["indicator"]: row for row in board.components(standing.unit.code)}
    derived = board.result.derived
    before = board.points_before(standing.unit.code)
    code = standing.unit.code
    published = beside_counts(pl.col("unit") == code, period=board.period).get(code, {})
    found = []
    for group in board.rules.groups:
        if group.id in standing.groups:
            lines = [
                Line(
                    indicator,
                    rows.get(indicator.id),
                    indicator.id in derived,
                    board.rules,
                    before.get(indicator.id) if indicator.scored else None,
                    published.get(indicator.id),
                )
                for indicator in board.rules.of_group(group.id)
                if indicator.scored or indicator.id in rows
            ]
            found.append(Part(group, standing.groups[group.id], lines))
    return found


def biggest_changes(found: list[Part], most: int = 3) -> tuple[list[Line], list[Line]]:
    """The indicators that gained most points since the period before, and those that lost most."""
    changed = [(line.change, line) for part in found for line in part.lines if line.change]
    rises = sorted((c for c in changed if c[0] > 0), key=lambda c: -c[0])
    falls = sorted((c for c in changed if c[0] < 0), key=lambda c: c[0])
    return [line for _change, line in rises[:most]], [line for _change, line in falls[:most]]


def losses(found: list[Part]) -> list[Loss]:
    """Points lost by component, the most first; by group where only the group's score is known."""
    return sorted(_losses(found), key=lambda loss: -loss.lost)


def _losses(found: list[Part]) -> Iterator[Loss]:
    for part in found:
        if part.published_alone and part.mark.lost:
            whole_group = _("%(number)s %(group)s (cả nhóm)")
            name = whole_group % {"number": part.group.number, "group": part.group.name[language()]}
            yield Loss(name, part.mark.lost, part.mark.max)
            continue
        for line in part.lines:
            if line.row is not None and line.row["lost"]:
                name = f"{line.indicator.id} {line.indicator.short[language()]}"
                yield Loss(name, line.row["lost"], line.row["max"])


def without_anything(found: list[Part]) -> tuple[int, Decimal]:
    """How many scored indicators had nothing to count and gave 0 points, and the points so lost."""
    lost = [
        line.row["lost"]
        for part in found
        for line in part.lines
        if line.row is not None and line.row["state"] == "none" and line.indicator.scored
    ]
    return len(lost), sum(lost, Decimal(0))
