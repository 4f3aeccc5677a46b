"""Each command's help has an example that it takes; a mistake is told in Vietnamese with what is right."""

import shlex
import subprocess
import sys

import click
import polars as pl
import pytest

from phucvu.cli.helping import EXAMPLES, leaves
from phucvu.cli.program import main, program
from phucvu.problems import Both, why
from phucvu.records.store import Store

COMMANDS = dict(leaves(program))


def test_every_command_has_an_example_and_no_other():
    assert sorted(EXAMPLES) == sorted(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_example_is_one_that_the_command_takes_and_stands_in_its_help(name):
    words = shlex.split(EXAMPLES[name])
    path = name.split()
    assert words[: len(path) + 1] == ["phucvu", *path]
    command = COMMANDS[name]
    context = click.Context(command, info_name=f"phucvu {name}")
    options, rest, _ = command.make_parser(context).parse_args(words[len(path) + 1 :])
    required = [p for p in command.params if p.required]
    assert all(options.get(str(p.name)) for p in required), options
    assert rest == []
    assert f"Ví dụ | Example:\n    {EXAMPLES[name]}" in command.get_help(context)


def test_lists_of_commands_are_whole_lines():
    for group in (program, *(c for c in program.commands.values() if isinstance(c, click.Group))):
        assert "..." not in group.get_help(click.Context(group)).replace("[ARGS]...", "")


def test_the_list_of_commands_says_of_each_how_its_help_begins_and_loads_none():
    listing = """
import sys
from phucvu.cli.program import main, program
try: main()
finally: print(*sorted({"numpy", "polars", "pyarrow", "phucvu.cli.score"} & set(sys.modules)), "loaded")
"""
    code = ["-c", listing, "--help"]
    done = subprocess.run([sys.executable, *code], capture_output=True, text=True, check=True)
    *_, loaded = done.stdout.splitlines()
    assert loaded == "loaded"
    listed = "".join(done.stdout.split())
    for name, command in program.commands.items():
        assert "".join(f"{name} {command.short_help}".split()) in listed
        assert command.name == name


@pytest.fixture
def said(monkeypatch, capsys, tmp_path):
    """What a mistake is told, in the folder of a home with two units."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PHUCVU_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PHUCVU_RULES", raising=False)

    def run(line):
        monkeypatch.setattr(sys, "argv", ["phucvu", *shlex.split(line)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 2
        (told,) = capsys.readouterr().err.splitlines()
        return told

    return run


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("score", "thiếu tham số SỐ_LIỆU"),
        ("score", "ví dụ | for example: phucvu score so-lieu.csv"),
        ("score nope.csv", "không có tệp hoặc thư mục này"),
        ("scor x", "không có lệnh scor; có phải score?"),
        ("help", "không có lệnh help"),
        ("scoreboard", "thiếu tùy chọn --period"),
        ("scoreboard", "phucvu scoreboard --period 2026-Q3"),
        ("scoreboard --perid 2026", "không có tùy chọn --perid; có phải --period?"),
        ("scoreboard --period 11/2026", "viết 2026-08 (tháng)"),
        ("score x.csv --format xml", "cần một trong: table, csv, json"),
        ("dossiers --unit H99 --indicator 2.1 --period 2026 --limit 0", "cần số nguyên từ 1"),
        ("demo --port abc", "giá trị của --port không đúng; cần số nguyên"),
        ("serve --port 99999", "cần số nguyên từ 1 đến 65535"),
        ("serve --home nope", "lập bằng: phucvu init --home nope"),
        ("serve extra", "thừa extra"),
        ("init nha", "phucvu init --home /srv/phucvu"),
        ("import", "phucvu import units.csv"),
        ("import .", "thư mục này không có tệp nào"),
        ("set-aside mend xa a b", "cần một trong: unit, procedure"),
        ("restore nope", "không có tệp hoặc thư mục này"),
        ("rules check nope.yaml", "không có tệp hoặc thư mục này"),
        ("demo --code", "phucvu demo --records"),
    ],
)
def test_a_mistake_is_told_in_vietnamese_with_what_is_right(said, line, told):
    assert told in said(line)


def test_a_unit_that_is_not_known_is_told_with_those_that_may_be_meant(said, tmp_path):
    rows = [("H99", "UBND tỉnh Ví Dụ", "province"), ("H99.01", "Sở Thử", "department")]
    units = pl.DataFrame(rows, schema=["code", "name", "kind"], orient="row")
    Store(tmp_path / "home").append("units", units)
    assert "có: H99.01 (Sở Thử) |" in said("figures --period 2026 --unit 'sở thử'")
    assert "có: H99 (Tỉnh Ví Dụ) |" in said("figures --period 2026 --unit h99")
    assert "H99 (Tỉnh Ví Dụ), H99.01 (Sở Thử)" in said("scoreboard --period 2026 --unit X")


def test_what_the_system_says_stays_where_there_is_no_word_for_it():
    said = "Cannot assign requested address"
    assert why(OSError(99, said)) == Both(said, said)
