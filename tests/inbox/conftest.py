from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from phucvu.records.store import Store

from .clients import OpenCps, SecondStyle
from .running import Site, make_home, make_senders

HERE = Path(__file__).parent

collect_ignore = ["site"]
"""What the server under test imports; not for pytest to import."""


@dataclass
class Running:
    """A site that runs, its records, and clients by the names of their accounts."""

    site: Site
    store: Store
    secrets: dict[str, str]

    def opencps(self, name: str = "gialai", madonvi: str = "H21") -> OpenCps:
        return OpenCps(self.site.url, name, self.secrets[name], madonvi)

    def second(self, name: str = "gialai", unit: str | None = None) -> SecondStyle:
        return SecondStyle(self.site.url, name, self.secrets[name], unit)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "running" in getattr(item, "fixturenames", ()) and item.path.parent == HERE:
            item.add_marker("site")


@pytest.fixture(scope="module")
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """For one file: while others are run it would take a tenth of a processor, looking for work.

    A file that looks at counts says so: ``COUNTS = "everything"``, or ``"the month"``.
    """
    home = tmp_path_factory.mktemp("home")
    store = make_home(home)
    secrets = make_senders(home, gialai="H21", soyte="H21.17", khac="H22", closed="H21", quiet="H21")
    site = Site(home, counts=getattr(request.module, "COUNTS", "nothing"))
    site.start()
    yield Running(site, store, secrets)
    site.stop()
