"""`phucvu serve`: a dossier sent over the API is on the page within seconds, and the page says when."""

from __future__ import annotations

import datetime as dt
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from phucvu.figures.periods import now_in_vietnam

from .. import starting
from .serving import COUNTED, serving

pytestmark = pytest.mark.site

UNITS = "code,name,kind,parent\nH99,UBND tỉnh Ví Dụ,province,\nH99.01,Sở Ví Dụ,department,H99\n"
PROCEDURES = "code,name,field,owner,status\n9.000001,Thủ tục thử,Thử,H99,public\n"


@dataclass
class Installation:
    url: str
    home: Path
    secret: str

    def post(self, path: str, body: Any) -> Any:
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.url + path, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def figures(self, unit: str, period: str) -> dict[str, tuple[int, int]]:
        """By indicator, as the unit's page gives them; nothing while there are none."""
        status, text = self.get(f"/units/{unit}.json?period={period}")
        if status in (404, 503):  # no such period yet, or nothing counted yet
            return {}
        indicators = json.loads(text)["components"]
        return {i["indicator"]: (i["numerator"], i["denominator"]) for i in indicators}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("installation")
    (folder / "units.csv").write_text(UNITS, encoding="utf-8")
    (folder / "procedures.csv").write_text(PROCEDURES, encoding="utf-8")
    environment = os.environ | {"PHUCVU_HOME": str(folder / "home")}

    def run(*words: str) -> str:
        done = starting.phucvu(*words, cwd=folder, env=environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("import", "units.csv", "procedures.csv")
    secret = run("senders", "add", "he-thong", "--unit", "H99").strip()
    with serving(COUNTED, folder / "home", folder / "log") as served:
        site = Installation(served.url, folder / "home", secret)
        end = time.monotonic() + 240
        while site.get("/healthz")[0] != 200:
            assert time.monotonic() < end
            time.sleep(0.1)
        yield site
        served.stop()


def test_what_is_sent_is_on_the_page(installation: Installation) -> None:
    now = now_in_vietnam()
    session = installation.post("/api/dvcqg/auth", {"username": "he-thong", "password": installation.secret})
    received = now.replace(hour=0, minute=0, second=0, microsecond=0)
    dossier = {
        "MaHoSo": "H99.01-261101-0001",
        "MaTTHC": "9.000001",
        "ChuHoSo": "Người Thử Nghiệm",
        "KenhThucHien": "2",
        "NgayTiepNhan": f"{received:%Y%m%d%H%M%S}",
        "NgayHenTra": f"{now + dt.timedelta(days=9):%Y%m%d%H%M%S}",
        "TrangThaiHoSo": "2",
        "DonViXuLy": "Sở Ví Dụ",
    }
    call = {"session": session["session"], "madonvi": "H99", "service": "DongBoHoSoMC", "data": [dossier]}
    assert installation.post("/api/dvcqg/service", call)["error_code"] == "0"
    month, end = f"{now:%Y-%m}", time.monotonic() + 60
    while installation.figures("H99.01", month).get("2.1") != (1, 1):
        assert time.monotonic() < end, installation.figures("H99.01", month)
        time.sleep(0.2)
    status, page = installation.get(f"/units/H99.01?period={month}")
    assert status == 200
    assert "đếm từ hồ sơ" in page
    assert f"{now:%d/%m/%Y}" in page
    assert "Người Thử Nghiệm" not in page


def test_a_home_of_one_province_begins_with_it(installation: Installation) -> None:
    status, page = installation.get("/")
    assert status == 200
    assert "<h1>Tỉnh Ví Dụ</h1>" in page
