"""The page of why points changed: its sentence, its sums, its files."""

from __future__ import annotations

import io
from collections.abc import Callable
from html import unescape

import polars as pl
import pytest
from django.test import Client

from phucvu.figures.periods import Period
from phucvu.web.boards import board

from .test_lists import body

SignIn = Callable[[str, str], Client]


@pytest.mark.parametrize("unit", ["H99", "H99.01"])
def test_the_change_is_that_of_the_scores(client_of: SignIn, month: Period, unit: str) -> None:
    client, since = client_of("head", unit), month.previous()
    now, then = (
        {row["indicator"]: row["score"] or 0 for row in board(period).components(unit)}
        for period in (month, since)
    )
    change = sum(now[i] - then[i] for i in now if i in then)
    page = unescape(body(client, f"/workspace/{unit}/changes?period={month}&since={since}"))
    answer = page[page.index('class="answer"') :]
    assert f"{abs(change):.2f}".replace(".", ",") in answer[: answer.index("</p>")]
    text = client.get(f"/workspace/{unit}/changes.csv?period={month}&since={since}").content
    rows = pl.read_csv(io.BytesIO(text))
    assert abs(rows["Điểm"].sum() - float(change)) < 1e-4
    assert client.get(f"/workspace/{unit}/changes.xlsx?period={month}").status_code == 200
    assert "Why points changed" in body(client, f"/en/workspace/{unit}/changes")


def test_what_cannot_be_compared_is_said(client_of: SignIn, month: Period) -> None:
    client = client_of("head", "H99")
    page = body(client, f"/workspace/H99/changes?period={month.previous()}")
    assert "Chưa so sánh được" in page
    body(client, "/workspace/H99/changes?since=x", 404)
    assert client_of("head", "H99.01").get("/workspace/H99/changes").status_code == 403
