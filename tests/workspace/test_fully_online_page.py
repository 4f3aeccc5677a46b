"""The page of fully online services: the share, what is eligible and not offered so, and its files."""

import io
import re
from html import unescape

import openpyxl
import polars as pl
import pytest

from phucvu.accounts.models import AuditEntry
from phucvu.inbox.clock import now

ROOT = "H99"


@pytest.fixture(scope="module")
def numbers(home):
    """Of the running month: dossiers received, by procedure, and the eligible procedure."""
    received = pl.col("received_at").is_between(pl.lit(now()).dt.month_start(), now())
    rows = home.rows("dossiers").filter(received, pl.col("unit").str.starts_with(ROOT))
    most = rows.group_by("procedure").len().sort("len", "procedure").row(-1)
    procedures = home.rows("procedures").filter(code=most[0])
    eligible = procedures.with_columns(fully_online_eligible=pl.lit(True))
    home.append(
        "procedures", eligible.select(c for c in eligible.columns if c not in ("sequence", "arrived_at"))
    )
    yield rows.height, *most
    home.append(
        "procedures", procedures.select(c for c in procedures.columns if c not in ("sequence", "arrived_at"))
    )


def test_the_page_names_what_could_be_offered_fully_online(client_of, numbers):
    received, procedure, number = numbers
    client = client_of("staff", ROOT)
    page = unescape(client.get(f"/workspace/{ROOT}/fully-online").content.decode())
    said = re.search(r"(\d+) trong (\d+) hồ sơ tiếp nhận trong kỳ", page)
    rows = pl.read_csv(io.BytesIO(client.get(f"/workspace/{ROOT}/fully-online.csv").content))
    assert [int(said[2]), int(said[1])] == [received, rows.get_columns()[-1].sum()]
    assert "1 thủ tục" in page or "1 TTHC" in page
    assert procedure in page
    assert f">{number}<" in page
    book = client.get(f"/workspace/{ROOT}/fully-online.xlsx").content
    sheet = openpyxl.load_workbook(io.BytesIO(book)).worksheets[0]
    assert procedure in [cell.value for row in sheet for cell in row]
    english = client.get(f"/en/workspace/{ROOT}/fully-online").content.decode()
    assert "procedure is eligible and not offered fully online" in english
    assert AuditEntry.objects.filter(action="list exported", object__contains="fully-online").count() == 2


def test_a_unit_of_others_is_not_shown(client_of):
    assert client_of("staff", "H99.01").get(f"/workspace/{ROOT}/fully-online").status_code == 403
