"""docs/intake.md says what the API is, no more and no less."""

import re
from pathlib import Path

from phucvu.inbox import calls
from phucvu.inbox.answers import Code
from phucvu.inbox.description import SERVICES, description

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "intake.md").read_text(encoding="utf-8")


def test_every_code_is_explained_and_none_that_is_not_there():
    documented = re.findall(r"^\| `(\d+)` \|", TEXT, re.M)
    assert documented == sorted(Code, key=int)


def test_every_service_is_explained():
    assert set(re.findall(r"^\| `([A-Z][A-Za-z]+)` \|", TEXT, re.M)) == set(SERVICES)
    assert {p.rpartition("/")[2] for p in description()["paths"]} - {"auth", "service"} == set(SERVICES)


def test_the_limits_are_those_of_the_code():
    assert f"{calls.MOST_ITEMS:,} dossiers" in TEXT
    assert f"{calls.MOST_BYTES >> 20} MB" in TEXT


def test_every_metric_is_explained():
    source = (Path(calls.__file__).parent / "health.py").read_text(encoding="utf-8")
    named = set(re.findall(r'"(phucvu_\w+)"', source))
    assert set(re.findall(r"^\| `(phucvu_\w+)` \|", TEXT, re.M)) == named
