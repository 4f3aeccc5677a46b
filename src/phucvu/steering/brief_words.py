"""A brief in words: sentences chosen from its numbers, in both languages, for page and Word file alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from phucvu.formats import day, decimal, moment, points, whole
from phucvu.rules.model import Words
from phucvu.steering.brief import Brief, GroupPoints, PortalPlace, ToMend, Total
from phucvu.steering.changes import CAUSES
from phucvu.steering.fates import DEEDS, WHO
from phucvu.steering.points_lost import as_decimal

NO_SCORE = Words(vi="{unit} chưa có tổng điểm", en="{unit} has no total yet")
SCORE = Words(vi="{unit} đạt {score}/{most} điểm", en="{unit} has {score} of {most} points")
RANK = Words(vi="hạng {rank}/{ranked}", en="rank {rank} of {ranked}")
FIRM = Words(vi="chắc từ {low} đến {high}", en="surely from {low} to {high}")
SURE = Words(vi="hạng chắc", en="a firm rank")
UP = Words(vi="tăng {size}", en="up {size}")
DOWN = Words(vi="giảm {size}", en="down {size}")
SAME_SCORE = Words(vi="điểm không đổi", en="points unchanged")
SAME_RANK = Words(vi="giữ nguyên thứ hạng", en="rank unchanged")
POINTS = Words(vi="{points} điểm", en="{points} points")
PLACES = Words(vi="{places} bậc", en="{places} places")
PLACE = Words(vi="{places} bậc", en="{places} place")
SINCE = Words(vi="so với {since}", en="since {since}")
SINCE_WHOLE = Words(
    vi="so với cả {since} (kỳ này chưa kết thúc)", en="since the whole of {since} (this period still runs)"
)
CAN_MEND = Words(vi="còn khắc phục được {points} điểm", en="{points} points can still be won back by mending")
NOTHING_TO_MEND = Words(vi="không còn điểm bị trừ nào khắc phục được", en="no lost point can be mended")
PORTAL = Words(
    vi="Cổng Dịch vụ công quốc gia công bố ngày {day}: {said}.",
    en="The national portal published on {day}: {said}.",
)
NOT_ALIKE = Words(
    vi="Giữa hai ngày, Cổng đã thay đổi cách tính chỉ số {many}.",
    en="In between the portal changed its formula of {many}.",
)
MOST_AT = Words(vi="nhiều nhất ở {unit}", en="most of it at {unit}")
AND_MORE = Words(vi="{names} và {count} nơi khác", en="{names} and {count} more")
UNTIL = Words(vi="trước {moment}", en="before {moment}")
NOW = Words(vi="làm ngay", en="now")
RECORDS = Words(vi="{number} trường hợp", en="{number} cases")
ONE_RECORD = Words(vi="1 trường hợp", en="1 case")
UNKNOWN = Words(vi="chưa có điểm", en="no score")
REACHED = Words(vi="{score}/{most}", en="{score} of {most}")
EDITION = Words(vi="Đúng như kỳ công bố số {number}.", en="As published in edition {number}.")
CHANGED_SINCE = Words(
    vi="Số liệu tạm tính, đã thay đổi sau kỳ công bố số {number}.",
    en="Provisional figures, changed since edition {number}.",
)
PROVISIONAL = Words(vi="Số liệu tạm tính, chưa công bố.", en="Provisional figures, not published.")
AS_OF = Words(vi="Số liệu tính đến {moment}", en="As of {moment}")
COUNTED = Words(
    vi="điểm tự tính từ hồ sơ các đơn vị đã đồng bộ", en="points counted from the dossiers that units sent"
)

MOST_NAMES = 2
"""Units named; of more it is said how many."""


@dataclass(frozen=True)
class Published:
    """Whether figures are those of an edition: its number, None without one, and whether they agree."""

    number: int | None
    agrees: bool = False

    def said(self, language: str) -> str:
        if self.number is None:
            return PROVISIONAL[language]
        return (EDITION if self.agrees else CHANGED_SINCE)[language].format(number=self.number)


@dataclass(frozen=True)
class CauseText:
    """A cause of the change: of which indicator, by how much with its sign, where."""

    indicator: str
    name: str
    cause: str
    points: str
    where: str


@dataclass(frozen=True)
class MendText:
    """A loss to mend: for how many points, what is to be done, by whom, until when."""

    indicator: str
    name: str
    points: str
    number: str
    deed: str
    who: str
    until: str


@dataclass(frozen=True)
class GroupText:
    """A group as a bar: widths are shares of its most points, in thousandths."""

    name: str
    reached: str
    mendable: str
    kept: float
    can_mend: float
    gone: float

    @property
    def gone_from(self) -> float:
        return self.kept + self.can_mend


@dataclass(frozen=True)
class BriefText:
    title: str
    answer: str
    portal: str
    change: str
    causes: Sequence[CauseText]
    to_mend: Sequence[MendText]
    groups: Sequence[GroupText]
    source: str


def in_words(brief: Brief, published: Published, language: str) -> BriefText:
    return BriefText(
        f"{brief.unit.called}, {brief.period.title(language)}",
        _answer(brief, language),
        "" if brief.portal is None else _portal(brief.portal, language),
        _change(brief, language),
        [
            CauseText(
                each.indicator.id,
                each.indicator.short[language],
                CAUSES[each.cause][language],
                signed(each.points, language),
                MOST_AT[language].format(unit=brief.units[each.unit].called)
                if each.unit is not None and each.unit in brief.units
                else "",
            )
            for each in brief.causes
        ],
        [_mend(each, brief, language) for each in brief.to_mend],
        [_group(each, language) for each in brief.groups],
        f"{AS_OF[language].format(moment=moment(brief.cut_off))}; {COUNTED[language]}. "
        + published.said(language),
    )


def signed(value: Fraction, language: str) -> str:
    """▲ or ▼ with the points, on one line."""
    text = points(abs(as_decimal(value)), language)
    return f"▲\u00a0{text}" if value > 0 else f"▼\u00a0{text}" if value < 0 else text


def _answer(brief: Brief, language: str) -> str:
    """The answer in one sentence."""
    total, parts = brief.total, []
    if total.score is None:
        parts.append(NO_SCORE[language].format(unit=brief.unit.called))
    else:
        said = {"score": points(total.score, language), "most": decimal(total.most, language)}
        parts.append(SCORE[language].format(unit=brief.unit.called, **said) + _rank(total, language))
        if change := _change(brief, language):
            parts.append(change)
    if brief.mendable is not None:
        can = as_decimal(brief.mendable)
        words = CAN_MEND[language].format(points=points(can, language))
        parts.append(words if can else NOTHING_TO_MEND[language])
    return "; ".join(parts) + "."


def _rank(total: Total, language: str) -> str:
    if total.rank is None:
        return ""
    said = ", " + RANK[language].format(rank=total.rank, ranked=total.ranked)
    if total.firm is None:
        return said
    low, high = total.firm.low, total.firm.high
    return f"{said}, " + (SURE[language] if low == high else FIRM[language].format(low=low, high=high))


def _change(brief: Brief, language: str) -> str:
    """How points and rank changed; empty where that is not known."""
    total = brief.total
    if total.since is None or total.score_change is None:
        return ""
    by = POINTS[language].format(points=points(abs(total.score_change), language))
    parts = [_moved(total.score_change, by, SAME_SCORE, language)]
    if total.rank_change is not None:
        parts.append(_moved_places(total.rank_change, language))
    unequal = brief.cut_off < brief.period.ends and total.since.kind != "days"
    words = SINCE_WHOLE if unequal else SINCE
    return f"{', '.join(parts)} " + words[language].format(since=total.since.title(language))


def _moved(change: object, size: str, same: Words, language: str) -> str:
    if not change:
        return same[language]
    return (UP if change > 0 else DOWN)[language].format(size=size)  # type: ignore[operator]


def _moved_places(change: int, language: str) -> str:
    words = PLACE if abs(change) == 1 else PLACES
    return _moved(change, words[language].format(places=abs(change)), SAME_RANK, language)


def _portal(portal: PortalPlace, language: str) -> str:
    place, since = portal.place, portal.since
    score = UNKNOWN[language]
    if place.score is not None:
        score = POINTS[language].format(points=points(place.score, language))
    said = [score]
    if place.rank is not None:
        said.append(RANK[language].format(rank=place.rank, ranked=place.ranked))
    if since is not None and since.rank_change is not None:
        when = SINCE[language].format(since=day(since.day))
        said.append(f"{_moved_places(since.rank_change, language)} {when}")
    text = PORTAL[language].format(day=day(place.day), said=", ".join(said))
    if since is not None and since.not_alike:
        many = ", ".join(dict.fromkeys(one.indicator for one in since.not_alike))
        text += " " + NOT_ALIKE[language].format(many=many)
    return text


def _mend(each: ToMend, brief: Brief, language: str) -> MendText:
    many = ONE_RECORD if each.number == 1 else RECORDS
    return MendText(
        each.indicator.id,
        each.indicator.short[language],
        points(as_decimal(each.points), language),
        many[language].format(number=whole(each.number, language)) if each.number else "",
        "; ".join(DEEDS[deed][language] for deed in each.deeds),
        "; ".join(_named(each, brief, language) if one == "unit" else WHO[one][language] for one in each.who),
        UNTIL[language].format(moment=moment(each.until)) if each.until else NOW[language],
    )


def _named(each: ToMend, brief: Brief, language: str) -> str:
    """The units whose records they are, where it is for them to act."""
    names = [brief.units[code].called for code in each.units if code in brief.units] or [brief.unit.called]
    said = ", ".join(names[:MOST_NAMES])
    if len(names) <= MOST_NAMES:
        return said
    return AND_MORE[language].format(names=said, count=whole(len(names) - MOST_NAMES, language))


def _group(each: GroupPoints, language: str) -> GroupText:
    most = Fraction(each.group.max_points)
    kept = Fraction(each.score or 0)
    can_mend = min(each.mendable, most - kept)
    reached = UNKNOWN[language]
    if each.score is not None:
        said = {"score": points(each.score, language), "most": decimal(each.group.max_points, language)}
        reached = REACHED[language].format(**said)
    return GroupText(
        each.group.short[language],
        reached,
        points(as_decimal(can_mend), language) if round(can_mend * 100) else "",
        float(kept * 1000 / most),
        float(can_mend * 1000 / most),
        0.0 if each.score is None else float((most - kept - can_mend) * 1000 / most),
    )
