"""What the data API answers with. Points are numbers with two decimals, rates shares from 0 to 1."""

from __future__ import annotations

import datetime as dt
from typing import Generic, Literal, TypeVar

from ninja import Field, Schema

T = TypeVar("T")

KindName = Literal["ministry", "province", "department", "district", "commune", "branch", "nation"]


class Problem(Schema):
    """Why there is no answer (RFC 9457): one clear line in both languages."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    vi: str
    en: str
    field: str | None = None


class Words(Schema):
    vi: str
    en: str


class Period(Schema):
    period: str = Field(description="2026-11, 2026-Q4, 2026")
    kind: Literal["month", "quarter", "year", "days"]
    first: dt.date
    last: dt.date
    running: bool = Field(description="còn đang chạy, số liệu còn đổi | still running, figures will change")
    title: Words


class Of(Schema, Generic[T]):
    """A page of a list: of which period, as of when, how many there are in all, where the next page is."""

    period: str
    cut_off: dt.datetime
    count: int
    page: int
    next: str | None
    items: list[T]


class Listed(Schema, Generic[T]):
    """A list that is the same in every period."""

    count: int
    items: list[T]


class Unit(Schema):
    code: str
    name: str
    kind: KindName
    parent: str | None
    valid_from: dt.date | None
    valid_to: dt.date | None
    successor: str | None


class UnitInTree(Unit):
    above: list[Unit] = Field(description="từ gần nhất | nearest first")
    below: list[Unit] = Field(description="ngay bên dưới | just below")


UNRANKED = Field(
    description="vì sao không có hạng: no_score, alone (không có đơn vị cùng loại để so), nation | "
    "why there is no rank: no_score, alone (no like unit to be ranked with), nation"
)


class PublishedBeside(Schema):
    """What the national portal last published of the same; null where that is not known."""

    published_day: dt.date | None
    published_score: float | None
    published_rank: int | None
    published_ranked: int | None


class PublishedPart(Schema):
    day: dt.date
    period: str
    unit: str
    part: str = Field(description="total, một nhóm hoặc một chỉ số | total, a group or an indicator")
    numerator: int | None
    denominator: int | None
    score: float | None = Field(description="điểm như đã công bố | points as published")
    rank: int | None
    ranked: int


class RankInterval(Schema):
    """The first and last place that chance leaves open, with 95% confidence; null where that is not known."""

    rank_from: int | None
    rank_to: int | None


class Figure(Schema):
    period: str
    unit: str
    indicator: str
    numerator: int
    denominator: int


class Component(Schema):
    period: str
    unit: str
    indicator: str
    group: str
    numerator: int | None
    denominator: int | None
    rate: float | None
    score: float | None
    max: float
    lost: float | None
    state: str = Field(description="counted, none, zero, full, by_rule")


class Group(PublishedBeside, RankInterval):
    period: str
    unit: str
    group: str
    score: float | None
    max: float
    lost: float | None
    rank: int | None
    ranked: int
    unranked: str | None = UNRANKED
    origin: str | None = Field(description="counted, published, mean")
    missing: list[str]


class Total(PublishedBeside, RankInterval):
    period: str
    unit: str
    kind: KindName
    parent: str | None
    score: float | None
    max: float
    lost: float | None
    rank: int | None
    ranked: int
    unranked: str | None = UNRANKED
    missing: list[str]


class Rank(PublishedBeside, RankInterval):
    unit: str
    name: str
    kind: KindName
    parent: str | None
    score: float | None
    max: float
    rank: int | None
    ranked: int
    unranked: str | None = UNRANKED
    score_change: float | None = Field(description="so với kỳ trước | since the period before")
    rank_change: int | None
    block_changed: bool | None = Field(
        description="khối xếp hạng đã khác, không so hạng | other units were ranked together then"
    )


class RuleSetName(Schema):
    name: str
    title: Words
    used: bool = Field(description="đang dùng để tính điểm ở đây | scores here are by it")


class Indicator(Schema):
    id: str
    number: str
    group: str
    name: Words
    numerator: Words
    denominator: Words
    max: float
    target: float | None
    zero_denominator: str
    scope: str
    applies_to: list[KindName]
    not_applicable: str
    sources: dict[str, str]


class RuleGroup(Schema):
    id: str
    number: str
    name: Words
    max: float


class RuleSet(Schema):
    name: str
    title: Words
    day: dt.date
    max: float
    groups: list[RuleGroup]
    indicators: list[Indicator]
    sources: dict[str, Words]
