"""The home that `phucvu demo --records` serves: its accounts sign in as anybody else does, in two steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.db import transaction

from phucvu import configuration
from phucvu.accounts.models import User
from phucvu.accounts.permissions import lacks_two_step
from phucvu.cli.demo import GIA_LAI, VAN_CANH, demo
from phucvu.cli.demo_home import ACCOUNTS, KEY, code_now, make_accounts
from phucvu.problems import UnusableError
from phucvu.published import portal_2026
from phucvu.records.store import Store
from phucvu.simulation.simulated_catalogue import COMMON
from phucvu.simulation.simulator import simulate

pytestmark = pytest.mark.demo


@pytest.fixture
def _known_units(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    call_command("migrate", interactive=False, verbosity=0)
    rows = [
        (GIA_LAI, "UBND tỉnh Gia Lai", "province", None),
        (VAN_CANH, "UBND xã Vân Canh", "commune", GIA_LAI),
    ]
    schema = ["code", "name", "kind", "parent"]
    Store(tmp_path / "home").append("units", pl.DataFrame(rows, schema=schema, orient="row"))
    monkeypatch.setenv("PHUCVU_HOME", str(tmp_path / "home"))
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.usefixtures("_known_units")
def test_the_accounts_that_are_printed_sign_in(tmp_path: Path) -> None:
    shown = make_accounts(tmp_path, GIA_LAI, VAN_CANH)
    assert [account.name for account in shown] == [name for name, *_ in ACCOUNTS]
    assert len({account.password for account in shown}) == len(shown)
    for account in shown:
        user = authenticate(username=account.name, password=account.password)
        assert isinstance(user, User)
        assert user.unit == account.unit
        assert not lacks_two_step(user)
        assert user.has_two_step == (user.role != "reader")
    assert (tmp_path / KEY).stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("_known_units")
def test_the_code_is_the_one_that_a_telephone_shows(tmp_path: Path) -> None:
    make_accounts(tmp_path, GIA_LAI, VAN_CANH)
    user = User.objects.get(username="chu-tich")
    second_step = user.authenticator_set.get().wrap()
    assert second_step.validate_code(code_now(tmp_path)) or second_step.validate_code(code_now(tmp_path))


def test_without_a_demonstration_there_is_no_code(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match="phucvu demo --records"):
        code_now(tmp_path)


def test_procedures_have_names_that_people_know_and_dossiers_numbers_of_a_provinces_system(
    tmp_path: Path,
) -> None:
    published = portal_2026()
    figures = published.figures.filter(unit=VAN_CANH)
    simulate(figures, published.units, tmp_path, now=dt.datetime(2026, 10, 10, 23, 59, 59))
    procedures = pl.read_csv(tmp_path / "procedures.csv", infer_schema=False)
    known = {(code, name) for of_class in COMMON.values() for code, name, _ in of_class}
    assert len(known & set(procedures.select("code", "name").iter_rows())) >= 10
    dossiers = pl.read_ndjson(tmp_path / "dossiers.jsonl", schema={"MaHoSo": pl.String, "MaTTHC": pl.String})
    assert dossiers["MaHoSo"].str.contains(r"^H21\.227-26\d{4}-\d{4}$|^H21\.227-25\d{4}-\d{4}$").all()
    assert dossiers["MaHoSo"].is_unique().all()
    assert dossiers["MaTTHC"].is_in([code for code, _ in known]).sum() > dossiers.height / 4


@pytest.mark.parametrize("words", [["--records"], []])
def test_a_demonstration_never_touches_the_database_of_an_installation(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[str] = []

    def serve(*_args: object, **_options: object) -> None:
        served.append(configuration.current().database_url)

    monkeypatch.setenv("PHUCVU_DATABASE_URL", "postgresql://phucvu@127.0.0.1:1/that-of-the-office")
    monkeypatch.setattr("phucvu.web.serve.serve", serve)
    monkeypatch.setattr("phucvu.web.serve.check_free", lambda host, port: None)
    monkeypatch.setattr("phucvu.inbox.forking.apart", lambda work: work())  # this process has used Polars
    monkeypatch.setattr("phucvu.cli.demo.count_gia_lai_from_records", lambda: None)
    demo.main(words, standalone_mode=False)
    assert served == [""]
