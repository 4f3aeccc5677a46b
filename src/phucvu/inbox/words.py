"""Words of the tables, in the language of whoever looks at them."""

from __future__ import annotations

from typing import Any

from django.utils.functional import lazy
from django.utils.translation import get_language


def both(vi: str, en: str) -> Any:
    """A text that is English on English pages and Vietnamese everywhere else, migrations included."""
    return lazy(lambda: en if get_language() == "en" else vi, str)()
