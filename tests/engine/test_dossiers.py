"""The records behind a figure are those that were counted, lost ones first, with the reason in words."""

import datetime as dt

import polars as pl
import pytest

from phucvu.engine.dossiers import dossiers
from phucvu.engine.figures import figures
from phucvu.engine.sources import from_frames
from phucvu.figures.periods import Period
from phucvu.problems import NotFoundError
from phucvu.rules.loading import load

from . import worked

AUGUST = Period.parse("2026-08")
NOW = dt.datetime(2026, 9, 15, 8)


def example(part):
    return next(e for _, e, _ in worked.examples() if part in e["title"]["en"])


def tables(part):
    return from_frames(worked.frames(example(part)))


def by_code(frame):
    return {row["code"]: row for row in frame.iter_rows(named=True)}


@pytest.mark.parametrize(
    ("part", "indicators"),
    [
        ("Satisfaction with dossiers", ["2.1", "5.4", "4.1"]),
        ("Digitised data reused", ["4.3", "4.5a", "4.5b"]),
        ("Procedures of the unit's authority offered", ["3.1", "3.2"]),
        ("Fee procedures with an online payment", ["3.4", "3.5", "3.6"]),
        ("Satisfaction with petitions", ["5.1a", "5.2", "5.3"]),
        ("Public procedures with all seven parts", ["1.3", "1.1"]),
        ("Communes that certified", ["4.6"]),
        ("Each working day after the day of receipt", ["2.2"]),
    ],
)
def test_the_records_add_up_to_the_figure(part, indicators):
    records, rules, unit = tables(part), load("qd766-2022"), "H99"
    counted = figures(records, rules, AUGUST, NOW, units=[unit])
    found = {row["indicator"]: row for row in counted.iter_rows(named=True)}
    for indicator in indicators:
        behind = dossiers(records, rules, AUGUST, NOW, unit, indicator)
        assert len(behind) == found[indicator]["denominator"]
        if indicator != "2.2":  # its numerator is hours
            assert len(behind) - behind["taken_off"].sum() == found[indicator]["numerator"]
            assert behind["counted"].to_list() == (behind["taken_off"] == 0).to_list()
        assert behind["counted"].to_list() == sorted(behind["counted"])
        assert all(row["counted"] == (row["reason_en"] == "") for row in behind.iter_rows(named=True))


def test_reasons_say_how_late_and_what_is_missing():
    behind = by_code(
        dossiers(tables("Satisfaction with dossiers"), load("portal-2026"), AUGUST, NOW, "H99.201", "5.4")
    )
    assert behind["HS-5"]["reason_vi"] == "quá hạn 5 ngày"
    assert behind["HS-5"]["reason_en"] == "late by 5 days"
    assert behind["HS-2"]["reason_en"] == "rated dissatisfied"
    assert behind["HS-3"]["reason_vi"] == "có phản ánh, kiến nghị"
    assert behind["HS-1"]["reason_vi"] == ""


def test_what_is_taken_off_twice_is_said():
    records, rules = tables("both late and complained of"), load("portal-2026")
    behind = by_code(dossiers(records, rules, AUGUST, NOW, "H99.201", "5.4"))
    assert {code: row["taken_off"] for code, row in behind.items()} == {
        "HS-1": 0,
        "HS-2": 2,
        "HS-3": 1,
        "HS-4": 0,
    }
    assert behind["HS-2"]["reason_vi"] == "quá hạn 5 ngày; bị đánh giá không hài lòng (bị trừ 2 lần)"
    assert behind["HS-2"]["reason_en"] == "late by 5 days; rated dissatisfied (taken off 2 times)"
    assert behind["HS-3"]["reason_en"] == "a petition names it; rated dissatisfied"


def test_repeated_requests_are_said():
    behind = by_code(
        dossiers(tables("Still waiting after one request"), load("portal-2026"), AUGUST, NOW, "H99", "2.1")
    )
    assert behind["HS-3"]["reason_en"] == "late: supplements asked for repeatedly"


def test_pages_and_lost_only():
    records, rules = tables("Satisfaction with dossiers"), load("portal-2026")
    whole = dossiers(records, rules, AUGUST, NOW, "H99", "5.4")
    pages = [dossiers(records, rules, AUGUST, NOW, "H99", "5.4", limit=2, offset=o) for o in (0, 2, 4)]
    assert [code for page in pages for code in page["code"]] == whole["code"].to_list()
    lost = dossiers(records, rules, AUGUST, NOW, "H99", "5.4", lost_only=True)
    assert lost["code"].to_list() == whole.filter(~whole["counted"])["code"].to_list()


def test_a_unit_of_a_province_shows_the_records_of_the_figure_it_shows():
    behind = dossiers(
        tables("Public procedures with all seven parts"), load("portal-2026"), AUGUST, NOW, "H99.201", "1.3"
    )
    assert len(behind) == 4


@pytest.mark.parametrize(("unit", "indicator"), [("H00", "2.1"), ("H99", "9.9"), ("H99.01", "4.6")])
def test_what_has_no_figure_is_refused(unit, indicator):
    with pytest.raises(NotFoundError, match=r"H00|9\.9|4\.6"):
        dossiers(tables("Satisfaction with dossiers"), load("qd766-2022"), AUGUST, NOW, unit, indicator)


def petition(code, **fields):
    moments = {name: dt.datetime.fromisoformat(f"2026-{text}") for name, text in fields.items()}
    return {
        "code": code,
        "unit": "H99",
        "class": "policy",
        "arrived_at": dt.datetime(2026, 8, 3, 10),
        **moments,
    }


PETITIONS = {
    "refused late": petition("1", refused_at="08-06 10:00"),
    "answered late": petition("2", answered_at="08-24 10:00", published_at="08-24 11:00"),
    "answer made public late": petition("3", answered_at="08-10 10:00", published_at="08-20 10:00"),
    "answered, not made public in time": petition("4", answered_at="08-10 10:00"),
    "supplement asked for late": petition("5", supplement_asked_at="08-20 10:00"),
    "not answered, past its deadline": petition("6"),
    "answered late; answer made public late": petition(
        "7", answered_at="08-24 10:00", published_at="08-28 10:00"
    ),
    "": petition("8", answered_at="08-10 10:00", published_at="08-11 10:00"),
}


def test_each_late_petition_says_at_which_limit():
    units = pl.DataFrame([{"code": "H99", "name": "UBND tỉnh Thử", "kind": "province"}])
    petitions = pl.DataFrame(list(PETITIONS.values()), infer_schema_length=None)
    frames = {"units": units, "petitions": petitions}
    now = dt.datetime(2026, 8, 31, 12)
    behind = dossiers(from_frames(frames), load("portal-2026"), AUGUST, now, "H99", "5.2")
    found = {row["code"]: row["reason_en"] for row in behind.iter_rows(named=True)}
    assert found == {row["code"]: reason for reason, row in PETITIONS.items()}
    assert {row["reason_vi"] for row in behind.iter_rows(named=True)} >= {
        *("từ chối quá hạn", "công khai câu trả lời quá hạn", "chưa trả lời, đã quá hạn")
    }


def test_petitions_disliked_and_raised_again_say_so():
    units = pl.DataFrame([{"code": "H99", "name": "UBND tỉnh Thử", "kind": "province"}])
    rows = [
        petition("1", answered_at="08-10 10:00", published_at="08-11 10:00")
        | {"likes": 0, "dislikes": 1, "reraised": False},
        petition("2", answered_at="08-10 10:00", published_at="08-11 10:00")
        | {"likes": 1, "dislikes": 0, "reraised": True},
    ]
    tables = from_frames({"units": units, "petitions": pl.DataFrame(rows)})
    behind = dossiers(tables, load("portal-2026"), AUGUST, NOW, "H99", "5.3")
    assert [row["reason_vi"] for row in behind.sort("code").iter_rows(named=True)] == [
        *("bị đánh giá không hài lòng", "phải gửi lại")
    ]
