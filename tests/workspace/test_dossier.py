"""The page of one dossier: what happened, where it counts and why, and personal data masked."""

from __future__ import annotations

import re
from collections.abc import Callable

import polars as pl
import pytest
from django.test import Client

from phucvu.engine.connections import connect
from phucvu.engine.dossiers import dossiers
from phucvu.figures.periods import Period
from phucvu.inbox.clock import now
from phucvu.inbox.counting import running
from phucvu.records.schema import TABLES
from phucvu.records.store import Store
from phucvu.rules.loading import load

from .test_lists import body

INDICATORS = ("2.1", "3.3", "3.6", "4.1", "4.2", "5.4")

SignIn = Callable[[str, str], Client]


def verdicts(page: str) -> dict[str, tuple[str, str]]:
    """By indicator: the sign of the verdict, and why."""
    pattern = (
        r'<span class="id">([\d.a-z]+)</span>.*?<td class="state[^"]*">(.).*?<td class="why">([^<]*)</td>'
    )
    return {i: (sign, why) for i, sign, why in re.findall(pattern, page, re.S)}


@pytest.fixture(scope="module")
def behind(home: Store) -> dict[str, pl.DataFrame]:
    """The dossiers behind each figure of the province, by indicator, as the engine finds them."""
    month = running(now().date())[0]
    con = connect()
    tables = {table: home.table(con, table) for table in TABLES}
    found = {i: dossiers(tables, load("portal-2026"), month, now(), "H99", i) for i in INDICATORS}
    con.disconnect()
    return found


@pytest.mark.parametrize("name", ["overdue", "done", "done-late", "unpaid", "disliked", "waiting"])
def test_verdicts_are_those_of_the_figures(
    client_of: SignIn, behind: dict[str, pl.DataFrame], month: Period, name: str
) -> None:
    code = f"H99.01-{name}"
    found = verdicts(body(client_of("head", "H99"), f"/workspace/H99/dossiers/H99/{code}?period={month}"))
    assert set(INDICATORS) <= set(found)
    for indicator in INDICATORS:
        sign, why = found[indicator]
        rows = behind[indicator].filter(code=code)
        if sign == "–":
            assert rows.is_empty(), indicator
            assert why
        else:
            assert rows.height == 1, indicator
            assert rows["counted"][0] == (sign == "✓"), indicator
            assert (rows["reason_vi"][0] or "") == why, indicator


def test_what_happened_and_what_is_masked(client_of: SignIn) -> None:
    page = body(client_of("staff", "H99.01"), "/workspace/H99.01/dossiers/H99/H99.01-waiting")
    assert "Yêu cầu bổ sung" in page
    assert "Hạn trả, tính cả thời gian chờ bổ sung" in page
    assert "N*** V*** T***" in page
    assert "Đã nhận 1 phiên bản" in page
    assert "/workspace/dossiers/H99.01-waiting/personal?sender=H99" in page
    reader = body(client_of("reader", "H99.01"), "/workspace/H99.01/dossiers/H99/H99.01-waiting")
    assert "chỉ thấy dữ liệu cá nhân đã che" in reader


@pytest.mark.parametrize(
    "address",
    [
        "/workspace/H99.01/dossiers/H99/H99.201-overdue",
        "/workspace/H99/dossiers/H98/H98.01-overdue",
        "/workspace/H99/dossiers/H99/nothing",
        "/workspace/H99/dossiers/nobody/H99.01-overdue",
    ],
)
def test_dossiers_of_others_are_not_there(client_of: SignIn, address: str) -> None:
    unit = address.split("/")[2]
    body(client_of("head", unit), address, 404)


def test_a_dossier_that_does_not_count_in_the_period(client_of: SignIn, month: Period) -> None:
    later = month.previous()
    page = body(client_of("head", "H99"), f"/workspace/H99/dossiers/H99/H99.01-done?period={later}")
    assert "đang được lập" in page
