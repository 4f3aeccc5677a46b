"""A newcomer's walk in Chromium: from the accounts that the demonstration prints to a lost dossier.

The home is the demonstration's in small: one commune, whose published figures its dossiers give.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import override_settings
from playwright.sync_api import sync_playwright

from phucvu.accounts.models import User
from phucvu.cli.demo import GIA_LAI, VAN_CANH
from phucvu.cli.demo_home import Shown, code_now, make_accounts
from phucvu.engine.figures import figures
from phucvu.engine.sources import of_store
from phucvu.figures.periods import Period
from phucvu.figures.units import Units
from phucvu.inbox.clock import now
from phucvu.inbox.counting import publish
from phucvu.inbox.lists import Maker, ask_for
from phucvu.inbox.models import Counted
from phucvu.intake.files import import_file
from phucvu.published import portal_2026
from phucvu.records.store import Store
from phucvu.rules.loading import rules_in_use
from phucvu.simulation.simulator import simulate
from phucvu.web import results
from phucvu.web.serve import gather_static_files
from tools.pictures import CHROMIUM, FLAGS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium at /usr/bin/chromium"),
]

YEAR = Period.parse("2026")


@pytest.fixture
def home(tmp_path: Path) -> Store:
    published = portal_2026()
    known = Units(unit for unit in published.units if unit.code in (GIA_LAI, VAN_CANH))
    wanted = published.figures.filter(pl.col("unit") == VAN_CANH)
    made = simulate(wanted, known, tmp_path / "records", now=dt.datetime(2026, 10, 10, 23, 59, 59))
    store = Store(tmp_path / "home")
    for name in sorted(made.rows, key=lambda n: not n.startswith(("units", "procedures"))):
        import_file(store, tmp_path / "records" / name)
    return store


@pytest.fixture
def accounts(home: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Shown]]:
    """The site over the home, counted, with the demonstration's accounts; other tests' rows come back."""
    call_command("migrate", interactive=False, verbosity=0)
    before = list(Counted.objects.all())
    Counted.objects.all().delete()
    cache.clear()
    monkeypatch.setenv("PHUCVU_HOME", home.home)
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with of_store(home) as tables:
        moment = min(now().replace(microsecond=0), YEAR.ends)
        publish(YEAR, figures(tables, rules_in_use(), YEAR, moment), moment)
    if YEAR.last < now().date():
        ask_for(home.home, YEAR)
    maker = Maker(home)
    while maker.make_if_changed():
        pass
    source = results.Counted()
    monkeypatch.setattr(results, "source", lambda: source)
    with override_settings(SHOWS="counted", STATIC_ROOT=str(tmp_path / "static")):
        gather_static_files()
        yield make_accounts(tmp_path, GIA_LAI, VAN_CANH)
    User.objects.filter(email__endswith="@vidu.vn").delete()
    Counted.objects.all().delete()
    Counted.objects.bulk_create(before)


def test_from_the_printed_account_to_a_lost_dossier(
    accounts: list[Shown], address: str, tmp_path: Path
) -> None:
    head = next(account for account in accounts if account.name == "thu-truong")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_context(java_script_enabled=False, base_url=address).new_page()
        page.goto("/")
        assert "Gia Lai" in page.locator("h1").inner_text()
        page.locator("nav#menu a[href='/workspace']").click()
        page.fill("input[name=login]", head.name)
        page.fill("input[name=password]", head.password)
        page.keyboard.press("Enter")
        page.wait_for_url("**/accounts/two-step*")
        if time.time() % 30 > 25:  # no code lasts longer than the half minute that it is of
            time.sleep(5)
        page.fill("input[name=code]", code_now(tmp_path))
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/workspace/{VAN_CANH}")
        assert page.locator("h1").inner_text() == "Xã Vân Canh"
        page.locator(".losses th", has_text="2.1").get_by_role("link").click()
        dossier = page.locator("table.dossiers tbody a").first
        number = dossier.inner_text()
        assert number.startswith(f"{VAN_CANH}-26")
        dossier.click()
        assert page.locator("h1").inner_text() == number
        assert "quá hạn" in page.locator(".verdicts tr", has_text="2.1").inner_text()
        browser.close()
