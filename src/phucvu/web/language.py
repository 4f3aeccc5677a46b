"""The language of the page being made."""

from __future__ import annotations

from django.utils.translation import get_language, gettext


def language() -> str:
    """vi or en."""
    return "en" if get_language() == "en" else "vi"


def _(text: str) -> str:
    """A Vietnamese text in the language of the page (see tools/messages.py)."""
    return str(gettext(text))
