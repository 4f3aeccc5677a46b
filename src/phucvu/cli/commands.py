"""The commands of the program by name; each is loaded when it is asked for, with the libraries it needs."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import keyword
from collections.abc import Iterator, MutableMapping

import click

from phucvu.cli.helping import first_paragraph, make_helpful

MODULES = {
    "accounts": "accounts",
    "audit": "accounts",
    "averages": "dossiers",
    "backup": "backup",
    "bench": "bench",
    "brief": "brief",
    "changes": "lost_and_changed",
    "demo": "demo",
    "dossiers": "dossiers",
    "figures": "figures",
    "findings": "dossiers",
    "fully-online": "dossiers",
    "import": "import_",
    "inbox": "inbox",
    "init": "init",
    "ledger": "ledger",
    "letter": "letter",
    "letter-template": "letter_template",
    "losses": "lost_and_changed",
    "mappings": "import_",
    "plan": "plan",
    "portal": "portal",
    "publication": "editions",
    "publication-watch": "publication",
    "relay": "relay",
    "report-table": "report_table",
    "restore": "backup",
    "rules": "rules",
    "score": "score",
    "scoreboard": "figures",
    "senders": "senders",
    "serve": "serve",
    "set-aside": "import_",
    "simulate": "simulate",
    "template": "template",
    "verify": "verify",
    "watch": "watch",
    "week": "week",
}
"""In which module of this package a command stands, as the function of its name."""


class Commands(MutableMapping[str, click.Command]):
    """A mapping, as click wants one, whose commands are loaded when they are asked for."""

    def __init__(self) -> None:
        self._loaded: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._loaded:
            module = importlib.import_module(_module(name))
            command: click.Command = getattr(module, _function(name))
            make_helpful(command, name)
            self[name] = command
        return self._loaded[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(MODULES)

    def __len__(self) -> int:
        return len(MODULES)


class Program(click.Group):
    """The group of all commands; listing them loads none."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, _short_help(name)) for name in sorted(MODULES)])


def _short_help(name: str) -> str:
    """How the help of a command begins, as its source says it."""
    spec = importlib.util.find_spec(_module(name))
    source = spec.loader.get_source(spec.name) if spec and spec.loader else ""  # type: ignore[attr-defined]
    function = next(
        part
        for part in ast.parse(source).body
        if isinstance(part, ast.FunctionDef) and part.name == _function(name)
    )
    return first_paragraph(inspect.cleandoc(ast.get_docstring(function) or ""))


def _module(name: str) -> str:
    return f"phucvu.cli.{MODULES[name]}"


def _function(name: str) -> str:
    function = name.replace("-", "_")
    return f"{function}_" if keyword.iskeyword(function) else function
