"""Personal data of a dossier: what of it is personal, what stands in its place, and showing one value.

A dossier's payload is kept as it came. Of it only what is listed in ``PLAIN`` may be seen by whoever
sees the dossier; everything else counts as personal, free text, names of files and whatever a sender
adds of its own included, since people write names and numbers anywhere.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from phucvu.accounts import audit
from phucvu.accounts.models import User
from phucvu.accounts.permissions import Action, may
from phucvu.inbox.home import store
from phucvu.problems import Fault, UnusableError
from phucvu.rules.model import Words

PLAIN = frozenset(
    [
        "MaHoSo",
        "MaTTHC",
        "TenTTHC",
        "MaLinhVuc",
        "TenLinhVuc",
        "KenhThucHien",
        "LoaiDoiTuong",
        "NgayNopHoSo",
        "NgayTiepNhan",
        "NgayHenTra",
        "TrangThaiHoSo",
        "NgayTra",
        "HinhThuc",
        "NgayKetThucXuLy",
        "NgayTuChoi",
        "DonViXuLy",
        "NoiNopHoSo",
        "HoSoCoThanhPhanSoHoa",
        "TaiKhoanDuocXacThucVoiVNeID",
        "DuocThanhToanTrucTuyen",
        "TepDinhKemId",
        "IsDeleted",
        "MaThanhPhanHoSo",
        "DuocSoHoa",
        "DuocTaiSuDung",
        "DuocLayTuKhoDMQG",
        "TenPhiLePhi",
        "MaPhiLePhi",
        "HinhThucThu",
        "Gia",
        "LoaiPhiLePhi",
        "GiayToId",
        "HoSoBoSungId",
        "NgayBoSung",
        "NgayTiepNhanBoSung",
        "TrangThaiBoSung",
        "NgayHenTraTruoc",
        "NgayHenTraMoi",
        "LoaiDinhDanh",
        "MaCSDL",
    ]
)
"""The fields of the synchronisation format that tell nothing of a person."""


NAMED = frozenset(
    [
        "MaHoSo",
        "MaTTHC",
        "TenTTHC",
        "MaLinhVuc",
        "TenLinhVuc",
        "DonViXuLy",
        "NoiNopHoSo",
        "TepDinhKemId",
        "MaThanhPhanHoSo",
        "TenPhiLePhi",
        "MaPhiLePhi",
        "GiayToId",
        "HoSoBoSungId",
        "LoaiDinhDanh",
        "MaCSDL",
    ]
)
"""Those of ``PLAIN`` that hold a name or code; the others hold a date, a sum or a digit."""

DATE_OR_DIGITS = re.compile(
    r"(?:(?:{0}\d){{0,8}}|(?:{0}\d){{14}}){0}(?:[+-]\d\d:?\d\d)?|true|false".format(r"[ /:.,TZđ-]{0,2}"),
    re.IGNORECASE,
)
"""A date, a sum or a digit, also an impossible one: not a name, nor a telephone or identity number, which
have 9 to 12 digits."""


class Kind(Enum):
    """How a value is masked."""

    NAME = "name"
    NUMBER = "number"
    EMAIL = "email"
    TEXT = "text"


PERSONAL: dict[str, tuple[Kind, Words]] = {
    "ChuHoSo": (Kind.NAME, Words(vi="chủ hồ sơ", en="applicant")),
    "MaDoiTuong": (Kind.NUMBER, Words(vi="mã đối tượng", en="applicant's number")),
    "SoDinhDanh": (Kind.NUMBER, Words(vi="số định danh", en="identity number")),
    "SoDienThoai": (Kind.NUMBER, Words(vi="số điện thoại", en="telephone")),
    "Fax": (Kind.NUMBER, Words(vi="số fax", en="fax")),
    "Email": (Kind.EMAIL, Words(vi="thư điện tử", en="e-mail")),
    "ThongTinKhac": (Kind.TEXT, Words(vi="thông tin khác, địa chỉ", en="further information, address")),
    "TrichYeuHoSo": (Kind.TEXT, Words(vi="trích yếu", en="summary")),
    "ThongTinTra": (Kind.TEXT, Words(vi="thông tin trả kết quả", en="how the result is returned")),
    "GhiChu": (Kind.TEXT, Words(vi="ghi chú", en="note")),
    "TenTepDinhKem": (
        Kind.TEXT,
        Words(vi="tên tệp đính kèm thành phần hồ sơ", en="name of a submitted file"),
    ),
    "DuongDanTaiTepTin": (
        Kind.TEXT,
        Words(vi="liên kết tệp đính kèm thành phần hồ sơ", en="link of a submitted file"),
    ),
    "MaKetQuaThayThe": (
        Kind.NUMBER,
        Words(vi="mã kết quả thay thế", en="number of the paper that stands in"),
    ),
    "TenGiayTo": (Kind.TEXT, Words(vi="tên giấy tờ kết quả", en="name of a result")),
    "DuongDanTepTinKetQua": (Kind.TEXT, Words(vi="liên kết kết quả", en="link of a result")),
    "MaGiayToKetQua": (Kind.NUMBER, Words(vi="mã giấy tờ kết quả", en="number of a result")),
    "NguoiYeuCauBoSung": (
        Kind.NAME,
        Words(vi="người yêu cầu bổ sung giấy tờ", en="who asked for a supplement"),
    ),
    "NoiDungBoSung": (Kind.TEXT, Words(vi="nội dung bổ sung", en="what was asked for")),
    "NguoiTiepNhanBoSung": (Kind.NAME, Words(vi="người nhận bổ sung", en="who took the supplement")),
}
"""Fields known to be personal; any other outside ``PLAIN`` is masked as text under its own name."""

HIDDEN = "***"
LONG_ENOUGH = 9
"""A number of so many letters and digits shows its first and last two; a shorter one nothing."""

LONGEST_REASON = 200


@dataclass(frozen=True)
class Dossier:
    """A dossier as its sending unit knows it, with what was sent."""

    sender: str
    code: str
    unit: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class Masked:
    """What is shown of a personal value."""

    title: Words
    text: str


def dossiers(code: str, sender: str | None = None) -> list[Dossier]:
    """The dossiers with a code, by sending unit: more than one where two systems gave out the same code."""
    rows = store().asked(
        "dossiers",
        """SELECT sender, code, unit, payload FROM held
        WHERE code = $code AND ($sender IS NULL OR sender = $sender) ORDER BY sender""",
        {"code": code, "sender": sender},
        payload=True,
    )
    return [
        Dossier(sender, code, unit, json.loads(payload)) for sender, code, unit, payload in rows.iter_rows()
    ]


def mask(value: str, kind: Kind) -> str:
    """What stands in the place of a value; nothing for nothing.

    >>> mask("Nguyễn Văn Thử", Kind.NAME)
    'N*** V*** T***'
    >>> mask("0123 4567 8912", Kind.NUMBER)
    '0*********12'
    >>> mask("thu@vidu.vn", Kind.EMAIL)
    't***@***'
    """
    value = unicodedata.normalize("NFC", value).strip()
    if not value:
        return ""
    if kind is Kind.NAME:
        return " ".join(word[0] + HIDDEN if len(word) > 1 else HIDDEN for word in value.split())
    if kind is Kind.NUMBER:
        plain = re.sub(r"[\W_]", "", value)
        return f"{plain[0]}{'*' * 9}{plain[-2:]}" if len(plain) >= LONG_ENOUGH else HIDDEN
    if kind is Kind.EMAIL:
        name, at, _host = value.partition("@")
        return f"{name[0]}{HIDDEN}@{HIDDEN}" if at and len(name) > 1 else HIDDEN
    return HIDDEN


def personal_of(dossier: Dossier) -> dict[str, Masked]:
    """The personal values of a dossier, masked, by their places: «ChuHoSo», «DinhDanhCHS.0.SoDinhDanh»."""
    return {
        place: Masked(_title(name), mask(value, _kind(name)))
        for place, name, value in _values(dossier.payload)
    }


def show_one(user: User, dossier: Dossier, field: str, reason: str) -> str:
    """One personal value as it came, once its showing stands in the audit log.

    ``field`` is a place that ``personal_of`` gives, ``reason`` what the user needs it for. Raises
    PermissionDenied where the user may not see it, UnusableError without a reason, KeyError where the
    dossier has no such field.
    """
    if not may(user, Action.SEE_PERSONAL, dossier.unit):
        raise PermissionDenied
    if not reason.strip():
        raise UnusableError(Fault("reason_to_see_missing", field="reason"))
    value = {place: value for place, _name, value in _values(dossier.payload)}[field]
    with transaction.atomic(durable=True):
        audit.append(
            user,
            "personal data shown",
            object=f"{dossier.sender}/{dossier.code}",
            unit=dossier.unit,
            field=field,
            reason=reason.strip()[:LONGEST_REASON],
        )
    return value


def plain_of(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """What of a payload's own fields may be seen by whoever sees it; what is no date there is masked."""
    return [
        (name, hide(str(value), payload) if _fits(name, str(value)) else HIDDEN)
        for name, value in payload.items()
        if name in PLAIN and not isinstance(value, list | dict | None)
    ]


def hide(text: str, payload: dict[str, Any], field: str = "", named: str = "") -> str:
    """Words that quote a payload, such as why it was set aside, without what is personal in it.

    ``field`` is the field they are about: what they quote is shown where that is plain and fits.
    ``named`` is the unit or procedure that is not known, which people must see to say what it means.

    >>> hide("gặp «Nguyễn Văn Thử»", {}, "SoDienThoai")
    'gặp «***»'
    >>> hide("hồ sơ của Nguyễn Văn Thử", {"ChuHoSo": "Nguyễn Văn Thử"})
    'hồ sơ của ***'
    """
    text, named = _normal(text), " ".join(_normal(named).split())

    def quoted(match: re.Match[str]) -> str:
        said, last = match[2], field.rpartition(".")[2]
        is_name = bool(named) and (said == named or (said.endswith("…") and named.startswith(said[:-1])))
        shown = is_name or (last in PLAIN and _fits(last, said))
        return match[0] if shown else match[1] + HIDDEN + match[3]

    text = QUOTED.sub(quoted, text)
    values = {_normal(value) for _place, name, value in _values(payload) if _hides(name, value, named)}
    # The longest first: one may be a part of another.
    for value in sorted(values, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", HIDDEN, text, flags=re.IGNORECASE)
    return text


QUOTED = re.compile("([«“])([^«»“”]*)([»”])")

SHORTEST = 3
"""Letters of a value that is looked for in words: a shorter one is found everywhere, and tells nothing."""


def _hides(name: str, value: str, named: str) -> bool:
    """Whether a personal value is looked for; a name that waits to be understood is not, unless it is
    also said where a person's is."""
    return len(value) >= SHORTEST and (name in PERSONAL or _normal(value) != named)


def _fits(name: str, value: str) -> bool:
    return name in NAMED or DATE_OR_DIGITS.fullmatch(value) is not None


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _values(payload: Any, place: str = "", name: str = "") -> Iterator[tuple[str, str, str]]:
    """The place, field name and text of each value that is not plain and not empty."""
    if isinstance(payload, dict):
        for key, value in payload.items():
            yield from _values(value, f"{place}.{key}" if place else key, key)
    elif isinstance(payload, list):
        for number, value in enumerate(payload):
            yield from _values(value, f"{place}.{number}", name)
    elif name not in PLAIN and payload is not None and (text := str(payload).strip()):
        yield place, name, text


def _kind(name: str) -> Kind:
    return PERSONAL[name][0] if name in PERSONAL else Kind.TEXT


def _title(name: str) -> Words:
    return PERSONAL[name][1] if name in PERSONAL else Words(vi=name.strip() or "?", en=name.strip() or "?")
