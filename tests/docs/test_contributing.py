"""CONTRIBUTING.md says which kinds of tests there are."""

import re
import tomllib
from pathlib import Path

from ..conftest import SLOW

ROOT = Path(__file__).resolve().parents[2]


def test_every_mark_is_told_and_what_is_told_is_there():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]
    marks = {line.split(":")[0] for line in settings["ini_options"]["markers"]}
    told = re.findall(r"^\| `([a-z]+)` \|", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.M)
    # Hypothesis marks its tests itself.
    assert sorted(told) == sorted(marks | {"hypothesis"})
    assert set(SLOW) < marks
