"""What tests share."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def official() -> Path:
    """The folder of really published figures, which lies beside the checkout."""
    folder = SHARED / "data" / "official"
    if not folder.is_dir():
        pytest.skip("the published figures (../shared/data/official) are not there")
    return folder
