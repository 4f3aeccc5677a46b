"""What an installation is given from its environment, and that it is safe unless told otherwise."""

from __future__ import annotations

import os
import runpy
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from phucvu.accounts import settings
from phucvu.accounts.secret import secret_key
from phucvu.problems import UnusableError

SAFE = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS")


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """The settings of accounts in another environment."""

    def read(**environment: str) -> dict[str, Any]:
        for name in [name for name in os.environ if name.startswith("PHUCVU_")]:
            monkeypatch.delenv(name)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(settings.__file__)

    return read


def test_djangos_own_check_finds_nothing(tmp_path: Path) -> None:
    inside = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    words = ["-m", "django", "check", "--deploy", "--fail-level", "INFO", "--settings", "phucvu.web.settings"]
    done = subprocess.run(
        [sys.executable, *words],
        env=inside | {"PHUCVU_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "accounts", "inbox", check=True, dry_run=True, verbosity=0)


def test_https_unless_told_otherwise(said: Callable[..., dict[str, Any]]) -> None:
    for environment, safe in (({}, True), ({"PHUCVU_HTTPS": "1"}, True), ({"PHUCVU_HTTPS": "0"}, False)):
        found = said(**environment)
        assert [bool(found[name]) for name in SAFE] == [safe] * len(SAFE)
        assert found["ALLAUTH_TRUSTED_PROXY_COUNT"] == int(safe)


def test_cookies_of_https_are_this_hosts_alone(said: Callable[..., dict[str, Any]]) -> None:
    for environment, before in (({}, "__Host-"), ({"PHUCVU_HTTPS": "0"}, "")):
        found = said(**environment)
        names = (found["SESSION_COOKIE_NAME"], found["CSRF_COOKIE_NAME"])
        assert names == (f"{before}sessionid", f"{before}csrftoken")
        # What a browser asks of such a name: Secure, the path /, and no domain.
        assert found["SESSION_COOKIE_SECURE"] == found["CSRF_COOKIE_SECURE"] == bool(before)
        assert not {"SESSION_COOKIE_PATH", "SESSION_COOKIE_DOMAIN", "CSRF_COOKIE_DOMAIN"} & set(found)


def test_the_openid_connect_server_comes_from_the_environment(
    tmp_path: Path, said: Callable[..., dict[str, Any]]
) -> None:
    kept = tmp_path / "secret"
    kept.write_text("bi-mat\n", encoding="utf-8")
    given = {
        "PHUCVU_OIDC_URL": "https://sso.vidu.vn/realms/tinh",
        "PHUCVU_OIDC_CLIENT_ID": "phucvu",
        "PHUCVU_OIDC_NAME": "Cổng",
    }
    for secret in ({"PHUCVU_OIDC_SECRET_FILE": str(kept)}, {"PHUCVU_OIDC_SECRET": "bi-mat"}):
        assert said(**given, **secret)["SOCIALACCOUNT_PROVIDERS"]["openid_connect"]["APPS"] == [
            {
                "provider_id": "office",
                "name": "Cổng",
                "client_id": "phucvu",
                "secret": "bi-mat",
                "settings": {"server_url": "https://sso.vidu.vn/realms/tinh"},
            }
        ]
    assert said()["SOCIALACCOUNT_PROVIDERS"]["openid_connect"]["APPS"] == []
    with pytest.raises(UnusableError, match="PHUCVU_OIDC_URL"):
        said(PHUCVU_OIDC_URL="http://sso.vidu.vn")


def test_a_secret_that_cannot_be_read_is_told_by_the_setting(
    tmp_path: Path, said: Callable[..., dict[str, Any]]
) -> None:
    with pytest.raises(UnusableError, match="PHUCVU_OIDC_SECRET_FILE"):
        said(PHUCVU_OIDC_URL="https://sso.vidu.vn", PHUCVU_OIDC_SECRET_FILE=str(tmp_path / "khong-co"))


def test_who_asks_for_the_second_step(said: Callable[..., dict[str, Any]]) -> None:
    assert [said(PHUCVU_OIDC_TWO_STEP=one)["OIDC_TWO_STEP"] for one in ("", "0", "1")] == [False, False, True]
    with pytest.raises(UnusableError, match="PHUCVU_OIDC_TWO_STEP"):
        said(PHUCVU_OIDC_TWO_STEP="yes")


def test_how_long_a_session_may_lie_idle(said: Callable[..., dict[str, Any]]) -> None:
    assert [said(PHUCVU_IDLE_MINUTES=one)["IDLE_MINUTES"] for one in ("", "5", "600")] == [30, 5, 600]
    for wrong in ("0", "601", "-1", "nửa giờ", "1.5", "60000"):
        with pytest.raises(UnusableError, match="PHUCVU_IDLE_MINUTES"):
            said(PHUCVU_IDLE_MINUTES=wrong)


def test_the_key_is_made_once_for_the_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHUCVU_HOME", str(tmp_path / "home"))
    key = secret_key()
    kept = tmp_path / "home" / "secret.key"
    assert len(key) >= 64
    assert secret_key() == key
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["secret.key"]
    monkeypatch.setenv("PHUCVU_SECRET_KEY", "của nơi khác")
    assert secret_key() == "của nơi khác"


def test_the_key_of_another_process_that_was_first_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHUCVU_HOME", str(tmp_path))
    first = secret_key()
    monkeypatch.setattr(Path, "exists", lambda path: False)
    assert secret_key() == first


def test_records_elsewhere_need_a_key_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHUCVU_HOME", "s3://kho/phucvu")
    with pytest.raises(UnusableError, match="PHUCVU_SECRET_KEY"):
        secret_key()
