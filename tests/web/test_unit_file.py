"""The unit of docs/running.md: what it lets the service write is all that the service writes."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from .. import starting
from .serving import COUNTED, free_port, serving

pytestmark = pytest.mark.site

UNIT = re.search(
    r"```ini\n(.*?)```", (Path(__file__).parents[2] / "docs" / "running.md").read_text(encoding="utf-8"), re.S
)
assert UNIT
SAID = dict(line.split("=", 1) for line in UNIT[1].splitlines() if "=" in line)

# The whole tree read-only but for the folder given, as ProtectSystem=strict makes it.
CLOSED = """
set -e
mount --make-rprivate /
mount --bind "$1" "$1"
mount -o remount,bind,ro / /
for place in /tmp /var/tmp /dev/shm; do
    if mountpoint -q "$place"; then mount -o remount,bind,ro "$place"; fi
done
if touch /tmp/phucvu-can-write 2>/dev/null; then exit 77; fi
exec "${@:2}"
"""


def test_the_unit_lets_write_the_home_and_a_temporary_folder_of_its_own() -> None:
    assert SAID["ProtectSystem"] == "strict"
    assert SAID["PrivateTmp"] == "yes"
    assert f"PHUCVU_HOME={SAID['ReadWritePaths']}" in SAID["Environment"].split()
    assert SAID["UMask"] == "0077"


def test_the_service_runs_where_only_its_home_can_be_written(tmp_path: Path) -> None:
    if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], check=False).returncode:
        pytest.skip("this machine lets nobody make a read-only view of its files")
    home = tmp_path / "home"
    home.mkdir()
    port = free_port()
    command = [sys.executable, "-m", "phucvu", "serve", "--home", str(home), "--port", str(port)]
    program = subprocess.Popen(
        ["unshare", "-m", "bash", "-c", CLOSED, "-", str(home), *command],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        end = time.monotonic() + 150
        while not answers(port):
            assert program.poll() is None, program.communicate()[1].decode()
            assert time.monotonic() < end
            time.sleep(0.1)
        assert list((home / "tmp").iterdir())
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        program.communicate()


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as said:
        return bool(said.status == 200)
    return False


def test_nothing_is_left_of_what_was_stopped_or_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    monkeypatch.setenv("TMPDIR", str(elsewhere))
    log = tmp_path / "log"
    with serving(COUNTED, home, log) as site:
        assert len(list((home / "tmp").iterdir())) == 1
        site.stop()
    assert list((home / "tmp").iterdir()) == []
    with serving(COUNTED, home, log) as site:
        (killed,) = (home / "tmp").iterdir()
        site.kill()
    assert killed.exists()
    with serving(COUNTED, home, log):
        assert not killed.exists()
        # One that runs keeps its own when another begins.
        (running,) = (home / "tmp").iterdir()
        code = f"from phucvu.records.places import scratch\nwith scratch({str(home)!r}): pass"
        assert starting.python(code, os.environ).returncode == 0
        assert running.exists()
    assert list(elsewhere.iterdir()) == []
    shutil.rmtree(home)
