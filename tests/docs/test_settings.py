"""docs/running.md says of every setting what `phucvu.configuration` does, and nothing else reads any."""

import re
from pathlib import Path

from phucvu.configuration import Configuration, ObjectStore, rows

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"\bPHUCVU_[A-Z0-9_]+\b")
SOURCES = sorted((ROOT / "src").rglob("*.py"))


def test_every_setting_is_documented_as_it_is_and_none_that_is_not_there():
    table = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `(?:PHUCVU|AWS)_[A-Z0-9_]+` \|.*\|$", table, re.M)
    assert documented == [*rows(Configuration), *rows(ObjectStore)]


def test_no_other_setting_is_named():
    named = {name for path in SOURCES for name in NAME.findall(path.read_text(encoding="utf-8"))}
    assert named == {NAME.findall(row)[0] for row in rows(Configuration)}


def test_only_one_module_reads_the_environment_and_none_writes_to_it():
    uses = [
        (str(path.relative_to(ROOT / "src")), line.strip())
        for path in SOURCES
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\b(environb?|getenvb?|putenv|unsetenv)\b", line)
    ]
    elsewhere = [(path, line) for path, line in uses if path != "phucvu/configuration.py"]
    # Django takes the name of its settings from there alone.
    names = re.compile(r'os\.environ\.setdefault\("DJANGO_SETTINGS_MODULE", .*\)')
    assert [one for one in elsewhere if not names.fullmatch(one[1])] == []
    writing = re.compile(r"environ(\[.*\] *=|\.(pop|update|setdefault))")
    written = [line for path, line in uses if writing.search(line)]
    assert all(names.fullmatch(line) for line in written)
    assert len(uses) > len(elsewhere) > 0
