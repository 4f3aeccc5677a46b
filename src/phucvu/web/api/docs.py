"""The page that explains the data API, made from its OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.shortcuts import render

from phucvu.web.api.answers import PROBLEM
from phucvu.web.api.routes import api
from phucvu.web.language import _, language
from phucvu.web.preview import head

REF = "#/components/schemas/"


@dataclass(frozen=True)
class Parameter:
    name: str
    place: str
    required: bool
    type: str
    said: str


@dataclass(frozen=True)
class Field:
    name: str
    type: str
    said: str


@dataclass(frozen=True)
class Route:
    """A route with its parameters, an example to try, and the fields of what it answers."""

    id: str
    method: str
    path: str
    said: str
    parameters: list[Parameter]
    example: str
    fields: list[Field]
    items: list[Field]


def show(request: Any) -> Any:
    document = api.get_openapi_schema()
    said = _said(document["info"]["description"])
    context = {
        "title": document["info"]["title"],
        "said": said,
        "preview": head(request, _("API dữ liệu"), said, request.path),
        "openapi": "/api/v1/openapi.json",
        "routes": list(routes(document)),
        "problem": list(_fields(document, {"$ref": REF + "Problem"})),
        "problem_type": PROBLEM,
        "site": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "api/docs.html", context)


def routes(document: dict[str, Any]) -> Iterator[Route]:
    """The routes of an OpenAPI document, in its order."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            shape = operation["responses"][200]["content"]["application/json"]["schema"]
            fields = list(_fields(document, shape))
            properties = _resolved(document, shape).get("properties", {})
            items = properties.get("items", {}).get("items")
            parameters = operation.get("parameters", [])
            yield Route(
                id=operation["operationId"],
                method=method.upper(),
                path=path,
                said=_said(operation.get("description") or operation["summary"]),
                parameters=[_parameter(p) for p in parameters],
                example=_example(path, parameters),
                fields=fields,
                items=list(_fields(document, items)) if items else [],
            )


def _parameter(said: dict[str, Any]) -> Parameter:
    description = said.get("description") or said["schema"].get("description", "")
    return Parameter(
        said["name"], said["in"], said.get("required", False), _type(said["schema"]), _said(description)
    )


def _example(path: str, parameters: list[dict[str, Any]]) -> str:
    for parameter in parameters:
        if parameter["in"] == "path":
            path = path.replace("{" + parameter["name"] + "}", str(parameter["example"]))
    return path


def _fields(document: dict[str, Any], shape: dict[str, Any]) -> Iterator[Field]:
    for name, said in _resolved(document, shape).get("properties", {}).items():
        yield Field(name, _type(said), _said(said.get("description", "")))


def _resolved(document: dict[str, Any], shape: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in shape:
        found: dict[str, Any] = document["components"]["schemas"][shape["$ref"].removeprefix(REF)]
        return found
    return shape


def _type(shape: dict[str, Any]) -> str:
    """A type in few words: integer 1–1000, «json» | «csv», text or nothing."""
    if "$ref" in shape:
        return str(shape["$ref"].removeprefix(REF))
    if "anyOf" in shape:
        return " | ".join(_type(one) for one in shape["anyOf"])
    if "enum" in shape:
        return " | ".join(map(str, shape["enum"]))
    name = str(shape.get("type", ""))
    if name == "array":
        return f"[{_type(shape['items'])}]"
    if "minimum" in shape and "maximum" in shape:
        return f"{name} {shape['minimum']}–{shape['maximum']}"
    return str(shape.get("format", name))


def _said(text: str) -> str:
    """A description in the language of the page: “tiếng Việt | English”."""
    vi, _bar, en = text.partition(" | ")
    return (en or vi) if language() == "en" else vi
