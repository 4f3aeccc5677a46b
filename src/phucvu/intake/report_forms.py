"""Declared numbers of dossiers in the forms II.06a/VPCP/KSTT and 07a/BTP, as systems export them.

A row of the form is a unit or a field; its numbers become a row of ``reports``. Whether they add up is told
with the row of the file. A row that cannot be used is reported and not kept: the file is mended and brought
again.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from phucvu.figures.periods import Period
from phucvu.formats import some
from phucvu.intake import words
from phucvu.intake.known import Known
from phucvu.intake.report_headings import COUNTED, FormColumns, columns_of, heading_rows, is_first_row
from phucvu.intake.tables import KINDS, Typed, fitting, has_needed
from phucvu.intake.taking import Taking
from phucvu.intake.values import counts
from phucvu.problems import Both, Fault, UnusableError
from phucvu.tables import Sheet, Source, plain
from phucvu.tables.reading import ROW

TABLE = KINDS["reports"]

TOTAL = re.compile(r"(?:tong|cong)\b")
"""How a totals row begins, written plainly."""

GROUP = re.compile(r"[IVXLC]+|[A-Z]")
"""How a row is numbered that sums up those below it."""

DAY = r"(\d{1,2})(?:\s*[/.-]\s*|\s+tháng\s+)(\d{1,2})(?:\s*[/.-]\s*|\s+năm\s+)(\d{4})"
FROM_TO = re.compile(rf"từ\s+(?:ngày\s+)?{DAY}\s+đến\s+(?:hết\s+)?(?:ngày\s+)?{DAY}")
SIGNED_ON = re.compile(rf"ngày\s+{DAY}")
MONTHS = re.compile(r"(\d{1,2})\s+tháng\s+(đầu|cuối)\s+năm\s+(\d{4})")
ONE = re.compile(
    r"(?:tháng\s*\d{1,2}|qu[yý]\s*(?:\d|iv|i{1,3}))\s*(?:/\s*)?(?:năm\s*|[/-]\s*)?\d{4}|năm\s*\d{4}"
)
REPORTS_OF = re.compile(r"đơn vị(?: báo cáo| lập báo cáo| gửi báo cáo)?\s*:\s*([^\n;]+)", re.IGNORECASE)

MOST_NAMED = 5

CHANNELS = ("online", "in_person", "postal")
SUMS = {
    "finished": ("finished_on_time", "finished_late"),
    "open": ("open_in_time", "open_late"),
}


@dataclass(frozen=True)
class FormRow:
    """A row of a form: its number in the file, how it is numbered and named, and its numbers by meaning."""

    row: int
    numbering: str
    name: str
    numbers: dict[str, int]

    @property
    def is_total(self) -> bool:
        return bool(TOTAL.match(plain(self.name)))


def is_form(source: Source) -> bool:
    """Whether a file is such a form, told by the first row of its heading."""
    try:
        source.heading(_is_heading, "")
    except UnusableError:
        return False
    return True


def take(taking: Taking, source: Source, unit: str | None, period: Period | None) -> None:
    """Take the numbers of a form.

    The period is the one given, else the one told above the table. A table by field is of the unit named
    there, else of the one given. Raises UnusableError where either is not known, or a column is missing.
    """
    sheet = source.table(_is_heading, "", None)
    names = [c for c in sheet.frame.columns if c != ROW]
    first = ["" if re.fullmatch(r"_\d+", name) else name for name in names]
    below = [["" if cell is None else cell for cell in row] for row in sheet.frame.select(names).iter_rows()]
    height = heading_rows([first, *below])
    columns = columns_of([first, *below[: height - 1]])
    if not columns.complete:
        raise UnusableError(Fault("report_columns_missing", file=sheet.file))
    known = Known.of(taking.store)
    above = "\n".join(cell for cells in sheet.above for cell in cells if cell)
    period = period or period_in(above)
    if period is None:
        raise UnusableError(Fault("report_without_period", file=sheet.file))
    rows, faults = _rows(sheet, names, columns, height - 1)
    taking.taken.skipped = sheet.frame.height - len(rows) - len({f.row for f in faults})
    units = {row.row: known.unit(row.name, unit, period.last) for row in rows}
    form = Form(taking, known, str(period), columns, _unit_of(above, known), unit)
    if columns.by_unit and (not columns.by_field or any(isinstance(u, str) for u in units.values())):
        form.by_unit(rows, units)
    else:
        form.by_field(rows)
    taking.taken.notes += sheet.notes
    taking.understood({columns.titles[p]: n for n, places in columns.numbers.items() for p in places})
    taking.unmended(f.at(file=sheet.file) for f in (*faults, *sheet.set_aside))


class Form:
    """What the rows of a form say, on its way into ``reports``."""

    def __init__(
        self,
        taking: Taking,
        known: Known,
        period: str,
        columns: FormColumns,
        named: str | None,
        given: str | None,
    ) -> None:
        self.taking, self.known, self.period, self.columns = taking, known, period, columns
        self.named, self.given = named, given
        self.file = taking.taken.file

    def by_unit(self, rows: Sequence[FormRow], units: dict[int, str | list[str]]) -> None:
        """Each row of a known unit; the totals row of the unit whose report it is."""
        listed, faults = [], []
        for row in rows:
            if row.is_total:
                continue
            unit = units[row.row]
            if isinstance(unit, str):
                listed.append((unit, row))
            else:
                faults.append(_unknown(row, unit, self._title(self.columns.name)))
        codes = {unit for unit, _ in listed}
        top = [
            row
            for unit, row in listed
            if unit not in self.known.units
            or not codes & {above.code for above in self.known.units.above(unit)[1:]}
        ]
        for total in (row for row in rows if row.is_total):
            self._sums_up(total, top)
            if (whole := self._whole(codes)) is not None:
                listed.append((whole, total))
            else:
                self._note(Fault("report_total_of_nobody"), total)
        self._keep(listed)
        self.taking.unmended(fault.at(file=self.file) for fault in faults)

    def by_field(self, rows: Sequence[FormRow]) -> None:
        """The fields together are the numbers of one unit: the totals row, else their sum."""
        unit = self.named or (self.given if self.given and self.given in self.known.units else None)
        if unit is None:
            raise UnusableError(Fault("report_of_nobody", file=self.file))
        totals = [row for row in rows if row.is_total]
        fields = [row for row in rows if not row.is_total]
        groups = [row for row in fields if GROUP.fullmatch(row.numbering.strip(" .)"))]
        details = [row for row in fields if row not in groups] or groups
        for row in fields:
            self._adds_up(row)
        if totals:
            self._sums_up(totals[0], details)
        whole = totals[0] if totals else FormRow(fields[0].row, "", "", _sum(details)) if fields else None
        if whole is not None:
            self._keep([(unit, whole)])
        self.taking.taken.notes.append(
            Fault("report_by_field", file=self.file, unit=unit, count=len(details))
        )

    def _keep(self, listed: Sequence[tuple[str, FormRow]]) -> None:
        kept, numbers = [], []
        for unit, row in listed:
            self._adds_up(row)
            if (report := self._report(unit, row)) is not None:
                kept.append(report)
                numbers.append(row.row)
        frame = pl.DataFrame(kept, schema=TABLE.types, orient="row")
        typed = fitting(TABLE, Typed(frame, list(range(frame.height)), {}), frame.clear(), numbers)
        self.taking.take(TABLE.name, typed.frame)
        self.taking.unmended(
            fault.at(file=self.file, row=numbers[place]) for place, fault in sorted(typed.faults.items())
        )

    def _report(self, unit: str, row: FormRow) -> dict[str, Any] | None:
        """The row of ``reports``; the form's total of received has what was carried over."""
        said = row.numbers
        received = said["received"] - said.get("carried_over", 0)
        if received < 0:
            fault = Fault("report_less_than_carried", row=row.row, field=self._title_of("received"))
            self.taking.unmended([fault.at(file=self.file)])
            return None
        in_person = said.get("in_person")
        if "territory" in said and self._apart(said):
            in_person = (in_person or 0) + said["territory"]
        own = {"unit": unit, "period": self.period, "received": received, "in_person": in_person}
        return {name: own.get(name, said.get(name)) for name in TABLE.types}

    def _apart(self, said: dict[str, int]) -> bool:
        """Whether those filed regardless of territory are no part of those filed in person or by post."""
        channels = sum(said.get(name, 0) for name in (*CHANNELS, "carried_over"))
        return said["received"] == channels + said["territory"]

    def _adds_up(self, row: FormRow) -> None:
        """Say which numbers of a row are not the sum of those that make them up."""
        said = row.numbers
        parts = [name for name in (*CHANNELS, "carried_over") if name in said]
        if "online" in said and "in_person" in said:
            whole = sum(said[name] for name in parts)
            if not ("territory" in said and self._apart(said)):
                self._compare(row, "received", whole, parts)
        for name, made_of in SUMS.items():
            if all(part in said for part in made_of):
                self._compare(row, name, sum(said[part] for part in made_of), made_of)
        self._compare(row, "received", said["finished"] + said["open"], ("finished", "open"))

    def _compare(self, row: FormRow, name: str, expected: int, parts: Iterable[str]) -> None:
        declared = row.numbers[name]
        if declared != expected:
            made_of = " + ".join(map(self._title_of, parts))
            fault = Fault("report_sum", declared=declared, parts=made_of, expected=expected)
            self._note(fault, row, self._title_of(name))

    def _sums_up(self, total: FormRow, rows: Sequence[FormRow]) -> None:
        """Say which numbers of the totals row are not those of the rows together."""
        for name, expected in _sum(rows).items():
            declared = total.numbers.get(name, expected)
            if declared != expected:
                fault = Fault("report_rows_sum", declared=declared, expected=expected)
                self._note(fault, total, self._title_of(name))

    def _note(self, fault: Fault, row: FormRow, field: str = "") -> None:
        self.taking.taken.notes.append(fault.at(file=self.file, row=row.row, field=field))

    def _whole(self, codes: set[str]) -> str | None:
        """Whose the totals row is: the unit named above, else the one of which all units below are there."""
        if self.named is not None:
            return None if self.named in codes else self.named
        units = self.known.units
        above = {units[code].parent for code in codes if code in units} - codes
        only = above.pop() if len(above) == 1 else None
        if only is None or only not in units:
            return None
        return only if {unit.code for unit in units.children(only)} <= codes else None

    def _title_of(self, name: str) -> str:
        places = self.columns.numbers.get(name, ())
        return " + ".join(map(self._title, places)) or name

    def _title(self, place: int | None) -> str:
        return self.columns.titles[place] if place is not None else ""


def period_in(text: str) -> Period | None:
    """The period that the words above a table tell, if they tell one.

    >>> [str(period_in(t)) for t in ("Kỳ báo cáo: Quý III/năm 2026", "Từ ngày 01/08/2026 đến ngày 15/8/2026")]
    ['2026-Q3', '2026-08-01..2026-08-15']
    >>> [str(period_in(t)) for t in ("6 tháng đầu năm 2026", "Ví Dụ, ngày 05 tháng 9 năm 2026")]
    ['2026-01-01..2026-06-30', 'None']
    """
    text = " ".join(text.casefold().split())
    try:
        if match := FROM_TO.search(text):
            first, last = (dt.date(*map(int, reversed(match.groups()[n : n + 3]))) for n in (0, 3))
            return Period.parse(str(Period(first, last)))
        text = SIGNED_ON.sub("", text)
        if match := MONTHS.search(text):
            count, year = int(match[1]), int(match[3])
            return Period.months(year, 1 if match[2] == "đầu" else 13 - count, count)
        if match := ONE.search(text):
            return Period.parse(words.period(re.sub(r"\s*/\s*năm\s*", "/", match[0])))
    except (ValueError, UnusableError):
        pass
    return None


def _is_heading(cells: list[str]) -> bool:
    return is_first_row(cells) and not has_needed(TABLE, cells)


def _unit_of(above: str, known: Known) -> str | None:
    """The unit that the words above a table name as the one that reports."""
    for match in REPORTS_OF.finditer(above):
        unit = known.unit(match[1].strip(" ."))
        if isinstance(unit, str):
            return unit
    return None


def _rows(
    sheet: Sheet, names: Sequence[str], columns: FormColumns, heading: int
) -> tuple[list[FormRow], list[Fault]]:
    """The rows with numbers under a heading, and the cells that should be numbers and are none."""
    frame = sheet.frame[heading:]
    places = [place for listed in columns.numbers.values() for place in listed]
    read = {place: counts(frame[names[place]]) for place in places}
    rows, faults = [], []
    for number, cells in enumerate(frame.iter_rows()):
        row, texts = cells[0], cells[1:]
        if all(text is None or COUNTED.fullmatch(text) for text in texts):
            continue
        if all(read[place][0][number] is None for place in places):
            continue  # the name of a section, a signature
        bad = next((place for place in places if read[place][1][number]), None)
        if bad is not None:
            faults.append(_no_count(row, columns.titles[bad], texts[bad]))
            continue
        said = {
            name: [value for place in listed if (value := read[place][0][number]) is not None]
            for name, listed in columns.numbers.items()
        }
        numbers = {name: sum(values) for name, values in said.items() if values}
        lacks = next((n for n in ("received", "finished", "open") if n not in numbers), None)
        if lacks is not None:
            faults.append(Fault("value_missing", row=row, field=columns.titles[columns.numbers[lacks][0]]))
            continue
        numbering = texts[columns.numbering] if columns.numbering is not None else None
        name = texts[columns.name or 0] or next((t for p, t in enumerate(texts) if t and p not in places), "")
        rows.append(FormRow(row, numbering or "", name, numbers))
    return rows, faults


def _no_count(row: int, title: str, said: str | None) -> Fault:
    return Fault(
        "value_wrong", row=row, field=title, value=said, expected=Both("số nguyên", "a whole number")
    )


def _unknown(row: FormRow, might_be: str | list[str], title: str) -> Fault:
    if might_be:
        codes = some(list(might_be), MOST_NAMED)
        count = len(might_be)
        return Fault("unit_ambiguous", row=row.row, field=title, name=row.name, count=count, codes=codes)
    return Fault("unit_unknown", row=row.row, field=title, name=row.name)


def _sum(rows: Sequence[FormRow]) -> dict[str, int]:
    """The numbers of rows together, of those that all of them have."""
    names: Iterator[str] = iter(rows[0].numbers if rows else ())
    return {
        name: sum(row.numbers[name] for row in rows)
        for name in names
        if all(name in row.numbers for row in rows)
    }
