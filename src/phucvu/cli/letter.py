"""`phucvu letter`: an official letter as a Word file, from figures, the portal's results and decisions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from phucvu import configuration
from phucvu.cli.dossiers import about_records, one_unit_option
from phucvu.cli.home import CountingOptions, counting_options, open_site, period_option, site_kept
from phucvu.cli.letter_home import AboutDossiers, context_for, own_template
from phucvu.cli.named_files import A_FILE, NEW_FILE, out_option
from phucvu.cli.output import LANGUAGE, write_tables
from phucvu.cli.score import excel_option
from phucvu.figures.periods import Period
from phucvu.problems import Fault, UnusableError, why

if TYPE_CHECKING:
    from phucvu.letters.letter_facts import LetterFacts
    from phucvu.letters.proof_footer import ProofNote

KIND_NAMES = (
    *("monthly-publication", "department-notice", "office-notice", "remedy-order"),
    *("quarterly-report", "implementation-plan", "request-for-explanation", "apology"),
)


@click.command()
@click.argument("kind", type=click.Choice(KIND_NAMES), metavar="LOẠI")
@one_unit_option
@period_option
@out_option("Tệp Word (.docx). | The Word file.")
@click.option("--template", type=A_FILE, metavar="TỆP", help="Mẫu của cơ quan. | The office's own template.")
@click.option(
    "--fields",
    type=A_FILE,
    metavar="TỆP",
    help="Thông tin của cơ quan (YAML). | What the office says of itself.",
)
@click.option(
    "--pdf",
    type=NEW_FILE,
    metavar="TỆP",
    help="Lập cả PDF. | Also write a PDF.",
)
@click.option("--sign", is_flag=True, help="Ký số PDF. | Sign the PDF.")
@click.option("--archive", is_flag=True, help="PDF là PDF/A để lưu trữ. | The PDF is PDF/A.")
@click.option(
    "--dossier",
    "codes",
    multiple=True,
    metavar="MÃ",
    help="Chỉ hồ sơ quá hạn này; dùng được nhiều lần. | Only this late dossier; may be repeated.",
)
@click.option(
    "--account",
    metavar="TÊN",
    help="Ghi tên người nộp; tài khoản phải được xem. | Name applicants, as this account may.",
)
@click.option(
    "--reason", default="", metavar="CÂU", help="Lý do cần tên người nộp. | What the names are needed for."
)
@excel_option
@counting_options
def letter(
    kind: str,
    unit: str,
    period: Period,
    out: Path,
    template: Path | None,
    fields: Path | None,
    pdf: Path | None,
    archive: bool,
    sign: bool,
    codes: tuple[str, ...],
    account: str | None,
    reason: str,
    excel: Path | None,
    asked: CountingOptions,
) -> None:
    """Lập văn bản để cơ quan ghi số và ký. | An official letter, ready to be numbered and signed."""
    from phucvu.letters.appendix_sheets import appendix_sheets
    from phucvu.letters.letter_kinds import KINDS
    from phucvu.letters.letter_numbers import period_words
    from phucvu.letters.proof_footer import with_proof
    from phucvu.letters.template_filling import fill, fill_apart, read_template, shipped

    facts, context = context_for(kind, unit, period, fields, asked, AboutDossiers(codes, account, reason))
    own = read_template(template) if template else own_template(asked.home, unit, kind)
    content = (
        fill(shipped(KINDS[kind].template), context)
        if own is None
        else fill_apart(own, context, template.name if template else "")
    )
    if KINDS[kind].tells_results:
        content = with_proof(content, _proof_note(asked.home, facts))
    if (archive or sign) and pdf is None:
        raise UnusableError(Fault("pdf_file_needed"))
    files = {out: content}
    if pdf is not None:
        from phucvu.letters.pdf_making import to_pdf
        from phucvu.letters.pdf_signing import signed

        made = to_pdf(content, archive=archive)
        files[pdf] = signed(made) if sign else made
    for path, bytes_ in files.items():
        _write(path, bytes_)
        click.echo(f"{KINDS[kind].name}: {path}")
    if excel is not None:
        title = f"{facts.unit.short_name}, {period_words(period)}"
        write_tables(excel, title, appendix_sheets(facts), about_records(asked, period, unit))


def _proof_note(home: str, facts: LetterFacts) -> ProofNote:
    """Which edition of the home proves the letter's figures, if any."""
    from phucvu.letters.proof_footer import ProofNote
    from phucvu.steering.brief_words import Published

    if not site_kept(home):
        return ProofNote(Published(None).said(LANGUAGE))
    open_site(home)
    from phucvu.editions.proof_notes import proof_note

    return proof_note(facts.scores, facts.period, facts.unit, configuration.current().site_address)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UnusableError(Fault("output_file_not_written", file=str(path), why=why(error))) from error
