"""`phucvu simulate`: records whose figures are the given ones."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path

import click

from phucvu.cli.home import now_option
from phucvu.cli.output import LANGUAGE, progress_bar, report
from phucvu.figures.table import read_figures
from phucvu.figures.units import Units, read_units
from phucvu.formats import whole
from phucvu.rules.loading import DEFAULT, load


@click.command()
@click.option(
    "--like",
    required=True,
    type=click.Path(path_type=Path),
    metavar="SỐ_LIỆU",
    help="Số liệu phải ra đúng. | The figures to come out.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="THƯ_MỤC",
    help="Nơi ghi. | Where to write.",
)
@click.option(
    "--units",
    "units_file",
    type=click.Path(path_type=Path),
    metavar="TỆP",
    help="Bảng đơn vị. | Table of units; else told from their codes.",
)
@click.option(
    "--seed",
    default=0,
    show_default=True,
    metavar="SỐ",
    help="Cùng số thì cùng hồ sơ. | The same seed, the same records.",
)
@now_option
def simulate(like: Path, out: Path, units_file: Path | None, seed: int, now: dt.datetime) -> int:
    """Tạo hồ sơ mô phỏng (không người thật) cho ra đúng số liệu. | Make records for figures."""
    from phucvu.simulation.simulator import simulate, without_contradictions

    table = read_figures(like, load(DEFAULT))
    units = read_units(units_file) if units_file else Units([])
    with progress_bar("hồ sơ | dossiers") as progress:
        made, left_out = without_contradictions(
            table.frame, units, partial(simulate, units=units, out=out, seed=seed, now=now, progress=progress)
        )
    for name, rows in made.rows.items():
        click.echo(f"{name}: {whole(rows, LANGUAGE)}")
    click.echo(f"{made.made_up} đơn vị mô phỏng thêm | units made up")
    if made.left_out:
        listed = ", ".join(made.left_out)
        click.echo(f"không mô phỏng | not imitated: {listed}")
    return report([*table.set_aside, *left_out], table.notes)
