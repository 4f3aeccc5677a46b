"""One request at a time, pauses kept, nothing after a refusal, and on again where it stopped."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from itertools import pairwise

import pytest

from phucvu.portal import newest, pull, read
from phucvu.problems import UnusableError

from .server import YEAR, Book, running

PAUSE = 0.1


def raw(folder):
    return {p.name: p.read_bytes() for p in folder.glob("*.gz")}


def test_one_at_a_time_with_a_pause_between(pulled):
    with running() as server:
        server.wait = 0.02
        pulled(server, pause=PAUSE)
    gaps = [b.began - a.ended for a, b in pairwise(server.requests)]
    assert server.most_under_way == 1
    assert min(gaps) >= PAUSE - 0.01
    assert {r.user_agent for r in server.requests} == {"phucvu"}


@pytest.mark.parametrize(("refusal", "after"), [(429, 0), (429, 1), (403, 4), (429, 9)])
def test_a_refusal_ends_it_and_the_next_run_goes_on(pulled, tmp_path, refusal, after):
    with running() as server:
        whole = pulled(server, home=tmp_path / "whole")
        asked = server.asked()
        server.requests.clear()
        server.refuse_after, server.refusal = after, refusal
        home = tmp_path / "refused"
        with pytest.raises(UnusableError) as refused:
            pulled(server, home=home)
        assert [r.status for r in server.requests] == [201] * after + [refusal]
        [problem] = refused.value.faults
        assert problem.file == f"{asked[after]} ({'H21' if 0 < after < 8 else 'cả nước'})"
        assert f"HTTP {refusal}" in problem.vi
        assert f"giữ {after} câu trả lời" in problem.vi
        assert ("120" in problem.vi) == (refusal == 429)
        assert newest(home) == {}

        server.refuse_after = None
        server.requests.clear()
        resumed = pulled(server, home=home)
        assert server.asked() == asked[after:]
    assert raw(resumed.folder) == raw(whole.folder)
    assert resumed.components.equals(whole.components)
    assert newest(home) == {("H21", YEAR): resumed.folder}


PULL = """
import sys
from pathlib import Path
from phucvu.figures.periods import Period
from phucvu.portal import pull
pull(Path(sys.argv[1]), Period.parse("2026"), root="H21", address=sys.argv[2], pause=0.0)
"""


def test_killed_at_any_moment_it_ends_with_the_same_files(pulled, tmp_path):
    chance = random.Random(4)
    home = tmp_path / "killed"
    with running(Book(page_cap=20)) as server:
        whole = pulled(server, home=tmp_path / "whole")
        needed = len(server.requests)
        server.requests.clear()
        server.wait = 0.03
        for _ in range(4):
            before = len(server.requests)
            process = subprocess.Popen([sys.executable, "-c", PULL, str(home), server.address])
            wanted = before + chance.randint(1, 5)
            while len(server.requests) < wanted and process.poll() is None:
                time.sleep(0.002)
            time.sleep(chance.random() * 0.03)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        server.wait = 0.0
        resumed = pulled(server, home=home)
        # At most the request under way is lost with each kill.
        assert needed <= len(server.requests) <= needed + 2 * 4
    assert raw(resumed.folder) == raw(whole.folder)
    assert resumed.components.equals(whole.components)
    assert resumed.problems == []


def test_an_unfinished_pull_can_be_read(pulled, tmp_path):
    with running() as server:
        server.refuse_after = 4
        with pytest.raises(UnusableError):
            pulled(server)
    [manifest] = tmp_path.glob("portal/H21/2026/*/manifest.json")
    got = read(manifest.parent)
    assert set(got.published.figures["indicator"]) == {"1.1", "1.2", "1.3", "1.4", "2.1"}
    said = {p.file: p.en for p in got.problems}
    assert said["provide-online-tree (H21)"].startswith("the portal refuses, HTTP 429")
    assert said["dossier-digitized (H21)"] == "not fetched yet"
    assert len(said) == 5


def test_a_finished_pull_is_not_touched_by_the_next(pulled, tmp_path):
    with running() as server:
        first = pulled(server, catalogue=False)
        before = raw(first.folder)
        second = pulled(server, catalogue=False)
    assert second.folder != first.folder
    assert raw(first.folder) == before
    assert newest(tmp_path) == {("H21", YEAR): second.folder}


def test_an_answer_kept_but_damaged_is_asked_for_again(pulled, tmp_path):
    with running() as server:
        server.refuse_after = 5
        with pytest.raises(UnusableError):
            pulled(server)
        [damaged] = tmp_path.glob("portal/H21/2026/*/transparency-1.json.gz")
        damaged.write_bytes(damaged.read_bytes()[:100])
        server.refuse_after = None
        server.requests.clear()
        assert pulled(server).problems == []
        assert server.asked()[0] == "transparency"


def test_two_pulls_at_once_are_refused(pulled):
    with running() as server:
        server.wait = 0.1
        first = threading.Thread(target=pulled, args=[server])
        first.start()
        while not server.under_way:
            time.sleep(0.01)
        with pytest.raises(UnusableError, match="another pull is running"):
            pulled(server, root=None)
        first.join()
        assert server.most_under_way == 1


def test_a_server_error_is_tried_again_with_longer_pauses(pulled):
    with running() as server:
        left = [500, 502, 503]
        server.faults["dossier-digitized"] = lambda status, body: (
            (left.pop(0), b"oops") if left else (status, body)
        )
        got = pulled(server, pause=0.05)
        times = [r for r in server.requests if r.report == "dossier-digitized"]
        assert [r.status for r in times] == [500, 502, 503, 201]
        gaps = [b.began - a.ended for a, b in pairwise(times)]
        assert all(gap >= 0.05 * 2**n - 0.01 for n, gap in enumerate(gaps, 1))
    assert got.problems == []


def test_a_server_that_stays_broken_is_one_problem(pulled):
    with running() as server:
        server.faults["transparency"] = lambda *_: (500, b"oops")
        got = pulled(server)
        assert server.asked().count("transparency") == 4
    [problem] = got.problems
    assert problem.file == "transparency (H21)"
    assert "HTTP 500" in problem.en
    assert "2.1" in got.published.figures["indicator"].to_list()


def test_a_server_too_slow_is_one_problem(pulled):
    with running() as server:

        def slow(status, body):
            time.sleep(0.6)
            return status, body

        server.faults["transparency"] = slow
        got = pulled(server, timeout=0.3)
    [problem] = got.problems
    assert problem.file == "transparency (H21)"
    assert "quá lâu không trả lời" in problem.vi
    assert "4 lần" in problem.vi


def test_nobody_there(tmp_path):
    with pytest.raises(UnusableError) as nobody:
        pull(tmp_path, YEAR, address="http://127.0.0.1:9", pause=0.0)
    [problem] = nobody.value.faults
    assert problem.file == "service-results (cả nước)"
    assert "không nối được" in problem.vi


def test_what_could_not_be_used_is_all_that_is_asked_for_again(pulled):
    with running() as server:
        server.faults["transparency"] = lambda *_: (201, b"{")
        first = pulled(server)
        assert [p.file for p in first.problems] == ["transparency (H21)"]
        assert json.loads((first.folder / "manifest.json").read_text())["finished"] is None
        server.faults.clear()
        server.requests.clear()
        second = pulled(server)
        assert server.asked() == ["transparency"]
    assert second.folder == first.folder
    assert second.problems == []
