"""The program and its commands, and how it ends.

Exit status: 0 done; 1 done, with rows set aside (listed on stderr); 2 wrong arguments or input that
cannot be used, with one clear line for each problem on stderr.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from typing import NoReturn

import click

from phucvu.cli.commands import Commands, Program
from phucvu.cli.helping import wrong_arguments
from phucvu.problems import Fault, FaultError, why


@click.group(
    cls=Program,
    commands=Commands(),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="phucvu")
def program() -> None:
    """Đếm, chấm điểm và giải thích Bộ chỉ số theo Quyết định 766/QĐ-TTg.

    Count, score and explain the index of Decision 766/QĐ-TTg.
    """


def main() -> NoReturn:
    """Run the program on the process's arguments and exit with its status."""
    try:
        status = program.main(prog_name="phucvu", standalone_mode=False)
    except FaultError as error:
        for problem in error.faults[:-1]:
            click.echo(str(problem), err=True)
        click.echo(_with_notes(str(error.faults[-1]), error), err=True)
        status = 2
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nothing is left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    except OSError as error:
        problem = Fault("not_read_or_written", file=str(error.filename or ""), why=why(error))
        click.echo(_with_notes(str(problem), error), err=True)
        status = 2
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())  # a bare group of commands says what there is
        status = 0
    except click.ClickException as error:
        click.echo(wrong_arguments(error), err=True)
        status = 2
    except (click.Abort, KeyboardInterrupt) as error:
        # A library may hand the same interrupt on once more, which must not end the process otherwise.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        # click puts its own exception in place of the one that carries what was done so far.
        stopped = (
            error if isinstance(error, KeyboardInterrupt) else error.__cause__ or error.__context__ or error
        )
        click.echo(_with_notes("đã dừng giữa chừng | stopped halfway", stopped), err=True)
        status = 130
    except Exception:
        # Status 1 would say that the job is done. The trace is for whoever mends the program.
        traceback.print_exc()
        click.echo(
            "chương trình gặp lỗi; hãy gửi các dòng trên cho người bảo trì | "
            "the program failed; hand the lines above to whoever maintains it",
            err=True,
        )
        status = 2
    sys.exit(status or 0)


def _with_notes(line: str, error: BaseException) -> str:
    """A line, with what was done before the error (see ``phucvu.intake.files``)."""
    return "; ".join([line, *getattr(error, "__notes__", ())])
