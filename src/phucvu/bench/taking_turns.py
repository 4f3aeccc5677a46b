"""Everybody counts every period in turns; what it took each is kept, and whether the figures are equal."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl

from phucvu.bench.contenders import file_of
from phucvu.bench.names import COLUMNS, ENGINE

SLOW = 30.0
"""Who took longer than so many seconds is not asked for the same once more."""

Progress = Callable[[str, float], None]
"""Told what is being done, and the share that is done."""


@dataclass
class Contender:
    """A process that counts, and what it took: by what was asked, each round's answer."""

    name: str
    folder: Path
    memory: int
    rounds: dict[str, list[dict[str, float] | None]] = field(default_factory=dict)
    peak_mb: float = 0.0
    failed: str = ""

    def __post_init__(self) -> None:
        command = [sys.executable, "-m", "phucvu.bench.contenders"]
        command += [self.name, str(self.folder), str(self.memory)]
        pipe = subprocess.PIPE
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=self._errors, text=True)

    def ask(self, line: str, progress: Callable[[int, int], None] | None = None) -> dict[str, Any]:
        """The answer to a line; ``failed`` says what went wrong, if anything did."""
        assert self._process.stdin
        assert self._process.stdout
        answer: dict[str, Any] = {}
        try:
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()
            while "seconds" not in answer and "failed" not in answer:
                answer = json.loads(self._process.stdout.readline() or '{"failed": ""}')
                if "done" in answer and progress:
                    progress(answer["done"], answer["total"])
        except OSError:
            answer = {"failed": ""}
        if "failed" in answer:
            self.failed = answer["failed"] or self._ended()
        self.peak_mb = max(self.peak_mb, answer.get("peak_mb", 0.0))
        return answer

    def _ended(self) -> str:
        """Why the process ended; libraries that cannot get memory mostly say nothing."""
        status = self._process.wait()
        self._errors.seek(0)
        said = self._errors.read().strip().splitlines()
        if status < 0:
            return f"ended by signal {-status} at {self.memory} GB"
        return said[-1] if said else f"ended with status {status}"

    def take_turn(self, line: str) -> None:
        """Count once more; None is kept for a round that it was not asked in."""
        taken = [r["seconds"] for r in self.rounds.setdefault(line, []) if r]
        if self.failed or (taken and median(taken) > SLOW):
            self.rounds[line].append(None)
            return
        answer = self.ask(line)
        self.rounds[line].append(None if self.failed else answer)

    def counted(self) -> pl.DataFrame:
        return pl.read_parquet(file_of(self.folder, self.name))

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()
        self._errors.close()


def in_turns(
    names: Sequence[str],
    folder: Path,
    asked: dict[str, str],
    rounds: int,
    memory: int,
    progress: Progress,
) -> list[dict[str, Any]]:
    """What each of ``asked`` (a name, and the line of periods) took everybody; the engine comes first.

    Each counts the first line once beforehand, unmeasured but told as ``first_seconds``.
    """
    with ExitStack() as stack:
        contenders = [Contender(name, folder, memory) for name in (ENGINE, *names)]
        for each in contenders:
            stack.callback(each.stop)
        turns = len(contenders) * (1 + rounds * len(asked))
        first: dict[str, float | None] = {}
        rows = []
        for each in contenders:
            progress(each.name, len(first) / turns)
            first[each.name] = each.ask(next(iter(asked.values()))).get("seconds")
        done = len(first)
        for period, line in asked.items():
            for _ in range(rounds):
                for each in contenders:
                    progress(each.name, done / turns)
                    each.take_turn(line)
                    done += 1
            reference = None if contenders[0].failed else contenders[0].counted()
            rows += [
                {"period": period, "by": each.name, "first_seconds": first[each.name]}
                | _taken(each, contenders[0], line, reference)
                for each in contenders
            ]
        peaks = {each.name: round(each.peak_mb) for each in contenders}
        return [row | {"peak_mb": peaks[row["by"]]} for row in rows]


def _taken(each: Contender, engine: Contender, line: str, reference: pl.DataFrame | None) -> dict[str, Any]:
    """Medians of the rounds; ``times_engine`` is that of the ratios to the engine in the same round."""
    pairs = [(r, e) for r, e in zip(each.rounds[line], engine.rounds[line], strict=True) if r and e]
    answered = [r for r in each.rounds[line] if r]
    if not answered:
        return {"rounds": 0, "failed": each.failed}
    equal = None
    if each.name != COLUMNS and reference is not None:
        counted = each.counted()
        equal = counted.equals(reference.cast(dict(counted.schema)))  # type: ignore[arg-type]
    return {
        "rounds": len(answered),
        "seconds": round(median(r["seconds"] for r in answered), 4),
        "cpu_seconds": round(median(r["cpu"] for r in answered), 4),
        "times_engine": _times(pairs, "seconds"),
        "cpu_times_engine": _times(pairs, "cpu"),
        "equal": equal,
    }


def _times(pairs: list[tuple[dict[str, float], dict[str, float]]], what: str) -> float | None:
    return round(median(theirs[what] / ours[what] for theirs, ours in pairs), 3) if pairs else None
