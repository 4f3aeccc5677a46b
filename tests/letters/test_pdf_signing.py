"""A signed PDF is valid by pyHanko's own validator, with its time, and refused where it was changed."""

from __future__ import annotations

import io
import os
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign import pkcs11
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.validation import validate_pdf_signature

from phucvu import configuration
from phucvu.letters.pdf_signing import can_sign, signed
from phucvu.problems import UnusableError

from . import signing_office

PASSWORD = "mat-khau-rat-bi-mat"
TOKEN = next(
    (
        path
        for path in (
            os.environ.get("PHUCVU_TESTS_SOFTHSM", ""),
            "/usr/lib/softhsm/libsofthsm2.so",
            "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
        )
        if path and Path(path).exists()
    ),
    "",
)


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch):
    """``choose`` lasts beyond a test."""
    monkeypatch.setattr(configuration, "_instead", dict(configuration._instead))
    configuration.choose()


@pytest.fixture(scope="module")
def times():
    with signing_office.timestamps() as address:
        yield address


@pytest.fixture
def key(tmp_path):
    """A PKCS#12 file and the file of its password."""
    file, secret = tmp_path / "khoa.p12", tmp_path / "mat-khau"
    file.write_bytes(signing_office.office().as_pkcs12(PASSWORD.encode()))
    secret.write_text(f"{PASSWORD}\n")
    return {"sign_pkcs12": str(file), "sign_secret_file": str(secret)}


def pdf(text="H24"):
    writer = PdfFileWriter()
    page = PageObject(
        contents=writer.add_object(StreamObject(stream_data=f"% {text}\n".encode())),
        media_box=(0, 0, 595, 842),
    )
    writer.insert_page(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def status_of(content):
    [signature] = PdfFileReader(io.BytesIO(content)).embedded_signatures
    context = signing_office.trusted()
    return validate_pdf_signature(signature, context, ts_validation_context=signing_office.trusted())


def holds(content):
    status = status_of(content)
    assert status.bottom_line, status.pretty_print_details()
    assert status.timestamp_validity.valid
    assert status.timestamp_validity.trusted
    subject = status.signing_cert.subject.native["common_name"]
    assert subject == "Van phong Thu Nghiem"
    return True


def test_it_is_valid_with_its_time_and_refused_when_changed(key, times, caplog):
    configuration.choose(**key, sign_timestamp=times)
    assert can_sign()
    made = signed(pdf("diem 75,45"))
    assert holds(made)
    assert b"/ETSI.CAdES.detached" in made
    assert PASSWORD not in caplog.text
    changed = made.replace(b"75,45", b"95,45")
    assert changed != made
    status = status_of(changed)
    assert not status.intact
    assert not status.bottom_line


def refused(code, **settings):
    configuration.choose(**settings)
    with pytest.raises(UnusableError) as error:
        signed(pdf())
    [fault] = error.value.faults
    assert fault.code == code
    assert PASSWORD not in str(fault)


def test_what_is_missing_or_wrong_is_one_fault(key, times, tmp_path):
    none = {"sign_pkcs12": "", "sign_pkcs11": ""}
    configuration.choose(**none)
    assert not can_sign()
    refused("signing_not_set", **none)
    refused("signing_without_time", **key, sign_timestamp="")
    wrong = tmp_path / "sai"
    wrong.write_text(PASSWORD[::-1])
    refused("signing_key_unusable", **key | {"sign_secret_file": str(wrong)}, sign_timestamp=times)
    refused("secret_file_unreadable", **key | {"sign_secret_file": str(tmp_path / "x")}, sign_timestamp=times)
    refused("signing_failed", sign_pkcs11=str(tmp_path / "khong-co.so"), **key, sign_timestamp=times)


def test_a_timestamp_server_that_is_silent_or_answers_nonsense(key):
    with signing_office.timestamps(broken=True) as address:
        refused("signing_time_not_had", **key, sign_timestamp=address)
    refused("signing_time_not_had", **key, sign_timestamp=address)


def test_a_token_is_asked_by_its_label_and_the_pin_of_the_file(key, times, monkeypatch):
    asked = []

    @contextmanager
    def session(library, *, token_criteria, user_pin):
        asked.append((library, token_criteria.label, user_pin))
        yield "session"

    def signer(session, *, cert_label, key_label):
        asked.append((session, cert_label, key_label))
        return SimpleSigner.load_pkcs12(key["sign_pkcs12"], passphrase=PASSWORD.encode())

    monkeypatch.setattr(pkcs11, "open_pkcs11_session", session)
    monkeypatch.setattr(pkcs11, "PKCS11Signer", signer)
    said = {"sign_pkcs11": "/lib/token.so", "sign_token": "co-quan", "sign_certificate": "ky"}
    configuration.choose(**said, sign_secret_file=key["sign_secret_file"], sign_timestamp=times)
    assert holds(signed(pdf()))
    assert asked == [("/lib/token.so", "co-quan", PASSWORD), ("session", "ky", "ky")]


if TOKEN:  # a software token is no part of what the tests need

    def test_a_token_signs(key, times, tmp_path, monkeypatch):
        settings, tokens = tmp_path / "softhsm.conf", tmp_path / "tokens"
        tokens.mkdir()
        settings.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\n")
        monkeypatch.setenv("SOFTHSM2_CONF", str(settings))
        import pkcs11
        from pkcs11.util.rsa import decode_rsa_private_key
        from pkcs11.util.x509 import decode_x509_certificate

        office = signing_office.office()
        library = pkcs11.lib(TOKEN)
        assert library.get_slots()
        util = os.environ.get("PHUCVU_TESTS_SOFTHSM_UTIL", "softhsm2-util")
        words = [util, "--module", TOKEN, "--init-token", "--free", "--label", "co-quan", "--so-pin", "1234"]
        subprocess.run([*words, "--pin", PASSWORD], check=True, capture_output=True)
        library.reinitialize()
        token = library.get_token(token_label="co-quan")
        der = office.key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        with token.open(user_pin=PASSWORD, rw=True) as session:
            common = {pkcs11.Attribute.TOKEN: True, pkcs11.Attribute.LABEL: "ky", pkcs11.Attribute.ID: b"1"}
            session.create_object(decode_rsa_private_key(der) | common)
            session.create_object(
                decode_x509_certificate(office.certificate.public_bytes(Encoding.DER)) | common
            )
        said = {"sign_pkcs11": TOKEN, "sign_token": "co-quan", "sign_certificate": "ky"}
        configuration.choose(**said, sign_secret_file=key["sign_secret_file"], sign_timestamp=times)
        assert holds(signed(pdf()))
