"""The front page: the nation, or the one unit under which all others stand.

Where the results have exactly one unit without another above it (the installation of one province or
ministry), its own page is the front page; nothing has to be set for that.
"""

from __future__ import annotations

from typing import Any

from phucvu.web.page import asked_board
from phucvu.web.pages import nation, units


def show(request: Any, form: str | None = None) -> Any:
    only = asked_board(request).only_root
    return nation.show(request, form) if only is None else units.show(request, only.unit.code, form)
