"""The page of what is lost, mendable and by whom: its sentence, its sums, its lists and files."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from fractions import Fraction
from html import unescape

import openpyxl
import polars as pl
import pytest
from django.test import Client

from phucvu.engine.reasons import codes
from phucvu.figures.periods import Period
from phucvu.steering.fates import Fate
from phucvu.web.boards import board
from phucvu.web.workspace import home
from phucvu.web.workspace.points_at_stake import account_of

from .test_lists import body, kinds, rows_of

SignIn = Callable[[str, str], Client]
UNITS = ["H99", "H99.01", "H99.201"]


@pytest.mark.parametrize("unit", UNITS)
def test_what_is_lost_adds_up_to_the_score(site: None, month: Period, unit: str) -> None:
    found = account_of(unit, month, home.listing(month))  # type: ignore[arg-type]
    assert found is not None
    components = board(month).components(unit)
    assert found.shown == sum(Fraction(row["lost"]) for row in components if row["lost"] is not None)
    assert sum(found.of(fate) for fate in Fate) == found.lost
    assert sum(found.by_unit().values()) == found.lost


@pytest.mark.parametrize("unit", UNITS)
def test_the_sentence_comes_first_and_the_lists_hold_what_the_table_says(
    client_of: SignIn, month: Period, unit: str
) -> None:
    client = client_of("head", unit)
    page = unescape(body(client, f"/workspace/{unit}/losses"))
    account = account_of(unit, month, home.listing(month))  # type: ignore[arg-type]
    assert account is not None
    assert f"bị trừ {float(account.shown):.2f}".replace(".", ",") in page
    assert page.index('class="answer"') < page.index("<figure") < page.index("<table")
    table = page[page.index('id="lost"') :]
    found = re.findall(r'href="(/workspace/[^"]+)">.*?data-label="Số lượng">([\d.]+)<', table)
    assert {link.split("indicator=")[1].split("&")[0] for link, _ in found} == {
        cost.indicator.id
        for cost in account.costs
        for each in cost.slices
        if each.loss.number and each.loss.reasons[0] in codes(cost.indicator)
    }
    for link, number in found:
        listed = rows_of(client, link.replace("/dossiers?", "/dossiers.csv?"))
        assert len(listed) == int(number), link
        assert ">" + number + " " in body(client, link), link


def test_the_fate_parts_what_an_indicator_lacks(client_of: SignIn, month: Period) -> None:
    """One can be mended now and the others are open: one list of all would lead to neither."""
    client, of = client_of("head", "H99.01"), "/workspace/H99.01/dossiers.csv?indicator=4.1&lost=1"
    whole = kinds(client, of)
    parts = {fate: kinds(client, f"{of}&fate={fate}") for fate in ("now", "until", "to_come", "gone")}
    assert parts["now"] == {"done-bare"}
    assert sum(map(len, parts.values())) == len(whole)
    assert set().union(*parts.values()) == whole
    assert kinds(client, f"{of}&mend=1") == parts["now"]
    assert kinds(client, f"{of}&fate=now&who=unit&lacks=result_file") == parts["now"]
    assert not kinds(client, f"{of}&fate=now&who=vendor")


@pytest.mark.parametrize(
    "asked", ["fate=soon", "fate=now&who=nobody", "lacks=online", "who=unit+x", "fate=gone&indicator="]
)
def test_a_fate_that_there_is_not(client_of: SignIn, asked: str) -> None:
    body(client_of("head", "H99"), f"/workspace/H99/dossiers?indicator=4.1&{asked}", 404)


def test_nothing_of_an_open_dossier_is_asked_for_today(site: None, month: Period) -> None:
    """The three that are finished and lack a result: nothing else can be attached today."""
    found = account_of("H99", month, home.listing(month))  # type: ignore[arg-type]
    assert found is not None
    [cost] = [c for c in found.costs if c.indicator.id == "4.1"]
    numbers = {fate: cost.number(fate) for fate in Fate}
    assert numbers[Fate.NOW] == 2, "one bare finished dossier of each unit"
    assert numbers[Fate.TO_COME] > 0
    assert numbers[Fate.GONE] == numbers[Fate.UNTIL] == 0


def test_units_below_are_told_what_they_cost(client_of: SignIn, month: Period) -> None:
    page = body(client_of("head", "H99"), "/workspace/H99/losses")
    table = page[page.index('id="below"') : page.index('id="lost"')]
    assert "/workspace/H99.01/losses" in table
    assert "/workspace/H99.201/losses" in table


def test_the_files_hold_every_loss(client_of: SignIn, month: Period) -> None:
    client = client_of("head", "H99")
    frame = pl.read_csv(io.BytesIO(client.get("/workspace/H99/losses.csv").content))
    account = account_of("H99", month, home.listing(month))  # type: ignore[arg-type]
    assert account is not None
    assert frame.height == len(account.slices)
    assert abs(frame["Điểm"].sum() - float(account.lost)) < 0.001
    book = openpyxl.load_workbook(io.BytesIO(client.get("/workspace/H99/losses.xlsx").content))
    assert "Khả năng khắc phục" in [cell.value for row in book.worksheets[0] for cell in row]
    english = body(client, "/en/workspace/H99/losses")
    assert "lost for good" in english


def test_others_do_not_see_it(client_of: SignIn) -> None:
    assert client_of("head", "H99.01").get("/workspace/H99/losses").status_code == 403
