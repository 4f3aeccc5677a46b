"""A rule set: what each indicator counts and how many points it gives, as dated values with sources.

The YAML file is the only home of these values (see ``sets/``); this module says what a file may hold
and resolves it at a date.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

Kind = Literal["ministry", "province", "department", "district", "commune", "branch"]
Given = Literal["none", "full", "zero"]
"""What a figure without a denominator gives: no rate and 0 points, full points, or a rate of 0."""

T = TypeVar("T")


def fault(vi: str, en: str) -> PydanticCustomError:
    """An error of a rule file in both languages."""
    return PydanticCustomError("rule", "{vi} | {en}", {"vi": vi, "en": en})


def _percent(value: Any) -> Fraction:
    text = str(value).strip()
    try:
        rate = Fraction(text.removesuffix("%").replace(",", ".")) / 100
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not text.endswith("%") or not 0 < rate <= 1:
        raise fault(
            f"cần tỷ lệ phần trăm trên 0% đến 100%, ví dụ 80%; gặp {text!r}",
            f"expected a percentage above 0% and up to 100%, such as 80%; found {text!r}",
        )
    return rate


def _points(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise fault(
            f"cần số điểm, ví dụ 6 hoặc 1.5; gặp {value!r}",
            f"expected a number of points, such as 6 or 1.5; found {value!r}",
        )
    points = Decimal(str(value))
    if not 0 <= points <= 100 or points != round(points, 2):
        raise fault(
            f"cần từ 0 đến 100 điểm, nhiều nhất hai số lẻ; gặp {value}",
            f"expected 0 to 100 points with at most two decimals; found {value}",
        )
    return points


Percent = Annotated[Fraction, BeforeValidator(_percent)]
Points = Annotated[Decimal, BeforeValidator(_points)]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Words(Strict):
    """The same thing said in both languages."""

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
    """Where a value stands: the Annex or another legal text, the formula text, or what was observed."""

    title: Words


class Dated(Strict, Generic[T]):
    """A value, the first day on which it holds, and the name of its source."""

    from_: dt.date = Field(alias="from")
    value: T
    source: str


AT_LEAST_ONE = Field(min_length=1)


class Bands(Strict):
    """From how many points of 100 a result is excellent, good, fair or average; below it is weak."""

    excellent: Points
    good: Points
    fair: Points
    average: Points

    @model_validator(mode="after")
    def fall(self) -> Self:
        if not self.excellent > self.good > self.fair > self.average > 0:
            raise fault(
                "các mức phải giảm dần: excellent, good, fair, average, và đều trên 0",
                "the bounds must fall from excellent over good and fair to average, all above 0",
            )
        return self


class Count(Strict):
    """What the engine counts: which records, and the conditions of numerator and denominator.

    ``of`` names what is counted once; ``population`` which dossiers or petitions are looked at. The
    conditions are the engine's named expressions; all of a list must hold. Where procedures or
    communes are counted, a condition on dossiers asks for at least one such dossier. The rest are
    the parameters that some counts have, in working days or procedure codes.
    """

    of: Literal[
        "dossiers",
        "procedures",
        "owned_procedures",
        "services",
        "communes",
        "decisions",
        "synchronised",
        "petitions",
        "processing_time",
    ]
    population: Literal["received", "handled", "filed", "arrived", "open"] | None = None
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

    @model_validator(mode="after")
    def taken_off_by_group(self) -> Self:
        grouped = [condition for group in self.taken_off for condition in group]
        if self.taken_off and (self.of != "dossiers" or sorted(grouped) != sorted(self.numerator)):
            raise fault(
                "taken_off chỉ dùng khi đếm dossiers, và mỗi điều kiện của numerator có trong đúng một nhóm",
                "taken_off is for counts of dossiers; each condition of numerator is in just one group of it",
            )
        return self

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The conditions of the numerator as they are taken off: all at once, or group by group."""
        return self.taken_off or (self.numerator,)


class IndicatorFile(Strict):
    id: Text
    number: Text
    group: Text
    beside: bool = False
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

    @model_validator(mode="after")
    def scored_needs_target(self) -> Self:
        if self.target is None and any(d.value > 0 for d in self.max_points):
            raise fault(
                f"chỉ số {self.id} có điểm nên cần target (tỷ lệ đạt điểm tối đa)",
                f"indicator {self.id} gives points, so it needs a target",
            )
        return self


class GroupFile(Strict):
    id: Text
    number: Text
    name: Words
    short: Words
    max_points: Annotated[list[Dated[Points]], AT_LEAST_ONE]


class RuleSetFile(Strict):
    """A rule-set file as it stands, every value with its history."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: Words
    summary: Words
    sources: dict[str, Source]
    groups: Annotated[list[GroupFile], Field(min_length=1)]
    indicators: Annotated[list[IndicatorFile], Field(min_length=1)]
    bands: Annotated[list[Dated[Bands]], AT_LEAST_ONE] | None = None

    @model_validator(mode="after")
    def whole(self) -> Self:
        groups = _once([g.id for g in self.groups], "nhóm", "group")
        ids = _once([i.id for i in self.indicators], "chỉ số", "indicator")
        for indicator in self.indicators:
            if indicator.group not in groups:
                raise fault(
                    f"chỉ số {indicator.id} thuộc nhóm {indicator.group!r} không có trong groups",
                    f"indicator {indicator.id} is in group {indicator.group!r}, not among groups",
                )
            for dated in indicator.count:
                if dated.value.times is not None and dated.value.times not in ids:
                    raise fault(
                        f"chỉ số {indicator.id} nhân với {dated.value.times!r} không có",
                        f"indicator {indicator.id} is multiplied by {dated.value.times!r}, unknown",
                    )
        parts: list[GroupFile | IndicatorFile] = [*self.groups, *self.indicators]
        named = [(f"{part.id}.{field}", history) for part in parts for field, history in histories(part)]
        for name, history in [*named, ("bands", self.bands or [])]:
            days = [d.from_ for d in history]
            if days != sorted(set(days)):
                raise fault(
                    f"{name}: các ngày from phải tăng dần, không trùng",
                    f"{name}: the days of from must rise and not repeat",
                )
            for dated in history:
                if dated.source not in self.sources:
                    raise fault(
                        f"{name}: nguồn {dated.source!r} không có trong sources",
                        f"{name}: source {dated.source!r} is not among sources",
                    )
        days_of_change = {d.from_ for part in parts for _, history in histories(part) for d in history}
        for day in sorted(days_of_change):
            self._sums_agree(day)
        return self

    def _sums_agree(self, day: dt.date) -> None:
        for group in self.groups:
            stated = _value(group.max_points, day)
            parts = [_value(i.max_points, day) for i in self.indicators if i.group == group.id]
            total = sum((p for p in parts if p is not None), Decimal(0))
            if stated is not None and total != stated:
                raise fault(
                    f"nhóm {group.id} ghi {stated} điểm nhưng các chỉ số cộng lại là {total} (từ {day})",
                    f"group {group.id} states {stated} points but its indicators sum to {total} (from {day})",
                )

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


def _once(ids: list[str], vi: str, en: str) -> set[str]:
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise fault(f"{vi} {twice[0]} có hai lần", f"{en} {twice[0]} stands twice")
    return set(ids)
