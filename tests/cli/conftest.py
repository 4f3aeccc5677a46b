"""Running the program in a folder of its own, over a home with units."""

import os
import shutil

import pytest

from .. import starting

UNITS = "code,name,kind,parent\nH99,Tỉnh Ví Dụ,province,\nH99.01,Sở Ví Dụ,department,H99\n"


def running_in(folder):
    """Runs the program in a folder, with the home in it."""
    environment = os.environ | {"PHUCVU_HOME": str(folder / "home")}
    return lambda *words: starting.phucvu(*words, cwd=folder, env=environment)


@pytest.fixture(scope="session")
def with_units(tmp_path_factory):
    """A folder with a file of units and a home with them and a database; to be copied."""
    folder = tmp_path_factory.mktemp("with-units")
    (folder / "units.csv").write_text(UNITS, encoding="utf-8")
    for words in (["init"], ["import", "units.csv"]):
        assert running_in(folder)(*words).returncode == 0
    return folder


@pytest.fixture
def phucvu(with_units, tmp_path):
    shutil.copytree(with_units, tmp_path, dirs_exist_ok=True)
    return running_in(tmp_path)
