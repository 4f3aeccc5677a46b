"""Errors of pydantic as faults, with what is allowed at their place."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import isclass
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from phucvu.problems import Both, Fault
from phucvu.rules.model import RuleSetFile

EXPECTED = {
    "string_type": Both(
        "cần chữ (đặt trong ngoặc kép nếu là số)", "expected text (in quotes if it is a number)"
    ),
    "string_too_short": Both("không được để trống", "must not be empty"),
    "string_pattern_mismatch": Both(
        "cần chữ cái không dấu, chữ số, dấu gạch nối",
        "expected plain letters, digits and hyphens",
    ),
    "list_type": Both("cần danh sách", "expected a list"),
    "tuple_type": Both("cần danh sách", "expected a list"),
    "too_short": Both("danh sách không được trống", "the list must not be empty"),
    "dict_type": Both("cần các mục “khóa: giá trị”", "expected keys and values"),
    "model_type": Both("cần các mục “khóa: giá trị”", "expected keys and values"),
    "model_attributes_type": Both("cần các mục “khóa: giá trị”", "expected keys and values"),
    "int_type": Both("cần số nguyên", "expected a whole number"),
    "bool_type": Both("cần true hoặc false", "expected true or false"),
}
"""Kind of error → what was expected instead."""


def fault_of(error: ErrorDetails) -> Fault:
    """The fault of an error, without its place."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "rule":
        found: Fault = context["fault"]
        return found
    if kind == "missing":
        return Fault("rule_field_missing")
    if kind == "extra_forbidden":
        return Fault("rule_field_unknown", known=", ".join(_fields(error["loc"])))
    if kind == "literal_error":
        allowed = context["expected"].replace("'", "").replace(" or ", ", ")
        expected = Both(f"cần một trong: {allowed}", f"expected one of: {allowed}")
    else:
        expected = EXPECTED.get(kind, Both(error["msg"], error["msg"]))
    return Fault("rule_value_unusable", found=f"{error['input']!r}"[:60], expected=expected)


def _fields(place: Sequence[str | int]) -> list[str]:
    """The fields allowed at the place of an unknown one."""
    model: type[BaseModel] = RuleSetFile
    for part in place[:-1]:
        for name, field in model.model_fields.items():
            if part == (field.alias or name):
                model = _model_in(field.annotation) or model
                break
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isclass(annotation) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
