"""What a digest says: one sentence from the numbers of a unit, a picture and a workbook of them, a link.

Nothing in it is of a person or of one dossier, since it leaves the site.
"""

from __future__ import annotations

import io
from typing import Any

from phucvu.charts.png import canvas, line, lines, png
from phucvu.charts.svg import INK, MUTED, RED, TRACK
from phucvu.figures.units import Unit
from phucvu.formats import day, moment, whole
from phucvu.notices.channels import Message
from phucvu.notices.models import Digest
from phucvu.rules.loading import rules_in_use
from phucvu.rules.model import Words
from phucvu.tables import workbook

SUBJECT = Words(vi="Việc hôm nay của {unit}, {day}", en="Today's work of {unit}, {day}")
SENTENCE = Words(
    vi="{unit} có {overdue} hồ sơ quá hạn, {today} đến hạn hôm nay, {week} đến hạn trong tuần, "
    "{mendable} hồ sơ đã xong còn bổ sung được để tăng điểm.",
    en="{unit} has {overdue} overdue dossiers, {today} due today, {week} due this week, and {mendable} "
    "finished ones that can still be completed for more points.",
)
NOTHING = Words(
    vi="{unit} không có hồ sơ nào quá hạn, đến hạn trong tuần hoặc cần bổ sung.",
    en="{unit} has no dossier that is overdue, due this week or to be completed.",
)
AS_OF = Words(vi="Tính đến {moment}.", en="As of {moment}.")
OPEN = Words(vi="Mở trang việc tuần này", en="Open this week's page")
COUNTS = {
    "overdue": Words(vi="Quá hạn, chưa xong", en="Overdue, unfinished"),
    "today": Words(vi="Đến hạn hôm nay", en="Due today"),
    "week": Words(vi="Đến hạn trong tuần", en="Due this week"),
    "mendable": Words(vi="Đã xong, còn bổ sung được", en="Finished, can be completed"),
}
SHEET = Words(vi="Số hồ sơ", en="Dossiers")
HEADINGS = (Words(vi="Việc", en="Work"), Words(vi="Số hồ sơ", en="Dossiers"))
ABOUT = (
    Words(vi="Đơn vị", en="Unit"),
    Words(vi="Tính đến", en="As of"),
    Words(vi="Nguồn", en="Source"),
)
SOURCE = Words(vi="hồ sơ các đơn vị đã đồng bộ", en="the dossiers that units synchronised")


def message_of(digest: Digest, unit: Unit | None, to: str, site: str) -> Message:
    """The digest as a message to an address; ``site`` is where people reach the site."""
    name = digest.unit if unit is None else unit.called
    lang = digest.language
    there = "/en" if lang == "en" else ""
    sentence = sentence_of(digest, name)
    return Message(
        to=to,
        identity=f"digest.{digest.pk}.{digest.day:%Y%m%d}",
        subject=SUBJECT[lang].format(unit=name, day=day(digest.day)),
        text=f"{sentence} {AS_OF[lang].format(moment=moment(digest.as_of))}",
        link=f"{site.rstrip('/')}{there}/workspace/{digest.unit}/week",
        link_words=OPEN[lang],
        picture=picture_of(digest, sentence),
        workbook=workbook_of(digest, name),
        workbook_name=f"phucvu-{digest.unit}-{digest.day}.xlsx",
    )


def sentence_of(digest: Digest, name: str) -> str:
    numbers = {key: whole(digest.counts[key], digest.language) for key in COUNTS}
    words = SENTENCE if any(digest.counts[key] for key in COUNTS) else NOTHING
    return words[digest.language].format(unit=name, **numbers)


WIDTH, EDGE, STEP, LABEL = 640, 24, 34, 230


def picture_of(digest: Digest, sentence: str) -> bytes:
    """A bar for each count under the sentence, as PNG."""
    lang = digest.language
    heading, top = lines(sentence, EDGE, EDGE + 18, 18, WIDTH - 2 * EDGE, 4, weight="bold")
    most = max(1, *(digest.counts[key] for key in COUNTS))
    room = WIDTH - 2 * EDGE - LABEL - 70
    drawn = [heading]
    for number, (key, words) in enumerate(COUNTS.items()):
        y, count = top + 24 + number * STEP, digest.counts[key]
        colour = RED if key == "overdue" and count else INK
        drawn += [
            line(words[lang], EDGE, y, 15),
            f'<rect x="{EDGE + LABEL}" y="{y - 13:g}" width="{room}" height="14" fill="{TRACK}"/>',
            f'<rect x="{EDGE + LABEL}" y="{y - 13:g}" width="{room * count / most:g}" height="14" '
            f'fill="{colour}"/>',
            line(whole(count, lang), EDGE + LABEL + room + 8, y, 15, colour, "bold"),
        ]
    foot = top + 24 + len(COUNTS) * STEP
    drawn.append(line(AS_OF[lang].format(moment=moment(digest.as_of)), EDGE, foot, 13, MUTED))
    return png(canvas(WIDTH, round(foot + EDGE), "".join(drawn)), scale=2)


def workbook_of(digest: Digest, name: str) -> bytes:
    """The counts, and those that can be completed by indicator, as an Excel file."""
    lang = digest.language
    rows: list[tuple[Any, ...]] = [(words[lang], digest.counts[key]) for key, words in COUNTS.items()]
    known = {one.id: one for one in rules_in_use().at(digest.day).indicators}
    for identity, number in digest.counts["by_indicator"].items():
        short = known[identity].short[lang] if identity in known else ""
        rows.append((f"{COUNTS['mendable'][lang]}: {identity} {short}".strip(), number))
    columns = [workbook.Column(HEADINGS[0][lang]), workbook.Column(HEADINGS[1][lang], "whole")]
    said = (name, moment(digest.as_of), SOURCE[lang])
    about = {words[lang]: value for words, value in zip(ABOUT, said, strict=True)}
    book = io.BytesIO()
    title = SUBJECT[lang].format(unit=name, day=day(digest.day))
    workbook.write(book, title, [workbook.Table(SHEET[lang], columns, rows)], about, lang)
    return book.getvalue()
