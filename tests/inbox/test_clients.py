"""Systems that send to the national portal send here unchanged, and see the effect at once."""

from __future__ import annotations

import datetime as dt
import http.client
import json

from phucvu.inbox.clock import now

from .clients import dossier, step
from .conftest import Running
from .running import inside

COUNTS = "the month"


def test_a_system_that_speaks_as_opencps_does(running: Running) -> None:
    client = running.opencps()
    assert client.procedures()["1.000003"] == "Thủ tục thử số 3"
    assert client.sync_dossier(dossier("OC-1"))["error_code"] == "0"
    assert client.sync_step(step("OC-1", "20261102081500", 4))["error_code"] == "0"
    running.site.wait_until_moved()
    later = dossier("OC-1", TrangThaiHoSo="9", NgayKetThucXuLy="20261105100000")
    assert client.sync_dossier(later)["error_code"] == "0"
    running.site.wait_until_moved()
    [found] = client.call({"service": "TraCuuHoSo", "mahoso": "OC-1"})["result"]
    assert found["TrangThaiHoSo"] == "9"
    assert found["NgayHenTra"] == "20261109170000"
    assert found["TienDo"] == [{"ThoiDiemXuLy": "20261102081500", "TrangThai": "4"}]
    assert found["DonViXuLy"] == "H21.17"
    assert running.store.versions("dossiers", "H21", "OC-1")["status"].to_list() == [2, 9]


def test_a_system_in_the_second_style(running: Running) -> None:
    client = running.second("soyte", "H21.17")
    items = [
        dossier("S2-1", NgayTiepNhan="02/11/2026 08:00:00", HoSoCoThanhPhanSoHoa=True),
        dossier("S2-2", NgayTiepNhan="2026-11-02T01:00:00Z", DonViXuLy="H21.17", TrangThaiHoSo=2),
        dossier("S2-3", NgayTiepNhan="2026-11-02 08:00:00", KenhThucHien=1, HoSoCoThanhPhanSoHoa="True"),
    ]
    answer = client.send("DongBoHoSoMC", items)
    assert answer["error_code"] == "0"
    assert [r["MaHoSo"] for r in answer["result"]] == ["S2-1", "S2-2", "S2-3"]
    assert client.send("CapNhatTienDoHoSoMC", [step("S2-1", "20261103090000", 9)])["error_code"] == "0"
    running.site.wait_until_moved()
    for code in ("S2-1", "S2-2", "S2-3"):
        [row] = running.store.versions("dossiers", "H21.17", code).iter_rows(named=True)
        assert row["received_at"] == dt.datetime(2026, 11, 2, 8)
        assert row["unit"] == "H21.17"


def test_the_unit_may_be_written_the_older_way(running: Running) -> None:
    assert running.second(unit="000.00.17.H21").send("DongBoHoSoMC", [dossier("OLD-1")])["error_code"] == "0"
    running.site.wait_until_moved()
    assert running.store.versions("dossiers", "H21.17", "OLD-1").height == 1


def test_a_body_may_come_in_chunks(running: Running) -> None:
    client = running.second()
    data = json.dumps([dossier("CHUNK-1")]).encode()
    connection = http.client.HTTPConnection("127.0.0.1", running.site.port)
    connection.request(
        "POST",
        "/api/dvcqg/DongBoHoSoMC",
        iter([data[:50], data[50:]]),
        {"Authorization": f"Bearer {client.token}", "Transfer-Encoding": "chunked"},
        encode_chunked=True,
    )
    assert json.loads(connection.getresponse().read())["error_code"] == "0"


def test_the_scoreboard_follows(running: Running) -> None:
    received = f"{now():%Y%m%d}000000"
    period = f"{now():%Y-%m}"
    running.site.wait_until_counted()
    before = _received(running, period)
    items = [dossier(f"SB-{n}", NgayTiepNhan=received) for n in range(7)]
    assert running.second().send("DongBoHoSoMC", items)["error_code"] == "0"
    running.site.wait_until_counted()
    after = _received(running, period)
    assert after["numerator"] == before["numerator"] + 7
    assert after["version"] > before["version"]  # both may be of one second
    assert after["counted_at"] >= before["counted_at"]
    assert dt.datetime.fromisoformat(after["counted_at"]) >= now() - dt.timedelta(seconds=30)
    assert running.second().send("DongBoHoSoMC", items)["error_code"] == "0"
    running.site.wait_until_counted()
    assert _received(running, period) == after  # nothing new, nothing counted


def _received(running: Running, period: str) -> dict[str, object]:
    """The dossiers synchronised of H21 (1.4), as of when, and in which count."""
    said: dict[str, object] = inside(
        running.site.home,
        f"""
        from phucvu.figures.periods import Period
        from phucvu.inbox.counting import latest
        found = latest(Period.parse({period!r}))
        row = found.figures.filter(unit="H21", indicator="1.4").row(0, named=True)
        say(row | {{"counted_at": found.counted_at, "version": found.version}})
        """,
    )
    return said


def test_a_sender_that_looks_up_sees_dossiers_of_its_own_units_only(running: Running) -> None:
    running.second().send("DongBoHoSoMC", [dossier("OWN-1", DonViXuLy="Sở Xây dựng")])
    running.site.wait_until_moved()

    def found(name: str) -> int:
        return len(running.second(name).send("TraCuuHoSo", {}, mahoso="OWN-1")["result"])

    assert found("gialai") == 1
    assert found("soyte") == 0
    assert found("khac") == 0
