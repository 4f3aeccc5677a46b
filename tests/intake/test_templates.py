"""Templates that offices fill in: each imports as it is filled in, and empty takes nothing."""

import io
import re
import zipfile

import openpyxl
import polars as pl
import pytest

from phucvu.intake import portal_lists, templates
from phucvu.intake.files import import_file
from phucvu.intake.tables import KINDS
from phucvu.problems import UnusableError
from phucvu.records.store import Store

pytestmark = pytest.mark.usefixtures("in_process")

DAY = re.compile(r"\d\d/\d\d/\d{4}( \d\d:\d\d)?")


@pytest.fixture(scope="module")
def written():
    """The template of each kind, as bytes."""
    found = {}
    for kind in templates.OFFERED:
        file = io.BytesIO()
        templates.write(kind, file)
        found[kind] = file.getvalue()
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A store that knows one unit, of which the examples speak."""
    held = Store(tmp_path_factory.mktemp("home"))
    unit = {"code": ["H99.01"], "name": ["Sở Cũ"], "kind": ["department"], "parent": ["H99"]}
    held.append("units", pl.DataFrame(unit))
    return held


def filled_in(content, kind, path, more=()):
    """The template with the example of its guide, and further rows, typed as a person would."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    names = [column.name for column in templates.columns(kind)]
    for number, row in enumerate((templates.EXAMPLES[kind], *more), 2):
        for name, said in row.items():
            cell = sheet.cell(number, names.index(name) + 1)
            cell.value = said
    book.save(path)


def imported(home, path, kind):
    """The file, of a kind that it tells itself; a list from the portal looks like an export."""
    said = kind == portal_lists.KIND
    return import_file(home, path, kind=kind if said else None, sender="H99.01" if said else None)


@pytest.mark.parametrize("kind", templates.OFFERED)
def test_a_filled_in_template_imports_as_it_is(home, tmp_path, written, kind):
    filled_in(written[kind], kind, tmp_path / "so-lieu.xlsx")
    taken = imported(home, tmp_path / "so-lieu.xlsx", kind)
    assert (taken.kind, taken.taken, taken.problems) == (kind, 1, [])
    assert not any("không dùng" in note.vi for note in taken.notes)
    said = {name for name, value in templates.EXAMPLES[kind].items() if value}
    if kind in KINDS:
        key = KINDS[kind].key[0]
        held = home.rows(kind)
        row = held.filter(pl.col(key).cast(pl.String).is_in(_spellings(templates.EXAMPLES[kind][key])))
        filled = {name for name in row.columns if row[name].is_not_null().all()}
        assert filled == said


def _spellings(said):
    day = DAY.fullmatch(said)
    return [said, "-".join(reversed(said[:10].split("/")))] if day else [said]


@pytest.mark.parametrize("kind", templates.OFFERED)
def test_an_empty_template_is_known_and_takes_nothing(home, tmp_path, written, kind):
    (tmp_path / "mau.xlsx").write_bytes(written[kind])
    taken = imported(home, tmp_path / "mau.xlsx", kind)
    assert (taken.kind, taken.taken, taken.set_aside) == (kind, 0, 0)


@pytest.mark.parametrize("kind", templates.OFFERED)
def test_a_template_helps_who_fills_it_in(written, kind):
    book = openpyxl.load_workbook(io.BytesIO(written[kind]))
    sheet, guide = book.worksheets[0], book[templates.GUIDE]
    asked = templates.columns(kind)
    assert [c.value for c in sheet[1]] == [c.heading + (" (*)" if c.required else "") for c in asked]
    assert sheet.max_row == 1
    assert sheet.freeze_panes == "A2"
    text = " ".join(str(c.value) for row in guide.iter_rows() for c in row if c.value)
    for column in asked:
        assert column.vi in text
        assert column.en in text
    lists = {
        str(rule.sqref).split(":")[0].rstrip("0123456789") for rule in sheet.data_validations.dataValidation
    }
    letters = [openpyxl.utils.get_column_letter(n) for n, _ in enumerate(asked, 1)]
    assert lists == {letter for letter, c in zip(letters, asked, strict=True) if c.choices}
    for letter, column in zip(letters, asked, strict=True):
        dimension = sheet.column_dimensions[letter]
        assert dimension.width >= 14
        if column.name in ("code", "unit", "procedure", "parent"):
            assert column.form == "@"
    if lists:
        rule = sheet.data_validations.dataValidation[0]
        assert templates.CHOICES in rule.formula1


def test_every_choice_of_a_list_can_be_taken(home, tmp_path, written):
    more = [
        {"code": f"H98.{n}", "name": "Đơn vị", "kind": choice}
        for n, choice in enumerate(next(c.choices for c in templates.columns("units") if c.name == "kind"))
    ]
    filled_in(written["units"], "units", tmp_path / "a.xlsx", more)
    taken = import_file(home, tmp_path / "a.xlsx")
    assert (taken.taken + taken.unchanged, taken.set_aside) == (len(more) + 1, 0)


def test_a_kind_without_a_template_is_said_so():
    for kind in ("wire", "xes", "lạ"):
        with pytest.raises(UnusableError, match="units"):
            templates.write(kind, io.BytesIO())


def test_a_template_is_a_sound_workbook(written):
    for content in written.values():
        assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
