"""Systems that send: one that speaks as OpenCPS does, one in the second style. Nobody in them is real."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlencode, urlsplit

Answer = dict[str, Any]


class Connection:
    """Calls one after another over a connection that is kept open."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._http = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)

    def post(self, path: str, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, Answer]:
        said = {"Accept": "application/json", "Content-Type": "application/json", **(headers or {})}
        self._http.request("POST", path, body, said)
        answer = self._http.getresponse()
        return answer.status, json.loads(answer.read())

    def close(self) -> None:
        self._http.close()


class OpenCps:
    """Speaks as the open-source OpenCPS does: it logs in before every call and reads answers of status 200.

    Its dossiers have dates of 14 digits, text for every value, and «» for what it does not know.
    """

    def __init__(self, url: str, username: str, password: str, madonvi: str) -> None:
        self._connection = Connection(url)
        self._username, self._password, self._madonvi = username, password, madonvi

    def call(self, data: Answer) -> Answer:
        body = {"session": self.log_in(), "madonvi": self._madonvi, **data}
        return self._read("/api/dvcqg/service", body)

    def log_in(self) -> str:
        answer = self._read("/api/dvcqg/auth", {"username": self._username, "password": self._password})
        return answer["session"] if int(answer["error_code"]) == 0 else ""

    def sync_dossier(self, dossier: Answer) -> Answer:
        """Looks the procedure up for its names, and the dossier to say whether it is an update."""
        found = self.call({"service": "LayThuTuc", "maTTHC": dossier["MaTTHC"]})
        names = {"TenTTHC": "", "MaLinhVuc": "", "TenLinhVuc": ""}
        if found["result"]:
            field = found["result"][0]["LINHVUCTHUCHIEN"][0]
            names = {
                "TenTTHC": found["result"][0]["TENTTHC"],
                "MaLinhVuc": field["MALINHVUC"],
                "TenLinhVuc": field["TENLINHVUC"],
            }
        held = self.call({"service": "TraCuuHoSo", "mahoso": dossier["MaHoSo"]})["result"]
        return self.call(
            {"isUpdating": str(len(held) > 0), "service": "DongBoHoSoMC", "data": [dossier | names]}
        )

    def sync_step(self, step: Answer) -> Answer:
        return self.call({"service": "CapNhatTienDoHoSoMC", "data": [step]})

    def procedures(self) -> dict[str, str]:
        answer = self.call({"service": "LayDanhSachTTHC"})
        return {one["MATTHC"]: one["TENTTHC"] for one in answer["result"]}

    def _read(self, path: str, body: Answer) -> Answer:
        status, answer = self._connection.post(path, json.dumps(body, ensure_ascii=False).encode())
        assert status == 200
        return answer


class SecondStyle:
    """Logs in once with client_id and client_secret; then bare lists, the rest in the address."""

    def __init__(self, url: str, client_id: str, client_secret: str, unit: str | None = None) -> None:
        self._connection = Connection(url)
        self._unit = unit
        body = {"client_id": client_id, "client_secret": client_secret}
        _, answer = self._connection.post("/api/dvcqg/auth", json.dumps(body).encode())
        self.token = answer.get("access_token", "")

    def send(self, service: str, items: Any, **query: str) -> Answer:
        data = items if isinstance(items, bytes) else json.dumps(items, ensure_ascii=False).encode()
        unit = {"MaDinhDanhDV": self._unit} if self._unit else {}
        address = f"/api/dvcqg/{service}?{urlencode(unit | {'isUpdating': 'False'} | query)}"
        return self._connection.post(address, data, {"Authorization": f"Bearer {self.token}"})[1]

    def close(self) -> None:
        self._connection.close()


def dossier(code: str, **more: Any) -> Answer:
    """A dossier as OpenCPS fills it in."""
    return {
        "MaHoSo": code,
        "MaTTHC": "1.000001",
        "TenTTHC": "",
        "MaLinhVuc": "",
        "TenLinhVuc": "",
        "KenhThucHien": "2",
        "ChuHoSo": "Người Thử Nghiệm",
        "LoaiDoiTuong": "1",
        "MaDoiTuong": "",
        "ThongTinKhac": "",
        "Email": "",
        "Fax": "",
        "SoDienThoai": "",
        "TrichYeuHoSo": "Hồ sơ bịa để thử",
        "NgayTiepNhan": "20261102080000",
        "NgayHenTra": "20261109170000",
        "TrangThaiHoSo": "2",
        "NgayTra": "",
        "ThongTinTra": "",
        "HinhThuc": "0",
        "NgayKetThucXuLy": "",
        "DonViXuLy": "Sở Y tế",
        "GhiChu": "",
        "TaiLieuNop": [],
        "DanhSachLePhi": [],
        "DanhSachTepDinhKemKhac": [],
        "DanhSachHoSoBoSung": [],
        "DanhSachGiayToKetQua": [],
    } | more


def step(code: str, at: str, status: int | str, **more: Any) -> Answer:
    return {
        "MaHoSo": code,
        "NguoiXuLy": "Cán bộ Thử",
        "ChucDanh": "",
        "ThoiDiemXuLy": at,
        "PhongBanXuLy": "",
        "NoiDungXuLy": "",
        "TrangThai": str(status),
        "NgayBatDau": "",
        "NgayKetThucTheoQuyDinh": "",
    } | more
