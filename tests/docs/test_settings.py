"""docs/running.md names every setting that the program reads, and no other."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"\bPHUCVU_[A-Z0-9_]+\b")


def test_every_setting_is_documented_and_none_that_is_not_there():
    read = {
        name
        for path in (ROOT / "src").rglob("*.py")
        for name in NAME.findall(path.read_text(encoding="utf-8"))
    }
    table = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(PHUCVU_[A-Z0-9_]+)` \|", table, re.M))
    assert documented == read
