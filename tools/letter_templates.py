"""Makes the Word templates that ship with the program.

    python -m tools.letter_templates

The files are the same each time, so that a change shows as one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tools.brief_template import brief
from tools.late_templates import apology, request_for_explanation
from tools.letter_layout import content
from tools.result_templates import department_notice, monthly_publication, office_notice, quarterly_report
from tools.task_templates import implementation_plan, remedy_order

FOLDER = Path(__file__).resolve().parents[1] / "src/phucvu/letters/templates"

MADE: dict[str, Callable[[], Any]] = {
    "monthly-publication": monthly_publication,
    "department-notice": department_notice,
    "office-notice": office_notice,
    "implementation-plan": implementation_plan,
    "quarterly-report": quarterly_report,
    "remedy-order": remedy_order,
    "request-for-explanation": request_for_explanation,
    "apology": apology,
    "brief": brief,
}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, make in MADE.items():
        (FOLDER / f"{name}.docx").write_bytes(content(make()))


if __name__ == "__main__":
    main()
