"""`phucvu demo`: the national index of 2026 as published, in the terminal and as a site."""

from __future__ import annotations

import shutil
import tempfile
from functools import partial
from pathlib import Path

import click
import polars as pl

from phucvu import configuration
from phucvu.cli.demo_home import code_now, count_first, make_accounts
from phucvu.cli.home import CountingOptions
from phucvu.cli.output import progress_bar
from phucvu.cli.score import print_scoreboard, scores_with_changes
from phucvu.figures.periods import Period, last_second
from phucvu.figures.units import Units
from phucvu.formats import day, whole
from phucvu.problems import Fault, UnusableError
from phucvu.rules.loading import DEFAULT, load
from phucvu.steering.firm_ranks import with_firm_ranks

PORT = 8766
GIA_LAI = "H21"
VAN_CANH = "H21.227"
FOLDER = Path("phucvu-demo")
MADE = "made-by-the-demonstration.txt"

port_option = click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=PORT,
    show_default=True,
    metavar="CỔNG",
    help="Cổng trên máy này. | Port on this machine.",
)


@click.command()
@click.option(
    "--records",
    is_flag=True,
    help="Đếm Gia Lai từ hồ sơ mô phỏng và mở trang của tỉnh, có tài khoản để đăng nhập. "
    "| Count Gia Lai from simulated dossiers and serve its site, with accounts to sign in.",
)
@click.option("--once", is_flag=True, help="Chỉ in bảng rồi dừng. | Print the scoreboard and end.")
@click.option(
    "--code",
    is_flag=True,
    help="In mã dùng một lần của tài khoản trình diễn. | Print the demonstration accounts' one-time code.",
)
@port_option
def demo(records: bool, once: bool, code: bool, port: int) -> None:
    """Bộ chỉ số năm 2026 của cả nước: in bảng rồi mở trang web.

    The nation's index of 2026, printed in the terminal and served as a site.
    """
    if code:
        click.echo(code_now(FOLDER))
        return
    # A demonstration has accounts and a database of its own: never those of an office on this machine.
    configuration.choose(database_url="")
    if once:
        _show(records)
        return
    # The web framework takes longer to load than the other commands take to run.
    from phucvu.inbox.forking import apart
    from phucvu.web.serve import check_free, serve

    check_free("127.0.0.1", port)  # told now, not after minutes of counting
    apart(partial(_show, records))
    if records:
        serve(FOLDER, port, ready=lambda: prepare(FOLDER, port))
    else:
        with tempfile.TemporaryDirectory(prefix="phucvu-demo-") as folder:
            serve(folder, port, shows="published", ready=lambda: say_where(port))


def _show(records: bool) -> None:
    """Print the scoreboard; with ``records`` also make the home of Gia Lai and compare."""
    from phucvu.published import scored_2026

    result = scored_2026()
    groups, totals = scores_with_changes(result.scores, None)
    totals = with_firm_ranks(totals, result.scores)
    print_scoreboard(result.scores, groups, totals, str(result.period))
    cut_off = day(result.cut_off)
    click.echo(f"Nguồn: {result.source.vi}; số liệu đến {cut_off}")
    click.echo(f"Source: {result.source.en}; as of {cut_off}")
    if records:
        count_gia_lai_from_records()


def prepare(home: Path, port: int) -> None:
    """Count the home, make its accounts, and print how to sign in."""
    from phucvu.records.store import Store

    with progress_bar("đếm các kỳ | counting periods") as progress:
        count_first(Store(home), progress)
    click.echo("\nTài khoản trình diễn, mật khẩu chỉ dùng cho lần này | Demonstration accounts of this run:")
    for account in make_accounts(FOLDER, GIA_LAI, VAN_CANH):
        click.echo(f"  {account.name:<12} {account.password:<22} {account.unit:<8} {account.who.vi}")
    click.echo(
        "Mã dùng một lần của bước đăng nhập thứ hai, mỗi 30 giây một mã mới | One-time code of the second "
        "step:\n  phucvu demo --code\n"
        "Dữ liệu là mô phỏng: không có người thật; mã và tên một số thủ tục hành chính là thật. | All is "
        "simulated: nobody in it lives; only some codes and names of procedures are real."
    )
    say_where(port)
    click.echo(f"Trang nghiệp vụ | Workspace: http://127.0.0.1:{port}/workspace")


def say_where(port: int, host: str = "127.0.0.1") -> None:
    """Print where the site is and how to stop it."""
    click.echo(f"\nXem tại | See http://{host}:{port}/  (Ctrl+C để dừng | to stop)")


def fresh_home() -> None:
    """Make ./phucvu-demo, empty; what an earlier demonstration left there is taken away, and nothing else.

    Raises UnusableError where there is a folder of that name that no demonstration made.
    """
    folder = FOLDER
    if folder.exists():
        if not (folder / MADE).exists():
            raise UnusableError(Fault("folder_not_of_demo", file=str(folder)))
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700)
    (folder / MADE).write_text("Made by phucvu demo --records, which makes this folder anew each time.\n")


def count_gia_lai_from_records() -> None:
    """Make raw dossiers for the published figures of Gia Lai, import them, count, and compare.

    Of the online group only the score was published: its figures are made up so that they give it.
    The records are kept in ./phucvu-demo, so that the figures can be followed down to dossiers.
    """
    from phucvu.engine.figures import figures
    from phucvu.intake.files import import_file
    from phucvu.intake.policy import Policy
    from phucvu.published import portal_2026
    from phucvu.records.store import Store
    from phucvu.scoring import score
    from phucvu.simulation.online import with_online
    from phucvu.simulation.simulator import simulate

    published = portal_2026()
    own = pl.col("unit").str.starts_with(GIA_LAI)
    wanted = published.figures.filter(own)
    now = last_second(published.cut_off)
    period, rules = Period.parse(published.period), load(DEFAULT)
    groups = published.groups.filter(own)
    online = {row["unit"]: row["score"] for row in groups.filter(group="online").iter_rows(named=True)}
    fresh_home()
    with tempfile.TemporaryDirectory(prefix="phucvu-demo-") as folder:
        units = Units(u for u in published.units if u.code.startswith(GIA_LAI))
        with progress_bar("tạo hồ sơ mô phỏng | simulating dossiers") as progress:
            whole_set = with_online(wanted, online, units, rules.at(period.last))
            made = simulate(whole_set, units, Path(folder), now=now, progress=progress)
        store = Store(FOLDER)
        for name in sorted(made.rows, key=lambda n: not n.startswith(("units", "procedures"))):
            with progress_bar(f"nhập | importing {name}") as progress:
                import_file(store, Path(folder, name), policy=Policy(synchronised=True), progress=progress)
    tables, known = CountingOptions(str(FOLDER), now).open()
    counted = figures(tables, rules, period, now)
    key = ["period", "unit", "indicator", "numerator", "denominator"]
    equal = wanted.join(counted, on=key, how="semi").height
    scored = score(counted, rules, known, from_records=True).groups.join(
        groups, on=["period", "unit", "group"], suffix="_published"
    )
    apart = (pl.col("score").cast(pl.Float64) - pl.col("score_published")).abs()
    alike = scored.filter(apart < 0.0101).height
    dossiers = made.rows["dossiers.jsonl"]
    click.echo(
        f"\nGia Lai đếm lại từ {whole(dossiers, 'vi')} hồ sơ mô phỏng: "
        f"{equal}/{wanted.height} số liệu bằng số liệu công bố, "
        f"{alike}/{groups.height} điểm nhóm đúng đến 0,01"
    )
    click.echo(
        f"Gia Lai counted from {whole(dossiers, 'en')} simulated dossiers: {equal} of {wanted.height} "
        f"figures equal the published ones, {alike} of {groups.height} group scores to 0.01"
    )
    click.echo(
        "Xem hồ sơ sau một số liệu | The dossiers behind a figure:\n"
        f"  phucvu dossiers --home {FOLDER} --unit {VAN_CANH} --indicator 2.1 --period {period} --lost "
        f"--now {now.isoformat()}"
    )
