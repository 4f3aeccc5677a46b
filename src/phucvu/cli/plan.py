"""`phucvu plan`: the least work to a score or a rank, or the most points for given hours, named."""

from __future__ import annotations

import tempfile
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import polars as pl

from phucvu.cli.dossiers import limit_option, one_unit_option
from phucvu.cli.home import CountingOptions, counting_options, open_site, period_option, site_kept
from phucvu.cli.output import LANGUAGE, echo_csv, echo_json, print_table
from phucvu.cli.score import format_option
from phucvu.figures.periods import Period
from phucvu.formats import moment, points, whole
from phucvu.problems import Fault, UnusableError

if TYPE_CHECKING:
    from phucvu.steering.plan import Plan


class NumberType(click.ParamType[Decimal]):
    """A number from 0 to 100,000, with a point or a comma."""

    name = "number"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        text = str(value)
        try:
            number = Decimal(text.replace(",", "."))
        except InvalidOperation:
            number = Decimal("NaN")
        if len(text) > 10 or not number.is_finite() or not 0 <= number <= 100_000:
            raise UnusableError(Fault("plan_goal", found=text))
        return number


@click.command()
@one_unit_option
@period_option
@click.option("--score", type=NumberType(), metavar="ĐIỂM", help="Đạt số điểm này. | Reach this score.")
@click.option("--rank", type=click.IntRange(min=1), metavar="HẠNG", help="Đạt hạng này. | Reach this rank.")
@click.option(
    "--hours",
    type=NumberType(),
    metavar="GIỜ",
    help="Nhiều điểm nhất trong số giờ này. | The most points in so many hours.",
)
@click.option(
    "--minutes",
    multiple=True,
    metavar="VIỆC=PHÚT",
    help="Số phút của một việc, ví dụ attach_result=5. | The minutes of a deed.",
)
@click.option(
    "--verify",
    is_flag=True,
    help="Làm thử trên bản sao hồ sơ, đếm và chấm lại. | Do it to a copy, count and score again.",
)
@limit_option
@counting_options
@format_option
def plan(
    unit: str,
    period: Period,
    score: Decimal | None,
    rank: int | None,
    hours: Decimal | None,
    minutes: tuple[str, ...],
    verify: bool,
    limit: int,
    asked: CountingOptions,
    format_: str,
) -> None:
    """Ít việc nhất để đạt điểm, hạng, hoặc nhiều điểm nhất. | The least work to a score or rank."""
    from phucvu.engine.declared import by_period, totals
    from phucvu.engine.evaluation import Evaluation
    from phucvu.engine.figures import figures
    from phucvu.engine.listing import Listing, judge
    from phucvu.scoring.scores import score as scored
    from phucvu.steering.losses import Asked
    from phucvu.steering.mendable import mendable
    from phucvu.steering.plan import Goal, Now
    from phucvu.steering.plan import plan as planned
    from phucvu.steering.replay import replay, total

    if sum(goal is not None for goal in (score, rank, hours)) != 1:
        raise UnusableError(Fault("plan_goals"))
    spent = _minutes(minutes, _of_office(asked.home, unit))
    tables, units = asked.open()
    rules, now = asked.rule_set, asked.now
    scores = scored(figures(tables, rules, period, now), rules, units, from_records=True)
    of_unit = scores.totals.filter(unit=unit)
    if of_unit.is_empty() or of_unit["score"][0] is None:
        raise UnusableError(Fault("unit_not_in_period", unit=unit, period=period))
    alike = scores.totals.filter(
        pl.col("kind") == of_unit["kind"][0],
        pl.col("parent").eq_missing(pl.lit(of_unit["parent"][0], pl.String)),
        pl.col("unit") != unit,
        pl.col("score").is_not_null(),
    )
    with Evaluation.at(tables, rules.at(period.last), period, now) as evaluation:
        tree = evaluation.tree
        declared = totals(tree, by_period(evaluation), period).get(unit, 0)
    components = scores.components.filter(unit=unit).to_dicts()
    its = Now(of_unit["score"][0], components, alike["score"].to_list(), declared)
    with tempfile.TemporaryDirectory(prefix="phucvu-") as folder:
        path = Path(folder) / "listing.duckdb"
        judge(tables, rules, period, now, path)
        found = mendable(Asked(Listing(path), tree, period, unit), scores.rules[str(period)])
        made = planned(found, scores.rules[str(period)], its, spent, Goal(score, rank, hours))
        records = list(made.records())
    again = total(replay(tables, rules, period, now, unit, records), unit) if verify else None
    _say(made, _frame(made, spent), format_, limit)
    if again is not None and again != made.score:
        raise UnusableError(Fault("plan_differs", promised=made.score, counted=again))
    if again is not None and format_ == "table":
        click.echo(
            f"Đếm và chấm lại: {points(again, LANGUAGE)} điểm, đúng. | Counted and scored again: right."
        )


def _of_office(home: str, unit: str) -> dict[str, int]:
    """The minutes of each deed: an office's own, where it set them in its workspace."""
    from phucvu.steering.plan import DEFAULT_MINUTES

    if not site_kept(home):
        return dict(DEFAULT_MINUTES)
    open_site(home)
    from phucvu.web.workspace.deed_minutes import minutes_of

    return minutes_of(unit)


def _minutes(said: tuple[str, ...], found: dict[str, int]) -> dict[str, int]:
    for one in said:
        deed, _, number = one.partition("=")
        if deed not in found or not (number.isascii() and number.isdecimal() and 1 <= int(number[:5]) <= 480):
            raise UnusableError(Fault("plan_minutes", found=one, deeds=", ".join(found)))
        found[deed] = int(number)
    return found


def _frame(made: Plan, minutes: dict[str, int]) -> pl.DataFrame:
    rows = [
        (
            r.sender,
            r.code,
            r.unit,
            r.procedure,
            list(r.deeds),
            sum(minutes[d] for d in r.deeds),
            r.until or made.until,
        )
        for r in made.records()
    ]
    schema: dict[str, Any] = {
        "sender": pl.String, "code": pl.String, "unit": pl.String, "procedure": pl.String,
        "deeds": pl.List(pl.String), "minutes": pl.Int64, "until": pl.Datetime("us"),
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _say(made: Plan, records: pl.DataFrame, format_: str, limit: int) -> None:
    lines = pl.DataFrame(
        [(list(x.deeds), x.number, x.minutes, x.points, list(x.indicators)) for x in made.lines],
        schema={
            "deeds": pl.List(pl.String), "number": pl.Int64, "minutes": pl.Int64,
            "points": pl.Decimal(10, 2), "indicators": pl.List(pl.String),
        },
        orient="row",
    )  # fmt: skip
    match format_:
        case "csv":
            echo_csv(records)
        case "json":
            whole_plan = pl.DataFrame(
                {
                    "score_now": [made.now.total], "score": [made.score], "most": [made.most],
                    "reached": [made.reached], "rank": [made.rank], "minutes": [made.minutes],
                    "until": [made.until], "mark": [made.mark],
                }
            )  # fmt: skip
            echo_json(plan=whole_plan, lines=lines, dossiers=records)
        case _:
            _print(made, records, limit)


def _print(made: Plan, records: pl.DataFrame, limit: int) -> None:
    from phucvu.steering.fates import DEEDS

    said = {
        "Hiện nay | Now": points(made.now.total, LANGUAGE),
        "Sau kế hoạch | After the plan": points(made.score, LANGUAGE),
        "Cao nhất đạt được | The most": points(made.most, LANGUAGE),
        "Thời gian, phút | Minutes": whole(made.minutes, LANGUAGE),
        "Còn hiệu lực đến | Holds until": moment(made.until) if made.until else "—",
    }
    if not made.reached:
        said["Mục tiêu | Goal"] = "không đạt được | out of reach"
    for name, value in said.items():
        click.echo(f"{name}: {value}")
    print_table(
        "Việc cần làm | What to do",
        [("", False), ("số", True), ("phút", True), ("điểm ±", True), ("chỉ số", False)],
        [
            (
                "; ".join(DEEDS[deed][LANGUAGE] for deed in line.deeds),
                whole(line.number, LANGUAGE),
                whole(line.minutes, LANGUAGE),
                points(line.points, LANGUAGE),
                " ".join(line.indicators),
            )
            for line in made.lines
        ],
    )
    print_table(
        "Hồ sơ | Dossiers",
        [("mã", False), ("đơn vị", False), ("việc", False), ("phút", True)],
        [
            (row["code"], row["unit"], " ".join(row["deeds"]), str(row["minutes"]))
            for row in records.head(limit).iter_rows(named=True)
        ],
    )
