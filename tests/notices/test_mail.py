"""A message by e-mail: whole, over a safe connection, and noted just before a server can take it."""

from __future__ import annotations

import datetime as dt
import logging
import ssl
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import fastexcel
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from phucvu.configuration import Configuration
from phucvu.notices import mail
from phucvu.notices.channels import Message, NotSentError
from phucvu.notices.digest import message_of
from phucvu.notices.models import Digest
from phucvu.problems import UnusableError

from .mail_server import MailServer, served

SECRET = "mat-khau-cua-may-chu-thu"
NOON = dt.datetime(2026, 11, 20, 12)


def digest(language: str = "vi", **counts: int) -> Digest:
    numbers = {"overdue": 2, "today": 1, "week": 3, "mendable": 1204} | counts
    more = {"counts": numbers | {"by_indicator": {"2.1": 4}}, "as_of": NOON, "decided_at": NOON}
    return Digest(pk=7, day=NOON.date(), unit="H99.01", language=language, **more)


def message(language: str = "vi", **counts: int) -> Message:
    return message_of(digest(language, **counts), None, "chuyen.vien@vidu.vn", "https://chiso.vidu.vn/")


def chosen(server: MailServer, **more: object) -> Configuration:
    where = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "none"}
    said = {"smtp_from": "chiso@vidu.vn", "site_address": "https://chiso.vidu.vn"}
    return replace(Configuration(), **(where | said | more))  # type: ignore[arg-type]


def test_what_arrives(mail_server: MailServer) -> None:
    before: list[int] = []
    mail.Mail(chosen(mail_server)).send(message(), lambda: before.append(len(mail_server.taken)))
    assert before == [0]
    [(to, _)], [got] = mail_server.taken, mail_server.messages
    assert to == got["To"] == "chuyen.vien@vidu.vn"
    assert got["From"] == "chiso@vidu.vn"
    assert got["Subject"] == "Việc hôm nay của H99.01, 20/11/2026"
    assert got["Message-ID"] == "<digest.7.20261120@vidu.vn>"
    plain, html = got.get_body(("plain",)), got.get_body(("html",))
    assert plain is not None
    assert html is not None
    text = plain.get_content()
    assert "H99.01 có 2 hồ sơ quá hạn, 1 đến hạn hôm nay, 3 đến hạn trong tuần, 1.204 hồ sơ đã xong" in text
    assert "https://chiso.vidu.vn/workspace/H99.01/week" in text
    assert 'src="cid:picture"' in html.get_content()
    pictures = [part for part in got.walk() if part.get_content_type() == "image/png"]
    assert [part.get_content()[:4] for part in pictures] == [b"\x89PNG"]
    [book] = got.iter_attachments()
    assert book.get_filename() == "phucvu-H99.01-2026-11-20.xlsx"
    rows = fastexcel.read_excel(book.get_content()).load_sheet(0).to_polars().rows()
    assert rows[0] == ("Quá hạn, chưa xong", 2)
    assert rows[4][0].startswith("Đã xong, còn bổ sung được: 2.1 ")


def test_in_english_and_where_there_is_nothing_to_do() -> None:
    said = message("en", overdue=0, today=0, week=0, mendable=0)
    assert said.text.startswith("H99.01 has no dossier that is overdue")
    assert said.link == "https://chiso.vidu.vn/en/workspace/H99.01/week"


def test_a_dot_at_the_beginning_of_a_line_ends_nothing(mail_server: MailServer) -> None:
    text = "một\n.\n..hai\nQUIT"
    mail.Mail(chosen(mail_server)).send(replace(message(), text=text), lambda: None)
    body = mail_server.messages[0].get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines()[:4] == text.splitlines()


@pytest.mark.parametrize("step", ["mail", "rcpt", "data", "content"])
def test_what_the_server_refuses_did_not_go(mail_server: MailServer, step: str) -> None:
    mail_server.answers = {step: "550 khong nhan"}
    with pytest.raises(NotSentError) as refused:
        mail.Mail(chosen(mail_server)).send(message(), lambda: None)
    assert (refused.value.what, refused.value.unknown, refused.value.for_all) == ("SMTP 550", False, False)
    assert mail_server.taken == []


def test_a_connection_that_breaks_at_the_end_leaves_it_open(mail_server: MailServer) -> None:
    def gone(step: str) -> None:
        if step == "taken":
            raise ConnectionResetError

    mail_server.at = gone
    with pytest.raises(NotSentError) as broken:
        mail.Mail(chosen(mail_server)).send(message(), lambda: None)
    assert broken.value.unknown
    assert len(mail_server.taken) == 1


def test_a_server_that_is_away_is_so_for_all() -> None:
    with served() as server:
        away = chosen(server)
    with pytest.raises(NotSentError) as refused:
        mail.Mail(away).send(message(), lambda: None)
    assert refused.value.for_all


def test_the_password_goes_to_the_server_alone(
    mail_server: MailServer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    known = chosen(mail_server, smtp_user="chiso", smtp_password=SECRET)
    mail.Mail(known).send(message(), lambda: None)
    assert mail_server.logins == [f"\0chiso\0{SECRET}"]
    mail_server.answers = {"auth": f"535 {SECRET}"}
    with pytest.raises(NotSentError) as refused:
        mail.Mail(known).send(message(), lambda: None)
    assert refused.value.for_all
    out, err = capfd.readouterr()
    assert SECRET not in f"{refused.value.what} {known} {caplog.text} {out} {err}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """One that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    begins = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + dt.timedelta(days=9))
        .sign(key, hashes.SHA256())
    )
    encoding, nothing = serialization.Encoding.PEM, serialization.NoEncryption()
    file: Path = tmp_path_factory.mktemp("certificate") / "server.pem"
    file.write_bytes(
        key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, nothing) + made.public_bytes(encoding)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_a_server_that_nobody_vouches_for_gets_nothing(certificate: ssl.SSLContext) -> None:
    with served(certificate) as server:
        known = chosen(server, smtp_security="starttls", smtp_user="chiso", smtp_password=SECRET)
        with pytest.raises(NotSentError) as refused:
            mail.Mail(known).send(message(), lambda: None)
        assert refused.value.what == "SSLCertVerificationError"
        assert (server.logins, server.taken) == ([], [])


def test_a_server_without_tls_gets_nothing(mail_server: MailServer) -> None:
    known = chosen(mail_server, smtp_security="starttls", smtp_user="chiso", smtp_password=SECRET)
    with pytest.raises(NotSentError):
        mail.Mail(known).send(message(), lambda: None)
    assert (mail_server.logins, mail_server.taken) == ([], [])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"smtp_from": ""}, "mail_settings_missing"),
        ({"site_address": ""}, "mail_settings_missing"),
        ({"smtp_host": "thu.vidu.vn"}, "mail_in_the_clear"),
        ({"smtp_user": "chiso"}, "mail_password_missing"),
    ],
)
def test_settings_that_cannot_work_are_told(
    mail_server: MailServer, change: dict[str, str], code: str
) -> None:
    check: Callable[[Configuration], None] = mail.check_settings
    check(chosen(mail_server))
    check(Configuration())
    with pytest.raises(UnusableError) as refused:
        check(chosen(mail_server, **change))
    assert [fault.code for fault in refused.value.faults] == [code]
