"""The front page of a unit: where points are lost, what to do first, the units below."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from phucvu.figures.periods import Period
from phucvu.web import results
from phucvu.web.boards import board

from .test_lists import body

SignIn = Callable[[str, str], Client]


def test_to_ones_own_unit(client_of: SignIn) -> None:
    answer = client_of("reader", "H99.201").get("/workspace")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/workspace/H99.201"


def test_lost_points_are_those_of_the_result(client_of: SignIn, month: Period) -> None:
    page = body(client_of("head", "H99"), "/workspace/H99")
    table = page[page.index('<table class="losses">') : page.index("</table>")]
    shown = re.findall(
        r'<span class="id">([\d.a-z]+)</span>.*?<td class="number lost"[^>]*>([\d,]+)<', table, re.S
    )
    rows = [row for row in board(month).components("H99") if row["lost"]]
    expected = {row["indicator"]: f"{row['lost']:.2f}".replace(".", ",") for row in rows}
    assert dict(shown) == expected
    lost = [float(text.replace(",", ".")) for _, text in shown]
    assert lost == sorted(lost, reverse=True)
    total = board(month).standings["H99"].total
    assert f"đang mất {total.lost:.2f}".replace(".", ",") in page


def test_what_can_be_had_back_comes_first(client_of: SignIn) -> None:
    page = body(client_of("head", "H99"), "/workspace/H99")
    first = page[page.index('<ol class="first">') : page.index("</ol>", page.index('<ol class="first">'))]
    assert re.findall(r"indicator=([\d.a-z]+)&", first)
    assert "indicator=2.1&" not in first, "what was late stays late"


def test_units_below_with_what_is_overdue(client_of: SignIn) -> None:
    page = body(client_of("head", "H99"), "/workspace/H99")
    table = page[page.index('<table class="below">') :]
    assert re.findall(r'href="/workspace/(H99\.\d+)/dossiers\?list=overdue[^"]*">(\d+)<', table) == [
        ("H99.01", "1"),
        ("H99.201", "1"),
    ]
    assert '<table class="below">' not in body(client_of("head", "H99.01"), "/workspace/H99.01")


def test_a_period_without_a_result(client_of: SignIn) -> None:
    client = client_of("head", "H99")
    for period in ("2019", "x", "2026-11-01..2026-11-02"):
        body(client, f"/workspace/H99?period={period}", 404)
        body(client, f"/workspace/H99/dossiers?period={period}", 404)
    before = body(client, "/workspace/H99")
    assert "Chưa có kết quả" not in before


def test_before_anything_is_counted(client_of: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    source = results.Given([])
    monkeypatch.setattr(results, "source", lambda: source)
    page = body(client_of("head", "H99"), "/workspace/H99")
    assert "Chưa có kết quả" in page
    assert "Quá hạn, chưa xong" in page
