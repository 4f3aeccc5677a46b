"""Running `python -m phucvu` as often as tests do: each time a process of its own, forked from one in which
the libraries are loaded already, since loading them takes longer than most commands.

What starts itself anew within the program (the readers of workbooks, the work of tasks) starts as
it always does.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, NoReturn

LIBRARIES = (
    *(
        "altair",
        "click",
        "deltalake",
        "duckdb",
        "fastexcel",
        "holidays.countries",
        "httpx",
        "ibis",
        "msgspec",
    ),
    *("numpy", "polars", "pyarrow", "pydantic", "rich.console", "xlsxwriter", "yaml"),
    *("ibis.backends.duckdb", "ibis.backends.duckdb.converter", "requests", "jwt", "cryptography.fernet"),
    *("docx", "docxtpl", "fido2.server", "highspy", "prometheus_client", "segno", "unittest.mock"),
    *("django.core.management", "django.db.models", "django.template.loader", "django.utils.log"),
    *("phucvu.engine.figures", "phucvu.intake.files", "phucvu.inbox.home"),
    *("phucvu.portal.pull", "phucvu.published", "phucvu.scoring", "phucvu.simulation.simulator"),
    *("granian", "phucvu.engine.live", "phucvu.inbox.background", "phucvu.intake.wire", "phucvu.web.door"),
)
"""None of them looks at the environment, or begins work, as it is loaded."""

MESSAGE = 1 << 20
"""Bytes of a request at most."""


class Starter:
    """A process that starts others, one at a time; made when it is first asked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ours: socket.socket | None = None

    def run(self, asked: dict[str, Any]) -> subprocess.CompletedProcess[str]:
        with self._lock, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            status = self._ask(asked, out, err)
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(asked["words"], status, _text(out), _text(err))

    def start(self, asked: dict[str, Any], log: IO[bytes]) -> Started:
        with self._lock:
            return Started(self._ask(asked | {"stays": True}, log, log))

    def _ask(self, asked: dict[str, Any], out: IO[bytes], err: IO[bytes]) -> int:
        if self._ours is None:
            self._ours = self._begin()
        socket.send_fds(self._ours, [json.dumps(asked).encode()], [out.fileno(), err.fileno()])
        said = self._ours.recv(100)
        assert said, "what starts the program has ended"
        return int(said)

    def _begin(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MESSAGE)
        with theirs:
            process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        atexit.register(process.wait)
        atexit.register(ours.close)  # the first to be called: then the process ends
        return ours


class Started:
    """A process that goes on by itself, with a session and a group of its own."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._handle = os.pidfd_open(pid)

    def has_ended(self, seconds: float = 0) -> bool:
        """Whether it ended, or does within so many seconds."""
        return bool(select.select([self._handle], [], [], seconds)[0])

    def terminate(self) -> None:
        signal.pidfd_send_signal(self._handle, signal.SIGTERM)

    def __del__(self) -> None:
        os.close(self._handle)


STARTER = Starter()


def phucvu(
    *words: str, cwd: Path | str | None = None, env: Mapping[str, str] | None = None, umask: int | None = None
) -> subprocess.CompletedProcess[str]:
    """What the command prints and how it ends, as ``subprocess.run`` tells it."""
    return _run(["phucvu", *words], cwd, env, umask=umask)


def python(code: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """The same of ``python -c``."""
    return _run(["-c"], None, env, code=code)


def start(code: str, env: Mapping[str, str], log: IO[bytes]) -> Started:
    """The same, and it is not waited for; what it prints is added to a file, last how it ends: «status 0»."""
    return STARTER.start(_asked(["-c"], None, env, code=code), log)


def _run(
    words: list[str], cwd: Path | str | None, env: Mapping[str, str] | None, **how: Any
) -> subprocess.CompletedProcess[str]:
    return STARTER.run(_asked(words, cwd, env, **how))


def _asked(
    words: list[str], cwd: Path | str | None, env: Mapping[str, str] | None, **how: Any
) -> dict[str, Any]:
    environment = dict(os.environ if env is None else env)
    return {"words": words, "cwd": str(cwd or Path.cwd()), "env": environment, **how}


def _text(file: IO[bytes]) -> str:
    return file.read().decode()


def _start_others(asking: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """In this process: start a process for each request until nobody asks. In each of these: return."""
    while True:
        message, files, _, _ = socket.recv_fds(asking, MESSAGE, 2)
        _forget_those_that_ended()
        if not message:
            os._exit(0)
        asked = json.loads(message)
        child = os.fork()
        if not child:
            asking.close()
            return asked, files
        for file in files:
            os.close(file)
        if asked.get("stays"):
            asking.send(str(child).encode())
            continue
        _, status = os.waitpid(child, 0)
        asking.send(str(os.waitstatus_to_exitcode(status)).encode())


def _forget_those_that_ended() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _become(asked: dict[str, Any], files: list[int]) -> None:
    """Be the process that was asked for."""
    if asked.get("stays"):
        os.setsid()
    os.dup2(files[0], 1)
    os.dup2(files[1], 2)
    for file in files:
        os.close(file)
    os.environ.clear()
    os.environ.update(asked["env"])
    time.tzset()
    tempfile.tempdir = None
    if asked.get("umask") is not None:
        os.umask(asked["umask"])
    os.chdir(asked["cwd"])
    sys.path[:1] = [asked["cwd"], *asked["env"].get("PYTHONPATH", "").split(os.pathsep)]
    sys.argv = asked["words"]


def _work(code: str | None) -> None:
    if code is None:
        runpy.run_module("phucvu", run_name="__main__", alter_sys=True)
    else:
        exec(compile(code, "<string>", "exec"), {"__name__": "__main__"})


def _end(said: int | str | None) -> NoReturn:
    """End as Python does, but for taking apart what is loaded, which takes longer than most commands."""
    if isinstance(said, str):
        print(said, file=sys.stderr)
    threading._shutdown()
    atexit._run_exitfuncs()
    status = said if isinstance(said, int) else int(said is not None)
    sys.stdout.flush()
    if request.get("stays"):
        print(f"status {status}", file=sys.stderr)
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    for name in LIBRARIES:
        importlib.import_module(name)
    dict(
        importlib.import_module("phucvu.cli.program").program.commands
    )  # each is loaded when it is asked for
    importlib.import_module("translated").join()  # the file beside this one
    loading = importlib.import_module("phucvu.rules.loading")
    for shipped in loading.names():
        loading.load(shipped)
    gc.freeze()  # what stays is not looked through, and so not copied, in each process
    request, outputs = _start_others(socket.socket(fileno=int(sys.argv[1])))
    _become(request, outputs)
    try:
        _work(request.get("code"))
    except SystemExit as end:
        _end(end.code)
    except BaseException:
        traceback.print_exc()
        _end(1)
    _end(0)
