"""`phucvu bench`: how fast counting is on this machine, beside other ways to count the same."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from phucvu.bench.names import APPEND, COMPACT, COMPARISONS, MAKE, OF_A_PROVINCE, PERIODS, WORDS, is_spark
from phucvu.cli.named_files import NEW_FILE
from phucvu.cli.output import LANGUAGE, print_table
from phucvu.formats import decimal, whole
from phucvu.problems import Fault, UnusableError

LEAST, MOST = 1000, 100_000_000


class Sizes(click.ParamType[tuple[int, ...]]):
    """Numbers of dossiers with commas between."""

    name = "sizes"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        parts = value[:1000].split(",")
        sizes = tuple(int(part) if part.isascii() and part.isdecimal() else 0 for part in parts)
        if not all(LEAST <= size <= MOST for size in sizes):
            raise UnusableError(Fault("bench_size", value=value[:100], least=LEAST, most=MOST))
        return sizes


class Among(click.ParamType[tuple[str, ...]]):
    """Some of these words with commas between, or ``none``; with ``spark`` the address of one too."""

    name = "words"

    def __init__(self, words: Sequence[str], *, spark: bool = False) -> None:
        self._words, self._spark = words, spark

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        chosen = tuple(dict.fromkeys(value[:1000].split(","))) if value != "none" else ()
        for word in chosen:
            if word not in self._words and not (self._spark and is_spark(word)):
                raise UnusableError(Fault("bench_word", value=word[:100], words=", ".join(self._words)))
        return chosen


@click.command()
@click.option(
    "--sizes",
    type=Sizes(),
    default=(100_000, 1_000_000),
    show_default="100000,1000000",
    metavar="SỐ,…",
    help="Số hồ sơ. | Numbers of dossiers.",
)
@click.option(
    "--periods",
    type=Among(tuple(PERIODS)),
    default=("month", "year"),
    show_default="month,year",
    metavar="KỲ,…",
    help="month, year, months (12 tháng một lượt | twelve months together).",
)
@click.option(
    "--compare",
    type=Among(COMPARISONS, spark=True),
    default=COMPARISONS,
    show_default=",".join(COMPARISONS),
    metavar="CÁCH,…",
    help="Các cách đếm để so; none: không; spark://máy:cổng. | Ways to count beside it.",
)
@click.option(
    "--rounds", type=click.IntRange(1, 100), default=5, show_default=True, help="Số vòng. | Rounds."
)
@click.option(
    "--units",
    type=click.IntRange(10, 20_000),
    default=OF_A_PROVINCE,
    show_default=True,
    help="Số đơn vị; quá 200 thì chia cho 34 tỉnh. | Offices; over 200 are spread over 34 provinces.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=7,
    show_default=True,
    help="Cùng số thì cùng hồ sơ. | The same seed, the same records.",
)
@click.option(
    "--memory",
    type=click.IntRange(2, 1024),
    default=16,
    show_default=True,
    help="GB cho mỗi tiến trình. | GB that one process may take.",
)
@click.option(
    "--json",
    "file",
    type=NEW_FILE,
    metavar="TỆP",
    help="Ghi mọi số đo. | Write all that was measured.",
)
def bench(
    sizes: tuple[int, ...],
    periods: tuple[str, ...],
    compare: tuple[str, ...],
    rounds: int,
    units: int,
    seed: int,
    memory: int,
    file: Path | None,
) -> None:
    """Đo tốc độ đếm trên máy này, cạnh các cách đếm khác. | Measure how fast counting is here.

    Hồ sơ được tạo từ con số --seed, không của ai. | The records are made from a seed, nobody's.
    """
    # What counts takes longer to load than the other commands take to run.
    from phucvu.bench.contenders import lacking
    from phucvu.bench.one_size import Wish, about, differing, measure

    # Told to stop, it takes away what it made, the server too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    missing = [{"by": name, "why": why} for name in compare if (why := lacking(name))]
    can = [name for name in compare if name not in {row["by"] for row in missing}]
    wish = Wish(periods, can, rounds, units, seed, memory)
    found = {"wish": {"rounds": rounds, "units": units, "seed": seed}, **about(), "missing": missing}
    runs: list[dict[str, Any]] = []
    _show_machine(found)
    for row in missing:
        click.echo(str(Fault("bench_cannot_compare", what=row["by"], why=row["why"])), err=True)
    with _progress() as progress:
        for size in sizes:
            runs.append(measure(size, wish, progress))
            _show(runs[-1])
            if file:
                text = json.dumps(found | {"runs": runs}, ensure_ascii=False, indent=1)
                file.write_text(text + "\n", encoding="utf-8")
    if others := sorted({name for run in runs for name in differing(run)}):
        raise UnusableError(Fault("bench_differs", what=", ".join(others)))


@contextmanager
def _progress() -> Iterator[Callable[[str, float], None]]:
    """What is being done: a bar on a terminal, else a line for each thing before the counting."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as bar:
        task = bar.add_task("", total=1.0)
        said = ""

        def tell(what: str, share: float) -> None:
            nonlocal said
            bar.update(task, description=WORDS.get(what, what), completed=share)
            counting = what not in BEFORE
            if bar.disable and what != said and (not counting or said in BEFORE):
                click.echo(f"… {COUNTING if counting else WORDS[what]}", err=True)
            said = what

        yield tell


BEFORE = (MAKE, APPEND, COMPACT)
COUNTING = "đếm lần lượt | counting in turns"


def _show_machine(found: dict[str, Any]) -> None:
    machine, versions = found["machine"], found["versions"]
    memory = decimal(machine["memory_gb"], LANGUAGE)
    click.echo(f"{machine['cpu']}, {machine['cores']} nhân | cores, {memory} GB, {machine['os']}")
    click.echo(", ".join(f"{name} {version}" for name, version in versions.items()))
    if machine["load_before"] > machine["cores"] / 2:
        click.echo(
            "máy đang bận, hãy xem tỷ lệ và thời gian bộ xử lý | "
            "the machine is busy: take ratios and processor time",
            err=True,
        )


def _show(run: dict[str, Any]) -> None:
    """The records of a size, and a row for each period and way to count."""
    click.echo()
    print_table(
        f"{whole(run['dossiers'], LANGUAGE)} hồ sơ | dossiers, {whole(run['steps'], LANGUAGE)} bước | steps, "
        f"{whole(run['units'], LANGUAGE)} đơn vị | offices",
        [("", False), ("giây | s", True), ("bộ xử lý | cpu s", True), ("MB RAM", True), ("MB", True)],
        [
            (
                WORDS[work],
                _seconds(run[work]["seconds"]),
                _seconds(run[work]["cpu_seconds"]),
                whole(run[work]["peak_mb"], LANGUAGE),
                whole(run["bytes"][part] // 1_000_000, LANGUAGE),
            )
            for work, part in ((APPEND, "arrived"), (COMPACT, "compacted"))
        ],
    )
    print_table(
        "",
        [
            ("kỳ | period", False),
            ("đếm bằng | counted by", False),
            ("vòng | rounds", True),
            ("lần đầu | first s", True),
            ("giây | s", True),
            ("bộ xử lý | cpu s", True),
            ("× phucvu", True),
            ("MB RAM", True),
            ("bằng nhau | equal", False),
        ],
        [_row(row) for row in run["counted"]],
    )


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    name = WORDS.get(row["by"], row["by"])
    if "failed" in row:
        return (row["period"], name, "0", "", "", "", "", "", row["failed"])
    ratio = row["times_engine"]
    return (
        row["period"],
        name,
        str(row["rounds"]),
        _seconds(row["first_seconds"] or 0),
        _seconds(row["seconds"]),
        _seconds(row["cpu_seconds"]),
        decimal(ratio, LANGUAGE) if ratio else "",
        whole(row["peak_mb"], LANGUAGE),
        {True: "có | yes", False: "KHÔNG | NO", None: ""}[row["equal"]],
    )


def _seconds(value: float) -> str:
    return decimal(value, LANGUAGE)
