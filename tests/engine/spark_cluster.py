"""A standalone Spark master and its workers, each a process, started by the commands of docs/cluster.md."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from phucvu.engine.cluster import java_options, loaded_classes

DOCS = Path(__file__).resolve().parents[2] / "docs" / "cluster.md"


def commands(heading: str) -> list[str]:
    """The lines of the shell under a heading."""
    section = DOCS.read_text(encoding="utf-8").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return [line for block in re.findall(r"```sh\n(.*?)```", section, re.S) for line in block.splitlines()]


@contextmanager
def cluster(folder: Path, workers: int = 2, memory: str = "1g") -> Iterator[str]:
    """The address of a master on a free port of this machine, with so many workers of one core."""
    _, master, worker, _ = commands("A standalone cluster")
    with ExitStack() as stack:
        said = started(stack, master.replace("--port 7077", "--port 0 --webui-port 0"), folder / "master.log")
        address = waited(said, r"Starting Spark master at (spark://\S+)")
        waited(said, "I have been elected leader")
        for number in range(workers):
            words = worker.replace("spark://10.0.0.1:7077", address)
            words = words.replace("--cores 8 --memory 24g", f"--cores 1 --memory {memory}")
            words += f" --host 127.0.0.1 --webui-port 0 --work-dir {folder}/worker-{number}"
            waited(
                started(stack, words, folder / f"worker-{number}.log"), "Successfully registered with master"
            )
        yield address


def started(stack: ExitStack, words: str, log: Path) -> Path:
    words = words.replace("$SPARK_HOME", str(loaded_classes().parent)).replace("10.0.0.1", "127.0.0.1")
    environment = os.environ | {"SPARK_DAEMON_JAVA_OPTS": java_options()}
    with log.open("w") as out:
        process = subprocess.Popen(
            shlex.split(words), stdout=out, stderr=out, cwd=log.parent, env=environment
        )
    stack.callback(process.wait)
    stack.callback(process.terminate)
    return log


def waited(log: Path, pattern: str) -> str:
    for _ in range(1200):
        if found := re.search(pattern, log.read_text(encoding="utf-8")):
            return str(found[found.re.groups])
        time.sleep(0.1)
    raise TimeoutError(log.read_text(encoding="utf-8"))
