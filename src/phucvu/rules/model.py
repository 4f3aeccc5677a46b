"""A rule set: what each indicator counts and how many points it gives, as dated values with sources.

YAML files are the only home of these values (see ``sets/``); this module says what they may hold
and resolves it at a date.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from phucvu.problems import Fault

Kind = Literal["ministry", "province", "department", "district", "commune", "branch"]
Given = Literal["none", "full", "zero"]
"""What a figure without a denominator gives: no rate and 0 points, full points, or a rate of 0."""

T = TypeVar("T")


def refusal(fault: Fault) -> PydanticCustomError:
    """A fault as an error of validation. Pydantic adds the place."""
    return PydanticCustomError("rule", "{fault}", {"fault": fault})


def _percent(value: Any) -> Fraction:
    text = str(value).strip()
    try:
        # Only digits: an exponent could make a number of any length.
        written = re.fullmatch(r"[\d.,/ ]+%", text) and text.removesuffix("%").replace(",", ".")
        rate = Fraction(written or 0) / 100
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 0 < rate <= 1:
        raise refusal(Fault("rule_percentage", found=text))
    return rate


def _points(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise refusal(Fault("rule_points", found=value))
    points = Decimal(str(value))
    if not 0 <= points <= 100 or points != round(points, 2):
        raise refusal(Fault("rule_points_outside", found=value))
    return points


def _day(value: Any) -> dt.date:
    try:
        if isinstance(value, str):
            return dt.date.fromisoformat(value.strip())
    except ValueError:
        pass
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise refusal(Fault("rule_day", found=str(value)))
    return value


Day = Annotated[dt.date, BeforeValidator(_day)]
Percent = Annotated[Fraction, BeforeValidator(_percent)]
Points = Annotated[Decimal, BeforeValidator(_points)]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
"""What names a group or an indicator, also in addresses and headings."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Words(Strict):
    """The same text in both languages."""

    vi: Text
    en: Text

    def __getitem__(self, language: str) -> str:
        return self.en if language == "en" else self.vi


KIND_NAMES: dict[str, Words] = {
    "ministry": Words(vi="bộ, cơ quan ngang bộ", en="ministry"),
    "province": Words(vi="tỉnh, thành phố", en="province"),
    "department": Words(vi="sở, ban, ngành", en="department"),
    "district": Words(vi="huyện", en="district"),
    "commune": Words(vi="xã, phường", en="commune"),
    "branch": Words(vi="đơn vị trực thuộc", en="branch"),
}
"""What each kind of unit is called."""


class Source(Strict):
    """Where a value comes from: the Annex or another legal text, the formula text, or an observation."""

    title: Words


class Dated(Strict, Generic[T]):
    """A value, the first day on which it holds, and the name of its source."""

    from_: Day = Field(alias="from")
    value: T
    source: str


AT_LEAST_ONE = Field(min_length=1)


class Bands(Strict):
    """The lowest points (of 100) of an excellent, good, fair and average result; below it is weak."""

    excellent: Points
    good: Points
    fair: Points
    average: Points

    @model_validator(mode="after")
    def fall(self) -> Self:
        if not self.excellent > self.good > self.fair > self.average > 0:
            raise refusal(Fault("rule_bands_not_falling"))
        return self


class Count(Strict):
    """What the engine counts: which records, and the conditions of numerator and denominator.

    The words stand in the vocabulary (``phucvu.rules.vocabulary``). ``of`` names what is counted once;
    ``population`` which dossiers or petitions are looked at. All conditions of a list must hold. Where
    procedures or communes are counted, a condition on dossiers asks for at least one such dossier. The
    rest are the parameters that some conditions need, in working days or procedure codes.
    """

    of: Text
    population: Text | None = None
    numerator: tuple[Text, ...] = ()
    denominator: tuple[Text, ...] = ()
    working_days: dict[str, StrictInt] = Field(default_factory=dict)
    procedures: tuple[Text, ...] = ()
    taken_off: tuple[tuple[Text, ...], ...] = ()
    """The conditions of the numerator in groups, each of which is taken off by itself.

    Left out, a dossier that lacks any condition is taken off once. Else the numerator is the denominator
    less, for each group, the dossiers that lack any of it, and never below 0: a dossier that lacks
    something of two groups is taken off twice.
    """
    times: str | None = None
    """Another indicator whose rate this one's is multiplied by."""

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The conditions of the numerator as they are taken off: all at once, or group by group."""
        return self.taken_off or (self.numerator,)


class IndicatorFile(Strict):
    id: Code
    number: Text
    group: Text
    beside: StrictBool = False
    """Whether it is followed beside the components of the index, and is not one of them."""
    name: Words
    short: Words
    numerator: Words
    denominator: Words
    max_points: Annotated[list[Dated[Points]], AT_LEAST_ONE]
    target: Annotated[list[Dated[Percent]], AT_LEAST_ONE] | None = None
    zero_denominator: Annotated[list[Dated[Given]], AT_LEAST_ONE]
    count: Annotated[list[Dated[Count]], AT_LEAST_ONE]
    scope: Annotated[list[Dated[Literal["own", "province"]]], AT_LEAST_ONE]
    applies_to: Annotated[list[Dated[tuple[Kind, ...]]], AT_LEAST_ONE]
    not_applicable: Annotated[list[Dated[Literal["none", "full"]]], AT_LEAST_ONE]


class GroupFile(Strict):
    id: Code
    number: Text
    name: Words
    short: Words
    max_points: Annotated[list[Dated[Points]], AT_LEAST_ONE]


class RuleSetFile(Strict):
    """A rule set as its files have it, each value with its history."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: Words
    summary: Words
    sources: dict[str, Source]
    groups: Annotated[list[GroupFile], Field(min_length=1)]
    indicators: Annotated[list[IndicatorFile], Field(min_length=1)]
    bands: Annotated[list[Dated[Bands]], AT_LEAST_ONE] | None = None

    def at(self, day: dt.date) -> RuleSet:
        """The rules in force on a day.

        An indicator is part of the rules from the first day on which all its values hold.
        """
        groups = [g for g in self.groups if _value(g.max_points, day) is not None]
        known = [i for i in self.indicators if all(h[0].from_ <= day for _, h in histories(i))]
        return RuleSet(
            name=self.name,
            title=self.title,
            summary=self.summary,
            sources=self.sources,
            day=day,
            groups=tuple(
                Group(g.id, g.number, g.name, g.short, _value(g.max_points, day) or Decimal(0))
                for g in groups
            ),
            indicators=tuple(_indicator(i, day) for i in known),
            bands=_current(self.bands or [], day),
        )


@dataclass(frozen=True)
class Group:
    id: str
    number: str
    name: Words
    short: Words
    max_points: Decimal


@dataclass(frozen=True)
class Indicator:
    """One indicator as it stands on a day; ``target`` is None where no points are given."""

    id: str
    number: str
    group: str
    name: Words
    short: Words
    numerator: Words
    denominator: Words
    max_points: Decimal
    target: Fraction | None
    zero_denominator: Given
    count: Count
    scope: str
    applies_to: tuple[Kind, ...]
    not_applicable: str
    beside: bool
    """Whether it is followed beside the components of the index, and is not one of them."""
    sources: dict[str, str]
    """Field → name of the source its value comes from."""
    since: dict[str, dt.date]
    """Field → the first day on which its value holds."""

    @property
    def by_rule(self) -> bool:
        """Whether the points are given by rule to every unit, with no figure behind them."""
        return not self.applies_to

    @property
    def scored(self) -> bool:
        return self.max_points > 0


@dataclass(frozen=True)
class RuleSet:
    """The rules in force on ``day``; what scoring and counting work from."""

    name: str
    title: Words
    summary: Words
    sources: dict[str, Source]
    day: dt.date
    groups: tuple[Group, ...]
    indicators: tuple[Indicator, ...]
    bands: Dated[Bands] | None = None

    def __getitem__(self, indicator: str) -> Indicator:
        found = next((i for i in self.indicators if i.id == indicator), None)
        if found is None:
            raise KeyError(indicator)
        return found

    def __contains__(self, indicator: str) -> bool:
        return any(i.id == indicator for i in self.indicators)

    def group(self, group: str) -> Group:
        return next(g for g in self.groups if g.id == group)

    def of_group(self, group: str) -> list[Indicator]:
        return [i for i in self.indicators if i.group == group]

    @property
    def max_points(self) -> Decimal:
        return sum((g.max_points for g in self.groups), Decimal(0))

    @property
    def components(self) -> tuple[Indicator, ...]:
        """The indicators that make up the index, without those followed beside them."""
        return tuple(i for i in self.indicators if not i.beside)

    @property
    def group_numbers(self) -> tuple[str, ...]:
        """The groups as they are numbered; parts of a group that are shown apart share a number."""
        return tuple(dict.fromkeys(g.number for g in self.groups))


def histories(part: IndicatorFile | GroupFile) -> list[tuple[str, list[Dated[Any]]]]:
    """The dated fields of an indicator or group, by name."""
    return [
        (name, value)
        for name in type(part).model_fields
        if isinstance(value := getattr(part, name), list) and value and isinstance(value[0], Dated)
    ]


def _current(history: list[Dated[T]], day: dt.date) -> Dated[T] | None:
    held = [d for d in history if d.from_ <= day]
    return held[-1] if held else None


def _value(history: list[Dated[T]], day: dt.date) -> T | None:
    current = _current(history, day)
    return current.value if current else None


def _indicator(file: IndicatorFile, day: dt.date) -> Indicator:
    current = {name: _current(history, day) for name, history in histories(file)}
    values = {name: dated.value for name, dated in current.items() if dated}
    values.setdefault("target", None)
    return Indicator(
        id=file.id,
        number=file.number,
        group=file.group,
        name=file.name,
        short=file.short,
        numerator=file.numerator,
        denominator=file.denominator,
        beside=file.beside,
        sources={name: dated.source for name, dated in current.items() if dated},
        since={name: dated.from_ for name, dated in current.items() if dated},
        **values,
    )
