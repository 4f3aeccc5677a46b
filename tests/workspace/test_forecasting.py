"""The forecast of a home: learnt from its records, kept as a file of numbers, beside each open dossier."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from django.test import Client

from phucvu.engine.listing import YES, Order, Wish
from phucvu.inbox import expecting, forecasting, lists
from phucvu.inbox.clock import now
from phucvu.inbox.counting import running
from phucvu.inbox.forecasting import Forecaster
from phucvu.inbox.lists import Maker, forecasts_folder, listing_of
from phucvu.records.store import Store
from phucvu.steering import kept_forecast, kept_month_ends, kept_numbers
from phucvu.steering.kept_forecast import KeptForecast
from phucvu.steering.kept_month_ends import KeptMonthEnds
from phucvu.steering.month_ends import MonthEnds
from phucvu.steering.month_ends_tried import Month
from phucvu.web.workspace import expected, forecasts
from tools.simulated_offices import LAST, offices

from . import records
from .test_lists import body

UNITS = tuple(f"H99.0{n}" for n in range(4))
HANDLER = "Cán bộ Tưởng Tượng "


def fill(store: Store, moment: dt.datetime) -> None:
    """Simulated offices up to a moment; each step says who took it."""
    moved = (moment.date() - LAST).days // 7 * 7
    made = offices(units=len(UNITS)).with_columns(pl.col(pl.Datetime) + dt.timedelta(days=moved))
    made = (
        made.filter(pl.col("received_at") < moment)
        .with_row_index("code")
        .with_columns(
            pl.when(pl.col("ended_at") < moment).then("ended_at").alias("ended_at"), sender=pl.lit("H99")
        )
    )
    made = made.with_columns(pl.col("code").cast(pl.String))
    units = [("H99", "UBND tỉnh Thử Nghiệm", "province", None)]
    units += [(code, f"UBND xã Thử {code}", "commune", "H99") for code in UNITS]
    store.append("units", pl.DataFrame(units, schema=["code", "name", "kind", "parent"], orient="row"))
    status = pl.when(pl.col("ended_at").is_null()).then(4).otherwise(9)
    columns = ("sender", "code", "unit", "procedure", "received_at", "due_at")
    dossiers = made.select(*columns, pl.col("channel").cast(pl.Int8), status=status, payload=pl.lit("{}"))
    store.append("dossiers", dossiers)
    said = pl.concat_str(pl.lit('{"NguoiXuLy":"' + HANDLER), "handler", pl.lit('"}'))
    steps = [
        made.filter(pl.col(at).is_not_null()).select("sender", "code", at=at, status=pl.lit(n), payload=said)
        for at, n in (("received_at", 2), ("ended_at", 9))
    ]
    store.append("steps", pl.concat(steps))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("offices"))
    fill(store, now())
    folder = forecasts_folder(store.home)
    assert Forecaster(store, folder).learn_if_due()
    assert not Forecaster(store, folder).learn_if_due()
    return store


def kept_at(store: Store) -> Path:
    return forecasts_folder(store.home) / "lateness.json"


def open_dossiers(store: Store) -> pl.DataFrame:
    month = running(now().date())[0]
    maker = Maker(store)
    while maker.make_if_changed():
        pass
    found = listing_of(store.home, month)
    assert found is not None
    rows = found.page(Wish(UNITS, YES), Order("chance", True), 10_000)
    is_open = pl.col("ended").is_null() & (pl.col("seconds_late") <= 0)
    assert rows.filter(~is_open)["chance"].null_count() == rows.filter(~is_open).height > 0
    return rows.filter(is_open)


def test_what_is_kept(made: Store) -> None:
    path = kept_at(made)
    kept = kept_forecast.read(path)
    assert kept is not None
    assert kept.lateness.at.date() == now().date()
    assert 9 <= len(kept.months) <= 12
    assert path.stat().st_mode & 0o077 == 0
    assert "handler" in kept.lateness.rates.of
    assert any(kept.lateness.rates.of["handler"])
    assert HANDLER.strip() not in path.read_text(encoding="utf-8")


def test_what_months_end_with_is_kept(made: Store) -> None:
    """Six months were tried at three moments, of every unit; 2.1 beat the plain rules."""
    kept = kept_month_ends.read(forecasts_folder(made.home) / "scores.json")
    assert kept is not None
    assert set(kept.wider) == {month.part for month in kept.months} >= {"2.1", "total"}
    found = [month for month in kept.months if month.part == "2.1"]
    assert [month.number for month in found] == [3 * (len(UNITS) + 1)] * 6
    mean = [sum(getattr(month, name) for month in found) for name in ("error", "so_far_error", "last_error")]
    assert mean[0] < min(mean[1:])


def test_the_page_says_where_the_month_ends(
    client_of: Callable[[str, str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With how often it came so; nothing where it did not beat the plain rules."""
    client, month = client_of("head", "H99"), running(now().date())[0]
    said = f"Dự kiến hết {month.title('vi')} đạt"
    for page in ("/workspace/H99", "/workspace/H99/week"):
        assert said not in body(client, page)
    known = MonthEnds({"H99 2.1": 1.0}, {"2.1": 0.5}, {})
    for error, shown in ((0.1, True), (0.9, False)):
        months = [
            Month(p, "2026-01", 10, 9, 1.0, error, 0.5, 0.5) for p in ("total", "2.1") for _ in range(3)
        ]
        kept = KeptMonthEnds(now(), known, {"total": 1.5}, months)
        monkeypatch.setattr(expected, "kept", lambda kept=kept: kept)
        for page in ("/workspace/H99", "/workspace/H99/week"):
            assert (said in body(client, page)) is shown


def test_each_open_dossier_has_a_chance(made: Store) -> None:
    rows = open_dossiers(made)
    assert rows.height > 15
    assert rows["chance"].null_count() == 0
    assert rows["chance"].is_between(0, 1).all()
    assert rows["chance"].is_sorted(descending=True)
    assert rows["chance"].n_unique() > rows.height / 2


def test_the_clerks_rule_where_the_forecast_did_not_beat_it(
    made: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chances in a listing are the forecast's, or those of the recent rates."""
    chances = []
    for shown in (True, False):
        monkeypatch.setattr(KeptForecast, "shown", shown)
        chances.append(open_dossiers(made).sort("code")["chance"])
    assert chances[0].len() == chances[1].len()
    assert (chances[0] != chances[1]).all()


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"meaning": 0}', '{"meaning": 1, "first": "x"}', "\x80"])
def test_a_file_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "lateness.json"
    path.write_bytes(text.encode("latin-1"))
    assert kept_forecast.read(path) is None


def test_a_file_too_large_is_none(made: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_numbers, "LARGEST", 10)
    assert kept_forecast.read(kept_at(made)) is None


def test_too_little_to_learn_from(tmp_path: Path) -> None:
    """Then no dossier has a chance, and it is tried again the next day."""
    store = Store(tmp_path)
    records.fill(store, now())
    forecaster = Forecaster(store, forecasts_folder(store.home))
    assert not forecaster.learn_if_due()
    assert not kept_at(store).exists()
    found = listing_of(store.home, running(now().date())[0])
    assert found is None
    assert lists.folder(store.home) != forecasts_folder(store.home)


def test_it_is_learnt_anew_in_the_next_month(made: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    later = now().replace(day=28) + dt.timedelta(days=7)
    monkeypatch.setattr(forecasting, "now", lambda: later)
    monkeypatch.setattr(
        expecting, "learnt", lambda *_, **__: KeptMonthEnds(later, MonthEnds({}, {}, {}), {}, [])
    )
    told = json.loads(kept_at(made).read_text(encoding="utf-8"))
    assert Forecaster(made, forecasts_folder(made.home)).learn_if_due()
    assert json.loads(kept_at(made).read_text(encoding="utf-8")) != told


def test_a_list_tells_the_hours_left_and_how_sure_it_is(
    client_of: Callable[[str, str], Client], monkeypatch: pytest.MonkeyPatch, made: Store
) -> None:
    """Without a forecast, at risk is what is due next; with one, how good it was stands above."""
    client = client_of("head", "H99")
    page = body(client, "/workspace/H99/dossiers?list=at-risk")
    assert "Chưa đủ hồ sơ đã qua ngày hẹn trả để dự báo" in page
    assert "H99.01-today" in page
    assert "giờ làm việc" in page
    assert "H99.01-later" not in page
    assert "H99.01-later" in body(client, "/workspace/H99/dossiers?list=open")
    kept = kept_forecast.read(kept_at(made))
    monkeypatch.setattr(forecasts, "kept", lambda: kept)
    for shown, said in ((True, "lượt báo có nguy cơ"), (False, "Dự báo chưa tốt hơn tỷ lệ quá hạn gần đây")):
        monkeypatch.setattr(KeptForecast, "shown", shown)
        assert said in body(client, "/workspace/H99/dossiers?list=open")
    text = client.get("/workspace/H99/dossiers.csv?list=open")
    heading = b"".join(text.streaming_content).decode().splitlines()[0]  # type: ignore[attr-defined]
    assert heading.endswith("Còn lại (giờ làm việc),Tỷ lệ quá hạn gần đây")
