"""A pull gives what the portal published, and keeps the answers as they came."""

import datetime as dt
import gzip
import hashlib
import json
from dataclasses import replace

import polars as pl
import pytest

from phucvu.portal import differences, newest, pull, read, together
from phucvu.problems import UnusableError
from phucvu.published import portal_2026
from phucvu.records.store import Store
from phucvu.rules.loading import load
from phucvu.scoring import score

from .server import ONLINE, YEAR, Book, running, with_more_communes

ONLINE_INDICATORS = ["3.1", "3.2", "3.3"]
CATALOGUE_PAGES = 3


def ordered(frame):
    return frame.sort(pl.all())


def of_gia_lai(frame):
    return frame.filter((pl.col("unit") == "H21") | pl.col("unit").str.starts_with("H21."))


def without_online(frame):
    return frame.filter(~pl.col("indicator").is_in(ONLINE_INDICATORS))


def test_gia_lai_and_its_units_are_what_the_project_states(pulled):
    with running() as server:
        got = pulled(server)
    own = portal_2026()
    assert got.problems == []
    assert ordered(without_online(got.published.figures)).equals(ordered(of_gia_lai(own.figures)))
    assert ordered(got.published.groups).equals(ordered(of_gia_lai(own.groups)))
    assert ordered(got.published.totals).equals(ordered(of_gia_lai(own.totals)))
    assert list(got.published.units) == own.units.below("H21")
    assert got.published.period == "2026"
    assert server.asked() == [
        *("service-results", "service-results"),
        *("transparency", "dvc-progress-tree", "provide-online-tree"),
        *("formality-online-payment-tree", "dossier-digitized", "handling-satisfaction"),
        *["formalities"] * CATALOGUE_PAGES,
    ]


def test_the_online_group_has_figures_of_the_root_alone(pulled):
    with running() as server:
        got = pulled(server).published.figures
    online = got.filter(pl.col("indicator").is_in(ONLINE_INDICATORS))
    assert online.rows() == [
        ("2026", "H21", "3.1", ONLINE["partialCount"] + ONLINE["fullCount"], ONLINE["authorityCount"]),
        ("2026", "H21", "3.2", ONLINE["onlineDossierCount"], ONLINE["onlineServiceTotal"]),
        ("2026", "H21", "3.3", ONLINE["channelOnlineSum"], ONLINE["channelTotalSum"]),
    ]


def test_nation_and_province_together_are_the_projects_table(pulled):
    with running() as server:
        nation, province = pulled(server, root=None), pulled(server)
    assert nation.problems == province.problems == []
    both, own = together(nation.published, province.published), portal_2026()
    assert ordered(without_online(both.figures)).equals(ordered(own.figures))
    assert ordered(both.groups).equals(ordered(own.groups))
    assert ordered(both.totals).equals(ordered(own.totals))
    assert {u.code: u for u in both.units} == {u.code: u for u in own.units}
    # So the scores are the same too, and the nation's.
    rules = load("portal-2026")
    ours, theirs = (score(p.figures, rules, p.units, p.groups) for p in (both, own))
    assert ours.nation("2026") == theirs.nation("2026")
    totals = ["unit", "score", "rank", "ranked"]
    assert ordered(ours.totals.select(totals)).equals(ordered(theirs.totals.select(totals)))


def test_nulls_and_notes_are_kept(pulled):
    with running() as server:
        components = pulled(server, root=None).components
    petition = components.filter(unit="H15", indicator="5.2").row(0, named=True)
    assert petition["numerator"] is petition["denominator"] is petition["score"] is None
    certified = components.filter(unit="H15", indicator="4.6").row(0, named=True)
    assert (certified["numerator"], certified["score"], certified["max"]) == (None, 2.0, 2.0)
    synchronised = components.filter(unit="H15", indicator="1.4").row(0, named=True)
    assert synchronised["status"] == "TEMP_NATIONAL_REPORT_DENOMINATOR"
    assert synchronised["message"].startswith("Mẫu số")
    assert synchronised["ratio"] == 100.0


def test_procedures_are_rows_of_the_procedures_table(pulled, tmp_path):
    with running() as server:
        got = pulled(server, home=tmp_path / "home")
    assert got.procedures.height == 250
    assert got.procedures.row(0) == ("1.000001", "Thủ tục số 1", "H21", "public")
    assert got.procedures.row(1) == ("1.000002", "Thủ tục số 2", None, "public")
    assert got.procedures["status"].null_count() == 5
    assert [n.en for n in got.notes] == ["unknown state 'INACTIVE' of 5 procedures, left empty"]
    assert Store(tmp_path).append("procedures", got.procedures).taken == 250


def test_without_the_catalogue(pulled):
    with running() as server:
        got = pulled(server, catalogue=False)
    assert "formalities" not in server.asked()
    assert got.procedures.is_empty()
    assert got.problems == []


def test_answers_are_kept_as_they_came(pulled, tmp_path):
    with running() as server:
        got = pulled(server, now=dt.datetime(2026, 10, 10, 8))
    assert got.folder == tmp_path / "portal" / "H21" / "2026" / "20261010T080000"
    manifest = json.loads((got.folder / "manifest.json").read_text(encoding="utf-8"))
    assert len(manifest["answers"]) == len(server.requests)
    for said, request in zip(manifest["answers"], server.requests, strict=True):
        assert gzip.decompress((got.folder / said["file"]).read_bytes()) == request.body
        assert said["sha256"] == hashlib.sha256(request.body).hexdigest()
        assert (said["payload"], said["status"]) == (request.payload, 201)
        assert said["url"].startswith(server.address + "/api/v1/reporting/")
        assert dt.datetime.fromisoformat(said["fetched_at"])
    again = read(got.folder)
    assert again.components.equals(got.components)
    assert again.published.figures.equals(got.published.figures)
    assert newest(tmp_path) == {("H21", YEAR): got.folder}


def test_the_cut_off_is_the_day_of_the_pull_in_a_running_period(pulled):
    with running() as server:
        running_ = pulled(server, catalogue=False, now=dt.datetime(2026, 10, 10, 8)).published
        over = pulled(server, catalogue=False, now=dt.datetime(2027, 2, 1)).published
    assert running_.cut_off == dt.datetime(2026, 10, 10, 8)
    assert "10/10/2026" in running_.source.vi
    assert over.cut_off == dt.datetime(2026, 12, 31, 23, 59, 59)


def test_pages_are_asked_for_until_all_rows_are_there(pulled, tmp_path):
    with running(Book(page_cap=7)) as server:
        small = pulled(server, home=tmp_path / "small")
    with running() as server:
        whole = pulled(server, home=tmp_path / "whole")
    assert small.problems == []
    assert small.components.equals(whole.components)
    assert small.procedures.equals(whole.procedures)


def test_a_root_with_150_children(pulled):
    with running(Book(with_more_communes(portal_2026(), 150 - 23), page_cap=100)) as server:
        steps = []
        got = pulled(server, progress=lambda *step: steps.append(step))
    assert got.problems == []
    assert got.published.totals.height == 151
    assert differences(got, load("portal-2026")).is_empty()
    assert [done for _, done, _ in steps] == list(range(1, len(server.requests) + 1))
    assert steps[-1] == ("formalities", len(server.requests), len(server.requests))
    assert all(done <= expected for _, done, expected in steps)


def test_units_without_group_scores_have_those_of_the_reports(pulled):
    with running(Book(children_have_groups=False)) as server:
        got = pulled(server)
    assert ordered(got.published.groups).equals(ordered(of_gia_lai(portal_2026().groups)))


def test_our_scores_of_its_figures_are_its_scores(pulled):
    with running() as server:
        for root in (None, "H21"):
            assert differences(pulled(server, root=root), load("portal-2026")).is_empty()


def test_a_score_that_is_not_ours_is_listed(pulled):
    own = portal_2026()
    book = Book(
        replace(
            own,
            totals=own.totals.with_columns(score=pl.col("score") + (pl.col("unit") == "H21.17") * 0.5),
            groups=own.groups.with_columns(
                score=pl.col("score") - ((pl.col("unit") == "H21") & (pl.col("group") == "progress")) * 1.0
            ),
        )
    )
    book.components["H21.202", "4.1"] += 0.02
    book.components["H21.203", "4.1"] += 0.01
    with running(book) as server:
        listed = differences(pulled(server), load("portal-2026")).drop("period")
    # The score of the progress report is that of its one indicator.
    assert ordered(listed.select("unit", "what", "part", "difference")).rows() == [
        ("H21", "component", "2.1", 1.0),
        ("H21", "group", "progress", 1.0),
        ("H21.17", "total", None, -0.5),
        ("H21.202", "component", "4.1", -0.02),
    ]


def test_an_unknown_root_is_named(pulled):
    with running() as server:
        with pytest.raises(UnusableError, match="no province with code H99"):
            pulled(server, root="H99")
        with pytest.raises(UnusableError, match="not a unit code"):
            pulled(server, root="../..")
        assert len(server.requests) == 1


def test_without_an_address_nothing_is_asked(tmp_path):
    with pytest.raises(UnusableError, match="PHUCVU_PORTAL"):
        pull(tmp_path, YEAR)
    assert list(tmp_path.iterdir()) == []
