"""The portal's departments: which unit each of its ids stands for, as service-results say it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from phucvu.figures.units import Unit, Units, unit_from_code
from phucvu.portal.reports import RESULTS, label
from phucvu.problems import Fault


class Departments:
    """The units of a pull.

    ``codes`` gives the unit code of every departmentId that service-results name; ``results`` the row
    of service-results of each unit that the pull is about: the provinces, or the root and those
    below it.
    """

    def __init__(
        self,
        root: str | None,
        provinces: list[dict[str, Any]],
        below: list[dict[str, Any]],
        problems: list[Fault],
    ) -> None:
        self.codes: dict[str, str] = {}
        self.results: dict[str, dict[str, Any]] = {}
        units: list[Unit] = []
        for row, parent in [*((r, None) for r in provinces), *((r, root) for r in below)]:
            id_, code, name = (row.get(k) for k in ("departmentId", "departmentCode", "departmentName"))
            if not (isinstance(id_, str) and id_ and isinstance(code, str) and code):
                unit = name or id_ or code
                problems.append(Fault("unit_without_code", file=label(RESULTS, parent), unit=unit))
                continue
            self.codes[id_] = code
            if parent or root in (None, code):
                self.results[code] = row
                units.append(_unit(code, str(name or code), row, parent))
        self.units = Units(units)

    def code(self, row: dict[str, Any]) -> str | None:
        """The unit that a row is about; None if the pull is not about it."""
        code = self.codes.get(str(row.get("departmentId")))
        return code if code in self.results else None


def _unit(code: str, name: str, row: dict[str, Any], parent: str | None) -> Unit:
    unit = replace(unit_from_code(code), name=name, parent=parent)
    match row.get("childGroup") or row.get("level"):
        case "COMMUNE":
            return replace(unit, kind="commune")
        case "AGENCY" | "PROVINCE" if parent:
            return replace(unit, kind="department")
    return unit
