"""The page of the ledger: three sources, causes, the dossiers behind them, and its files."""

import io
import re
from html import unescape

import openpyxl
import polars as pl
import pytest

from phucvu.accounts.models import AuditEntry
from phucvu.inbox.clock import now
from phucvu.intake.portal_lists import TOLD_BY_SYNCHRONISATION
from phucvu.records.schema import PORTAL_DOSSIERS

ROOT = "H99"


@pytest.fixture(scope="module")
def lacking(home):
    """The portal lists all dossiers of the province but one; its number."""
    own = home.rows("dossiers").filter(pl.col("received_at") >= pl.lit(now()).dt.month_start())
    rows = home.rows("dossiers").with_columns(
        list_of=pl.lit(ROOT),
        taken_on=pl.lit(now().date()),
        copy=pl.lit(1),
        tells=pl.lit(" ".join(TOLD_BY_SYNCHRONISATION)),
    )
    missing = own.filter(unit=own["unit"][0]).row(0, named=True)
    same = (pl.col("code") == missing["code"]) & (pl.col("sender") == missing["sender"])
    listed = rows.filter(~same).select(pl.col(c).cast(t) for c, t in PORTAL_DOSSIERS.types.items())
    home.append("portal_dossiers", listed)
    yield missing["code"]
    home.append("portal_dossiers", listed.head(1).with_columns(list_of=pl.lit("H98")))


def test_the_page_leads_from_a_difference_to_its_dossiers_and_files(client_of, lacking):
    client = client_of("staff", ROOT)
    page = unescape(client.get(f"/workspace/{ROOT}/ledger").content.decode())
    assert "khác số liệu của Cổng" in page
    links = re.findall(r'href="([^"]*cause=[^"]*)"', page)
    of_received = next(link for link in links if "indicator=3.3" in link)
    dossiers = unescape(client.get(of_received.partition("#")[0]).content.decode())
    assert lacking in dossiers
    book = client.get(re.search(r'href="([^"]*ledger\.xlsx[^"]*)"', page)[1])
    sheets = openpyxl.load_workbook(io.BytesIO(book.content)).sheetnames
    assert sheets == ["Tổng hợp", "Nguyên nhân", "Hồ sơ", "Số báo cáo không khớp", "Nguồn"]
    again = client.get(re.search(r'href="([^"]*ledger\.csv[^"]*)"', page)[1]).content.decode()
    assert lacking in again
    assert AuditEntry.objects.filter(action="list exported", object__contains="ledger").count() == 2
    english = client.get(f"/en/workspace/{ROOT}/ledger").content.decode()
    assert "Reconciliation" in english


def test_a_unit_of_others_is_not_shown(client_of):
    assert client_of("staff", "H99.01").get(f"/workspace/{ROOT}/ledger").status_code == 403
