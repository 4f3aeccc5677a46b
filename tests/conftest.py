"""What tests share."""

import os
import tempfile
from pathlib import Path
from unittest import mock

import django
import pytest
from hypothesis import settings

# How long an example takes says more about who else uses the machine than about the code.
settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")

# Modules with tables of the operational database can only be imported where Django is set up; the
# database of these tests stands in a folder of its own.
os.environ["DJANGO_SETTINGS_MODULE"] = "phucvu.web.settings"
HOME = tempfile.TemporaryDirectory(prefix="phucvu-tests-")
with mock.patch.dict(os.environ, PHUCVU_HOME=HOME.name, PHUCVU_HTTPS="0"):
    django.setup()

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def official() -> Path:
    """The folder of really published figures, which lies beside the checkout."""
    folder = SHARED / "data" / "official"
    if not folder.is_dir():
        pytest.skip("the published figures (../shared/data/official) are not there")
    return folder


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Where everything must be there (PHUCVU_NOTHING_SKIPPED), a skipped test is a failure."""
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("PHUCVU_NOTHING_SKIPPED") and skipped and exitstatus == 0:
        reporter.write_line(f"{len(skipped)} tests were skipped, and here none may be", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
