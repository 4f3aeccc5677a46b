"""What is done apart is done in another process, and what it raises is raised here."""

from __future__ import annotations

import os
import textwrap

from .. import starting

SETTING_UP = """
import os, signal
from phucvu.inbox.forking import apart
from phucvu.problems import Both, Fault, UnusableError

def refuse():
    raise UnusableError(Fault("home_missing", file=name, home=name) for name in "ab")

def fail():
    raise ValueError("a fault of the program")

def stop():
    error = KeyboardInterrupt()
    error.add_note("three files are done")
    raise error

def tell(work):
    try:
        apart(work)
    except BaseException as error:
        print(type(error).__name__, str(error).count("\\n"), *getattr(error, "__notes__", ()))
"""


def said_of(code: str) -> tuple[list[str], str]:
    done = starting.python(SETTING_UP + textwrap.dedent(code), os.environ)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines(), done.stderr


def test_it_is_another_process_and_is_waited_for() -> None:
    said, errors = said_of("apart(lambda: print(os.getppid() == here)) if (here := os.getpid()) else None")
    assert (said, errors) == (["True"], "")


def test_what_it_raises_is_raised_here() -> None:
    said, errors = said_of("tell(refuse); tell(stop); tell(lambda: open('/nowhere/at/all'))")
    assert said == ["UnusableError 1", "KeyboardInterrupt 0 three files are done", "FileNotFoundError 0"]
    assert errors == ""


def test_a_fault_of_the_program_is_one_here_too_and_its_trace_is_told() -> None:
    said, errors = said_of("tell(fail); tell(lambda: os._exit(3))")
    assert said == ["RuntimeError 0", "RuntimeError 0"]
    assert "ValueError: a fault of the program" in errors


def test_told_to_stop_it_tells_what_was_done_so_far() -> None:
    said, _errors = said_of(
        """
        import time

        def work():
            try:
                os.kill(os.getppid(), signal.SIGINT)  # as where only the first process is told
                time.sleep(60)
            except KeyboardInterrupt:
                stop()

        tell(work)
        """
    )
    assert said == ["KeyboardInterrupt 0 three files are done"]
