"""A PDF signed by the office's certificate: PAdES B-T, with the time of a timestamp server (RFC 3161).

The key is on a token (PKCS#11), or in a file (PKCS#12). Its PIN or password is read from a file, so that it
stands in no list of processes and no environment. Asking the timestamp server takes time: sign where nobody
waits for a page.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from phucvu import configuration
from phucvu.problems import Fault, UnusableError, why

if TYPE_CHECKING:
    from pyhanko.sign import Signer

FIELD = "ChuKySo"
"""The name of the signature in the PDF."""
TIMESTAMP_SECONDS = 30
LONGEST_SECRET = 1_000
"""Bytes of a PIN or password."""


def can_sign() -> bool:
    """Whether the office has said where its key is."""
    known = configuration.current()
    return bool(known.sign_pkcs12 or known.sign_pkcs11)


def signed(pdf: bytes) -> bytes:
    """The PDF with the office's signature and its time. Raises UnusableError where it cannot be signed."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError

    known = configuration.current()
    if not can_sign():
        raise UnusableError(Fault("signing_not_set"))
    if not known.sign_timestamp:
        raise UnusableError(Fault("signing_without_time"))
    about = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
    )
    times = HTTPTimeStamper(known.sign_timestamp, timeout=TIMESTAMP_SECONDS)
    try:
        with _signer() as signer, warnings.catch_warnings():
            # The zone of the program may be another than the machine's; the moment is the same.
            warnings.filterwarnings("ignore", "Timezone offset does not match")
            out = signers.PdfSigner(about, signer, timestamper=times).sign_pdf(
                IncrementalPdfFileWriter(io.BytesIO(pdf))
            )
    except UnusableError:
        raise
    except (TimestampRequestError, TimeoutError) as error:
        raise UnusableError(Fault("signing_time_not_had", address=known.sign_timestamp)) from error
    except Exception as error:  # whatever a token's library makes of a wrong PIN or a key that is not there
        raise UnusableError(Fault("signing_failed", why=type(error).__name__)) from error
    return bytes(out.getvalue())


@contextmanager
def _signer() -> Iterator[Signer]:
    known, secret = configuration.current(), _secret()
    if known.sign_pkcs11:
        from pyhanko.config.pkcs11 import TokenCriteria
        from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

        label, token = known.sign_certificate or None, TokenCriteria(label=known.sign_token or None)
        with open_pkcs11_session(known.sign_pkcs11, token_criteria=token, user_pin=secret) as session:
            yield PKCS11Signer(session, cert_label=label, key_label=label)
        return
    from pyhanko.sign import signers

    signer = signers.SimpleSigner.load_pkcs12(  # type: ignore[no-untyped-call]
        known.sign_pkcs12, passphrase=secret.encode()
    )
    if signer is None:
        raise UnusableError(Fault("signing_key_unusable", file=known.sign_pkcs12))
    yield signer


def _secret() -> str:
    """The PIN or password; empty where the key has none."""
    name = configuration.current().sign_secret_file
    if not name:
        return ""
    try:
        with Path(name).open("rb") as file:
            return file.read(LONGEST_SECRET).decode().strip()
    except UnicodeDecodeError as error:
        raise UnusableError(
            Fault("secret_file_unreadable", file=name, variable="PHUCVU_SIGN_SECRET_FILE", why="UTF-8")
        ) from error
    except OSError as error:
        variable = "PHUCVU_SIGN_SECRET_FILE"
        raise UnusableError(
            Fault("secret_file_unreadable", file=name, variable=variable, why=why(error))
        ) from error
