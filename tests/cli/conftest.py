"""Running the program in a folder of its own, over a home with units."""

import os
import subprocess
import sys

import pytest

UNITS = "code,name,kind,parent\nH99,Tỉnh Ví Dụ,province,\nH99.01,Sở Ví Dụ,department,H99\n"


@pytest.fixture
def phucvu(tmp_path):
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    environment = os.environ | {"PHUCVU_HOME": str(tmp_path / "home")}

    def run(*words):
        return subprocess.run(
            [sys.executable, "-m", "phucvu", *words],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment,
            check=False,
        )

    assert run("import", "units.csv").returncode == 0
    return run
