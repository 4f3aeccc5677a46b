"""`serve`: answers, says when it cannot, and stops when told to."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from phucvu.problems import UnusableError
from phucvu.web.serve import serve

from .serving import PUBLISHED, free_port, get, serving

pytestmark = pytest.mark.site

PROGRAM = (
    "import sys; from phucvu.web.serve import serve; serve(sys.argv[2], int(sys.argv[1]), shows='published')"
)


TELLS = """
import os
class TakenApart:
    def __del__(self, write=os.write, pid=os.getpid, first=os.getpid()):
        if pid() != first:
            write(1, b"taken apart")
kept = TakenApart()
"""
"""What it loads first: each process forked from it tells when Python is taken apart there."""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_serves_until_told_to_stop(how: signal.Signals, tmp_path: Path) -> None:
    port = free_port()
    told = tmp_path / "told"
    told.mkdir()
    (told / "sitecustomize.py").write_text(TELLS)
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(port), str(tmp_path)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(told), os.environ.get("PYTHONPATH", "")])},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        status, html, _headers = get(f"http://127.0.0.1:{port}/")
        assert status == 200
        assert "62,58" in html
        sheet = html.split('rel="stylesheet" href="')[1].split('"')[0]
        assert sheet.count(".") == 2  # its name carries its hash
        _status, _text, headers = get(f"http://127.0.0.1:{port}{sheet}")
        assert "immutable" in headers["Cache-Control"]
        with pytest.raises(UnusableError) as refused:
            serve(tmp_path, port)
        assert str(port) in refused.value.faults[0].vi
        os.killpg(program.pid, how)  # as Ctrl-C reaches the whole group
        output, _none = program.communicate(timeout=120)
        assert program.returncode == 0
        # Not even from a worker: a thread that asks for Python while it is taken apart aborts.
        assert output == b""
    finally:
        if program.poll() is None:
            os.killpg(program.pid, signal.SIGKILL)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_told_many_times_or_killed_it_leaves_nothing_behind(how: signal.Signals, tmp_path: Path) -> None:
    with serving(PUBLISHED, tmp_path / "home", tmp_path / "log") as site:
        end = time.monotonic() + 120
        while not site.process.has_ended():
            with contextlib.suppress(ProcessLookupError):
                os.kill(site.process.pid, how)
            assert time.monotonic() < end
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", site.port)):
                    break
            assert time.monotonic() < end
            time.sleep(0.1)


def test_a_setting_that_names_an_unknown_unit_stops_the_start(tmp_path: Path) -> None:
    program = (
        "import sys; from phucvu.problems import UnusableError; from phucvu.web.serve import serve\n"
        "try: serve(sys.argv[2], int(sys.argv[1]))\nexcept UnusableError as error: sys.exit(str(error))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(free_port()), str(tmp_path)],
        env=os.environ | {"PHUCVU_OIDC_READERS_OF": "H00.1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "PHUCVU_OIDC_READERS_OF" in done.stderr
    assert "H00.1" in done.stderr
