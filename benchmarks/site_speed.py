"""How fast the public pages come: python benchmarks/site_speed.py [--seconds S] [--units N] [--home DIR].

Needs wrk (Debian's package). A home is made with invented figures of a whole nation: 34 provinces and
the departments and communes below them, 3,500 units in all, 13 months, a quarter and a year, and 5,000
procedures. The real server shows it (one worker, SQLite); the records behind it are not counted.

1. First view after a change: the running month gets new figures, and a page is asked for that was not
   asked for since. Once for each kind of page.
   Beside it the processor time, which says what it would be where nothing else runs.
2. 200 requests a second of 200 addresses of every kind, each asked for once before. wrk has no rate of
   its own: each of 20 connections waits 95 ms between an answer and the next request, which gives 200 a
   second while answers come in 5 ms; the rate that really was stands beside it.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from phucvu.engine.by_procedure import OF_EACH
from phucvu.engine.by_procedure import SCHEMA as BY_PROCEDURE
from phucvu.figures.periods import Period, now_in_vietnam
from phucvu.figures.table import SCHEMA
from phucvu.figures.units import Unit
from phucvu.inbox.home import open_home
from phucvu.intake.files import import_file
from phucvu.published import portal_2026
from phucvu.records.store import Store
from phucvu.rules.loading import load

CONNECTIONS, PAUSE = 20, 95

SCRIPT = """
local paths = {}
for path in io.lines("%(paths)s") do paths[#paths + 1] = path end
local place = 0
request = function()
  place = place %% #paths + 1
  return wrk.format("GET", paths[place])
end
delay = function() return %(pause)d end
done = function(summary, latency, requests)
  io.write(string.format("rate %%.1f\\n", summary.requests / summary.duration * 1e6))
  for _, p in pairs({50, 95, 99, 99.9}) do
    io.write(string.format("p%%g %%.2f ms\\n", p, latency:percentile(p) / 1000))
  end
  local e = summary.errors
  io.write(string.format("failed %%d\\n", e.connect + e.read + e.write + e.status + e.timeout))
end
"""

PROGRAM = """
import sys
from contextlib import nullcontext
import phucvu.web.serve as web
web.background = nullcontext
web.serve(sys.argv[1], int(sys.argv[2]))
"""


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    words.add_argument("--seconds", type=int, default=30)
    words.add_argument("--units", type=int, default=3500)
    words.add_argument("--home", type=Path, help="a home that an earlier run made, or that is made here")
    said = words.parse_args()
    if not shutil.which("wrk"):
        sys.exit("needs wrk (Debian's package wrk)")
    with tempfile.TemporaryDirectory(prefix="phucvu-site-") as folder:
        home = said.home or Path(folder) / "home"
        units = nation(said.units)
        today = now_in_vietnam()
        running = Period.months(today.year, today.month, 1)
        if not (home / "phucvu.sqlite3").exists():
            make(home, units, running, Path(folder))
        else:
            open_home(home, "phucvu.web.settings")
        with serving(home) as (site, worker):
            first_views(site, worker, units, running)
            load_of(site, worker, units, said.seconds, Path(folder))


def nation(count: int) -> list[Unit]:
    """The 34 provinces with 15 departments each, and communes up to ``count`` units."""
    provinces = [unit for unit in portal_2026().units if unit.kind == "province"]
    units = list(provinces)
    for number in range(count - len(provinces)):
        province, place = provinces[number % 34], number // 34
        if place < 15:
            unit = Unit(f"{province.code}.{place + 10}", f"Sở Thử {place}", "department", province.code)
        else:
            name = f"UBND xã Thử Nghiệm {place}"
            unit = Unit(f"{province.code}.{place + 100}", name, "commune", province.code)
        units.append(unit)
    return units


def make(home: Path, units: list[Unit], running: Period, folder: Path) -> None:
    """A home with units, procedures and the figures of many periods."""
    started = time.perf_counter()
    open_home(home, "phucvu.web.settings")
    from phucvu.inbox import counting

    store = Store(str(home))
    pl.DataFrame(
        [(u.code, u.name, u.kind, u.parent) for u in units],
        schema=["code", "name", "kind", "parent"],
        orient="row",
    ).write_csv(folder / "units.csv")
    import_file(store, folder / "units.csv")
    codes = [f"1.{number:06}" for number in range(5000)]
    pl.DataFrame(
        [(code, f"Thủ tục thử nghiệm số {n}", "Thử", "H26", "public") for n, code in enumerate(codes)],
        schema=["code", "name", "field", "owner", "status"],
        orient="row",
    ).write_csv(folder / "procedures.csv")
    import_file(store, folder / "procedures.csv")
    # Where there are no dossiers at all, the site shows no figures.
    store.append("dossiers", pl.DataFrame({"sender": ["made"], "code": ["H26-1"], "unit": [units[0].code]}))
    months = [running]
    while len(months) < 13:
        months.append(months[-1].previous())
    quarter = Period.months(running.first.year, (running.first.month - 1) // 3 * 3 + 1, 3)
    for number, period in enumerate([*months, quarter, Period.months(running.first.year, 1, 12)]):
        counting.publish(period, figures(units, period, number), now_in_vietnam())
        of_period = counting.Procedures(procedures(units, codes, number), pl.DataFrame(schema=OF_EACH))
        counting.publish_procedures(period, of_period, now_in_vietnam())
    took = time.perf_counter() - started
    print(f"made a home of {len(units):,} units and {len(months) + 2} periods in {took:.0f} s")


def figures(units: list[Unit], period: Period, seed: int) -> pl.DataFrame:
    chance = random.Random(seed)
    indicators = load("portal-2026").at(period.last).indicators
    rows = [
        (str(period), unit.code, indicator.id, int(whole * chance.uniform(0.4, 1)), whole)
        for unit in units
        for indicator in indicators
        if unit.kind in indicator.applies_to
        for whole in [chance.randrange(20, 4000)]
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def procedures(units: list[Unit], codes: list[str], seed: int) -> pl.DataFrame:
    """All procedures in each province, fifty in each other unit."""
    chance = random.Random(seed)
    pairs = [
        (unit.code, code)
        for unit in units
        for code in (codes if unit.kind == "province" else sorted(chance.sample(codes, 50)))
    ]
    frame = pl.DataFrame(pairs, schema=["unit", "procedure"], orient="row")
    number = pl.struct("unit", "procedure").hash(seed=seed)
    received = (number % 400).cast(pl.Int64)
    return frame.with_columns(
        received=received,
        handled=received + 10,
        on_time=received,
        finished=received,
        average_days=pl.when(received > 0).then((number % 97) / 10),
        median_days=pl.when(received > 0).then((number % 83) / 10),
        time_unit=pl.lit("workday"),
        average_time=pl.when(received > 0).then((number % 97) / 10),
        median_time=pl.when(received > 0).then((number % 83) / 10),
    ).select(pl.col(name).cast(kind) for name, kind in BY_PROCEDURE.items())


@contextlib.contextmanager
def serving(home: Path) -> Iterator[tuple[str, Path]]:
    """The site's address, and what /proc knows of the process that makes the pages."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", PROGRAM, str(home), str(port)]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "phucvu.web.settings"}
    server = subprocess.Popen(command, env=environment)
    site = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError):
                get(f"{site}/about")
                break
            if time.monotonic() > deadline:
                sys.exit("the server does not answer")
            time.sleep(0.2)
        worker = worker_of(server.pid)
        yield site, worker
        memory = re.search(r"VmHWM:\s+(\d+)", (worker / "status").read_text())
        print(f"memory of the worker at its most: {int(memory[1]) / 1e3:,.0f} MB" if memory else "")
    finally:
        server.terminate()
        server.wait()


def worker_of(parent: int) -> Path:
    """What /proc knows of the child that has worked most."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return max((Path("/proc", child) for child in children), key=processor_time)


def processor_time(process: Path) -> float:
    """Seconds of processor time that a process has taken."""
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def get(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return len(answer.read())
    except urllib.error.HTTPError as error:
        error.add_note(f"{url}: {error.read(500).decode(errors='replace')}")
        raise


def first_views(site: str, worker: Path, units: list[Unit], running: Period) -> None:
    """How long each kind of page takes when it is the first asked for after the figures changed."""
    from phucvu.inbox import counting

    month = f"?period={running}"
    pages = {
        "nation": f"/{month}",
        "province": f"/units/H21{month}",
        "commune": f"/units/{units[-1].code}{month}",
        "indicator": f"/indicators/2.1{month}",
        "indicator in a province": f"/indicators/2.1{month}&within=H21",
        "procedures": f"/procedures{month}",
        "procedure": f"/procedures/1.000123{month}",
        "comparison": f"/compare{month}&units=H21,H26,H01",
        "search": f"/search{month}&q=thu+nghiem",
        "chart over time": f"/units/H21/time.svg{month}",
        "Excel": f"/index.xlsx{month}",
        "embed": f"/embed/ranking{month}",
    }
    started = time.perf_counter()
    get(site + pages["province"])
    print(f"\nfirst view after the server started {time.perf_counter() - started:6.2f} s")
    for address in pages.values():
        get(site + address)
    print("first view after a change:")
    for number, (kind, address) in enumerate(pages.items(), 100):
        counting.publish(running, figures(units, running, number), now_in_vietnam())
        started, worked = time.perf_counter(), processor_time(worker)
        size = get(site + address)
        took, worked = time.perf_counter() - started, processor_time(worker) - worked
        print(f"  {kind:24} {took:6.2f} s, {worked:5.2f} s of processor time  {size / 1000:7.0f} kB")


def load_of(site: str, worker: Path, units: list[Unit], seconds: int, folder: Path) -> None:
    chance = random.Random(1)
    codes = [u.code for u in units]
    pages = ["/", "/index.json", "/en/", "/indicators", "/rules", "/rules/portal-2026", "/about", "/glossary"]
    pages += [f"/units/{code}" for code in codes[:34]]
    pages += [f"/units/{code}" for code in chance.sample(codes[34:], min(90, len(codes) - 34))]
    pages += [f"/units/{code}/lost.svg" for code in codes[:10]] + [
        f"/units/{code}/time.svg" for code in codes[:10]
    ]
    pages += [f"/indicators/{i}" for i in ("1.1", "2.1", "3.6", "4.1", "5.4")]
    pages += [f"/indicators/2.1?within={code}" for code in codes[:10]]
    pages += ["/procedures", *(f"/procedures/1.{number:06}" for number in range(20))]
    pages += [f"/compare?units=H21,{code}" for code in codes[:5]]
    pages += [f"/search?q={word}" for word in ("thu+nghiem", "gia+lai", "ha", "2.1", "xa+thu+88")]
    for page in pages:
        get(site + page)
    chance.shuffle(pages)
    paths, script = folder / "paths.txt", folder / "load.lua"
    paths.write_text("\n".join(pages) + "\n", encoding="utf-8")
    script.write_text(SCRIPT % {"paths": paths, "pause": PAUSE}, encoding="utf-8")
    worked = processor_time(worker)
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script), site]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    worked = processor_time(worker) - worked
    print(f"\n{len(pages)} addresses, {seconds} s:")
    print(*(f"  {line}" for line in said.splitlines() if re.match(r"rate|p\d|failed", line)), sep="\n")
    print(
        f"  the server took {worked / seconds:.2f} of a core; the machine's load was {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
