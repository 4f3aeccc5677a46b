"""What cannot be used is refused or set aside with a code and a message that names dossier and field."""

from __future__ import annotations

import json
from typing import Any

import pytest

from phucvu.inbox.answers import Code
from phucvu.inbox.calls import MOST_BYTES

from .clients import Connection, SecondStyle, dossier, step
from .conftest import Running
from .running import inside

DEEP = b'{"MaHoSo": "BAD-1", "MaTTHC": "1.000001", "x": ' + b"[" * 5000 + b"]" * 5000 + b"}"

BAD: list[tuple[str, Any, Code, str]] = [
    ("no date", dossier("BAD-1", NgayTiepNhan=""), Code.MISSING, "NgayTiepNhan"),
    ("no status", dossier("BAD-1", TrangThaiHoSo=None), Code.MISSING, "TrangThaiHoSo"),
    ("no procedure", dossier("BAD-1", MaTTHC=""), Code.MISSING, "MaTTHC"),
    ("no unit", dossier("BAD-1", DonViXuLy=" "), Code.MISSING, "DonViXuLy"),
    ("no such day", dossier("BAD-1", NgayHenTra="20261332"), Code.NO_SUCH_DATE, "NgayHenTra"),
    ("no such hour", dossier("BAD-1", NgayTiepNhan="20261102250000"), Code.NO_SUCH_DATE, "NgayTiepNhan"),
    ("no such status", dossier("BAD-1", TrangThaiHoSo="11"), Code.NOT_ALLOWED, "TrangThaiHoSo"),
    (
        "no such flag",
        dossier("BAD-1", HoSoCoThanhPhanSoHoa="nhiều"),
        Code.NOT_ALLOWED,
        "HoSoCoThanhPhanSoHoa",
    ),
    ("no amount", dossier("BAD-1", DanhSachLePhi=[{"Gia": "nhiều"}]), Code.NOT_ALLOWED, "DanhSachLePhi.Gia"),
    ("object for a date", dossier("BAD-1", NgayTra={"ngay": 1}), Code.WRONG_TYPE, "NgayTra"),
    ("number for a list", dossier("BAD-1", TaiLieuNop=5), Code.WRONG_TYPE, "TaiLieuNop"),
    ("unknown unit", dossier("BAD-1", DonViXuLy="Sở Không Có"), Code.UNKNOWN_UNIT, "DonViXuLy"),
    ("unknown procedure", dossier("BAD-1", MaTTHC="9.999999"), Code.UNKNOWN_PROCEDURE, "MaTTHC"),
    ("another's unit", dossier("BAD-1", DonViXuLy="H22.01"), Code.OTHER_UNIT, "DonViXuLy"),
    ("a megabyte in a name", dossier("BAD-1", ChuHoSo="x" * (1 << 20)), Code.TOO_LONG, "ChuHoSo"),
    ("a long unit", dossier("BAD-1", DonViXuLy="x" * 501), Code.TOO_LONG, "DonViXuLy"),
    ("deep nesting", DEEP, Code.TOO_DEEP, ""),
    ("half a letter", rb'{"MaHoSo": "BAD-1", "ChuHoSo": "\ud800"}', Code.NOT_JSON, ""),
    ("no JSON", b'{"MaHoSo": "BAD-1", "ChuHoSo": xin}', Code.NOT_JSON, ""),
    ("text", "BAD-1", Code.WRONG_TYPE, ""),
    ("a list", [dossier("BAD-1")], Code.WRONG_TYPE, ""),
    ("null", None, Code.WRONG_TYPE, ""),
]


def as_bytes(item: Any) -> bytes:
    return item if isinstance(item, bytes) else json.dumps(item, ensure_ascii=False).encode()


@pytest.mark.parametrize(("item", "code", "field"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
@pytest.mark.parametrize("style", ["first", "second"])
def test_one_bad_dossier_does_not_sink_its_batch(
    running: Running, style: str, item: Any, code: Code, field: str
) -> None:
    good = [dossier("GOOD-1"), dossier("GOOD-2")]
    items = b"[" + b",".join([as_bytes(good[0]), as_bytes(item), as_bytes(good[1])]) + b"]"
    client = second(running)
    if style == "first":
        rest = json.dumps({"session": client.token, "madonvi": "H21", "service": "DongBoHoSoMC"}).encode()
        body = rest[:-1] + b', "isUpdating": "False", "data": ' + items + b"}"
        status, answer = Connection(running.site.url).post("/api/dvcqg/service", body)
        assert status == 200
    else:
        answer = client.send("DongBoHoSoMC", items)
    assert [r["error_code"] for r in answer["result"]] == ["0", code, "0"]
    assert answer["error_code"] == code
    message = answer["result"][1]["message"]
    assert message in answer["message"]
    assert field in message
    assert "BAD-1" in message or "Mục thứ 2" in message
    assert "2/3" in answer["message"]


_second: dict[str, SecondStyle] = {}


def second(running: Running) -> SecondStyle:
    """One login for all cases."""
    return _second.setdefault(running.site.url, running.second())


@pytest.mark.parametrize(
    ("item", "code", "field"),
    [
        (step("", "20261102080000", 4), Code.MISSING, "MaHoSo"),
        (step("BAD-1", "", 4), Code.MISSING, "ThoiDiemXuLy"),
        (step("BAD-1", "20261332", 4), Code.NO_SUCH_DATE, "ThoiDiemXuLy"),
        (step("BAD-1", "20261102080000", "xong"), Code.NOT_ALLOWED, "TrangThai"),
    ],
)
def test_a_bad_step_does_not_sink_its_batch(running: Running, item: Any, code: Code, field: str) -> None:
    answer = second(running).send("CapNhatTienDoHoSoMC", [item, step("GOOD-1", "20261102080000", 4)])
    assert [r["error_code"] for r in answer["result"]] == [code, "0"]
    assert field in answer["message"]


def test_what_is_set_aside_is_kept_with_its_reason_and_refused_items_are_not(running: Running) -> None:
    client = second(running)
    items = [
        dossier("ASIDE-1", DonViXuLy="Sở Có Tên Lạ"),
        dossier("ASIDE-2", MaTTHC="8.888888"),
        dossier("ASIDE-3", DonViXuLy="H22.01"),
    ]
    client.send("DongBoHoSoMC", items)
    running.site.wait_until_moved()
    said = inside(
        running.site.home,
        """
        from phucvu.intake.replay import replay
        from phucvu.records import set_aside
        waiting = set_aside.pending(store)
        rows = [r for r in waiting.iter_rows(named=True) if "ASIDE-" in r["payload"]]
        set_aside.mend(store, "unit", "Sở Có Tên Lạ", "H21.18")
        set_aside.mend(store, "procedure", "8.888888", "1.000002")
        replay(store)
        held = [store.versions("dossiers", "H21", f"ASIDE-{n}") for n in (1, 2, 3)]
        held = [versions.select("unit", "procedure").rows() for versions in held]
        say([sorted((r["field"], r["value"], r["sender"], r["vi"]) for r in rows), held])
        """,
    )
    assert said == [
        [
            [
                "DonViXuLy",
                "Sở Có Tên Lạ",
                "H21",
                "hồ sơ ASIDE-1: không có đơn vị nào mang mã hoặc tên “Sở Có Tên Lạ”",
            ],
            ["MaTTHC", "8.888888", "H21", "hồ sơ ASIDE-2: không có thủ tục nào mang mã “8.888888”"],
        ],
        [[["H21.18", "1.000001"]], [["H21.17", "1.000002"]], []],
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", Code.MALFORMED),
        (b"{", Code.MALFORMED),
        (b"\xff\xfe{}", Code.MALFORMED),
        (b"[]", Code.MALFORMED),
        (b'"xin"', Code.MALFORMED),
        (b'{"session": 5}', Code.NOT_LOGGED_IN),
        (b'{"session": "sai", "service": "DongBoHoSoMC", "data": []}', Code.NOT_LOGGED_IN),
        (b'{"session": ' + b"[" * 100_000, Code.NOT_LOGGED_IN),
        (b'{"a":' * 1_000_000, Code.TOO_DEEP),
        (b"[" + b" " * MOST_BYTES + b"]", Code.TOO_LARGE),
        (b'{"data":' + b"[" * 1_100 + b'"' + rb"\"" * 500_000, Code.NOT_LOGGED_IN),
    ],
    ids=[
        "empty",
        "cut",
        "no UTF-8",
        "a list",
        "text",
        "number",
        "wrong session",
        "deep",
        "deeper",
        "large",
        "quotes",
    ],
)
def test_a_body_that_is_no_call(running: Running, body: bytes, code: Code) -> None:
    status, answer = Connection(running.site.url).post("/api/dvcqg/service", body)
    assert (status, answer["error_code"]) == (200, code)
    assert answer["message"]


def test_calls_that_are_refused_whole(running: Running) -> None:
    client = second(running)

    def code(service: str = "DongBoHoSoMC", items: Any = (), **query: str) -> str:
        said: str = client.send(service, list(items), **query)["error_code"]
        return said

    assert code("KhongCo") == Code.NO_SUCH_SERVICE
    assert code(items=[dossier("X-1")], MaDinhDanhDV="H22") == Code.OTHER_UNIT
    assert code(items=[dossier("X-1")], MaDinhDanhDV="H99.99") == Code.OTHER_UNIT
    assert (
        code("CapNhatTienDoHoSoMC", [step("X-1", "20261102080000", 4)], MaDinhDanhDV="H22") == Code.OTHER_UNIT
    )
    assert code(items=[{}] * 5_001) == Code.TOO_LARGE
    assert code(items=[]) == Code.TAKEN
    running.site.wait_until_moved()
    assert running.store.versions("dossiers", "H22", "X-1").is_empty()


def test_five_thousand_dossiers_are_one_batch(running: Running) -> None:
    items = [dossier(f"MANY-{n}") for n in range(5_000)]
    answer = second(running).send("DongBoHoSoMC", items)
    assert answer["error_code"] == "0"
    assert len(answer["result"]) == 5_000


def test_a_closed_account_is_out_at_once(running: Running) -> None:
    client = running.second("closed")
    assert client.send("LayDanhSachTTHC", {})["error_code"] == "0"
    inside(running.site.home, "from phucvu.inbox import senders\nsenders.disable('closed')")
    assert client.send("LayDanhSachTTHC", {})["error_code"] == Code.NOT_LOGGED_IN
    assert running.second("closed").token == ""


def test_a_session_runs_out(running: Running) -> None:
    client = running.second("khac")
    inside(
        running.site.home,
        """
        from phucvu.inbox.clock import now
        from phucvu.inbox.models import Session
        Session.objects.filter(sender__name="khac").update(expires_at=now())
        """,
    )
    answer = client.send("LayDanhSachTTHC", {})
    assert answer["error_code"] == Code.NOT_LOGGED_IN
    assert "hết hạn" in answer["message"]


def test_guessing_secrets_is_stopped(running: Running) -> None:
    connection = Connection(running.site.url)

    def log_in(password: Any, name: str = "quiet") -> Any:
        body = json.dumps({"username": name, "password": password}).encode()
        return connection.post("/api/dvcqg/auth", body)[1]["error_code"]

    assert log_in(None) == Code.MALFORMED
    assert log_in("x", "a\0b") == log_in("x", "không có") == Code.NOT_LOGGED_IN
    assert [log_in("đoán") for _ in range(5)] == [Code.NOT_LOGGED_IN] * 5
    assert log_in(running.secrets["quiet"]) == Code.TOO_MANY_LOGINS
    assert running.second("soyte").token  # others are not kept out


def test_no_secret_and_no_personal_data_in_logs(running: Running) -> None:
    client = second(running)
    client.send("DongBoHoSoMC", [dossier("LOG-1", ChuHoSo="Người Bí Mật", SoDienThoai="0000000000")])
    running.site.wait_until_moved()
    for said in ("Người Bí Mật", "0000000000", client.token, *running.secrets.values()):
        assert said not in running.site.log
