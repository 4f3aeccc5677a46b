"""What every page that is not public knows of itself."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any


def place(request: Any) -> dict[str, Any]:
    """The page's address in both languages, for the switch; nothing where it stands in one only."""
    if request.path.startswith("/oidc/office"):
        return {}
    query = f"?{request.META['QUERY_STRING']}" if request.META.get("QUERY_STRING") else ""
    vi = request.path.removeprefix("/en") + query
    return {"place": SimpleNamespace(vi=vi, en="/en" + vi)}
