"""Personal data: masks reveal next to nothing, and every showing is written down first."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from phucvu.accounts import audit, personal
from phucvu.accounts.models import AuditEntry, User
from phucvu.accounts.permissions import Role
from phucvu.accounts.personal import PERSONAL, PLAIN, Dossier, Kind, mask, personal_of, show_one
from phucvu.problems import UnusableError

from .conftest import PAYLOAD

Make = Callable[..., User]
SignIn = Callable[[User], Client]

PAGE = "/workspace/dossiers/H21.17-261001-0001/personal"

letters = st.characters(categories=("L", "N"))
words = st.lists(st.text(letters, min_size=1, max_size=12), min_size=1, max_size=6).map(" ".join)


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ("Nguyễn Văn A", Kind.NAME, "N*** V*** ***"),
        ("Công ty TNHH Thử Nghiệm", Kind.NAME, "C*** t*** T*** T*** N***"),
        ("000000000012", Kind.NUMBER, "0*********12"),
        ("0900 000 012", Kind.NUMBER, "0*********12"),
        ("12345678", Kind.NUMBER, "***"),
        ("thu@vidu.vn", Kind.EMAIL, "t***@***"),
        ("t@vidu.vn", Kind.EMAIL, "***"),
        ("không phải thư", Kind.EMAIL, "***"),
        ("Số 0 đường Không Có", Kind.TEXT, "***"),
        ("  ", Kind.TEXT, ""),
    ],
)
def test_masks(value: str, kind: Kind, shown: str) -> None:
    assert mask(value, kind) == shown


@given(words, st.sampled_from(Kind))
def test_a_mask_shows_no_two_neighbouring_letters_of_a_word(value: str, kind: Kind) -> None:
    shown = mask(value, kind)
    assert shown != value
    if kind is Kind.NUMBER:
        assert sum(c != "*" for c in shown) <= 3
        return
    for word in shown.split():
        assert sum(c not in "*@" for c in word) <= 1


@given(st.text(min_size=1), st.sampled_from(Kind))
def test_masks_take_any_text_and_never_show_half_of_it(value: str, kind: Kind) -> None:
    shown = [c for c in mask(value, kind) if c not in "*@ "]
    if kind is Kind.NAME:
        assert len(shown) <= len(value.split())
    else:
        assert len(shown) <= 3
        assert 3 * len(shown) <= max(len(value), 0)


@given(st.text(letters, min_size=2, max_size=9), st.text(letters, min_size=2, max_size=9))
def test_names_of_one_beginning_look_alike(first: str, second: str) -> None:
    assert mask("T" + first, Kind.NAME) == mask("T" + second, Kind.NAME)


def dossier(payload: Any) -> Dossier:
    return Dossier("H21", "HS-1", "H21.17", payload)


def test_personal_values_of_a_dossier() -> None:
    found = {place: one.text for place, one in personal_of(dossier(PAYLOAD)).items()}
    assert found == {
        "ChuHoSo": "N*** V*** T***",
        "SoDienThoai": "0*********12",
        "Email": "t***@***",
        "ThongTinKhac": "***",
        "DinhDanhCHS.0.SoDinhDanh": "0*********12",
        "TaiLieuNop.0.TenTepDinhKem": "***",
        "TruongRieng.NguoiLienHe": "***",
    }


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@given(st.dictionaries(st.sampled_from([*PLAIN, *PERSONAL, "TruongMoi"]), json_values, max_size=6))
def test_nothing_but_plain_fields_escapes_masking(payload: dict[str, Any]) -> None:
    """Every text outside the plain fields has a place, and the masked page shows none of the long ones."""
    masked = personal_of(dossier(payload))
    shown = json.dumps([one.text for one in masked.values()], ensure_ascii=False)
    for place, name, value in personal._values(payload):
        assert place in masked
        assert name not in PLAIN
        if len(value) > 12 and value.strip("* ") != "":
            assert value not in shown


def test_no_field_is_both_plain_and_personal() -> None:
    assert not PLAIN & set(PERSONAL)


def test_showing_is_written_before_it_is_shown(account: Make) -> None:
    user = account(Role.STAFF)
    found = personal.dossiers("H21.17-261001-0001")[0]
    assert show_one(user, found, "ChuHoSo", " đối chiếu giấy tờ ") == "Nguyễn Văn Thử"
    entry = AuditEntry.objects.order_by("-number").first()
    assert (entry.actor, entry.action, entry.object, entry.unit) == (
        user.username, "personal data shown", "H21/H21.17-261001-0001", "H21.17",
    )  # fmt: skip
    assert entry.said == {"field": "ChuHoSo", "reason": "đối chiếu giấy tờ"}
    assert "Nguyễn" not in "".join(audit.export())


def test_what_cannot_be_written_down_is_not_shown(account: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError

    user = account(Role.STAFF)
    monkeypatch.setattr(audit, "append", fails)
    with pytest.raises(RuntimeError):
        show_one(user, personal.dossiers("H21.17-261001-0001")[0], "ChuHoSo", "lý do")


@pytest.mark.parametrize("role", [Role.READER, Role.PUBLISHER, Role.ADMINISTRATOR])
def test_others_are_shown_nothing(account: Make, role: Role) -> None:
    with pytest.raises(PermissionDenied):
        show_one(account(role), personal.dossiers("H21.17-261001-0001")[0], "ChuHoSo", "lý do")


def test_nothing_is_shown_of_another_unit_without_a_reason_or_field(account: Make) -> None:
    user = account(Role.HEAD)
    before = audit.last()
    with pytest.raises(PermissionDenied):
        show_one(user, personal.dossiers("H22.01-261001-0001")[0], "ChuHoSo", "lý do")
    with pytest.raises(UnusableError):
        show_one(user, personal.dossiers("H21.17-261001-0001")[0], "ChuHoSo", " \n")
    for field in ("MaHoSo", "DinhDanhCHS", "không có"):
        with pytest.raises(KeyError):
            show_one(user, personal.dossiers("H21.17-261001-0001")[0], field, "lý do")
    assert audit.last() == before


def test_the_page_shows_masks_and_one_value_when_asked(account: Make, signed_in: SignIn) -> None:
    client = signed_in(account(Role.STAFF))
    page = client.get(PAGE)
    text = page.content.decode()
    assert "N*** V*** T***" in text
    for secret in ("Nguyễn Văn", "0900000012", "000000000012", "thu@vidu", "Không Có", "Trần Thị"):
        assert secret not in text
    assert page.headers["Cache-Control"] == "private, no-store"
    shown = client.post(PAGE, {"field": "ChuHoSo", "reason": "đối chiếu"}).content.decode()
    assert "Nguyễn Văn Thử" in shown
    assert "0900000012" not in shown
    assert AuditEntry.objects.filter(action="personal data shown").count() == 1


@pytest.mark.parametrize(
    "said", [{"field": "ChuHoSo", "reason": ""}, {"field": "MaHoSo", "reason": "x"}, {"reason": "x"}, {}]
)
def test_the_page_asks_again_for_what_is_missing(
    account: Make, signed_in: SignIn, said: dict[str, str]
) -> None:
    answer = signed_in(account(Role.STAFF)).post(PAGE, said)
    assert answer.status_code == 400
    assert "Nguyễn Văn" not in answer.content.decode()
    assert not AuditEntry.objects.filter(action="personal data shown").exists()


def test_dossiers_of_one_code_are_told_apart(account: Make, signed_in: SignIn) -> None:
    client = signed_in(account(Role.STAFF))
    assert client.get("/workspace/dossiers/CHUNG-1/personal").status_code == 404
    assert client.get("/workspace/dossiers/CHUNG-1/personal?sender=H21").status_code == 200
    assert client.get("/workspace/dossiers/CHUNG-1/personal?sender=H22").status_code == 403
    assert client.get("/workspace/dossiers/KHONG-CO/personal").status_code == 404
    assert "không có dữ liệu cá nhân" in client.get("/workspace/dossiers/TRONG-1/personal").content.decode()


def test_a_form_of_another_site_shows_nothing(account: Make) -> None:
    from ..signing import sign

    client = Client(enforce_csrf_checks=True, headers={"host": "127.0.0.1"})
    sign(client, account(Role.STAFF))
    answer = client.post(PAGE, {"field": "ChuHoSo", "reason": "x"})
    assert answer.status_code == 403
    assert "Biểu mẫu đã cũ" in answer.content.decode()
