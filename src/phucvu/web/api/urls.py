"""The addresses of the data API: /api/v1/… in no language, its explanation at /api/docs in both."""

from __future__ import annotations

from django.urls import path, re_path

from phucvu.accounts.doors import PUBLIC, under
from phucvu.web.api import docs
from phucvu.web.api.routes import api, no_such_route

outside = under(
    PUBLIC, [path("api/v1/", api.urls), re_path(r"^api/v1(?P<rest>/.*)?$", no_such_route, name="api-none")]
)
in_languages = under(PUBLIC, [path("api/docs", docs.show, name="api-docs")])
