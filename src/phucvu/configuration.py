"""What environment variables say of an installation: every setting with its type, default and limits.

No other module reads the environment, and none writes to it. What a command is told instead (`--home`)
lies over it (``choose``), and a process that this one starts gets it by ``environment``.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from phucvu.problems import Both, Fault, UnusableError, why


@dataclass(frozen=True)
class Kind:
    """How a variable is read. ``read`` raises ValueError where the text is no such value."""

    read: Callable[[str], Any]
    vi: str
    en: str


def _whole(least: int, most: int) -> Kind:
    def read(said: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", said) or not least <= int(said) <= most:
            raise ValueError(said)
        return int(said)

    return Kind(read, f"số nguyên từ {least} đến {most}", f"a whole number from {least} to {most}")


def _one_of(values: dict[str, Any]) -> Kind:
    def read(said: str) -> Any:
        if said not in values:
            raise ValueError(said)
        return values[said]

    return Kind(read, " hoặc ".join(values), " or ".join(values))


def _time(said: str) -> str:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", said):
        raise ValueError(said)
    return said


def _names(said: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in said.split(",") if name.strip())


def _is_address(said: str) -> bool:
    """Whether it is http(s)://host with whatever path."""
    try:
        url = urlsplit(said)
        return url.scheme in ("http", "https") and bool(url.hostname) and "%" not in url.netloc
    except ValueError:
        return False


def _web(said: str) -> str:
    if not _is_address(said):
        raise ValueError(said)
    return said


def _safe_web(said: str) -> str:
    if not _is_address(said) or not re.match(r"https://|http://(localhost|127\.0\.0\.1)(:|/|$)", said):
        raise ValueError(said)
    return said


def _e_mail(said: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,190}", said):
        raise ValueError(said)
    return said


def _log_name(said: str) -> str:
    if not re.fullmatch(r"[^\s+]{1,200}", said):
        raise ValueError(said)
    return said


TEXT = Kind(str, "chữ", "text")
LOG_NAME = Kind(_log_name, "tên không có dấu cách và dấu +", "a name without blanks and +")
E_MAIL = Kind(_e_mail, "một địa chỉ thư điện tử", "an e-mail address")
NAMES = Kind(_names, "các tên cách nhau bằng dấu phẩy", "names with commas between")
LICENCE = _one_of({name: name for name in ("CC-BY-4.0", "CC0-1.0", "ODC-BY-1.0", "PDDL-1.0")})
SWITCH = _one_of({"0": False, "1": True})
WEB = Kind(_web, "địa chỉ bắt đầu bằng http:// hoặc https://", "an address that begins with https://")
SAFE_WEB = Kind(_safe_web, "địa chỉ bắt đầu bằng https://", "an address that begins with https://")
TIME = Kind(_time, "giờ như 07:00", "a time such as 07:00")
DAYS = 99999


def _setting(
    variable: str,
    meaning: str,
    kind: Kind = TEXT,
    default: Any = "",
    *,
    unset: str = "",
    secret: bool = False,
) -> Any:
    """``meaning`` and ``unset``, which is what holds where it is not set, are Markdown of docs/running.md."""
    about = {"variable": variable, "meaning": meaning, "kind": kind, "unset": unset}
    return field(default=default, repr=not secret, metadata=about)


LOCAL = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class Configuration:
    """The settings of an installation."""

    home: str = _setting(
        "PHUCVU_HOME",
        "the home: a folder, or an `s3://` address of the records",
        default="phucvu-data",
        unset="`./phucvu-data`",
    )
    database_url: str = _setting(
        "PHUCVU_DATABASE_URL",
        "the operational database: `postgresql://user:password@host:port/name?sslmode=require`, "
        "percent-encoded, with any options of libpq (`sslmode`, `options`, `connect_timeout` …)",
        unset="SQLite in the home",
        secret=True,
    )
    hosts: tuple[str, ...] = _setting(
        "PHUCVU_HOSTS",
        "the names under which the site may be asked for; others get status 400",
        NAMES,
        LOCAL,
    )
    least_free: int = _setting(
        "PHUCVU_LEAST_FREE",
        "megabytes that must be free on the disks of the home and of scratch files; with less `/healthz` "
        "fails",
        _whole(0, 999_999_999),
        500,
    )
    keep_payloads: int = _setting(
        "PHUCVU_KEEP_PAYLOADS",
        "days that payloads are kept as they came, once they are counted; `0`: for ever",
        _whole(0, DAYS),
        400,
    )
    keep_versions: int = _setting(
        "PHUCVU_KEEP_VERSIONS",
        "days that versions of dossiers are kept after they no longer count; `0`: for ever",
        _whole(0, DAYS),
        1830,
    )
    keep_files: int = _setting(
        "PHUCVU_KEEP_FILES",
        "days that files of the records are kept after others took their place",
        _whole(1, DAYS),
        1,
    )
    rules: str = _setting(
        "PHUCVU_RULES",
        "the rule set that the site, the lists, the live count and the API run under, and the commands "
        "unless `--rules` says otherwise: its name, or the path of a `.yaml` file or of a folder with a file "
        "for each group; read when the program starts, after which all periods are counted anew by it",
        default="portal-2026",
    )
    publication_days: int = _setting(
        "PHUCVU_PUBLICATION_DAYS",
        "working days in which a ministry's decision is to be published, by the office's own rule, from its "
        "entry in the national database, or from the incoming document",
        _whole(1, 99),
        3,
    )
    shows: Literal["counted", "published"] = _setting(
        "PHUCVU_SHOWS",
        "`counted`: what is counted from the home; `published`: the national portal's figures that come "
        "with the program (`phucvu demo`)",
        _one_of({"counted": "counted", "published": "published"}),
        "counted",
    )
    portal: str = _setting(
        "PHUCVU_PORTAL",
        "the address of the national portal, whose published results are fetched",
        WEB,
        unset="none; `--address`",
    )
    portal_daily: str = _setting(
        "PHUCVU_PORTAL_DAILY",
        "`phucvu serve` fetches each day, from this time on, what the portal published "
        "(see [portal.md](portal.md))",
        TIME,
        unset="off; `phucvu portal pull`",
    )
    portal_roots: tuple[str, ...] = _setting(
        "PHUCVU_PORTAL_ROOTS",
        "the provinces whose units' results are fetched daily; the provinces' totals and groups come with "
        "each of them",
        NAMES,
        (),
        unset="the provinces alone",
    )
    relay_address: str = _setting(
        "PHUCVU_RELAY_ADDRESS",
        "where what senders send is passed on to: the address before `/auth` and `/service` of the national "
        "portal or of the province's integration axis, such as `https://lgsp.example.gov.vn/api/dvcqg`; see "
        "[relay](relay.md)",
        WEB,
        unset="nothing is passed on",
    )
    relay_style: Literal["first", "second"] = _setting(
        "PHUCVU_RELAY_STYLE",
        "the call style there: `first` says all in the body, `second` the service and unit in the address",
        _one_of({"first": "first", "second": "second"}),
        "first",
    )
    relay_login: Literal["password", "client"] = _setting(
        "PHUCVU_RELAY_LOGIN",
        "how to log in there: `password` with username and password, `client` with client_id and "
        "client_secret",
        _one_of({"password": "password", "client": "client"}),
        "password",
    )
    relay_user: str = _setting(
        "PHUCVU_RELAY_USER", "the username or client_id there", unset="needed with `PHUCVU_RELAY_ADDRESS`"
    )
    relay_secret: str = _setting(
        "PHUCVU_RELAY_SECRET", "its password or client_secret", unset="none", secret=True
    )
    relay_secret_file: str = _setting(
        "PHUCVU_RELAY_SECRET_FILE", "a file that holds that secret, instead", unset="none"
    )
    relay_rate: int = _setting("PHUCVU_RELAY_RATE", "calls a second at most", _whole(1, 1000), 2)
    relay_batch: int = _setting(
        "PHUCVU_RELAY_BATCH", "dossiers or steps in a call at most", _whole(1, 5000), 50
    )
    relay_senders: tuple[str, ...] = _setting(
        "PHUCVU_RELAY_SENDERS", "the accounts whose calls are passed on", NAMES, (), unset="all"
    )
    relay_units: tuple[str, ...] = _setting(
        "PHUCVU_RELAY_UNITS",
        "the units for which calls must be sent to be passed on, with those below them",
        NAMES,
        (),
        unset="all",
    )
    relay_look_up: int = _setting(
        "PHUCVU_RELAY_LOOK_UP",
        "seconds between two questions about dossiers of which the portal said nothing; `0`: none is asked",
        _whole(0, 86400),
        0,
    )
    site_address: str = _setting(
        "PHUCVU_SITE_ADDRESS",
        "where people reach the site, such as `https://chiso.example.gov.vn`: links in notices begin with it",
        WEB,
        unset="needed with `PHUCVU_SMTP_HOST` and `PHUCVU_ZALO_TOKEN`",
    )
    notices_at: str = _setting(
        "PHUCVU_NOTICES_AT",
        "the time of a working day from which each person who wants it gets a digest of their unit's work; "
        "see [below](#notices)",
        TIME,
        "07:00",
    )
    smtp_host: str = _setting(
        "PHUCVU_SMTP_HOST", "the mail server that notices are handed to", unset="no notices by e-mail"
    )
    smtp_port: int = _setting("PHUCVU_SMTP_PORT", "its port", _whole(1, 65535), 587)
    smtp_security: Literal["starttls", "tls", "none"] = _setting(
        "PHUCVU_SMTP_SECURITY",
        "`starttls`: the connection is made safe once it stands; `tls`: from its first byte (port 465 as a "
        "rule); `none`: in the clear, which only a server on this machine may be spoken to",
        _one_of({"starttls": "starttls", "tls": "tls", "none": "none"}),
        "starttls",
    )
    smtp_user: str = _setting("PHUCVU_SMTP_USER", "the account there", unset="no login")
    smtp_password: str = _setting("PHUCVU_SMTP_PASSWORD", "its password", unset="none", secret=True)
    smtp_password_file: str = _setting(
        "PHUCVU_SMTP_PASSWORD_FILE", "a file that holds that password, instead", unset="none"
    )
    smtp_from: str = _setting(
        "PHUCVU_SMTP_FROM",
        "the e-mail address that notices come from",
        E_MAIL,
        unset="needed with `PHUCVU_SMTP_HOST`",
    )
    zalo_token: str = _setting(
        "PHUCVU_ZALO_TOKEN",
        "the token of the office's Zalo bot, by which notices go too",
        unset="no notices by Zalo",
        secret=True,
    )
    zalo_token_file: str = _setting(
        "PHUCVU_ZALO_TOKEN_FILE", "a file that holds that token, instead", unset="none"
    )
    zalo_address: str = _setting(
        "PHUCVU_ZALO_ADDRESS",
        "where the bots' server is",
        SAFE_WEB,
        "https://bot-api.zaloplatforms.com",
    )
    https: bool | None = _setting(
        "PHUCVU_HTTPS",
        "`1`: people come over HTTPS by the web server before it; `0`: in the clear",
        SWITCH,
        None,
        unset="`0` where only this machine can ask for the site, else `1`",
    )
    secret_key: str = _setting(
        "PHUCVU_SECRET_KEY",
        "signs sessions and links, seals the keys of two-step sign-in",
        unset="`secret.key` in the home, made at first use",
        secret=True,
    )
    log_name: str = _setting(
        "PHUCVU_LOG_NAME",
        "the name of the office's log of editions, without blanks or `+`: best the address at which it can "
        "be fetched, such as `chiso.example.gov.vn/log`; it goes into the key when that is made",
        LOG_NAME,
        "phucvu",
    )
    data_licence: str = _setting(
        "PHUCVU_DATA_LICENCE",
        "the licence under which editions are given as open data: `CC-BY-4.0`, `CC0-1.0`, `ODC-BY-1.0` or "
        "`PDDL-1.0`; each edition keeps the one of the day when it was published",
        LICENCE,
        "CC-BY-4.0",
    )
    edition_key: str = _setting(
        "PHUCVU_EDITION_KEY",
        "the file of the key that editions are signed with; `witness-…` beside it is the one that witnesses "
        "the logs of others",
        unset="`edition.key` in the home, made at first use",
    )
    sign_pkcs11: str = _setting(
        "PHUCVU_SIGN_PKCS11",
        "the library of the token that holds the office's key, such as `/usr/lib/softhsm/libsofthsm2.so`; "
        "see [letters](letters.md#signatures)",
        unset="no token",
    )
    sign_token: str = _setting("PHUCVU_SIGN_TOKEN", "the label of that token", unset="the only one there is")
    sign_certificate: str = _setting(
        "PHUCVU_SIGN_CERTIFICATE",
        "the label of the certificate on the token and of its key",
        unset="the only one there is",
    )
    sign_pkcs12: str = _setting(
        "PHUCVU_SIGN_PKCS12",
        "a file (`.p12`) with the office's key and certificates, where it has no token",
        unset="letters are not signed",
    )
    sign_secret_file: str = _setting(
        "PHUCVU_SIGN_SECRET_FILE",
        "a file that holds the token's PIN or the password of that file",
        unset="none",
    )
    sign_timestamp: str = _setting(
        "PHUCVU_SIGN_TIMESTAMP",
        "the timestamp server (RFC 3161) that says when a letter was signed",
        WEB,
        unset="needed to sign",
    )
    two_persons: bool = _setting(
        "PHUCVU_TWO_PERSONS",
        "`1`: what one publisher froze is published once another one agrees",
        SWITCH,
        False,
        unset="`0`",
    )
    idle_minutes: int = _setting(
        "PHUCVU_IDLE_MINUTES",
        "minutes after which an unused session ends",
        _whole(1, 600),
        30,
    )
    oidc_url: str = _setting(
        "PHUCVU_OIDC_URL",
        "the office's OpenID Connect server (the issuer), see [accounts](accounts.md)",
        SAFE_WEB,
        unset="none",
    )
    oidc_client_id: str = _setting(
        "PHUCVU_OIDC_CLIENT_ID", "the name under which that server knows this site", unset="none"
    )
    oidc_secret: str = _setting("PHUCVU_OIDC_SECRET", "the secret agreed with it", unset="none", secret=True)
    oidc_secret_file: str = _setting(
        "PHUCVU_OIDC_SECRET_FILE", "a file that holds the secret, instead", unset="none"
    )
    oidc_name: str = _setting("PHUCVU_OIDC_NAME", "what the sign-in page calls it", default="OpenID Connect")
    oidc_readers_of: str = _setting(
        "PHUCVU_OIDC_READERS_OF",
        "a unit: whoever the server vouches for and has no account becomes a reader of it; one that is not "
        "known stops the start",
        unset="nobody",
    )
    oidc_two_step: bool = _setting(
        "PHUCVU_OIDC_TWO_STEP",
        "`1` where that server asks everybody for a second step itself: then none is set up here by who "
        "comes in by it",
        SWITCH,
        False,
        unset="`0`",
    )
    header_seconds: int = _setting(
        "PHUCVU_HEADER_SECONDS",
        "seconds that a client has to send the headers of a request",
        _whole(1, 99999),
        10,
    )
    body_seconds: int = _setting(
        "PHUCVU_BODY_SECONDS",
        "seconds that it has to send the body, and a second more for each 16 KB that came; also to take "
        "each 64 KB of a long answer",
        _whole(1, 99999),
        60,
    )
    at_once: int = _setting(
        "PHUCVU_AT_ONCE",
        "bodies that one address may send, and long answers that it may fetch, at once from each answering "
        "process; more get status 503",
        _whole(1, 99999),
        32,
    )
    access_log: str = _setting(
        "PHUCVU_ACCESS_LOG",
        "where a line of each request is written: a file, or `-` for standard output, which systemd keeps "
        "in its journal; see [below](#the-access-log)",
        unset="no access log",
    )
    static: str = _setting(
        "PHUCVU_STATIC", "where style sheets are gathered", unset="set by `phucvu serve` itself"
    )


@dataclass(frozen=True)
class ObjectStore:
    """How an object store is reached; its libraries read the same variables by themselves."""

    key: str = _setting(
        "AWS_ACCESS_KEY_ID",
        "the key",
        unset="needed with `AWS_ENDPOINT_URL`; on AWS itself the machine's role",
        secret=True,
    )
    secret: str = _setting("AWS_SECRET_ACCESS_KEY", "the key's secret", unset="as the key", secret=True)
    region: str = _setting("AWS_REGION", "the region; any name for a store of one's own", unset="`us-east-1`")
    endpoint: str = _setting(
        "AWS_ENDPOINT_URL",
        "the address of a store of one's own, such as `https://minio.example.gov.vn:9000`",
        WEB,
        unset="AWS",
    )
    allow_http: bool = _setting(
        "AWS_ALLOW_HTTP",
        "`true`: the address may begin with `http://`",
        Kind(lambda said: said.lower() in ("1", "true", "yes", "on"), "true hoặc false", "true or false"),
        False,
        unset="`false`",
    )


def current() -> Configuration:
    """The settings of this process. Raises UnusableError with a line for each variable that is wrong."""
    found: Configuration = _read(Configuration, _said(Configuration))
    return replace(found, **_instead) if _instead else found


def secret(said: str, file: str, variable: str) -> str:
    """A secret that a variable says, or a file that another variable names.

    Raises UnusableError where the file cannot be read.
    """
    if not file:
        return said
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = why(error) if isinstance(error, OSError) else Both("không phải UTF-8", "not UTF-8")
        raise UnusableError(
            Fault("secret_file_unreadable", file=file, variable=variable, why=reason)
        ) from error


def object_store() -> ObjectStore:
    """How records at s3:// are reached."""
    found: ObjectStore = _read(ObjectStore, _said(ObjectStore))
    return found


Settings = TypeVar("Settings", Configuration, ObjectStore)
_instead: dict[str, Any] = {}


def choose(**values: Any) -> Configuration:
    """Let these values hold in this process, and in those that it starts, in place of the environment's."""
    chosen = replace(current(), **values)
    _instead.update(values)
    return chosen


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that this one starts, so that both have the same settings."""
    own = fields(Configuration)
    names = {f.metadata["variable"] for f in own}
    values = [(f, getattr(current(), f.name)) for f in own]
    said = {f.metadata["variable"]: _text(value) for f, value in values if value != f.default}
    rest = {name: value for name, value in os.environ.items() if name not in names}
    return rest | said | {"TMPDIR": tempfile.gettempdir()} | more


def rows(of: type[Configuration] | type[ObjectStore]) -> list[str]:
    """The settings as rows of a table: variable, meaning, what it may be, what holds unless it is set."""
    found = []
    for one in fields(of):
        about = one.metadata
        unset = about["unset"] or f"`{_text(one.default)}`"
        found.append(f"| `{about['variable']}` | {about['meaning']} | {about['kind'].en} | {unset} |")
    return found


def _text(value: Any) -> str:
    """A value as a variable says it."""
    if isinstance(value, bool):
        return str(int(value))
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _said(of: type[Any]) -> tuple[str, ...]:
    return tuple(os.environ.get(f.metadata["variable"], "") for f in fields(of))


@lru_cache(maxsize=8)
def _read(of: type[Settings], texts: tuple[str, ...]) -> Settings:
    found, problems = {}, []
    for one, said in zip(fields(of), texts, strict=True):
        if not said:
            continue  # an empty variable is one that is not set
        kind, name = one.metadata["kind"], one.metadata["variable"]
        try:
            found[one.name] = kind.read(said)
        except ValueError:
            problems.append(
                Fault("setting_wrong", variable=name, kind=Both(kind.vi, kind.en), found=said[:20])
            )
    if problems:
        raise UnusableError(problems)
    return of(**found)
