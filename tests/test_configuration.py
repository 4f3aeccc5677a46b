"""The settings of an installation: read in one place, checked whole, handed on to other processes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields

import pytest

from phucvu import configuration
from phucvu.configuration import Configuration
from phucvu.problems import UnusableError
from phucvu.rules.loading import rules_in_use

WRONG = {
    "PHUCVU_PUBLICATION_DAYS": ("0", "100", "ba"),
    "PHUCVU_LEAST_FREE": ("a lot", "-1", "1.5"),
    "PHUCVU_KEEP_PAYLOADS": ("-1", "100000"),
    "PHUCVU_KEEP_VERSIONS": ("một",),
    "PHUCVU_KEEP_FILES": ("0",),
    "PHUCVU_SHOWS": ("all",),
    "PHUCVU_DATA_LICENCE": ("free",),
    "PHUCVU_PORTAL": ("portal.example", "ftp://portal.example", "http://", "http://[::1"),
    "PHUCVU_PORTAL_DAILY": ("7", "24:00", "07:60", "sáng"),
    "PHUCVU_RELAY_ADDRESS": ("lgsp.example", "ftp://lgsp.example"),
    "PHUCVU_RELAY_STYLE": ("third",),
    "PHUCVU_RELAY_LOGIN": ("token",),
    "PHUCVU_RELAY_RATE": ("0", "0.5"),
    "PHUCVU_RELAY_BATCH": ("0", "5001"),
    "PHUCVU_RELAY_LOOK_UP": ("-1",),
    "PHUCVU_SITE_ADDRESS": ("chiso.example", "ftp://chiso.example"),
    "PHUCVU_NOTICES_AT": ("7", "24:00"),
    "PHUCVU_SMTP_PORT": ("0", "65536", "smtp"),
    "PHUCVU_SMTP_SECURITY": ("ssl",),
    "PHUCVU_SMTP_FROM": ("chiso", "a@b\nBcc: c@d", "Chỉ số <a@b.vn>"),
    "PHUCVU_ZALO_ADDRESS": ("http://bot.vidu.vn", "bot.vidu.vn"),
    "PHUCVU_HTTPS": ("yes", "2"),
    "PHUCVU_LOG_NAME": ("hai chữ", "a+b", "x" * 201),
    "PHUCVU_SIGN_TIMESTAMP": ("tsa.vidu.vn",),
    "PHUCVU_TWO_PERSONS": ("yes",),
    "PHUCVU_IDLE_MINUTES": ("0", "601", "nửa giờ"),
    "PHUCVU_OIDC_URL": ("http://sso.vidu.vn", "sso.vidu.vn"),
    "PHUCVU_OIDC_TWO_STEP": ("yes",),
    "PHUCVU_HEADER_SECONDS": ("0", "1e9"),
    "PHUCVU_BODY_SECONDS": ("nhanh",),
    "PHUCVU_AT_ONCE": ("1000000", "²"),
}


@pytest.mark.parametrize(("variable", "said"), [(name, one) for name, all_ in WRONG.items() for one in all_])
def test_a_value_that_cannot_be_used_is_told_by_its_name(
    variable: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, said)
    with pytest.raises(UnusableError) as refused:
        configuration.current()
    [problem] = refused.value.faults
    assert problem.vi.startswith(f"biến {variable} phải là ")
    assert problem.en.startswith(f"the variable {variable} must be ")


def test_every_setting_that_is_not_mere_text_is_tried_above() -> None:
    checked = {
        f.metadata["variable"]
        for f in fields(Configuration)
        if f.metadata["kind"] not in (configuration.TEXT, configuration.NAMES)
    }
    assert checked == set(WRONG)


def test_all_that_is_wrong_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHUCVU_HTTPS", "yes")
    monkeypatch.setenv("PHUCVU_AT_ONCE", "0")
    with pytest.raises(UnusableError) as refused:
        configuration.current()
    assert len(refused.value.faults) == 2


def test_a_command_that_needs_no_database_stops_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHUCVU_KEEP_FILES", "0")
    command = [sys.executable, "-m", "phucvu", "figures", "--period", "2026-08"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert "PHUCVU_KEEP_FILES" in line


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for one in fields(Configuration):
        monkeypatch.setenv(one.metadata["variable"], "")
    assert configuration.current() == Configuration()


def test_what_is_chosen_reaches_other_processes_and_not_our_own_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PHUCVU_DATABASE_URL", "postgresql:///phucvu")
    monkeypatch.setenv("PHUCVU_HOSTS", "a.vidu.vn, b.vidu.vn")
    before = dict(configuration.os.environ)
    chosen = configuration.choose(home="/srv/khac", https=False, database_url="", oidc_two_step=True)
    assert configuration.current() == chosen
    assert dict(configuration.os.environ) == before
    told = configuration.environment(MORE="1")
    assert told["MORE"] == "1"
    assert "PHUCVU_DATABASE_URL" not in told
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PHUCVU_DATABASE_URL")
    monkeypatch.setattr(configuration, "_instead", {})
    assert configuration.current() == chosen
    assert chosen.hosts == ("a.vidu.vn", "b.vidu.vn")


def test_secrets_are_not_shown() -> None:
    shown = repr(Configuration(secret_key="bi-mat", oidc_secret="bi-mat", database_url="bi-mat"))
    assert "bi-mat" not in shown


def test_a_rule_set_of_the_home_that_cannot_be_used_is_told_by_the_setting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PHUCVU_RULES", "khong-co")
    with pytest.raises(UnusableError, match="biến PHUCVU_RULES: không có bộ quy tắc 'khong-co'"):
        rules_in_use()
