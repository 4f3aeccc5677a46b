"""The inbox's own processes end with what keeps them running, whenever that is."""

from __future__ import annotations

import multiprocessing
import os

import pytest

from .. import starting

KEEPING = """
import signal, threading, time
from multiprocessing import active_children
from phucvu.inbox import background, forking

background.AFTER_DEATH, background.PATIENCE = 0.0, 0.5
background.wanted = lambda: ["inbox"]

def say_what_is_left():
    for process in active_children():
        print("left", process.name)
        process.kill()
    print("ended")
"""

ENDS_AS_ONE_IS_STARTED = """
leaving, real, begun = threading.Event(), background.forked, []

def forked(name, work):
    begun.append(name)
    if len(begun) == 2:
        leaving.wait()
        time.sleep(0.2)  # meanwhile the others are told to end
    return real(name, work)

background.forked = forked
with background.background(lambda part: time.sleep(0 if len(begun) == 1 else 60)):
    while len(begun) < 2:
        time.sleep(0.01)
    leaving.set()
say_what_is_left()
"""

DOES_NOT_HEAR = """
def deaf(part):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("begun", flush=True)
    time.sleep(60)

with background.background(deaf):
    time.sleep(0.5)
say_what_is_left()
"""


@pytest.mark.parametrize(("code", "said"), [(ENDS_AS_ONE_IS_STARTED, []), (DOES_NOT_HEAR, ["begun"])])
def test_none_is_left(code: str, said: list[str]) -> None:
    done = starting.python(KEEPING + code, os.environ)
    assert done.stdout.splitlines() == [*said, "ended"], done.stderr


def test_what_need_not_be_at_once_leaves_others_a_processor() -> None:
    from phucvu.inbox import running

    def told() -> None:
        running.step_back()
        told_by.send((os.nice(0), os.sched_getaffinity(0)))

    told_to, told_by = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=told)
    process.start()
    assert told_to.poll(30)
    nice, processors = told_to.recv()
    process.join()
    every = os.sched_getaffinity(0)
    assert nice == running.NICE
    assert processors < every or processors == every == {min(every)}
