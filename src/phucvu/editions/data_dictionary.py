"""What the tables of an edition's open data hold: every field in both languages, Vietnamese first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from phucvu.editions.lines import TOTAL
from phucvu.rules.model import RuleSet, Words

Type = Literal["string", "integer", "number"]

POINTS = Words(vi="điểm", en="points")
TOTAL_SCORE = Words(vi="Tổng điểm", en="Total score")


@dataclass(frozen=True)
class Field:
    """A column: ``type`` is a word of Table Schema, ``unit`` what its numbers are in."""

    name: str
    type: Type
    title: Words
    meaning: Words
    unit: Words | None = None


@dataclass(frozen=True)
class DataTable:
    """A table: ``key`` are the fields that tell its rows apart, ``refers`` those that name rows of another
    table, by (table, field)."""

    name: str
    title: Words
    meaning: Words
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    refers: tuple[tuple[str, tuple[str, str]], ...] = ()


def _text(name: str, title: Words, meaning: Words) -> Field:
    return Field(name, "string", title, meaning)


PERIOD = _text(
    "period",
    Words(vi="Kỳ", en="Period"),
    Words(
        vi="Kỳ công bố: 2026-10 là tháng, 2026-Q3 là quý, 2026 là năm",
        en="The period that was published: 2026-10 is a month, 2026-Q3 a quarter, 2026 a year",
    ),
)
UNIT = _text(
    "unit",
    Words(vi="Mã đơn vị", en="Unit"),
    Words(vi="Mã của đơn vị trong bảng units", en="The code of the unit in the table units"),
)
ITEM = _text(
    "item",
    Words(vi="Mã chỉ số", en="Item"),
    Words(
        vi="Mã của chỉ số hoặc nhóm trong bảng items; total là tổng điểm",
        en="The code of an indicator or group in the table items; total is the total score",
    ),
)
INDICATOR = _text(
    "indicator", ITEM.title, Words(vi="Mã của chỉ số trong bảng items", en="An indicator of the table items")
)
NUMERATOR = Field(
    "numerator",
    "integer",
    Words(vi="Tử số", en="Numerator"),
    Words(
        vi="Số đếm trên; bảng items nói đếm gì của từng chỉ số",
        en="The count above the line; the table items says what is counted for each indicator",
    ),
)
DENOMINATOR = Field(
    "denominator",
    "integer",
    Words(vi="Mẫu số", en="Denominator"),
    Words(
        vi="Số đếm dưới; 0 là trong kỳ không phát sinh",
        en="The count below the line; 0 where there was nothing to count in the period",
    ),
)
SCORE = Field(
    "score",
    "number",
    Words(vi="Điểm", en="Score"),
    Words(
        vi="Điểm đã công bố, làm tròn một lần đến hai chữ số; trống là không có điểm",
        en="The published score, rounded once to two decimals; empty where there is none",
    ),
    POINTS,
)
MAXIMUM = Field(
    "max",
    "number",
    Words(vi="Điểm tối đa", en="Maximum"),
    Words(vi="Điểm cao nhất có thể đạt", en="The most that can be reached"),
    POINTS,
)
RANK = Field(
    "rank",
    "integer",
    Words(vi="Hạng", en="Rank"),
    Words(
        vi="Thứ hạng trong số các đơn vị cùng loại và cùng đơn vị cấp trên; trống là không xếp hạng",
        en="The place among the units of the same kind under the same unit; empty where not ranked",
    ),
)
RANKED = Field(
    "ranked",
    "integer",
    Words(vi="Số đơn vị xếp hạng", en="Ranked"),
    Words(vi="Số đơn vị được xếp hạng cùng nhau", en="How many units are ranked together"),
    Words(vi="đơn vị", en="units"),
)
NAME = _text(
    "name",
    Words(vi="Tên đơn vị", en="Name"),
    Words(vi="Tên đơn vị khi công bố", en="The unit's name when it was published"),
)
KIND = _text(
    "kind",
    Words(vi="Loại đơn vị", en="Kind"),
    Words(
        vi="nation cả nước, ministry bộ, province tỉnh, department sở, district huyện, commune xã, "
        "branch đơn vị trực thuộc",
        en="nation, ministry, province, department, district, commune or branch",
    ),
)
PARENT = _text(
    "parent",
    Words(vi="Mã đơn vị cấp trên", en="Unit above"),
    Words(vi="Mã của đơn vị cấp trên; trống là không có", en="The unit above; empty where there is none"),
)
OF_LINE = (("unit", ("units", "code")),)

UNITS = DataTable(
    "units",
    Words(vi="Các đơn vị", en="The units"),
    Words(vi="Tên và cấp trên của từng đơn vị", en="The name of each unit, and the unit above it"),
    (_text("code", UNIT.title, Words(vi="Mã đơn vị", en="The unit's code")), NAME, KIND, PARENT),
    ("code",),
)
ITEMS = DataTable(
    "items",
    Words(vi="Các chỉ số, nhóm và tổng điểm", en="Indicators, groups and the total"),
    Words(vi="Mỗi mã là gì theo bộ quy tắc", en="What each code is by the rule set"),
    (
        ITEM,
        _text(
            "kind",
            Words(vi="Loại", en="Kind"),
            Words(
                vi="indicator chỉ số, group nhóm, total tổng điểm; beside chỉ để theo dõi, không chấm",
                en="indicator, group, total; beside is an indicator that is followed and gives no points",
            ),
        ),
        _text(
            "group",
            Words(vi="Nhóm", en="Group"),
            Words(vi="Mã nhóm của chỉ số", en="The group of an indicator"),
        ),
        MAXIMUM,
        *(
            _text(f"{name}_{lang}", Words(vi=f"{vi} ({of})", en=f"{en} ({lang})"), Words(vi=said, en=what))
            for name, vi, en, said, what in (
                ("name", "Tên", "Name", "Tên theo Quyết định 766/QĐ-TTg", "Its name in Decision 766/QĐ-TTg"),
                ("numerator", "Tử số", "Numerator", "Tử số đếm gì", "What the numerator counts"),
                ("denominator", "Mẫu số", "Denominator", "Mẫu số đếm gì", "What the denominator counts"),
            )
            for lang, of in (("vi", "tiếng Việt"), ("en", "tiếng Anh"))
        ),
    ),
    ("item",),
)
FIGURES = DataTable(
    "figures",
    Words(vi="Số liệu", en="Figures"),
    Words(
        vi="Hai số đếm của mỗi đơn vị và chỉ số, không làm tròn",
        en="The two counts of each unit and indicator, never rounded",
    ),
    (PERIOD, UNIT, INDICATOR, NUMERATOR, DENOMINATOR),
    ("period", "unit", "indicator"),
    (*OF_LINE, ("indicator", ("items", "item"))),
)
SCORES = DataTable(
    "scores",
    Words(vi="Điểm", en="Scores"),
    Words(
        vi="Điểm của mỗi đơn vị theo chỉ số, nhóm và tổng",
        en="The score of each unit by indicator, group and total",
    ),
    (PERIOD, UNIT, ITEM, SCORE, MAXIMUM),
    ("period", "unit", "item"),
    (*OF_LINE, ("item", ("items", "item"))),
)
RANKS = DataTable(
    "ranks",
    Words(vi="Thứ hạng", en="Ranks"),
    Words(vi="Hạng của những đơn vị được xếp", en="The rank of the units that are ranked"),
    (PERIOD, UNIT, ITEM, RANK, RANKED),
    ("period", "unit", "item"),
    (*OF_LINE, ("item", ("items", "item"))),
)


def matrix(rules: RuleSet) -> DataTable:
    """A row for each unit: its rank, its total, and a column for each group and indicator that has points."""
    columns = [(group.id, group.name, group.max_points) for group in rules.groups]
    columns += [(one.id, one.name, one.max_points) for one in rules.components]
    most = Words(vi="Điểm; tối đa {most}", en="Points; at most {most}")
    total = _points(TOTAL, TOTAL_SCORE, most, str(rules.max_points))
    return DataTable(
        "matrix",
        Words(vi="Bảng đơn vị × chỉ số", en="Units × indicators"),
        Words(
            vi="Mỗi đơn vị một dòng, mỗi chỉ số một cột điểm",
            en="A row for each unit, a column for each score",
        ),
        (
            PERIOD,
            UNIT,
            NAME,
            KIND,
            PARENT,
            RANK,
            RANKED,
            total,
            *(_points(name, title, most, str(limit)) for name, title, limit in columns),
        ),
        ("period", "unit"),
        OF_LINE,
    )


def _points(name: str, title: Words, meaning: Words, most: str) -> Field:
    said = Words(vi=meaning.vi.format(most=most.replace(".", ",")), en=meaning.en.format(most=most))
    return Field(name, "number", title, said, POINTS)


def tables(rules: RuleSet) -> tuple[DataTable, ...]:
    """Every table of an edition by its rules, in the order in which they are read."""
    return FIGURES, SCORES, RANKS, matrix(rules), UNITS, ITEMS


def written(rules: RuleSet) -> str:
    """The dictionary as a text to take along, in Markdown: first all in Vietnamese, then all in English."""
    return "\n".join([*_written(rules, "vi"), *_written(rules, "en")])


HEAD = Words(vi="# Từ điển dữ liệu", en="# Data dictionary")
COLUMNS = Words(vi="| trường | kiểu | đơn vị | nghĩa |", en="| field | type | unit | meaning |")
TYPES: dict[Type, Words] = {
    "string": Words(vi="chữ", en="text"),
    "integer": Words(vi="số nguyên", en="whole number"),
    "number": Words(vi="số thập phân", en="decimal"),
}


def _written(rules: RuleSet, lang: str) -> Iterator[str]:
    yield HEAD[lang]
    for table in tables(rules):
        yield from ("", f"## {table.name}: {table.title[lang]}", "", f"{table.meaning[lang]}.", "")
        yield from (COLUMNS[lang], "|---|---|---|---|")
        for field in table.fields:
            unit = field.unit[lang] if field.unit else ""
            said = f"{field.title[lang]}. {field.meaning[lang]}".replace("|", "\\|")
            yield f"| `{field.name}` | {TYPES[field.type][lang]} | {unit} | {said} |"
    yield ""
