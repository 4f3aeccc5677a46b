"""schemathesis, from the API's own description, finds no server error and nothing undescribed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_what_is_asked_by_the_description_is_answered_by_it(address: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "schemathesis.cli",
            "run",
            f"{address}/api/v1/openapi.json",
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
            "--max-examples",
            "10",
            "--generation-deterministic",
            "--suppress-health-check",
            "all",
            "--phases",
            "examples,coverage,fuzzing",
            "--max-time",
            "15",
            "--no-color",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
