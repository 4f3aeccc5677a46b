"""PostgreSQL goes away, or takes connections and never answers: everybody is told soon, and all recovers."""

from __future__ import annotations

import json
import select
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from .. import postgresql
from .clients import SecondStyle, dossier
from .running import Site, make_home, make_senders

pytestmark = pytest.mark.site


class Relay:
    """Passes on what comes to its port, until it is told to swallow it: taken, and never answered."""

    def __init__(self, port: int) -> None:
        self._behind = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.swallows = False
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            front, _ = self._listener.accept()
            threading.Thread(target=self._pass_on, args=[front], daemon=True).start()

    def _pass_on(self, front: socket.socket) -> None:
        with suppress(OSError), front:
            while self.swallows:
                time.sleep(0.1)
            with socket.create_connection(("127.0.0.1", self._behind)) as back:
                other = {front: back, back: front}
                while True:
                    for one in select.select([front, back], [], [], 0.1)[0]:
                        while self.swallows:
                            time.sleep(0.1)
                        sent = one.recv(65536)
                        if not sent:
                            return
                        other[one].sendall(sent)


@pytest.fixture
def server() -> Iterator[postgresql.Server]:
    with postgresql.server() as found:
        yield found


def timed(site: Site, path: str) -> tuple[int, float]:
    began = time.monotonic()
    status, _ = site.get(path)
    return status, time.monotonic() - began


def refused(client: SecondStyle, url: str) -> tuple[dict[str, Any], float]:
    """What a call is answered with status 503, and after how many seconds."""
    body = json.dumps([dossier("AWAY")]).encode()
    request = urllib.request.Request(
        f"{url}/api/dvcqg/DongBoHoSoMC", body, {"Authorization": f"Bearer {client.token}"}
    )
    began = time.monotonic()
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(request, timeout=30)
    assert error.value.code == 503
    return json.loads(error.value.read()), time.monotonic() - began


def well_again(site: Site) -> None:
    end = time.monotonic() + 90
    while (said := site.get("/healthz"))[0] != 200:
        assert time.monotonic() < end, f"{said}\n{site.log}"
        time.sleep(0.3)


@pytest.mark.postgres
def test_a_database_that_goes_away_or_hangs(tmp_path: Path, server: postgresql.Server) -> None:
    port = server.address.rpartition(":")[2]
    relay = Relay(int(port))
    address = server.new_database().replace(port, str(relay.port))
    home = tmp_path / "home"
    make_home(home)
    secret = make_senders(home, address, gialai="H21")["gialai"]
    site = Site(home, address, workers=1)
    site.start()
    try:
        client = SecondStyle(site.url, "gialai", secret)
        assert client.send("DongBoHoSoMC", [dossier("DB-1")])["error_code"] == "0"
        well_again(site)

        server.stop()
        said, seconds = refused(client, site.url)
        assert (said["error_code"], seconds < 5) == ("503", True)
        assert timed(site, "/healthz")[0] == 503
        assert site.get("/metrics")[0] == 503
        server.start()
        # The connections that were kept are dead: nobody is refused for that.
        assert client.send("DongBoHoSoMC", [dossier("DB-2")])["error_code"] == "0"
        well_again(site)

        relay.swallows = True
        said, seconds = refused(client, site.url)
        assert (said["error_code"], seconds < 10) == ("503", True)
        # From now on nobody waits longer than for one try to connect.
        for _ in range(3):
            status, seconds = timed(site, "/healthz")
            assert (status, seconds < 6) == (503, True)
        relay.swallows = False
        time.sleep(2)
        assert client.send("DongBoHoSoMC", [dossier("DB-3")])["error_code"] == "0"
        well_again(site)
        site.wait_until_moved()
    finally:
        relay.swallows = False
        site.stop()
