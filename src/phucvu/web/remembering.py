"""Answers are made once for each state of the data, and then handed out again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache import cache

from phucvu.web import results
from phucvu.web.page import asked_board, query_of


def remembered(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view whose answers are kept until the numbers, the units or the periods change.

    Answers depend on nothing else: there are no accounts, and only known parameters are read.
    """

    @wraps(view)
    def answer(request: Any, **parts: Any) -> Any:
        state = (asked_board(request).version, results.periods(), request.path, query_of(request))
        key = hashlib.sha256(repr(state).encode()).hexdigest()
        response = cache.get(key)
        if response is None:
            response = view(request, **parts)
            cache.set(key, response, timeout=None)
        return response

    return answer
