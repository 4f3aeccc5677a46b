"""What is said of an edition to who follows them: what it is, what a correction changed, and why."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from phucvu.accounts import units
from phucvu.editions.corrections import MOST_TOLD, correction
from phucvu.editions.lines import Line
from phucvu.editions.manifest import Manifest
from phucvu.editions.models import Edition
from phucvu.figures.periods import Period
from phucvu.figures.units import NATION
from phucvu.formats import moment, points, whole
from phucvu.rules.model import Words

TITLE = Words(
    vi="Kỳ công bố số {number}: kết quả {period}",
    en="Edition {number}: results of {period}",
)
CORRECTED = Words(
    vi="Kỳ công bố số {number}: đính chính kết quả {period}",
    en="Edition {number}: correction of the results of {period}",
)
SAID = Words(
    vi="{unit} công bố kết quả {period}, số liệu tính đến {moment}.",
    en="{unit} published the results of {period}, with figures as of {moment}.",
)
WHY = Words(vi="Thay cho số {number}. Lý do: {reason}", en="It corrects edition {number}. Reason: {reason}")
CHANGED = Words(
    vi="{lines} giá trị khác trước, trong đó {totals} tổng điểm.",
    en="Values that changed: {lines}; total scores among them: {totals}.",
)
SAME = Words(vi="Không giá trị nào khác trước.", en="No value changed.")
FROM_TO = Words(vi="{unit}: {before} → {after}", en="{unit}: {before} → {after}")
PLACE = Words(vi="{score} điểm, hạng {rank}/{ranked}", en="{score} points, rank {rank} of {ranked}")
POINTS = Words(vi="{score} điểm", en="{score} points")
NONE = Words(vi="không có điểm", en="no score")
MORE = Words(vi="và {more} đơn vị khác", en="and {more} other units")


def title(edition: Edition, lang: str) -> str:
    words = TITLE if edition.corrects is None else CORRECTED
    return words[lang].format(number=edition.number, period=Period.parse(edition.period).title(lang))


def sentences(edition: Edition, lang: str) -> Iterator[str]:
    """What is said of it, a sentence or a unit at a time."""
    until = moment(Manifest.read(edition.manifest).cut_off)
    period = Period.parse(edition.period).title(lang)
    yield SAID[lang].format(unit=unit_name(edition.unit, lang), period=period, moment=until)
    changed = correction(edition)
    if changed is None:
        return
    yield WHY[lang].format(number=edition.corrects, reason=edition.reason)
    if not changed.lines:
        yield SAME[lang]
        return
    counts = {"lines": whole(changed.lines, lang), "totals": whole(len(changed.totals), lang)}
    yield CHANGED[lang].format(**counts)
    for before, after in changed.totals[:MOST_TOLD]:
        either = after or before
        assert either is not None
        said = {"before": _score(before, lang), "after": _score(after, lang)}
        yield FROM_TO[lang].format(unit=unit_name(either.unit, lang), **said)
    if len(changed.totals) > MOST_TOLD:
        yield MORE[lang].format(more=whole(len(changed.totals) - MOST_TOLD, lang))


def _score(line: Line | None, lang: str) -> str:
    if line is None or line.score is None:
        return NONE[lang]
    score = points(Decimal(line.score), lang)
    if line.rank is None:
        return POINTS[lang].format(score=score)
    return PLACE[lang].format(score=score, rank=line.rank[0], ranked=line.rank[1])


def unit_name(code: str, lang: str) -> str:
    """What a unit is called today; one that is not known any more, its code."""
    if code == NATION.code:
        return NATION.name if lang == "vi" else "The nation"
    known = units.every().get(code)
    return known.name if known else code
