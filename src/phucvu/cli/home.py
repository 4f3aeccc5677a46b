"""What the commands that work on the records of a home have in common."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from phucvu import configuration
from phucvu.figures.periods import LONGEST_SHOWN, VIETNAM, YEARS, Period, now_in_vietnam
from phucvu.figures.units import Units
from phucvu.problems import Fault, UnusableError
from phucvu.rules.loading import load, rules_in_use
from phucvu.rules.model import RuleSetFile

if TYPE_CHECKING:
    from phucvu.engine.sources import Tables
    from phucvu.records.store import Store


def _checked(_ctx: click.Context, _param: click.Parameter, home: str) -> str:
    """The home, if this process may use it. Raises UnusableError where it may not."""
    # Object stores take longer to load than a command that only shows its help.
    from phucvu.records.places import check

    check(home)
    return home


unchecked_home_option = functools.partial(
    click.option,
    "--home",
    default=lambda: configuration.current().home,
    show_default="PHUCVU_HOME, ./phucvu-data",
    metavar="THƯ_MỤC",
    help="Nơi giữ dữ liệu: thư mục hoặc s3://… | The home: a folder or s3://…",
)
"""For a command that checks the home itself."""
home_option = unchecked_home_option(callback=_checked)


def check_there(home: str) -> None:
    """Raises UnusableError where a home does not exist: its name may be mistyped."""
    if "://" not in home and not Path(home).exists():
        raise UnusableError(Fault("home_missing", file=home, home=home))


def open_site(home: str, *, make: bool = False) -> Store:
    """Make a home ready for commands on what the site keeps there: accounts, senders, the audit log.

    With ``make`` one that does not exist is made. Raises UnusableError where there is none, or the
    operational database cannot be had.
    """
    if not make:
        check_there(home)
    # The web framework takes longer to load than the other commands take to run.
    from phucvu.inbox.home import open_home

    return open_home(home, "phucvu.web.settings")


def site_kept(home: str) -> bool:
    """Whether a home has an operational database, with what offices set in their workspaces."""
    if configuration.current().database_url:
        return True
    return "://" not in home and (Path(home) / "phucvu.sqlite3").exists()


class PeriodType(click.ParamType[Period]):
    """A period as ``Period.parse`` reads it."""

    name = "period"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Period:
        return value if isinstance(value, Period) else Period.parse(value)


class MomentType(click.ParamType[dt.datetime]):
    """An ISO time; without a zone it is Vietnam's."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        if isinstance(value, dt.datetime):
            return value
        try:
            moment = dt.datetime.fromisoformat(value)
            if moment.tzinfo:
                moment = moment.astimezone(VIETNAM).replace(tzinfo=None)
            if moment.year not in YEARS or not value.isascii():
                raise ValueError(moment.year)
        except (ValueError, OverflowError) as error:
            name = param.opts[0] if param else ""
            said = value[:LONGEST_SHOWN]
            years = f"{YEARS.start}–{YEARS.stop - 1}"
            problem = Fault("not_a_time", name=name, value=said, years=years)
            raise UnusableError(problem) from error
        return moment


rules_option = click.option(
    "--rules",
    show_default="PHUCVU_RULES, portal-2026",
    metavar="TÊN",
    help="Bộ quy tắc: tên hoặc tệp .yaml. | Rule set: a name or a .yaml file.",
)


def chosen_rules(said: str | None) -> RuleSetFile:
    """The rule set that `--rules` names, else the home's own."""
    return load(said) if said else rules_in_use()


period_option = click.option(
    "--period",
    type=PeriodType(),
    required=True,
    metavar="KỲ",
    help="2026-08, 2026-Q3, 2026, 2026-08-01..2026-08-15. | The period.",
)
periods_option = click.option(
    "--period",
    "periods",
    type=PeriodType(),
    required=True,
    multiple=True,
    metavar="KỲ",
    help="Nhiều lần: nhiều kỳ, đếm cùng một lượt. | The period; several are counted in one pass.",
)
now_option = click.option(
    "--now",
    type=MomentType(),
    default=now_in_vietnam,
    show_default="bây giờ | now",
    metavar="LÚC",
    help="Cố định đồng hồ, giờ Việt Nam. | Fixes the clock, Vietnam's time.",
)
as_of_option = click.option(
    "--as-of",
    type=MomentType(),
    metavar="LÚC",
    help="Chỉ dùng dữ liệu đã nhận đến lúc ấy. | Only what had arrived by then.",
)
unit_option = click.option(
    "--unit", metavar="MÃ", help="Chỉ đơn vị này; mặc định mọi đơn vị. | Only this unit; else every unit."
)
regroup_option = click.option(
    "--regroup",
    is_flag=True,
    help="Gộp theo đơn vị kế thừa hiện nay. | Regroup history under today's successors.",
)
engine_option = click.option(
    "--engine",
    default="duckdb",
    show_default=True,
    metavar="MÁY",
    help="duckdb, hoặc spark://máy:cổng. | duckdb, or spark://host:port.",
)


@dataclass(frozen=True)
class CountingOptions:
    """Which records are asked about, by which rules, at what time."""

    home: str
    now: dt.datetime
    rules: str | None = None
    as_of: dt.datetime | None = None
    engine: str = "duckdb"

    @property
    def rule_set(self) -> RuleSetFile:
        return chosen_rules(self.rules)

    def open(self, *, lists: bool = False) -> tuple[Tables, Units]:
        """The records of the home as tables of the engine, and the units known there.

        With ``lists`` what the portal lists is among the tables. Raises UnusableError where the home holds
        no units.
        """
        # The engine takes longer to load than the other commands take to run.
        from phucvu.engine.connections import connect
        from phucvu.engine.tree import units_of
        from phucvu.records.schema import PORTAL_DOSSIERS
        from phucvu.records.store import Store

        store, con = Store(self.home), connect(self.engine)
        tables: Tables = store.tables(con, self.as_of)
        if lists:
            tables = {**tables, PORTAL_DOSSIERS.name: store.table(con, PORTAL_DOSSIERS.name, self.as_of)}
        units = units_of(tables)
        if not len(units):
            raise UnusableError(Fault("units_missing", file=self.home))
        return tables, units


def counting_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command the options that make up ``CountingOptions``, and that as its argument ``asked``."""

    @rules_option
    @now_option
    @as_of_option
    @engine_option
    @home_option
    @functools.wraps(command)
    def with_asked(
        *, home: str, rules: str | None, now: dt.datetime, as_of: dt.datetime | None, engine: str, **rest: Any
    ) -> Any:
        return command(asked=CountingOptions(home, now, rules, as_of, engine), **rest)

    return with_asked
