import pytest

from phucvu.portal.pull import pull

from .server import YEAR


@pytest.fixture(autouse=True)
def _nowhere_else(monkeypatch):
    """No test speaks to anything but its own server."""
    monkeypatch.delenv("PHUCVU_PORTAL", raising=False)
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def pulled(tmp_path):
    """Pull the year 2026 from a server, as fast as it answers unless told otherwise."""

    def run(server, home=None, **how):
        how = {"root": "H21", "pause": 0.0} | how
        return pull(home or tmp_path, YEAR, address=server.address, **how)

    return run
