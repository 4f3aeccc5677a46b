"""Monday's page: what is to be done this week, each number leading to the list of its dossiers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client
from rich.cells import cell_len

from phucvu.accounts.models import AuditEntry
from phucvu.cli.program import program
from phucvu.figures.periods import Period
from phucvu.problems import FaultError
from phucvu.records.store import Store
from phucvu.steering.fates import Fate
from phucvu.web.workspace import home as pages
from phucvu.web.workspace import week
from phucvu.web.workspace.points_at_stake import account_of

from .test_lists import body, rows_of

SignIn = Callable[[str, str], Client]


def linked(page: str) -> list[tuple[str, int]]:
    """Every link to a list of dossiers with the number that it shows."""
    entries = re.findall(
        r'href="(/workspace/[^"]+/dossiers\?[^"]+)"[^>]*>(?:<span class="many[^"]*">)?([\d.]+)<', page
    )
    return [(unescape(link), int(number.replace(".", ""))) for link, number in entries]


def test_every_number_is_that_of_its_list(client_of: SignIn) -> None:
    client = client_of("head", "H99")
    page = body(client, "/workspace/H99/week")
    found = linked(page)
    assert {"list=overdue", "list=today", "list=at-risk", "list=week", "list=waiting"} <= {
        part for link, _ in found for part in link.partition("?")[2].split("&")
    }
    of_dossiers = [(link, number) for link, number in found if "lacks=" not in link]
    assert len(of_dossiers) > 8
    for link, number in of_dossiers:
        if "indicator=" not in link:
            assert len(rows_of(client, link.replace("/dossiers?", "/dossiers.csv?"))) == number
    assert " có 2 hồ sơ quá hạn, 2 đến hạn hôm nay" in page


def test_what_can_be_mended_is_what_the_losses_say(client_of: SignIn, month: Period) -> None:
    """With its reason and deed; nothing that others must do, nothing that is lost for good."""
    client = client_of("staff", "H99.01")
    page = body(client, "/workspace/H99.01/week")
    found = pages.listing(month)
    assert found is not None
    account = account_of("H99.01", month, found)
    assert account is not None
    own = [s.loss for s in account.slices if s.loss.fate <= Fate.UNTIL and s.loss.who == ("unit",)]
    wanted = sorted(loss.number for loss in own if loss.number)
    assert wanted
    mendable = [(link, number) for link, number in linked(page) if "lacks=" in link]
    assert sorted(number for _, number in mendable) == wanted
    for link, number in mendable:
        assert len(rows_of(client, link.replace("/dossiers?", "/dossiers.csv?"))) == number
    assert "đính kèm vào hồ sơ đã xử lý xong" in page


def test_a_unit_sees_its_own(client_of: SignIn) -> None:
    client = client_of("reader", "H99.201")
    assert "H99.01" not in body(client, "/workspace/H99.201/week")
    assert client.get("/workspace/H99.01/week").status_code == 403


def test_the_file_has_every_row(client_of: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(week, "MOST", 0)
    client = client_of("head", "H99")
    assert "1.002" not in body(client, "/workspace/H99/week")
    lines = body(client, "/workspace/H99/week.csv").splitlines()
    assert lines == [
        "Mã,Thủ tục,Quá hạn,Hôm nay,Trong tuần,Có nguy cơ,Chờ bổ sung",
        "1.002,Thủ tục không phí,2,2,2,2,2",
    ]
    assert client.get("/workspace/H99/week.xlsx").status_code == 200


def test_by_unit(client_of: SignIn) -> None:
    client = client_of("head", "H99")
    page = body(client, "/workspace/H99/week?by=unit")
    links = [(link, number) for link, number in linked(page) if "in=H99.201" in link]
    assert len(links) == 5
    for link, number in links:
        assert len(rows_of(client, link.replace("/dossiers?", "/dossiers.csv?"))) == number
    assert "theo đơn vị" not in body(client_of("reader", "H99.201"), "/workspace/H99.201/week")
    assert client.get("/workspace/H99/week?by=status").status_code == 404


def test_by_handler_only_for_those_entitled(client_of: SignIn) -> None:
    """Each look stands in the audit log; who is no officer is not named."""
    staff = client_of("staff", "H99")
    assert "by=handler" not in body(staff, "/workspace/H99/week")
    assert staff.get("/workspace/H99/week?by=handler").status_code == 403
    assert staff.get("/workspace/H99/week.csv?by=handler").status_code == 403
    head = client_of("head", "H99")
    assert "Chưa rõ người xử lý" in body(head, "/workspace/H99/week?by=handler")
    [row] = rows_of(head, "/workspace/H99/week.csv?by=handler")
    assert row["Quá hạn"] == "2"
    actions = [entry.action for entry in AuditEntry.objects.order_by("number")]
    assert actions.count("handlers shown") == 2
    assert actions[-1] == "list exported"


def test_it_is_linked_first(client_of: SignIn) -> None:
    page = body(client_of("head", "H99"), "/workspace/H99")
    assert '<a href="/workspace/H99/week">' in page


def said_by_command(home: str, *words: str) -> str:
    asked = ["week", "--home", home, *words]
    done = CliRunner().invoke(program, asked, catch_exceptions=False, standalone_mode=False)
    return done.stdout


def test_the_command_says_what_the_page_says(client_of: SignIn, site: None, home: Store) -> None:
    """Every number of the page, in JSON; as text no line is longer than 80 columns."""
    client = client_of("head", "H99")
    page = body(client, "/workspace/H99/week")
    said = json.loads(said_by_command(home.home, "--unit", "H99", "--format", "json"))
    assert said["week"][0]["sentence"] in page
    numbers = [row["number"] for row in said["todo"]]
    assert numbers == [number for link, number in linked(page) if "list=" in link][: len(numbers)]
    sections = page.partition('id="mendable"')[2].partition('id="answers"')
    for name, section in (("mendable", sections[0]), ("answers", sections[2])):
        shown = re.findall(r'<span class="many[^"]*">([\d.]+)</span>', section)
        assert shown
        assert [str(row["number"]) for row in said[name]][: week.MOST_MENDABLE] == shown
    lines = body(client, "/workspace/H99/week.csv").splitlines()[1:]
    assert [",".join(map(str, row.values())) for row in said["rows"]] == lines
    for by in ("procedure", "unit"):
        text = said_by_command(home.home, "--unit", "H99", "--by", by)
        assert max(map(cell_len, text.splitlines())) <= 80
        assert "có 2 hồ sơ quá hạn" in " ".join(text.split())


def test_the_command_makes_what_lacks(tmp_path: Path) -> None:
    """A unit that is not there, and a home without units, are one clear line."""
    with pytest.raises(FaultError, match="H00"):
        said_by_command(str(tmp_path), "--unit", "H00")
