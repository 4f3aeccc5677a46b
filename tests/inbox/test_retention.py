"""What is past its time is deleted, a little at a turn, and nothing that the records do not hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from phucvu import configuration
from phucvu.problems import UnusableError

from .clients import dossier
from .test_copies import in_records, phucvu

SWEEPING = f"""
    import datetime as dt
    from pathlib import Path
    from phucvu.inbox import retention
    from phucvu.inbox.backup import back_up, checked
    from phucvu.configuration import Configuration
    from phucvu.inbox.models import Part
    from phucvu.inbox.retention import Sweeper
    retention.AT_ONCE = 3

    WHOLE = {dossier("A")!r}

    def named(*codes):
        return [WHOLE | {{"MaHoSo": code}} for code in codes]
    def left():
        return [Payload.objects.count(), Body.objects.count(), Move.objects.count()]
    def sweep():
        sweeper = Sweeper(store, Configuration(keep_payloads=30, keep_versions=0))
        turns = 1
        while sweeper.sweep():
            turns += 1
        return turns

    Counted, Waiting = Payload.State.COUNTED, Payload.State.WAITING
    old = dt.datetime(2020, 1, 1)
    mover = Mover(Registers(store))
    for n in range(2):
        for m in range(4):
            kept(*named(f"OLD-{{n}}-{{m}}"))
        mover.move()
    Payload.objects.update(state=Counted, received_at=old)
    first = Payload.objects.order_by("id").first()
    # One of each: recent; not moved yet; not counted yet; left out since it cannot be read.
    kept(*named("NEW"))
    mover.move()
    Payload.objects.filter(state=Payload.State.MOVED).update(state=Counted)
    for state in (Payload.State.MOVED, Payload.State.STUCK, Waiting):
        kept(*named(f"STATE-{{state}}"))
        mover.move() if state == Payload.State.MOVED else None
        Payload.objects.filter(pk=Payload.objects.latest("id").pk).update(state=state, received_at=old)
"""


def test_payloads_go_once_they_are_counted_and_past_their_time(tmp_path: Path, database: str | None) -> None:
    said = in_records(
        tmp_path / "home",
        SWEEPING
        + """
    # What the records have lost goes nowhere: it is moved again first.
    shutil.copytree(f"{store.home}/records/dossiers", f"{store.home}/whole")
    shutil.rmtree(f"{store.home}/records/dossiers")
    found = [sweep(), left(), Payload.objects.filter(state=Payload.State.AGAIN).count()]
    shutil.move(f"{store.home}/whole", f"{store.home}/records/dossiers")
    mover.move()
    Payload.objects.filter(state=Payload.State.AGAIN).update(state=Counted)
    Payload.objects.filter(pk__lt=first.pk + 8).update(state=Counted)

    found += [sweep(), left(), sorted(Payload.objects.values_list("state", flat=True))]
    found += [[one.payloads - 4, one.again, one.gone] for one in [reconcile(store)]]
    part = Part.objects.get(name="payloads")
    found += [part.swept_rows, part.swept_bytes > 1000, part.bytes > 0, part.swept_at is not None]
    found += [sweep(), left()[0], len(codes())]
    copy = Path(store.home).with_name("copy")
    back_up(store.home, copy)
    found += [checked(copy).payloads]
    say(found)
""",
        database,
    )
    turns, lost, again, *rest = said
    assert (turns, lost[0], again) == (1, 12, 10), "nothing was deleted, all that was moved is moved again"
    turns, left, states, checked, rows, has_bytes, measured, swept, more, still, codes, backed_up = rest
    assert turns == 3, "three, three and two"
    assert left[:2] == [4, 4]
    assert states == [0, 1, 2, 3] or states == [0, 2, 2, 3]
    assert checked == [0, 0, 0], "the check holds"
    assert (rows, has_bytes, measured, swept) == (8, True, True, True)
    assert (more, still, codes, backed_up) == (1, 4, 10, 4)


SWEPT = """
    import datetime as dt, ibis
    from pathlib import Path
    from phucvu.configuration import Configuration
    from phucvu.engine.figures import figures
    from phucvu.figures.periods import Period
    from phucvu.inbox.backup import back_up
    from phucvu.inbox.retention import Sweeper
    from phucvu.records import delta
    from phucvu.records.schema import TABLES
    from phucvu.rules.loading import load
    delta.KEEP_HOURS = 0

    def swept():
        \"\"\"Everything past its time deleted: payloads, versions and files.\"\"\"
        sweeper = Sweeper(store, Configuration(keep_payloads=30, keep_versions=0))
        while sweeper.sweep():
            pass
        gone = 0
        while rows := store.forget(dt.datetime(2100, 1, 1)).rows:
            gone += rows
        type(store)(store.home).compact("dossiers")
        return gone

    def state():
        con = ibis.duckdb.connect()
        tables = {name: store.table(con, name) for name in TABLES}
        found = figures(tables, load("portal-2026"), Period.parse("2026"), dt.datetime(2026, 11, 20))
        held = reconcile(store)
        rows = sorted(store.rows("dossiers").select("code", "status").rows())
        return [rows, found.sort("unit", "indicator").write_csv(), held.again, held.gone]
"""


def test_a_home_that_was_swept_is_whole_when_it_is_restored(tmp_path: Path) -> None:
    """Backed up before the sweep or after it, and swept again or not: the same dossiers and figures."""
    made = in_records(
        tmp_path / "home",
        SWEPT
        + f"""
    mover = Mover(Registers(store))
    for status in ("2", "4", "10"):
        kept(*({dossier("A")!r} | {{"MaHoSo": f"A-{{n}}", "TrangThaiHoSo": status}} for n in range(6)))
        mover.move()
    kept({dossier("B", NgayHenTra="hôm nay")!r})
    mover.move()
    store.compact(whole=True)
    Payload.objects.update(state=Payload.State.COUNTED, received_at=dt.datetime(2020, 1, 1))
    home, payloads = Path(store.home), Payload.objects.count()
    found = [state()]
    back_up(store.home, home.with_name("before"))
    gone = swept()
    found += [state()]
    back_up(store.home, home.with_name("after"))
    say([found, gone, payloads, Payload.objects.count()])
""",
    )
    [first, second], gone, payloads, left = made
    assert first == second
    assert (gone > 0, payloads, left) == (True, 19, 0), "versions and payloads are gone"
    assert (len(first[0]), first[2:]) == (6, [0, 0])
    for copy, kept in (("before", 19), ("after", 0)):
        again = tmp_path / f"{copy}-again"
        said = phucvu("restore", str(tmp_path / copy), "--home", str(again))
        assert said.returncode == 0, said.stderr
        assert "the audit log is whole" in said.stdout
        code = "say([Payload.objects.count(), state(), swept(), Payload.objects.count(), state()])"
        of_versions = gone if kept else 0
        assert in_records(again, SWEPT + "    " + code) == [kept, first, of_versions, 0, first]


@pytest.mark.parametrize("said", ["-1", "1.5", "một", "100000"])
def test_a_setting_that_is_no_number_of_days_is_refused(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PHUCVU_KEEP_PAYLOADS", "PHUCVU_KEEP_VERSIONS", "PHUCVU_KEEP_FILES"):
        monkeypatch.setenv(name, said)
        with pytest.raises(UnusableError, match=name):
            configuration.current()
        monkeypatch.delenv(name)


def test_days_are_chosen_and_files_stay_a_day_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHUCVU_KEEP_PAYLOADS", "0")
    monkeypatch.setenv("PHUCVU_KEEP_VERSIONS", "365")
    said = configuration.current()
    assert (said.keep_payloads, said.keep_versions, said.keep_files) == (0, 365, 1)
    monkeypatch.setenv("PHUCVU_KEEP_FILES", "0")
    with pytest.raises(UnusableError, match="from 1 to 99999"):
        configuration.current()
