"""Answers are made once for each state of the data, and then handed out again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache import caches

from phucvu.web import results
from phucvu.web.page import query_of


def remembered(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view whose answers are kept until any result changes.

    Answers depend on nothing else but the address: public pages know no accounts, and only known
    parameters are read. The name of the site is part of it, since pages offer their own addresses.
    """

    @wraps(view)
    def answer(request: Any, **parts: Any) -> Any:
        state = (results.versions(), request.build_absolute_uri(request.path), query_of(request))
        key = hashlib.sha256(repr(state).encode()).hexdigest()
        response = caches["pages"].get(key)
        if response is None:
            response = view(request, **parts)
            caches["pages"].set(key, response, timeout=None)
        return response

    return answer
