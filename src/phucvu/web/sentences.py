"""The answer first: one sentence for a page, made from its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from phucvu.figures.units import Unit
from phucvu.formats import change, decimal, points, whole
from phucvu.rules.model import Indicator
from phucvu.web.boards import Board, Standing
from phucvu.web.language import _, language
from phucvu.web.procedure_counts import Counts, time
from phucvu.web.rates import is_time
from phucvu.web.rates import said as said_rate


def called(unit: Unit) -> str:
    """What a unit is called in a sentence: Gia Lai, Sở Y tế, Xã Vân Canh."""
    return unit.called


def kinds(kind: str) -> str:
    """What many units of a kind are called."""
    return {
        "ministry": _("bộ, cơ quan ngang bộ"),
        "province": _("tỉnh, thành phố"),
        "department": _("sở, ban, ngành"),
        "district": _("huyện"),
        "commune": _("xã, phường"),
        "branch": _("đơn vị trực thuộc"),
    }[kind]


def of_all(board: Board) -> str:
    """What all the units shown are called: the nation only where there are two provinces or more."""
    return _("Cả nước") if board.of_nation else _("Mọi đơn vị")


def of_nation(board: Board) -> str:
    """The answer of the front page; empty where there is no nation to speak of."""
    if board.of_nation is None:
        return ""
    if board.nation is None:
        return _("Chưa có tỉnh, thành phố nào có đủ điểm các nhóm để tính điểm của cả nước.")
    scores = [(called(s.unit), s.total.score) for s in board.provinces if s.total.score is not None]
    said = _("Cả nước đạt %(score)s điểm trên 100%(span)s")
    sentence = said % {"score": _points(board.nation), "span": _span(scores, _points)}
    if board.nation_lost:
        worst = max(board.nation_lost, key=lambda group: board.nation_lost[group])
        lost = _("; bình quân bị trừ nhiều nhất ở %(group)s (%(lost)s điểm)")
        sentence += lost % {
            "group": board.rules.group(worst).name[language()],
            "lost": _points(board.nation_lost[worst]),
        }
    return sentence + "."


def of_unit(board: Board, standing: Standing) -> str:
    unit, total = standing.unit, standing.total
    if unit.code in board.unrecorded:
        said = _("%(unit)s chưa có hồ sơ, phản ánh, kiến nghị hay báo cáo nào trong kỳ, nên chưa có điểm.")
        return said % {"unit": called(unit)}
    if total.score is None:
        lacking = ", ".join(board.rules.group(group).name[language()] for group in total.missing)
        said = _("%(unit)s chưa có tổng điểm, vì thiếu điểm của nhóm %(groups)s.")
        return said % {"unit": called(unit), "groups": lacking}
    sentence = _("%(unit)s đạt %(score)s điểm%(change)s") % {
        "unit": called(unit),
        "score": _points(total.score),
        "change": _in_brackets(total.score_change, _("%(change)s điểm")),
    }
    if total.rank is not None:
        parent = board.units.get(unit.parent)
        sentence += _(", xếp thứ %(rank)s/%(ranked)s %(kinds)s%(of)s%(moved)s") % {
            "rank": total.rank,
            "ranked": total.ranked,
            "kinds": kinds(unit.kind),
            "of": _(" của %(parent)s") % {"parent": called(parent)} if parent else "",
            "moved": _in_brackets(total.rank_change, _("%(change)s bậc")),
        }
    if worst := standing.worst_group:
        lost = _("; bị trừ nhiều nhất ở %(group)s (%(lost)s điểm)")
        sentence += lost % {
            "group": board.rules.group(worst).name[language()],
            "lost": _points(standing.groups[worst].lost),
        }
    return sentence + "."


def since(board: Board, standing: Standing) -> Iterator[str]:
    """How a unit's total and place changed since the period before, and since a year before."""
    total, lang = standing.total, language()
    compared = [
        (
            _("So với %(period)s"),
            board.before,
            total.score_change,
            total.rank_change,
            total.block_changed,
        ),
        (
            _("So với cùng kỳ năm trước (%(period)s)"),
            board.year_before,
            total.score_change_year,
            total.rank_change_year,
            total.block_changed_year,
        ),
    ]
    if board.year_before is board.before:  # of a year they are the same, and said once
        compared.pop()
    for said, result, score, rank, changed in compared:
        if result is not None and score is not None:
            if board.result.cut_off < board.result.period.ends:
                said = _("So với cùng những ngày của kỳ trước (%(period)s)")
                if result is not board.before:
                    said = _("So với cùng những ngày của năm trước (%(period)s)")
            parts = [_("%(change)s điểm") % {"change": _size(score)} if score else _("điểm không đổi")]
            if rank is not None:
                parts.append(_("%(change)s bậc") % {"change": _size(rank)} if rank else _("hạng không đổi"))
            if changed:
                parts.append(_("hạng không so được vì khối xếp hạng đã khác"))
            yield f"{said % {'period': result.period.title(lang)}}: {', '.join(parts)}."


def uncompared(board: Board) -> str:
    """Why a running period is not compared with earlier ones that are known; empty where it is."""
    if not board.uncompared:
        return ""
    said = _("Kỳ đang chạy chưa so với %(periods)s: chưa có số liệu của cùng những ngày ấy.")
    whole = [period.title(language()) for period in board.uncompared]
    return said % {"periods": _(" và ").join(whole)}


def of_procedure(counts: Counts, unit: str) -> str:
    """What there is to say of a procedure in one unit."""
    lang = language()
    sentence = _("%(unit)s tiếp nhận %(received)s hồ sơ, đã giải quyết xong %(finished)s") % {
        "unit": unit,
        "received": whole(counts.received, lang),
        "finished": whole(counts.finished, lang),
    }
    if counts.on_time_share is not None:
        sentence += _("; đúng hạn %(rate)s") % {"rate": _rate(float(counts.on_time_share))}
    if counts.average is not None:
        sentence += _("; bình quân %(time)s") % {"time": time(counts.average, lang)}
    if counts.median is not None:
        sentence += _(", một nửa xong trong %(time)s") % {"time": time(counts.median, lang)}
    return sentence + "."


def of_indicator(indicator: Indicator, rows: list[dict[str, Any]], names: dict[str, str]) -> str:
    """What there is to say of an indicator over like units."""
    rates = [(names[row["unit"]], row["rate"]) for row in rows if row["rate"] is not None]
    if not rows:
        return _("Không có số liệu nào của chỉ số này trong kỳ.")
    if indicator.by_rule:
        return _("Mọi đơn vị được cùng một số điểm theo quy tắc; không có số liệu đằng sau.")
    if not rates:
        return _("Không đơn vị nào có phát sinh để tính chỉ số này.")
    mean = ""
    if indicator.scored:
        mean = _("Bình quân %(mean)s trên %(max)s điểm") % {
            "mean": _points(sum(row["score"] for row in rows) / len(rows)),
            "max": decimal(indicator.max_points, language()),
        }
    span = _span(rates, partial(said_rate, indicator), least_first=is_time(indicator))
    alone = span.removeprefix("; ")
    return f"{mean}{span}." if mean else f"{alone[:1].upper()}{alone[1:]}."


def _span(values: list[tuple[str, Any]], said: Callable[[Any], str], *, least_first: bool = False) -> str:
    """«; cao nhất là …, thấp nhất là …», or that all are the same; of times the shortest first."""
    most, least = max(v for _name, v in values), min(v for _name, v in values)
    if most == least:
        return _("; mọi nơi đều là %(value)s") % {"value": said(most)}
    sentence = _("; cao nhất là %(best)s (%(most)s), thấp nhất là %(last)s (%(least)s)")
    if least_first:
        sentence = _("; nhanh nhất là %(last)s (%(least)s), chậm nhất là %(best)s (%(most)s)")
    return sentence % {
        "best": _names([name for name, value in values if value == most]),
        "most": said(most),
        "last": _names([name for name, value in values if value == least]),
        "least": said(least),
    }


def _names(names: list[str]) -> str:
    if len(names) <= 2:
        return _(" và ").join(names)
    return _("%(name)s và %(count)s nơi khác") % {"name": names[0], "count": len(names) - 1}


def _rate(value: float) -> str:
    return points(value * 100, language()) + "%"


def _points(value: Any) -> str:
    return points(value, language())


def _in_brackets(value: Any, said: str) -> str:
    """A change with its unit, in brackets; that there is none in words; nothing where it is not known."""
    if value is None:
        return ""
    return f" ({said % {'change': _size(value)} if value else _('không đổi')})"


def _size(value: Any) -> str:
    """A change whose sign stays on the line of its number."""
    return change(value, language()).replace(" ", "\u00a0")


def of_comparison(standings: Sequence[Standing]) -> str:
    """Which of some units has the most, and how far apart they are; empty for fewer than two."""
    scored = [(s.total.score, called(s.unit)) for s in standings if s.total.score is not None]
    if len(scored) < 2:
        return ""
    (most, best), (least, last) = max(scored), min(scored)
    if most == least:
        return _("Các đơn vị bằng điểm nhau: %(score)s.") % {"score": _points(most)}
    return _("%(best)s cao nhất (%(most)s điểm), hơn %(last)s (%(least)s) %(apart)s điểm.") % {
        "best": best,
        "most": _points(most),
        "last": last,
        "least": _points(least),
        "apart": _points(most - least),
    }
