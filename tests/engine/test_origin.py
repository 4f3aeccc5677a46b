"""Where a dossier came from, and why the national portal does not have it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phucvu.engine.dossiers import dossiers
from phucvu.engine.listing import YES, Listing, Order, Wish, judge, lacking, reasons
from phucvu.engine.origin import MINISTRY, OWN_FILE, SENT, ministry_of, origin_of
from phucvu.engine.sources import from_frames
from phucvu.figures.periods import Period
from phucvu.rules.loading import load, ministry_systems

UNITS = pl.DataFrame(
    [("H99", "Tỉnh thử", "province", None), ("H99.101", "Xã thử", "commune", "H99")],
    schema=["code", "name", "kind", "parent"],
    orient="row",
)


@pytest.mark.parametrize(
    ("code", "synchronised", "origin", "ministry"),
    [
        ("H15.50.05.13-261008-0975", True, SENT, None),
        ("H15.50.05.13-261008-0975", None, SENT, None),
        ("H15.50.05.13-261008-0975", False, OWN_FILE, None),
        ("H15.50.05.13-261008-150975", True, MINISTRY, "Bộ Tư pháp"),
        ("H15.50.05.13-261008-1009751", False, MINISTRY, "Bộ Nông nghiệp và Môi trường"),
        ("H15.50.05.13-261008-990975", False, MINISTRY, None),
        # Neither a day alone nor another kind of number is one.
        ("H15.50.05.13-261008", False, OWN_FILE, None),
        ("HS-150975", False, OWN_FILE, None),
        ("H15.50.05.13-261008-15097512", False, OWN_FILE, None),
    ],
)
def test_origin(code: str, synchronised: bool | None, origin: str, ministry: str | None) -> None:
    assert origin_of(code, synchronised) == origin
    found = ministry_of(code)
    assert (found and found.vi) == ministry


@given(st.integers(0, 10**7 - 1), st.sampled_from([4, 5, 6, 7]))
def test_only_six_and_seven_digits_are_a_ministrys(number: int, digits: int) -> None:
    last = f"{number:0{digits}}"[:digits]
    code = f"H15.50-261008-{last}"
    assert (origin_of(code, True) == MINISTRY) == (digits >= 6)
    assert (ministry_of(code) is not None) == (digits >= 6 and last[:2] in ministry_systems())


def test_each_dossier_that_the_portal_lacks_is_told_with_its_cause(tmp_path: Path) -> None:
    day = dt.datetime(2026, 8, 3, 8)
    known = {"sender": "H99", "unit": "H99.101", "procedure": "1.1", "received_at": day}
    held = [
        known | {"code": code, "synchronised": sent}
        for code, sent in (
            ("H99.101-260803-0001", False),
            ("H99.101-260803-150001", False),
            ("H99.101-260803-0002", True),
            ("H99.101-260803-0003", True),
            ("H99.101-260803-0004", False),
            ("H99.101-260803-0005", True),
            ("H99.101-260803-0006", False),
            ("H99.101-260803-0007", True),
        )
    ]
    said = [
        {"sender": "H99", "code": f"H99.101-260803-{code}", "at": day, "outcome": outcome} | more
        for code, outcome, more in (
            ("0002", "refused", {"error_code": "606", "message": "MaTTHC chưa có"}),
            ("0003", "waiting", {}),
            ("0004", "absent", {}),
            ("0006", "acknowledged", {}),
            ("0007", "update_refused", {"error_code": "1", "message": "Sai ngày"}),
        )
    ]
    tables = from_frames(
        {"units": UNITS, "dossiers": pl.DataFrame(held), "portal_answers": pl.DataFrame(said)}
    )
    period, now = Period.parse("2026-08"), dt.datetime(2026, 9, 15)
    found = dossiers(tables, load("portal-2026"), period, now, "H99", "1.4", lost_only=True)
    told = {row["code"][15:]: (row["reasons"], row["reason_vi"]) for row in found.iter_rows(named=True)}
    assert told == {
        "0001": (["own_file_only"], "chỉ có trong tệp của đơn vị, chưa gửi lên Cổng"),
        "150001": (["in_ministry_system"], "ở hệ thống của bộ, ngành; chưa rõ đã có trên Cổng chưa"),
        "0002": (["refused_by_portal"], "Cổng từ chối: MaTTHC chưa có (606)"),
        "0003": (["waiting_for_portal"], "đang chờ gửi lên Cổng"),
        "0004": (["absent_at_portal"], "đã tra cứu, Cổng không có hồ sơ"),
    }
    # A listing tells the same of each, without the portal's own words, and where each came from.
    judge(tables, load("portal-2026"), period, now, tmp_path / "of.duckdb")
    listing, indicator = Listing(tmp_path / "of.duckdb"), load("portal-2026").at(period.last)["1.4"]
    rows = listing.page(Wish(["H99.101"], YES), Order("code"), 20)
    why = dict(zip((code[15:] for code in rows["code"]), reasons(rows, indicator, "vi"), strict=True))
    assert {code: said for code, said in why.items() if said} == {
        code: "Cổng từ chối: 606" if code == "0002" else said for code, (_, said) in told.items()
    }
    for code, (causes, _) in told.items():
        [row] = listing.page(Wish(["H99.101"], lacking(indicator, period, causes[0])), Order(), 2).to_dicts()
        assert row["code"][15:] == code
    synchronised = {row["code"]: row["synchronised"] for row in held}
    assert {code: origin_of(code, sent) for code, sent in synchronised.items()} == dict(
        rows.select("code", "origin").iter_rows()
    )
