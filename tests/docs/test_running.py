"""The first commands of docs/running.md work as they stand, and it names all that a home comes to hold."""

import os
import re
import shlex
from pathlib import Path

import pytest

from .. import starting

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")


def block(title):
    """The lines of the first shell block of a section, without what is said of them."""
    section = re.search(rf"^## {title}\n(.*?)(?=^## )", TEXT, re.M | re.S)[1]
    return [
        line.partition("#")[0].strip()
        for line in re.search(r"```sh\n(.*?)```", section, re.S)[1].splitlines()
    ]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The home after the commands of the first section, each of which ended well."""
    folder = tmp_path_factory.mktemp("srv") / "phucvu"
    # Neither makes the environment that these tests run in, nor runs for ever.
    lines = [line for line in block("From nothing to a first page") if line.startswith("phucvu ")]
    assert lines.pop() == "phucvu serve --home /srv/phucvu"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PHUCVU_")}
    for line in lines:
        _, *words = shlex.split(line.replace("/srv/phucvu", str(folder)))
        done = starting.phucvu(*words, cwd=ROOT, env=environment)
        assert done.returncode == 0, f"{line}\n{done.stderr}"
    return folder


def test_the_first_commands_work(home):
    assert (home / "records" / "units").is_dir()
    assert (home / "records" / "procedures").is_dir()


def test_whatever_a_home_holds_is_named(home):
    named = re.findall(r"`([a-z0-9.*-]+?)/?`", re.search(r"^\| in the home .*?\n\n", TEXT, re.M | re.S)[0])
    patterns = [name.removeprefix("*") for name in named]
    for path in home.iterdir():
        assert any(path.name.endswith(p) if p.startswith(".") else path.name == p for p in patterns), (
            path.name
        )


def test_nothing_is_installed_from_where_it_is_not():
    docs = [*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md")]
    assert [
        path.name for path in docs if re.search("pip install phucvu", path.read_text(encoding="utf-8"))
    ] == []


def test_the_readme_names_commands_that_there_are():
    from phucvu.cli.program import program

    for name in ("README.md", "README.vi.md"):
        for command in re.findall(r"`phucvu ([a-z-]+)", (ROOT / name).read_text(encoding="utf-8")):
            assert command in program.commands, f"{name}: {command}"
