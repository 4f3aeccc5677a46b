"""Nobody who is not logged in makes the site work for long, whatever the body or address says.

Each body is sent in two sizes: twice the size takes no more than twice the processor time, and even the
larger takes less than 50 ms, of a machine that is no slower than usual.
"""

from __future__ import annotations

import contextlib
import math
import re
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.test import RequestFactory, override_settings

from phucvu.inbox import calls
from phucvu.inbox.answers import RefusedError
from phucvu.web.serve import gather_static_files

MOST_SECONDS = 0.05
"""Of processor time, before it is known who calls."""

NOISE = 0.004
"""Seconds by which a measurement is off."""

USUAL = 0.03
"""Seconds of processor time that a loop of a million usually takes."""

MB = 1 << 20


@pytest.fixture(scope="module", autouse=True)
def _site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    call_command("migrate", verbosity=0)
    with override_settings(SHOWS="published", STATIC_ROOT=str(tmp_path_factory.mktemp("static"))):
        gather_static_files()
        yield


def filled(before: bytes, again: bytes, after: bytes = b"") -> Callable[[int], bytes]:
    """Bodies of a size that hold a part over and over."""
    return lambda size: before + again * ((size - len(before) - len(after)) // len(again)) + after


BODIES: dict[str, Callable[[int], bytes]] = {
    "a text that never ends": filled(b'{"data":' + b"[" * 1_100 + b'"', rb"\""),
    "backslashes": filled(b'{"data":' + b"[" * 1_100 + b'"', b"\\"),
    "texts that never end": filled(b'{"data":' + b"[" * 1_100, b'"\\'),
    "short texts": filled(b'{"data":' + b"[" * 1_100, b'"",'),
    "open brackets": filled(b'{"data":', b"["),
    "brackets and blanks": filled(b'{"data":', b" ["),
    "closing brackets": filled(b'{"data":', b"]"),
    "empty lists": filled(b'{"data":' + b"[" * 1_100, b"[],"),
    "empty lists that end": filled(b'{"data":[', b"[],", b"[]]}"),
    "objects": filled(b"", b'{"a":'),
    "members": filled(b"{", b'"a":1,', b'"a":1}'),
    "sessions": filled(b"{", b'"session":"x",', b'"session":"x"}'),
    "sessions without an end": filled(b"{", b'"session"', b""),
    "sessions and blanks": filled(b'{"session"', b" " * 100),
    "a long session": filled(b'{"session":"', b"a", b'"}'),
    "a long number": filled(b'{"session":', b"9", b"}"),
    "a long exponent": filled(b'{"session":1e', b"9", b"}"),
    "half letters": filled(b'{"data":["', rb"\ud800", b'"]}'),
    "no letters": filled(b'{"data":["', b"\xff", b'"]}'),
    "blanks": filled(b"", b" "),
    "blanks before": filled(b"", b" ", b"{}"),
    "nothing": filled(b"", b"\0"),
    "deep but not too deep": filled(b'{"data":[', b"[" * 800 + b"]" * 800 + b",", b"1]}"),
}


@pytest.mark.parametrize("path", ["/api/dvcqg/service", "/api/dvcqg/auth", "/api/dvcqg/DongBoHoSoMC"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body(body: Callable[[int], bytes], path: str) -> None:
    for size in (64 << 10, 2 * MB, 16 * MB - 1):
        grows_with_the_size(lambda size: post(path, body(size), JSON), size, REFUSED)


JSON = "application/json"
REFUSED = re.compile("|".join(f'"error_code":"{code}"' for code in ("400", "401", "413", "608")))


def post(path: str, body: bytes, kind: str) -> Environ:
    return RequestFactory(headers={"host": "127.0.0.1"}).post(path, body, kind).environ


Environ = dict[str, Any]


TRIES = 3
"""What grows faster than it should does so each time; what else the machine did meanwhile does not."""


def grows_with_the_size(made: Callable[[int], Environ], size: int, answer: re.Pattern[str]) -> None:
    no_more_than_grows(lambda of: took(made(of), answer), size, MOST_SECONDS)


def no_more_than_grows(seconds: Callable[[int], float], size: int, most: float = math.inf) -> None:
    """Twice the size takes at most twice the time, and no more than the most on a machine as usual."""
    found = []
    for _ in range(TRIES):
        once, twice, slower = seconds(size), seconds(2 * size), times_slower()
        if twice < 3 * once + NOISE * slower and twice < most * slower:
            return
        found.append(f"{once:.4f} s, of twice the size {twice:.4f} s, {slower:.1f} times slower than usual")
    pytest.fail("; ".join(found))


def times_slower() -> float:
    """How many times slower than usual the machine is just now, as a shared one can be; at least 1."""
    began = time.thread_time()
    sum(n for n in range(1_000_000))
    return max(1.0, (time.thread_time() - began) / USUAL)


def took(request: Environ, answer: re.Pattern[str]) -> float:
    """Seconds of processor time that the site takes to answer like this, the least of a few."""
    site = get_wsgi_application()
    body = request["wsgi.input"].read()
    least = math.inf
    for _ in range(4):  # the first also pays for what is loaded once
        request["wsgi.input"] = BytesIO(body)
        began = time.thread_time()
        said = b"".join(site(request.copy(), lambda *_: None))
        least = min(least, time.thread_time() - began)
        assert answer.search(said.decode())
    return least


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_of_somebody_who_is_known(body: Callable[[int], bytes]) -> None:
    def took(size: int) -> float:
        data, least = body(size), math.inf
        for _ in range(4):
            began = time.thread_time()
            with contextlib.suppress(RefusedError):
                calls.first_style(data)
            least = min(least, time.thread_time() - began)
        return least

    no_more_than_grows(took, 256 << 10)


HEADERS: dict[str, Callable[[int], str]] = {
    "HTTP_COOKIE": lambda size: 'a="' + "\\" * size + '"; b=c',
    "HTTP_COOKIE quotes": lambda size: 'a="' + '\\"' * (size // 2) + '"',
    "HTTP_COOKIE many": lambda size: "a=b;" * (size // 4),
    "HTTP_COOKIE language": lambda size: "django_language=" + "a-" * (size // 2),
    "HTTP_ACCEPT_LANGUAGE": lambda size: "a-" * (size // 2),
    "HTTP_ACCEPT_LANGUAGE weights": lambda size: "vi;q=0." + "1" * size,
    "HTTP_IF_NONE_MATCH": lambda size: 'W/"a",' * (size // 6),
    "HTTP_IF_MODIFIED_SINCE": lambda size: " " * size,
    "HTTP_AUTHORIZATION": lambda size: "Bearer " + "a" * size,
    "HTTP_X_FORWARDED_FOR": lambda size: "," * size,
    "HTTP_HOST": lambda size: "a." * (size // 2),
    "PATH_INFO": lambda size: "/" + "a/" * (size // 2),
    "PATH_INFO of a unit": lambda size: "/units/" + "." * size,
    "PATH_INFO of a file": lambda size: "/procedures/" + "a.csv" * (size // 5),
    "QUERY_STRING": lambda size: "q=" + "a+" * (size // 2),
}


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("path", ["/accounts/login"])
def test_a_header_or_address(path: str, name: str) -> None:
    def made(size: int) -> Environ:
        request = RequestFactory(headers={"host": "127.0.0.1"}).get(path).environ
        return request | {name.partition(" ")[0]: HEADERS[name](size)}

    # serve.LONGEST_HEADERS is the most that gets as far.
    grows_with_the_size(made, 32 << 10, re.compile(""))
