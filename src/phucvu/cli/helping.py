"""Help that shows an example of each command, and what is said of wrong arguments, Vietnamese first."""

from __future__ import annotations

from collections.abc import Iterator

import click

EXAMPLES = {
    "demo": "phucvu demo --records",
    "init": "phucvu init --home /srv/phucvu",
    "serve": "phucvu serve --home /srv/phucvu --port 8766",
    "score": "phucvu score so-lieu.csv --excel diem.xlsx",
    "rules list": "phucvu rules list",
    "rules show": "phucvu rules show portal-2026 --period 2026-Q3",
    "rules check": "phucvu rules check quy-tac-cua-tinh.yaml",
    "rules diff": "phucvu rules diff qd766-2022 portal-2026",
    "import": "phucvu import units.csv procedures.csv dossiers.jsonl --home /srv/phucvu",
    "template": "phucvu template units -o don-vi.xlsx",
    "set-aside list": "phucvu set-aside list --home /srv/phucvu",
    "set-aside mend": 'phucvu set-aside mend unit "Xã Vân Canh (tên cũ)" H21.227',
    "set-aside replay": "phucvu set-aside replay --home /srv/phucvu",
    "mappings list": "phucvu mappings list",
    "mappings show": "phucvu mappings show mot-cua",
    "mappings save": "phucvu mappings save anh-xa.yaml",
    "watch": "phucvu watch /srv/xuat-ho-so --sender H21 --once",
    "portal pull": "phucvu portal pull --root H21 --period 2026-10 --address https://dichvucong.gov.vn",
    "portal watch": "phucvu portal watch --root H21 --period 2026",
    "figures": "phucvu figures --period 2026-10 --unit H21.17",
    "scoreboard": "phucvu scoreboard --period 2026-Q3 --unit H21",
    "dossiers": "phucvu dossiers --unit H21.227 --indicator 2.1 --period 2026-10 --lost",
    "findings": "phucvu findings --period 2026-10 --unit H21.17",
    "averages": "phucvu averages --unit H21.17 --period 2026-10",
    "fully-online": "phucvu fully-online --unit H21.17 --period 2026-10 --not-offered",
    "publication-watch": "phucvu publication-watch --unit H21",
    "week": "phucvu week --unit H21.17",
    "losses": "phucvu losses --unit H21.17 --period 2026-10",
    "changes": "phucvu changes --unit H21.17 --from 2026-09 --to 2026-10",
    "ledger": "phucvu ledger --unit H21.227 --period 2026-10 --indicator 3.3",
    "plan": "phucvu plan --unit H21.227 --period 2026-10 --hours 14",
    "brief": "phucvu brief --unit H21 --period 2026-10 --out tom-tat.docx",
    "letter": "phucvu letter monthly-publication --unit H21 --period 2026-10 --out cong-van.docx",
    "report-table": "phucvu report-table --unit H21 --period 2026-Q3 --out ii-06a.xlsx",
    "letter-template list": "phucvu letter-template list office-notice --unit H21",
    "letter-template get": "phucvu letter-template get office-notice --unit H21 --out mau.docx",
    "letter-template keep": (
        "phucvu letter-template keep office-notice mau.docx --unit H21 --period 2026-10 --note 'đổi nơi nhận'"
    ),
    "letter-template back": "phucvu letter-template back office-notice 0 --unit H21",
    "simulate": "phucvu simulate --like so-lieu.csv --out ho-so",
    "bench": "phucvu bench --sizes 100000,1000000 --json do.json",
    "senders add": "phucvu senders add igate --unit H21",
    "senders list": "phucvu senders list",
    "senders close": "phucvu senders close igate",
    "relay status": "phucvu relay status",
    "relay send-again": "phucvu relay send-again --unit H21.17",
    "relay look-up": "phucvu relay look-up H21.17-261001-0001 --unit H21.17",
    "inbox replay": "phucvu inbox replay --to /srv/phucvu-moi",
    "inbox use": "phucvu inbox use H21.17-261008-0975 --version 2 --reason 'kết thúc nhầm'",
    "inbox check": "phucvu inbox check --mend",
    "accounts add": "phucvu accounts add quan-tri --unit H21 --email quan-tri@example.vn",
    "accounts import": "phucvu accounts import tai-khoan.xlsx --output ket-qua.xlsx",
    "accounts reset-two-step": "phucvu accounts reset-two-step quan-tri",
    "accounts list": "phucvu accounts list",
    "audit verify": "phucvu audit verify",
    "audit export": "phucvu audit export",
    "publication freeze": "phucvu publication freeze --period 2026-10",
    "publication list": "phucvu publication list",
    "publication verify": "phucvu publication verify 12",
    "publication proof": "phucvu publication proof 12 --unit H21.17 --item total --out diem.tlog-proof",
    "publication export": "phucvu publication export 12 --out so-12.zip",
    "publication key": "phucvu publication key --out khoa.txt",
    "publication log": "phucvu publication log --out so-cong-bo",
    "publication grown": "phucvu publication grown --since 24 --out ghi-them.txt",
    "publication witness": "phucvu publication witness checkpoint --key 'TÊN+MÃ+KHÓA' --out lam-chung.txt",
    "publication cosigned": "phucvu publication cosigned lam-chung.txt --key 'TÊN+MÃ+KHÓA'",
    "verify": "phucvu verify diem.tlog-proof --key khoa.txt",
    "backup": "phucvu backup /backups/2026-11-21 --home /srv/phucvu",
    "restore": "phucvu restore /backups/2026-11-21 --home /srv/phucvu-moi",
}


def leaves(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by what is typed after ``phucvu``."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def make_helpful(command: click.Command, name: str) -> None:
    """Give a command, and those below it, an example at the end of its help, and in lists a whole line."""
    if name in EXAMPLES:
        command.epilog = f"\b\nVí dụ | Example:\n  {EXAMPLES[name]}"
    command.short_help = first_paragraph(command.help or "")
    if isinstance(command, click.Group):
        for below, one in command.commands.items():
            make_helpful(one, f"{name} {below}")


def first_paragraph(text: str) -> str:
    """The first paragraph of a help, as one line.

    >>> first_paragraph("Lập nơi giữ\\ndữ liệu. | Make.\\n\\nMore.")
    'Lập nơi giữ dữ liệu. | Make.'
    """
    return " ".join(text.strip().split("\n\n")[0].split())


def wrong_arguments(error: click.ClickException) -> str:
    """What is wrong with the arguments, in one line, with what would be right."""
    english = error.format_message()
    line = f"tham số không dùng được: {_vietnamese(error, english)} | wrong arguments: {english}"
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is None:
        return line
    example = EXAMPLES.get(context.command_path.removeprefix("phucvu").strip())
    if example:
        line += f"; ví dụ | for example: {example}"
    return f"{line} ({context.command_path} --help)"


def _vietnamese(error: click.ClickException, english: str) -> str:
    match error:
        case click.MissingParameter(param=click.Parameter() as param):
            kind = "tùy chọn" if isinstance(param, click.Option) else "tham số"
            return f"thiếu {kind} {_name(param)}"
        case click.NoSuchOption():
            return f"không có tùy chọn {error.option_name}{_perhaps(error.possibilities)}"
        case click.exceptions.NoSuchCommand():
            return f"không có lệnh {error.command_name}{_perhaps(error.possibilities)}"
        case click.BadParameter(param=click.Parameter() as param):
            return f"giá trị của {_name(param)} không đúng{_wanted(param.type)}"
    if "extra argument" in english:
        return f"thừa {english.partition('(')[2].partition(')')[0]}"
    return "xem hướng dẫn của lệnh"


def _name(param: click.Parameter) -> str:
    return param.opts[0] if isinstance(param, click.Option) else str(param.metavar or param.name)


def _perhaps(names: object) -> str:
    known = list(names) if isinstance(names, list | tuple) else []
    return f"; có phải {', '.join(map(str, known))}?" if known else ""


def _wanted(kind: click.ParamType[object]) -> str:
    match kind:
        case click.Choice():
            return f"; cần một trong: {', '.join(map(str, kind.choices))}"
        case click.IntRange(min=low, max=high):
            return f"; cần số nguyên từ {low}" + (f" đến {high}" if high is not None else "")
        case click.types.IntParamType():
            return "; cần số nguyên"
        case click.Path():
            return "; không có tệp hoặc thư mục này"
    return ""
