"""`phucvu relay`: what is passed on to the national portal, what it refused, and asking it about dossiers."""

from __future__ import annotations

import click

from phucvu.cli.home import home_option, open_site
from phucvu.cli.output import print_table
from phucvu.formats import moment, whole
from phucvu.problems import Fault, UnusableError

SHOWN = 100
"""Refused items that are listed; the workspace has all, also as a file."""


@click.group()
def relay() -> None:
    """Chuyển tiếp hồ sơ lên Cổng Dịch vụ công quốc gia. | Passing dossiers on to the national portal."""


@relay.command("status")
@home_option
def status(home: str) -> None:
    """Còn chờ gửi bao nhiêu, Cổng từ chối gì, lần cuối Cổng trả lời. | The queue, and what was refused."""
    open_site(home)
    from phucvu import configuration
    from phucvu.inbox.clock import now
    from phucvu.inbox.relay import queueing
    from phucvu.inbox.relay.progress import progress

    if not configuration.current().relay_address:
        said = "Chưa bật: đặt PHUCVU_RELAY_ADDRESS. | Not on: set PHUCVU_RELAY_ADDRESS."
        click.echo(said, err=True)
    found = progress(now())
    last = moment(found.succeeded_at) if found.succeeded_at else "—"
    click.echo(
        f"Chờ gửi {whole(found.waiting, 'vi')}; bị từ chối {whole(found.refused, 'vi')}; "
        f"chờ tra cứu {whole(found.asked, 'vi')}; Cổng trả lời lần cuối: {last}."
    )
    click.echo(
        f"{whole(found.waiting, 'en')} wait to be sent; {whole(found.refused, 'en')} refused; "
        f"{whole(found.asked, 'en')} to be asked about; the portal last answered: {last}."
    )
    if found.failing_since:
        since = f"{found.failing_since:%Y-%m-%d %H:%M:%S}"
        said = f"Cổng không trả lời từ {since} ({found.error}). | No answer since {since}."
        click.echo(said, err=True)
    rows = [(one.unit, one.code, one.error_code, one.message) for one in queueing.refused()[:SHOWN]]
    if rows:
        columns = ("đơn vị gửi", "mã hồ sơ", "mã lỗi", "lý do của Cổng")
        print_table("Bị Cổng từ chối | Refused by the portal", [(name, False) for name in columns], rows)


@relay.command("send-again")
@click.argument("codes", nargs=-1, metavar="[MÃ_HỒ_SƠ…]")
@click.option("--unit", metavar="MÃ", help="Chỉ của đơn vị gửi này. | Only those of this sending unit.")
@click.option("--all", "every", is_flag=True, help="Mọi hồ sơ bị từ chối. | All that was refused.")
@home_option
def send_again(codes: tuple[str, ...], unit: str | None, every: bool, home: str) -> None:
    """Gửi lại hồ sơ đã bị Cổng từ chối, sau khi đã khắc phục. | Send what was refused again, once mended."""
    if not codes and not unit and not every:
        raise UnusableError(Fault("relay_nothing_named"))
    open_site(home)
    from phucvu.accounts import audit
    from phucvu.inbox.relay import queueing

    found = queueing.refused([unit] if unit else None)
    number = queueing.send_again(found.filter(code__in=codes) if codes else found)
    named = {"codes": list(codes[:SHOWN]), "items": number}
    audit.append(audit.COMMAND_LINE, "sent to the portal again", object=unit or "", unit=unit or "", **named)
    click.echo(f"Sẽ gửi lại {whole(number, 'vi')} mục. | {whole(number, 'en')} items will be sent again.")


@relay.command("look-up")
@click.argument("codes", nargs=-1, required=True, metavar="MÃ_HỒ_SƠ…")
@click.option("--unit", required=True, metavar="MÃ", help="Đơn vị gửi của hồ sơ. | Their sending unit.")
@home_option
def look_up(codes: tuple[str, ...], unit: str, home: str) -> None:
    """Hỏi Cổng đã có những hồ sơ này chưa; `phucvu serve` hỏi lần lượt, chậm rãi.

    Ask the portal whether it has these dossiers; `phucvu serve` asks one after another.
    """
    open_site(home)
    from phucvu.inbox.relay import asking

    for code in dict.fromkeys(codes):
        asking.ask_about(unit, code)
    said = whole(len(set(codes)), "vi")
    click.echo(f"Sẽ hỏi Cổng về {said} hồ sơ. | The portal will be asked about {said} dossiers.")
