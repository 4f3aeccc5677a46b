"""Monday's page: what is to be done this week, each number leading to the list of its dossiers."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from phucvu.web.workspace import week

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
    of_dossiers = [(link, number) for link, number in found if "by=reason" not in link]
    assert len(of_dossiers) > 8
    for link, number in of_dossiers:
        if "indicator=" not in link:
            assert len(rows_of(client, link.replace("/dossiers?", "/dossiers.csv?"))) == number
    assert " có 2 hồ sơ quá hạn, 2 đến hạn hôm nay" in page


def test_what_can_be_mended_leads_to_it_by_reason(client_of: SignIn) -> None:
    client = client_of("staff", "H99.01")
    page = body(client, "/workspace/H99.01/week")
    mendable = [link for link, _ in linked(page) if "mend=1" in link]
    assert mendable
    for link in mendable:
        assert '<span class="many">' in body(client, link)


def test_a_unit_sees_its_own(client_of: SignIn) -> None:
    client = client_of("reader", "H99.201")
    assert "H99.01" not in body(client, "/workspace/H99.201/week")
    assert client.get("/workspace/H99.01/week").status_code == 403


def test_the_file_has_every_procedure(client_of: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(week, "MOST", 0)
    client = client_of("head", "H99")
    assert "1.002" not in body(client, "/workspace/H99/week")
    text = client.get("/workspace/H99/week.csv").content.decode()
    heading, *rows = text.splitlines()
    assert heading.endswith("Thủ tục,Quá hạn,Hôm nay,Trong tuần,Có nguy cơ,Chờ bổ sung")
    assert rows == ["1.002,Thủ tục không phí,2,2,2,2,2"]
    assert client.get("/workspace/H99/week.xlsx").status_code == 200


def test_it_is_linked_first(client_of: SignIn) -> None:
    page = body(client_of("head", "H99"), "/workspace/H99")
    assert '<a href="/workspace/H99/week">' in page
