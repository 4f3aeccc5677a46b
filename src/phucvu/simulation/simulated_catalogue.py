"""The simulated procedures: their codes, and the traits that dossiers take from them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from phucvu.records.codes import ProcedureState
from phucvu.simulation.sets import BOTH, CITIZEN, FEE, NEITHER, Procedure

COMMON = {
    FEE: (
        ("2.000815", "Chứng thực bản sao từ bản chính giấy tờ, văn bản", "Chứng thực"),
        ("2.000884", "Chứng thực chữ ký trong các giấy tờ, văn bản", "Chứng thực"),
        ("2.000635", "Cấp bản sao Trích lục hộ tịch, bản sao Giấy khai sinh", "Hộ tịch"),
        ("1.001612", "Đăng ký thành lập hộ kinh doanh", "Hộ kinh doanh"),
        ("2.000720", "Đăng ký thay đổi nội dung đăng ký hộ kinh doanh", "Hộ kinh doanh"),
    ),
    CITIZEN: (
        ("1.001193", "Đăng ký khai sinh", "Hộ tịch"),
        ("1.004873", "Cấp Giấy xác nhận tình trạng hôn nhân", "Hộ tịch"),
        ("1.000894", "Đăng ký kết hôn", "Hộ tịch"),
        ("1.000656", "Đăng ký khai tử", "Hộ tịch"),
        ("1.004884", "Đăng ký lại khai sinh", "Hộ tịch"),
        ("1.001022", "Đăng ký nhận cha, mẹ, con", "Hộ tịch"),
        ("1.004837", "Đăng ký giám hộ", "Hộ tịch"),
        (
            "1.001699",
            "Xác định, xác định lại mức độ khuyết tật và cấp Giấy xác nhận khuyết tật",
            "Bảo trợ xã hội",
        ),
    ),
    NEITHER: (
        ("1.000288", "Công nhận trường mầm non đạt chuẩn quốc gia", "Giáo dục và đào tạo"),
        ("1.000280", "Công nhận trường tiểu học đạt chuẩn quốc gia", "Giáo dục và đào tạo"),
    ),
}
"""Codes, names and fields of procedures that people know, as the national public service portal lists them
(dichvucong.gov.vn, 2026). Only these are real; fees, time limits and dossiers are simulated. The commonest
procedures of a class bear them, and the others invented names."""

FIELDS = (
    "Đất đai",
    "Hộ tịch",
    "Xây dựng",
    "Bảo trợ xã hội",
    "Đăng ký doanh nghiệp",
    "Y tế",
    "Giáo dục và đào tạo",
    "Đường bộ",
    "Công thương",
    "Văn hóa",
    "Chứng thực",
    "Hộ kinh doanh",
)

INVENTED = 10
"""So many of the fields, the first, are those of procedures with invented names."""

TIMES = ((1, "workday"), (3, "workday"), (5, "workday"), (7, "workday"), (10, "workday"), (15, "workday"),
         (20, "workday"), (30, "workday"), (2, "workday"), (8, "hour"))  # fmt: skip
"""Time limits, the commonest procedures' first."""

OUTSIDE = -1
"""The number within their class, from which down, of procedures under no unit's authority."""


class Catalogue:
    """All procedures of the records, each with a number that is its place in the arrays.

    ``paper`` says which must return a paper: those of ``returning``, and most of the others that are
    not of ``not_returning``. ``time`` is how long they may take in working days, or in hours where
    ``by_clock``.
    """

    def __init__(
        self, procedures: Iterable[Procedure], returning: set[Procedure], not_returning: set[Procedure]
    ) -> None:
        ordinary = sorted(set(procedures))
        self._outside = {
            (fee, paper): (FEE if fee else NEITHER, OUTSIDE - (not paper))
            for fee in (True, False)
            for paper in (True, False)
        }
        self.procedures = [*ordinary, *self._outside.values()]
        self._numbers = {p: n for n, p in enumerate(self.procedures)}
        within = np.array([n for _, n in self.procedures], dtype=np.int64)
        usual = np.where(within < 0, within == OUTSIDE, within % 5 != 4)
        self.paper = np.array(
            [
                p in returning or (bool(usual[n]) and p not in not_returning)
                for n, p in enumerate(self.procedures)
            ]
        )
        limit = np.array([TIMES[(3 * n + c) % len(TIMES)][0] for c, n in self.procedures], dtype=np.int64)
        self._units = [TIMES[(3 * n + c) % len(TIMES)][1] for c, n in self.procedures]
        self.time = limit
        self.by_clock = np.array([unit == "hour" for unit in self._units])
        known = [COMMON.get(c, ())[n : n + 1] if n >= 0 else () for c, n in self.procedures]
        self.codes = [
            k[0][0] if k else f"9.{c * 10_000 + n + 1 if n >= 0 else 50_000 - 10 * c + n:06}"
            for k, (c, n) in zip(known, self.procedures, strict=True)
        ]
        self.names = [k[0][1] if k else self._name(number) for number, k in enumerate(known)]
        self.fields = [k[0][2] if k else FIELDS[number % INVENTED] for number, k in enumerate(known)]

    def _name(self, number: int) -> str:
        _, n = self.procedures[number]
        field = FIELDS[number % INVENTED]
        apart = ", ngoài thẩm quyền" if n < 0 else ""
        return f"Thủ tục mô phỏng số {number + 1}, lĩnh vực {field[:1].lower()}{field[1:]}{apart}"

    def number(self, procedure: Procedure) -> int:
        return self._numbers[procedure]

    def codes_of(self, procedures: Iterable[Procedure]) -> list[str]:
        return [self.codes[self._numbers[p]] for p in procedures]

    def outside(self, *, fee: bool, paper: bool) -> int:
        """A procedure outside every unit's authority, for dossiers that must not count for any other."""
        return self._numbers[self._outside[fee, paper]]

    @property
    def outside_codes(self) -> list[str]:
        return self.codes_of(self._outside.values())

    def rows(self) -> list[dict[str, Any]]:
        """The rows of the table ``procedures``."""
        return [
            {
                "code": self.codes[n],
                "name": self.names[n],
                "field": self.fields[n],
                "owner": None,
                "for_citizens": cls in (BOTH, CITIZEN),
                "fee": cls in (FEE, BOTH),
                "paper_result": bool(self.paper[n]),
                "max_time": int(self.time[n]),
                "max_time_unit": self._units[n],
                "status": ProcedureState.PUBLIC,
                "parts_complete": True,
            }
            for n, (cls, _) in enumerate(self.procedures)
        ]
