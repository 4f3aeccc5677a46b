"""The records can be made again from the inbox alone."""

from __future__ import annotations

from pathlib import Path

from phucvu.inbox.clock import now

from .clients import dossier, step
from .conftest import Running
from .running import inside


def test_replaying_the_inbox_into_a_fresh_home_gives_the_same_figures(
    running: Running, tmp_path: Path
) -> None:
    client = running.second()
    client.send("CapNhatTienDoHoSoMC", [step("AGAIN-1", "20261105080000", 9)])
    for status in ("2", "4", "9"):
        items = [
            dossier(f"AGAIN-{n}", TrangThaiHoSo=status, NgayHenTra=f"202611{10 + n}170000") for n in range(9)
        ]
        client.send("DongBoHoSoMC", [*items, dossier("AGAIN-BAD", NgayTiepNhan="hôm nay")])
    running.site.wait_until_moved()
    said = inside(
        running.site.home,
        f"""
        import datetime as dt, ibis
        from phucvu.engine.figures import figures
        from phucvu.figures.periods import Period
        from phucvu.inbox.models import Payload
        from phucvu.inbox.replaying import replay
        from phucvu.records.schema import TABLES
        from phucvu.records.store import Store
        from phucvu.rules.loading import load

        def counted(of):
            con = ibis.duckdb.connect()
            tables = {{name: of.table(con, name) for name in TABLES}}
            found = figures(tables, load("portal-2026"), Period.parse("2026-11"), dt.datetime(2026, 11, 30))
            return found.sort("unit", "indicator")

        def aside(of):
            rows = of.rows("set_aside").filter(state="pending")
            return rows.select("sender", "payload", "vi").sort("payload")

        fresh = Store({str(tmp_path)!r})
        number = replay(store, fresh)
        same = [counted(store).equals(counted(fresh)), aside(store).equals(aside(fresh))]
        say([number == Payload.objects.count(), *same, replay(store, fresh) == number, aside(fresh).height])
        """,
    )
    assert said[:4] == [True] * 4
    assert said[4] > 0


def test_what_somebody_chose_to_count_is_chosen_again(running: Running, tmp_path: Path) -> None:
    client = running.second()
    for code in ("CHOSEN-1", "CHOSEN-2"):
        for status in ("2", "9", "2"):
            client.send("DongBoHoSoMC", [dossier(code, TrangThaiHoSo=status)])
            running.site.wait_until_moved()
        assert running.store.choose("H21", code, running.store.history("H21", code)[0].place, now())
    # What says something new after the choice counts in its place.
    client.send("DongBoHoSoMC", [dossier("CHOSEN-2", TrangThaiHoSo="4")])
    running.site.wait_until_moved()
    said = inside(
        running.site.home,
        f"""
        from phucvu.inbox.replaying import replay
        from phucvu.records.store import Store

        def counting(of):
            kept = [of.history("H21", f"CHOSEN-{{n}}") for n in (1, 2)]
            return [[one.row["status"] for one in versions if one.counts] for versions in kept]

        fresh = Store({str(tmp_path)!r})
        replay(store, fresh)
        say([counting(store), counting(fresh)])
        """,
    )
    assert said == [[[2], [4]]] * 2
