"""`serve`: answers, says when it cannot, and stops when told to."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from email.message import Message

import pytest

from phucvu.problems import UnusableError
from phucvu.web.serve import serve

PROGRAM = "import sys; from phucvu.web.serve import serve; serve(int(sys.argv[1]))"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def get(url: str) -> tuple[int, str, Message]:
    deadline = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return answer.status, answer.read().decode(), answer.headers
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_serves_until_told_to_stop(how: signal.Signals) -> None:
    port = free_port()
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(port)],
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
            serve(port)
        assert str(port) in refused.value.problems[0].vi
        os.killpg(program.pid, how)  # as Ctrl-C reaches the whole group
        output, _none = program.communicate(timeout=10)
        assert program.returncode == 0
        assert output == b""
    finally:
        if program.poll() is None:
            os.killpg(program.pid, signal.SIGKILL)
