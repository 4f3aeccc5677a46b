"""An edition's open data: files that agree with their descriptor, one another and the edition."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import re
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import polars as pl
import pytest

from phucvu import configuration
from phucvu.editions import open_data
from phucvu.editions.content import rules_of
from phucvu.editions.licences import LICENCES
from phucvu.editions.lines import Line
from phucvu.editions.manifest import Manifest
from phucvu.editions.models import Edition, OpenData
from phucvu.editions.proving import Proofs
from phucvu.editions.verification import of_open_data
from phucvu.problems import NotFoundError, UnusableError

SCHEMA = json.loads((Path(__file__).parent / "data_package_schema.json").read_text())
PYTHON = {"string": str, "integer": int, "number": Decimal}


@pytest.fixture
def package(edition: Edition) -> open_data.Package:
    open_data._package.cache_clear()
    return open_data.package(edition)


def described(package: open_data.Package) -> dict[str, Any]:
    return dict(json.loads(package.read("datapackage.json")))


def rows(package: open_data.Package, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(package.read(name).decode(), newline="")))


def test_the_descriptor_is_one_of_the_standard(package: open_data.Package, edition: Edition) -> None:
    said = described(package)
    jsonschema.Draft202012Validator(SCHEMA).validate(said)
    assert said["version"] == "1"
    assert said["id"] == "phucvu/1"
    assert said["period"] == edition.period
    assert [one["name"] for one in said["licenses"]] == ["CC-BY-4.0"]
    assert dt.datetime.fromisoformat(said["created"]).utcoffset() == dt.timedelta(hours=7)
    names = [one["name"] for one in said["resources"]]
    assert len(set(names)) == len(names) == 12


def test_a_descriptor_that_lacks_something_is_refused(package: open_data.Package) -> None:
    for wrong in ({"resources": []}, {"licenses": [{}]}, {"created": "hôm qua"}, {"name": "Kỳ 1"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(SCHEMA).validate(described(package) | wrong)


def test_every_file_is_as_the_descriptor_says(package: open_data.Package) -> None:
    for resource in described(package)["resources"]:
        content = package.read(resource["path"])
        assert len(content) == resource["bytes"] == package.size(resource["path"])
        assert f"sha256:{hashlib.sha256(content).hexdigest()}" == resource["hash"]
        fields = resource["schema"]["fields"]
        if resource["format"] == "csv":
            frame = pl.read_csv(content, infer_schema=False)
        else:
            frame = pl.read_parquet(content)
            kinds = {"string": pl.String, "integer": pl.Int64, "number": pl.Decimal(8, 2)}
            assert [frame.schema[f["name"]] for f in fields] == [kinds[f["type"]] for f in fields]
        assert frame.columns == [field["name"] for field in fields]
        assert frame.select(resource["schema"]["primaryKey"]).is_duplicated().sum() == 0
        for field in fields:
            assert field["title"]
            assert field["description_en"]
            for value in frame[field["name"]].drop_nulls().to_list():
                PYTHON[field["type"]](value)


def test_what_names_a_row_of_another_table_has_it(package: open_data.Package) -> None:
    found = {r["name"]: r for r in described(package)["resources"] if r["format"] == "csv"}
    asked = 0
    for resource in found.values():
        for foreign in resource["schema"].get("foreignKeys", []):
            there = found[foreign["reference"]["resource"]]
            [own], [field] = foreign["fields"], foreign["reference"]["fields"]
            known = {row[field] for row in rows(package, there["path"])}
            assert {row[own] for row in rows(package, resource["path"])} <= known
            asked += 1
    assert asked == 7


def test_both_forms_say_the_same(package: open_data.Package) -> None:
    for name in ("figures", "scores", "ranks", "matrix", "units", "items"):
        of_parquet = pl.read_parquet(package.read(f"{name}.parquet"))
        text = of_parquet.with_columns(pl.all().cast(pl.String))
        assert text.equals(pl.read_csv(package.read(f"{name}.csv"), infer_schema=False))


def test_the_tables_hold_every_published_value(package: open_data.Package, edition: Edition) -> None:
    lines = Proofs(edition).lines
    figures = {
        (r["unit"], r["indicator"]): (int(r["numerator"]), int(r["denominator"]))
        for r in rows(package, "figures.csv")
    }
    assert figures == {line.key: line.figure for line in lines if line.figure is not None}
    scores = {(r["unit"], r["item"]): (r["score"] or None, r["max"]) for r in rows(package, "scores.csv")}
    assert scores == {line.key: (line.score, line.maximum) for line in lines if line.maximum is not None}
    ranks = {(r["unit"], r["item"]): (int(r["rank"]), int(r["ranked"])) for r in rows(package, "ranks.csv")}
    assert ranks == {line.key: line.rank for line in lines if line.rank is not None}
    assert ranks
    matrix = rows(package, "matrix.csv")
    assert {row["unit"] for row in matrix} == {line.unit for line in lines}
    for row in matrix:
        for item in ("total", "progress", "2.1", "5.3"):
            assert (row[item] or None) == scores.get((row["unit"], item), (None, ""))[0]


def test_made_again_every_byte_is_the_same(package: open_data.Package, edition: Edition) -> None:
    OpenData.objects.all().delete()
    open_data._package.cache_clear()
    assert open_data.package(edition).zip == package.zip
    with zipfile.ZipFile(io.BytesIO(package.zip)) as archive:
        assert archive.testzip() is None
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist()[:4] == [
            *("datapackage.json", "data-dictionary.md", "manifest.json", "checkpoint.txt")
        ]


def test_the_files_are_anchored_in_the_edition(package: open_data.Package, edition: Edition) -> None:
    anchored = Manifest.read(edition.manifest).data
    assert anchored == {
        name: hashlib.sha256(package.read(name)).hexdigest()
        for name in package.names()
        if name.endswith((".csv", ".parquet"))
    }
    assert package.read("manifest.json").decode() == edition.manifest
    assert package.read("checkpoint.txt").decode() == edition.note


def test_an_edition_from_before_gets_its_open_data_when_asked(edition: Edition) -> None:
    before = json.loads(edition.manifest)
    del before["data"]
    Edition.objects.update(manifest=json.dumps(before, sort_keys=True, separators=(",", ":")))
    OpenData.objects.all().delete()
    open_data._package.cache_clear()
    old = Edition.objects.get(number=1)
    assert list(of_open_data(old)) == []
    assert "figures.csv" in open_data.package(old).names()
    assert OpenData.objects.count() == 1
    assert list(of_open_data(old)) == []


def replaced(name: str, content: bytes) -> None:
    row = OpenData.objects.get()
    kept = open_data.Package(bytes(row.zip))
    row.zip = open_data.zipped({n: content if n == name else kept.read(n) for n in kept.names()})
    row.save()


@pytest.mark.parametrize("name", ["figures.csv", "matrix.parquet", "units.csv"])
def test_a_file_that_was_altered_is_named(package: open_data.Package, edition: Edition, name: str) -> None:
    assert list(of_open_data(edition)) == []
    replaced(name, package.read(name) + b"0")
    assert [(f.code, f.parameters["name"]) for f in of_open_data(edition)] == [("edition_data_differs", name)]


def test_a_missing_or_unreadable_zip_is_named(package: open_data.Package, edition: Edition) -> None:
    OpenData.objects.update(zip=package.zip[:-30])
    assert [f.code for f in of_open_data(edition)] == ["edition_data_differs"]
    OpenData.objects.all().delete()
    assert [f.code for f in of_open_data(edition)] == ["edition_data_missing"]


def test_what_does_not_agree_with_the_edition_is_not_given(
    package: open_data.Package, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    OpenData.objects.all().delete()
    open_data._package.cache_clear()
    monkeypatch.setattr(open_data, "_parquet", lambda frame: b"PAR1")
    with pytest.raises(UnusableError):
        open_data.package(edition)
    assert not OpenData.objects.exists()


def test_a_file_that_is_not_there_is_said_to_be_none(package: open_data.Package) -> None:
    for name in ("", "../figures.csv", "x" * 500):
        with pytest.raises(NotFoundError):
            package.pieces(name)


def test_a_name_that_would_be_run_is_not(edition: Edition) -> None:
    lines = [Line("2026-10", "=1+1", "total", None, "1.00", "100.00", None)]
    rules = rules_of(bytes(edition.rules)).at(dt.date(2026, 10, 31))
    frames = open_data.frames_of(lines, rules, open_data.units.every())
    assert "'=1+1" in open_data._csv(frames["units"]).decode()


def test_it_names_no_person(package: open_data.Package, edition: Edition) -> None:
    for name in package.names():
        assert edition.frozen_by.encode() not in package.read(name)


def test_every_licence_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in LICENCES:
        monkeypatch.setenv("PHUCVU_DATA_LICENCE", name)
        assert configuration.current().data_licence == name
    monkeypatch.setenv("PHUCVU_DATA_LICENCE", "tự do")
    with pytest.raises(UnusableError):
        configuration.current()


def test_the_dictionary_is_in_both_languages_vietnamese_first(package: open_data.Package) -> None:
    text = package.read("data-dictionary.md").decode()
    assert text.index("# Từ điển dữ liệu") < text.index("# Data dictionary")
    for resource in described(package)["resources"]:
        for field in resource["schema"]["fields"]:
            assert text.count(f"| `{field['name']}` |") >= 2


def test_the_examples_of_the_docs_run(
    package: open_data.Package, edition: Edition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in package.names():
        (tmp_path / name).write_bytes(package.read(name))
    monkeypatch.chdir(tmp_path)
    text = (Path(__file__).parents[2] / "docs" / "open-data.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", text, re.S)
    assert len(examples) == 2
    given: dict[str, Any] = {}
    for example in examples:
        exec(example, given)
    lines = Proofs(edition).lines
    assert given["totals"] == {line.unit: line.score or "" for line in lines if line.item == "total"}
    Path("units.csv").write_text("")
    with pytest.raises(AssertionError):
        exec(examples[1], {})
    files = re.findall(r"`([a-z-]+\.[a-z]+)`", text)
    assert {"matrix.csv", "items.csv", "manifest.json"} <= set(files) <= {*package.names()}
