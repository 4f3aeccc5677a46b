"""The pages of editions in Chromium: they fit desk, phone and paper, axe finds nothing, codes are squares."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page

from phucvu.editions import freezing
from phucvu.editions.models import Edition, LogEntry, LogHead
from phucvu.editions.office_key import public_key
from phucvu.editions.published import proofs
from phucvu.figures.periods import Period
from phucvu.proofs.proof import as_qr_text
from phucvu.records.store import Store

from .. import browsing
from ..web import axe
from ..web.test_browser import A4
from .conftest import count
from .test_browser import SMALL

SignIn = Callable[[str, str], Client]

pytestmark = browsing.MARKS


@pytest.fixture
def places(site: None, home: Store, month: Period, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The addresses of an edition that was corrected, of a proof, and of publishing."""
    monkeypatch.setattr(freezing, "SETTLED", 0)
    count(home)
    first = freezing.freeze(home, month, "lệnh", "H99")
    reason = (
        "Bổ sung quyết định công bố đồng bộ muộn; số liệu của Sở Thử Một được tính lại từ đầu tháng. " * 2
    )
    freezing.freeze(home, month, "lệnh", "H99", reason)
    proof = as_qr_text(proofs(first).of("H99.01", "total").short(public_key()))
    yield [
        *("/editions", f"/editions/{first.number}", f"/editions/{first.number}/units/H99"),
        *("/verify", f"/verify/{proof}", "/verify?proof=KHONG"),
        *(f"/units/H99?period={month}", f"/units/H99.201?period={month}"),
        *("/workspace/H99/publishing", "/en/editions", f"/en/verify/{proof}"),
    ]
    for model in (Edition, LogEntry, LogHead):
        model.objects.all().delete()


@pytest.fixture
def publisher(places: list[str], client_of: SignIn) -> str:
    """The session of one who may publish."""
    return client_of("publisher", "H99").cookies["sessionid"].value


def opened(windows: browsing.Windows, address: str, session: str, width: int, **options: Any) -> Page:
    page = windows.open(width, **options)
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    return page


def test_they_fit_desk_phone_and_paper(
    windows: browsing.Windows, address: str, places: list[str], publisher: str
) -> None:
    page = opened(windows, address, publisher, 1280, java_script_enabled=False)
    for place in places:
        for width in (1280, 390, 320):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(place)
            assert page.locator("h1").is_visible(), place
            assert browsing.faults(page) == {}, (place, width)
            if width == 390 and not place.startswith("/units/"):  # a table's terms are links in its heading
                assert page.evaluate(SMALL) == [], place
        browsing.widen(page, A4)
        page.emulate_media(media="print")
        assert browsing.faults(page) == {}, place
        assert not page.locator("main button").locator("visible=true").count(), place
        codes = [code.bounding_box() for code in page.locator("img.qr").all()]
        assert bool(codes) == ("/units/" in place), place
        for box in codes:
            assert box is not None
            assert abs(box["width"] - box["height"]) < 1, place
            assert box["width"] > 30 / 25.4 * 96, "30 mm"
        page.emulate_media(media="screen")


def test_a_page_of_provisional_figures_carries_no_code(
    client_of: SignIn, places: list[str], month: Period
) -> None:
    client, page = client_of("reader", "H99"), f"/units/H99?period={month}"
    number = Edition.objects.order_by("number").last().number  # type: ignore[union-attr]
    code = f"/editions/{number}/units/H99/total.svg"
    assert code in client.get(page).content.decode()
    Edition.objects.all().delete()
    provisional = client.get(page).content.decode()
    assert 'class="proof"' not in provisional
    assert "Số liệu tạm tính, chưa công bố." in provisional


def test_axe_finds_nothing(
    windows: browsing.Windows, address: str, places: list[str], publisher: str
) -> None:
    page = opened(windows, address, publisher, 390, script=axe.source(), bypass_csp=True)
    found = []
    for place in places:
        page.goto(place)
        found += axe.violations(page, [(1280, "light"), (390, "dark")])
    assert found == []
