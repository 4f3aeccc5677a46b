"""schemathesis, from the API's own description, finds no server error."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .conftest import Running


def test_nothing_sent_by_the_description_breaks_the_server(running: Running, tmp_path: Path) -> None:
    token = running.second().token
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "schemathesis.cli",
            "run",
            f"{running.site.url}/api/dvcqg/openapi.json",
            "--header",
            f"Authorization: Bearer {token}",
            "--checks",
            "not_a_server_error,response_schema_conformance,status_code_conformance",
            "--max-examples",
            "10",
            "--generation-deterministic",
            "--suppress-health-check",
            "all",
            "--phases",
            "examples,coverage,fuzzing",
            "--max-time",
            "12",
            "--no-color",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
