"""The workspace in Chromium: sign in, follow a lost point to a dossier; nothing sticks out of a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client
from playwright.sync_api import Page

from phucvu.accounts.models import User
from phucvu.web.workspace import week

from .. import browsing
from ..web import axe
from .conftest import PASSWORD

pytestmark = browsing.MARKS

SMALL = """() => [...document.querySelectorAll("main :is(a, button, select, summary)")].filter(element => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height < 24 && !element.closest(".hidden, .skip");
}).map(element => element.outerHTML.slice(0, 200))"""
"""What a finger may miss."""


@pytest.fixture(params=[1280, 390], ids=["desk", "phone"])
def page(request: Any, windows: browsing.Windows, address: str) -> Iterator[Page]:
    """A page without scripts; at the end no request may have left the machine, nothing been complained of."""
    page = windows.open(request.param, java_script_enabled=False)
    with browsing.watched(page, address):
        yield page


def test_from_signing_in_by_a_lost_point_to_a_dossier(account: Callable[..., User], page: Page) -> None:
    head = account("head", "H99", password=PASSWORD)
    page.goto("/workspace")
    page.fill("input[name=login]", "head.h99")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    kept = RecoveryCodes(Authenticator.objects.get(user=head, type="recovery_codes")).generate_codes()[0]
    page.fill("input[name=code]", kept)
    page.keyboard.press("Enter")
    page.wait_for_url("**/workspace/H99")
    assert "đang bị trừ" in page.locator(".answer").first.inner_text()
    assert browsing.faults(page) == {}
    page.locator(".losses th", has_text="2.1").get_by_role("link").click()
    assert "2.1" in page.locator("h1").inner_text()
    assert "Danh sách tính đến" in page.content()
    assert browsing.faults(page) == {}
    page.get_by_role("link", name="H99.01-overdue").click()
    assert page.locator("h1").inner_text() == "H99.01-overdue"
    row = page.locator(".verdicts tr", has_text="2.1")
    assert "chưa đạt" in row.inner_text()
    assert "quá hạn" in row.inner_text()
    assert "Nguyễn" not in page.content()
    assert browsing.faults(page) == {}


def test_narrowing_by_the_form(client_of: Callable[[str, str], Client], page: Page, address: str) -> None:
    key = client_of("head", "H99").cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": key, "url": address}])
    page.goto("/workspace/H99/dossiers?list=late")
    page.select_option("select[name=in]", "H99.201")
    page.get_by_role("button", name="Lọc", exact=True).click()
    assert "list=late" in page.url
    assert page.locator("table.dossiers tbody tr").count() == 2
    page.get_by_role("link", name="Bỏ lọc").click()
    assert page.locator("table.dossiers tbody tr").count() == 4


@pytest.mark.parametrize(
    "place",
    [
        "",
        "/brief",
        "/week",
        "/week?by=handler",
        "/lists",
        "/ledger",
        "/fully-online",
        "/dossiers",
        "/dossiers?list=open&pick=H99/H99.01-later",
        "/dossiers?indicator=3.4",
        "/dossiers?indicator=4.2&lost=1",
        "/dossiers?indicator=4.2&lost=1&by=reason",
        "/dossiers/H99/H99.01-done-bare?list=late",
        "/doubts",
        "/set-aside",
        "/upload",
        "/follow-up",
        "/explanations",
        "/targets",
        "/publication",
        "/letters",
        "/letters?kind=office-notice",
        "/letters/office-notice/templates",
        "/difficulties",
        "/campaigns",
        "/handlers",
        "/plan",
        "/what-if",
    ],
)
def test_every_page_fits(
    client_of: Callable[[str, str], Client], windows: browsing.Windows, address: str, place: str
) -> None:
    key = client_of("head", "H99").cookies["sessionid"].value
    page = windows.open(320, java_script_enabled=False)
    page.context.add_cookies([{"name": "sessionid", "value": key, "url": address}])
    with browsing.watched(page, address):
        page.goto(f"/workspace/H99{place}")
        for width in (320, 390, 1280):
            browsing.widen(page, width)
            assert page.locator("h1").is_visible()
            assert browsing.faults(page, **({"small": SMALL} if width == 390 else {})) == {}


READ = [
    "/workspace/H99",
    "/workspace/H99/brief",
    "/workspace/H99/week",
    "/workspace/H99/week?by=handler",
    "/workspace/H99/lists",
    "/workspace/H99/ledger",
    "/workspace/H99/fully-online",
    "/workspace/H99/dossiers?list=overdue",
    "/workspace/H99/dossiers?indicator=3.4",
    "/workspace/H99/dossiers/H99/H99.01-waiting",
    "/workspace/H99/dossiers?list=late&by=procedure",
    "/workspace/H99/doubts",
    "/workspace/H99/losses",
    "/workspace/H99/changes",
    "/workspace/H99/set-aside",
    "/workspace/H99/upload",
    "/workspace/H99/follow-up",
    "/workspace/H99/explanations",
    "/workspace/H99/targets",
    "/workspace/H99/difficulties",
    "/workspace/H99/campaigns",
    "/workspace/H99/handlers",
    "/workspace/H99/letters",
    "/workspace/H99/letters/office-notice/templates",
    "/workspace/H99/plan",
    "/workspace/H99/what-if",
    "/api/docs",
]


LOOKS: list[axe.Look] = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]


def test_axe_finds_nothing(
    client_of: Callable[[str, str], Client], windows: browsing.Windows, address: str
) -> None:
    key = client_of("head", "H99").cookies["sessionid"].value
    page = windows.open(*LOOKS[0], script=axe.source(), bypass_csp=True)
    page.context.add_cookies([{"name": "sessionid", "value": key, "url": address}])
    found = []
    for number, place in enumerate(READ):
        page.goto(place)
        # The next page comes in the look in which this one was left.
        found += axe.violations(page, LOOKS[:: -1 if number % 2 else 1])
    assert found == []


def test_the_week_is_printed_on_one_sheet(
    client_of: Callable[[str, str], Client], page: Page, address: str
) -> None:
    """With as many rows as it may have, of names as long as they are shown."""
    key = client_of("head", "H99").cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": key, "url": address}])
    page.goto("/workspace/H99/week")
    page.evaluate(
        """([rows, mendable]) => {
            const fill = (list, number) => {
                while (list.children.length < number) list.append(list.children[0].cloneNode(true));
            };
            fill(document.querySelector(".week tbody"), rows);
            fill(document.querySelector("#mendable + .lists"), mendable);
            document.querySelectorAll(".week tbody th").forEach(th => th.textContent = "thủ tục ".repeat(9));
        }""",
        [week.MOST, week.MOST_MENDABLE],
    )
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1
