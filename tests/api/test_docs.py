"""docs/api.md and the page /api/docs say what the routes are; the examples run against the real thing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from openapi_spec_validator import validate

from phucvu.web.api.routes import api

DOCS = Path(__file__).resolve().parents[2] / "docs"
TEXT = (DOCS / "api.md").read_text(encoding="utf-8")
DOCUMENT = api.get_openapi_schema()


def table(title: str) -> list[str]:
    section = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", TEXT, re.M | re.S)[0]
    return re.findall(r"^\| `([^`]+)`", section, re.M)


def test_every_route_stands_in_the_docs() -> None:
    assert table("Routes") == list(DOCUMENT["paths"])


def test_every_parameter_stands_in_the_docs() -> None:
    parameters = {
        p["name"]
        for methods in DOCUMENT["paths"].values()
        for operation in methods.values()
        for p in operation["parameters"]
        if p["in"] == "query"
    }
    assert set(table("Parameters")) == parameters


def test_openapi(client: Client) -> None:
    answer = client.get("/api/v1/openapi.json")
    document = json.loads(answer.content)
    assert document["openapi"].startswith("3.1")
    validate(document)
    for methods in document["paths"].values():
        for operation in methods.values():
            assert " | " in operation["description"], "in both languages"
            assert all(
                " | " in p["schema"].get("description", p.get("description")) for p in operation["parameters"]
            )


@pytest.mark.parametrize(("address", "heading"), [("/api/docs", "API dữ liệu"), ("/en/api/docs", "Data API")])
def test_the_page_explains_every_route(client: Client, address: str, heading: str) -> None:
    answer = client.get(address)
    page = answer.content.decode()
    assert f"<h1>{heading}</h1>" in page
    for path, methods in DOCUMENT["paths"].items():
        assert f"<code>GET {path}</code>" in page
        assert all(f"<code>{p['name']}</code>" in page for p in methods["get"]["parameters"])
    assert " | " not in re.sub(r"<code>[^<]*</code>|<span class=\"reason\">[^<]*</span>", "", page)
    assert "<script" not in page
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]


def test_examples_on_the_page_answer(client: Client) -> None:
    page = client.get("/api/docs").content.decode()
    links = re.findall(r'<a href="(/api/v1/[^"]+)"><code>', page)
    assert len(links) == len(DOCUMENT["paths"])
    for link in links:
        assert client.get(link).status_code == 200, link


def run(name: str, *words: str, cwd: Path) -> str:
    command = [sys.executable, str(DOCS / "examples" / name), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_ten_lines_run(address: str, tmp_path: Path) -> None:
    said = run("api_ranks.py", address, "H21", cwd=tmp_path)
    assert "9 communes" in said
    assert len(said.splitlines()) == 6
    program = (DOCS / "examples" / "api_ranks.py").read_text(encoding="utf-8").split("\n\n", 1)[1]
    assert program.strip() in TEXT
    assert len([line for line in program.splitlines() if line]) <= 10


def test_the_other_example_asks_only_once(address: str, tmp_path: Path) -> None:
    assert run("api_every_figure.py", address, cwd=tmp_path) == "written: figures.csv\n"
    assert (tmp_path / "figures.csv").read_bytes().startswith(b"\xef\xbb\xbfperiod,unit,indicator")
    assert run("api_every_figure.py", address, cwd=tmp_path) == "nothing has changed\n"
