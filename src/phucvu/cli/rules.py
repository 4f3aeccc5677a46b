"""`phucvu rules`: what rule sets there are, what they say, and how two of them differ."""

from __future__ import annotations

import datetime as dt

import click

from phucvu.cli.output import LANGUAGE, print_table
from phucvu.figures.periods import Period, now_in_vietnam
from phucvu.formats import day, decimal, percent
from phucvu.rules.difference import at_stake, difference
from phucvu.rules.loading import load, names
from phucvu.rules.model import Indicator, RuleSet
from phucvu.rules.origins import origins

period_option = click.option(
    "--period", metavar="KỲ", help="Quy tắc của kỳ nào (mặc định: hôm nay). | Rules of which period."
)


@click.group()
def rules() -> None:
    """Bộ quy tắc: liệt kê, xem, kiểm tra, so sánh. | Rule sets: list, show, check, compare."""


@rules.command("list")
def list_() -> None:
    """Các bộ quy tắc có sẵn. | The rule sets that ship."""
    rows = []
    for name in names():
        file = load(name)
        rows.append((name, file.title.vi, file.title.en))
    print_table(
        "Bộ quy tắc | Rule sets", [("tên | name", False), ("tiếng Việt", False), ("English", False)], rows
    )


@rules.command()
@click.argument("name", metavar="TÊN")
@period_option
def show(name: str, period: str | None) -> None:
    """Một bộ quy tắc: từng chỉ số, điểm, mức đạt, cách đếm, nguồn. | One rule set, in full."""
    in_force = load(name).at(_day(period))
    click.echo(f"{in_force.title.vi} | {in_force.title.en}")
    click.echo(f"{in_force.summary.vi} | {in_force.summary.en}")
    click.echo(f"Áp dụng ngày {day(in_force.day)} | As of {day(in_force.day)}")
    if in_force.bands:
        bounds = in_force.bands.value
        said = ", ".join(
            f"{name} {decimal(lowest, LANGUAGE)}"
            for name, lowest in (
                ("xuất sắc", bounds.excellent),
                ("tốt", bounds.good),
                ("khá", bounds.fair),
                ("trung bình", bounds.average),
            )
        )
        source = in_force.sources[in_force.bands.source].title
        click.echo(f"Các mức, từ | Bands, from: {said}. {source.vi} | {source.en}")
    for group in in_force.groups:
        click.echo()
        print_table(
            f"{group.number}. {group.name.vi} | {group.name.en} ({decimal(group.max_points, LANGUAGE)} điểm)",
            [("", False), ("chỉ số | indicator", False), ("điểm", True), ("mức đạt", True), ("nguồn", False)],
            [_row(i, in_force) for i in in_force.of_group(group.id)],
        )


def _row(indicator: Indicator, in_force: RuleSet) -> tuple[str, ...]:
    lines = [
        indicator.name.vi,
        f"= {indicator.numerator.vi}",
        f"/ {indicator.denominator.vi}",
    ]
    sources = "; ".join(origin.said("vi") for origin in origins(indicator, in_force))
    return (
        indicator.id,
        "\n".join(lines),
        decimal(indicator.max_points, LANGUAGE) if indicator.scored else "—",
        percent(indicator.target, LANGUAGE) if indicator.target else "—",
        sources,
    )


@rules.command()
@click.argument("file", metavar="TỆP")
def check(file: str) -> None:
    """Kiểm tra một tệp quy tắc .yaml. | Check a rule-set file."""
    found = load(file)
    in_force = found.at(dt.date.max)
    points = decimal(in_force.max_points, LANGUAGE)
    components, groups = len(in_force.components), len(in_force.group_numbers)
    click.echo(
        f"{found.name}: đúng; {components} chỉ số thành phần trong {groups} nhóm, {points} điểm | "
        f"correct; {components} component indicators in {groups} groups, {points} points"
    )


@rules.command()
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@period_option
def diff(old: str, new: str, period: str | None) -> None:
    """Khác nhau từ A đến B, bằng lời, và số điểm liên quan. | What changes from A to B."""
    on = _day(period)
    changes = difference(load(old).at(on), load(new).at(on))
    for change in changes:
        stake = f" ({decimal(change.at_stake, LANGUAGE)} điểm | points)" if change.at_stake else ""
        click.echo(f"{change.indicator}{stake}\n  {change.vi}\n  {change.en}")
    total = decimal(at_stake(changes), LANGUAGE)
    click.echo(
        f"{len(changes)} thay đổi, liên quan {total} điểm | {len(changes)} changes, {total} points at stake"
    )


def _day(period: str | None) -> dt.date:
    return Period.parse(period).last if period else now_in_vietnam().date()
