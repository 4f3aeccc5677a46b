"""The description of the API in OpenAPI, for tools that read it; made from the types that read the calls."""

from __future__ import annotations

from typing import Any

import msgspec

from phucvu.inbox.answers import Code
from phucvu.inbox.calls import MOST_ITEMS, Login
from phucvu.intake.wire import DossierSent, StepSent

REQUIRED = {
    "DossierSent": ["MaHoSo", "MaTTHC", "TrangThaiHoSo", "DonViXuLy"],
    "StepSent": ["MaHoSo", "ThoiDiemXuLy", "TrangThai"],
}

TEXT = {"type": "string"}


def description() -> dict[str, Any]:
    """The whole document, OpenAPI 3.1."""
    read = (DossierSent, StepSent, Login)
    _, schemas = msgspec.json.schema_components(read, ref_template="#/components/schemas/{name}")
    for name, fields in REQUIRED.items():
        schemas[name]["required"] = fields
    dossiers, steps = _list_of("DossierSent"), _list_of("StepSent")
    unit = [_in_query("MaDinhDanhDV", "đơn vị gửi; không có thì là đơn vị của tài khoản")]
    updating = [_in_query("isUpdating", "True hoặc False, không làm thay đổi gì")]
    procedure, dossier = [_in_query("maTTHC", "mã TTHC")], [_in_query("mahoso", "mã hồ sơ")]
    nothing = {"type": "object"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Đồng bộ hồ sơ một cửa", "version": "1"},
        "paths": {
            "/api/dvcqg/auth": _post("Đăng nhập", _ref("Login"), answer=_ref("LoggedIn")),
            "/api/dvcqg/service": _post("Mọi dịch vụ, kiểu gọi thứ nhất", _ref("Call")),
            "/api/dvcqg/DongBoHoSoMC": _post("Đồng bộ hồ sơ", dossiers, unit + updating, bearer=True),
            "/api/dvcqg/CapNhatTienDoHoSoMC": _post("Cập nhật tiến độ", steps, unit + updating, bearer=True),
            "/api/dvcqg/LayDanhSachTTHC": _post("Danh sách thủ tục", nothing, bearer=True),
            "/api/dvcqg/LayThuTuc": _post("Một thủ tục", nothing, procedure, bearer=True),
            "/api/dvcqg/TraCuuHoSo": _post("Tra cứu hồ sơ của đơn vị", nothing, dossier, bearer=True),
        },
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas
            | {
                "Call": {
                    "type": "object",
                    "required": ["session", "service"],
                    "properties": {
                        "session": TEXT,
                        "madonvi": TEXT,
                        "service": {"type": "string", "enum": SERVICES},
                        "isUpdating": TEXT,
                        "data": {"anyOf": [dossiers, steps]},
                        "maTTHC": TEXT,
                        "mahoso": TEXT,
                    },
                },
                "LoggedIn": {
                    "type": "object",
                    "required": ["error_code"],
                    "properties": {
                        "error_code": {"type": ["integer", "string"]},
                        "message": TEXT,
                        "session": TEXT,
                        "access_token": TEXT,
                        "token_type": TEXT,
                        "expires_in": {"type": "integer"},
                    },
                },
                "Answer": {
                    "type": "object",
                    "required": ["error_code", "message"],
                    "properties": {
                        "error_code": {"type": "string", "enum": list(Code)},
                        "message": TEXT,
                        "result": {"type": "array", "items": {"type": "object"}},
                    },
                },
            },
        },
    }


SERVICES = ["DongBoHoSoMC", "CapNhatTienDoHoSoMC", "LayDanhSachTTHC", "LayThuTuc", "TraCuuHoSo"]


def _post(
    summary: str,
    body: dict[str, Any],
    query: list[dict[str, Any]] | None = None,
    *,
    answer: dict[str, Any] | None = None,
    bearer: bool = False,
) -> dict[str, Any]:
    answered = _json(answer or _ref("Answer"))
    operation = {
        "summary": summary,
        "parameters": query or [],
        "requestBody": {"required": True, "content": _json(body)},
        "responses": {
            "200": {"description": "error_code nói kết quả", "content": answered},
            "503": {"description": "chưa lưu được; hãy gửi lại", "content": answered},
        },
    }
    return {"post": operation | ({"security": [{"bearer": []}]} if bearer else {})}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _list_of(name: str) -> dict[str, Any]:
    return {"type": "array", "maxItems": MOST_ITEMS, "items": _ref(name)}


def _in_query(name: str, meaning: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": meaning, "schema": TEXT}
