from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import polars as pl
import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client, override_settings
from django.utils import translation

from phucvu.accounts import audit
from phucvu.accounts.models import AuditEntry, AuditHead, User
from phucvu.inbox.models import Sender
from phucvu.problems import Fault
from phucvu.records import set_aside
from phucvu.records.set_aside import Aside
from phucvu.records.store import Store
from phucvu.web.serve import gather_static_files

from ..signing import made, sign

PASSWORD = "mot-mat-khau-dai-2026"

UNITS = [
    ("H21", "UBND tỉnh Gia Lai", "province", None),
    ("H21.17", "Sở Y tế", "department", "H21"),
    ("H21.227", "UBND xã Thử Nghiệm", "commune", "H21"),
    ("H22", "UBND tỉnh Khác", "province", None),
    ("H22.01", "Sở Y tế", "department", "H22"),
]

PAYLOAD = {
    "MaHoSo": "H21.17-261001-0001",
    "MaTTHC": "1.000001",
    "ChuHoSo": "Nguyễn Văn Thử",
    "SoDienThoai": "0900000012",
    "Email": "thu@vidu.vn",
    "ThongTinKhac": "Số 0 đường Không Có, xã Thử Nghiệm",
    "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": "000000000012"}],
    "TaiLieuNop": [{"TepDinhKemId": "1", "TenTepDinhKem": "don-cua-nguyen-van-thu.pdf", "DuocSoHoa": "1"}],
    "TruongRieng": {"NguoiLienHe": "Trần Thị Mẫu"},
    "GhiChu": "",
}

DOSSIERS = [
    ("H21", "H21.17-261001-0001", "H21.17", PAYLOAD),
    ("H22", "H22.01-261001-0001", "H22.01", PAYLOAD | {"MaHoSo": "H22.01-261001-0001"}),
    ("H21", "CHUNG-1", "H21.17", {"MaHoSo": "CHUNG-1", "ChuHoSo": "Lê Văn Một"}),
    ("H22", "CHUNG-1", "H22.01", {"MaHoSo": "CHUNG-1", "ChuHoSo": "Lê Văn Hai"}),
    ("H21", "TRONG-1", "H21.17", {"MaHoSo": "TRONG-1"}),
]

ASIDE = Aside("wire:dossier", Fault("unit_unknown", name="Sở Nào"), "{}", "H21.17", "Sở Nào", "unit")


def fill(store: Store) -> None:
    """Units, dossiers and a row set aside as above; nobody in them lives."""
    store.append("units", pl.DataFrame(UNITS, schema=["code", "name", "kind", "parent"], orient="row"))
    rows = [
        {"sender": sender, "code": code, "unit": unit, "procedure": "1.000001", "payload": json.dumps(said)}
        for sender, code, unit, said in DOSSIERS
    ]
    store.append("dossiers", pl.DataFrame(rows))
    set_aside.add(store, [ASIDE])


@pytest.fixture(scope="package", autouse=True)
def _home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A home with units and dossiers, and the site over it."""
    home = tmp_path_factory.mktemp("home")
    fill(Store(home))
    static = str(tmp_path_factory.mktemp("static"))
    with (
        pytest.MonkeyPatch.context() as patch,
        override_settings(STATIC_ROOT=static, SHOWS="published"),
    ):
        patch.setenv("PHUCVU_HOME", str(home))
        # The browser's driver keeps an event loop in the thread of the tests.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        # A hash as costly as the site's takes a third of a second.
        for cost, cheap in (("time_cost", 1), ("memory_cost", 64), ("parallelism", 1)):
            patch.setattr(Argon2PasswordHasher, cost, cheap)
        call_command("migrate", interactive=False, verbosity=0)
        gather_static_files()
        yield


@pytest.fixture(autouse=True)
def _afresh() -> Iterator[None]:
    """No accounts, an empty log, no attempts counted; Vietnamese, whatever was asked for before."""
    User.objects.all().delete()
    Sender.objects.all().delete()
    Session.objects.all().delete()
    AuditEntry.objects.all().delete()
    AuditHead.objects.all().delete()
    AuditHead.objects.create(pk=1, count=0, hash=audit.BEGINNING)
    cache.clear()
    with translation.override("vi"):
        yield


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1"})


@pytest.fixture
def account() -> Callable[..., User]:
    """Makes accounts by role and unit; two-step sign-in is set up unless said otherwise."""

    def make(
        role: str, unit: str = "H21.17", *, name: str = "", two_step: bool = True, password: str = ""
    ) -> User:
        return made(name or f"{role}.{unit.lower()}", role, unit, password=password, two_step=two_step)

    return make


@pytest.fixture
def signed_in(client: Client) -> Callable[[User], Client]:
    """The client, signed in with both steps."""

    def sign_in(user: User) -> Client:
        sign(client, user)
        return client

    return sign_in
