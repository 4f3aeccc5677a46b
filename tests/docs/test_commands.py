"""docs/commands.md says what the commands are, no more and no less, and its examples run."""

import os
import re
import shlex
import shutil
from pathlib import Path

import click
import pytest

from phucvu.cli.program import program

from .. import starting

DOCS = Path(__file__).resolve().parents[2] / "docs"


def leaves(command, path=("phucvu",)):
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from leaves(below, (*path, name))
    else:
        yield " ".join(path), command


COMMANDS = dict(leaves(program))
TEXT = (DOCS / "commands.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## `([^`]+)`\n(.*?)(?=^## |\Z)", TEXT, re.M | re.S))
EXAMPLES = [
    line.removeprefix("$ ")
    for block in re.findall(r"```console\n(.*?)```", TEXT, re.S)
    for line in block.splitlines()
    if line.startswith("$ ")
]


def test_every_command_has_its_section_and_every_section_its_command():
    assert sorted(SECTIONS) == sorted(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_is_documented_and_none_that_is_not_there(name):
    options = {o for p in COMMANDS[name].params if isinstance(p, click.Option) for o in p.opts} - {"--help"}
    documented = set(re.findall(r"^\| `(--?[a-z-]+)`", SECTIONS[name], re.M))
    assert documented == options


# One asks the national portal, which a test must not (tests/portal runs it against a server of its
# own); the other does not end by itself (tests/web runs it).
NOT_RUN = {"phucvu portal pull", "phucvu serve"}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_an_example(name):
    assert any(e.startswith(name) for e in EXAMPLES) != (name in NOT_RUN)


def test_the_examples_run(tmp_path):
    here = tmp_path / "examples"
    shutil.copytree(DOCS / "examples", here)
    # The examples use ./phucvu-data, whatever home other tests have named in this process.
    environment = {name: value for name, value in os.environ.items() if name != "PHUCVU_HOME"}
    for example in EXAMPLES:
        _, *words = shlex.split(example)
        done = starting.phucvu(*words, cwd=here, env=environment)
        assert done.returncode == 0, f"{example}\n{done.stderr}"
