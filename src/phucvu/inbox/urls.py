"""The inbox's addresses, to be included at the root of the site's."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_GET

from phucvu.inbox import health, views

urlpatterns = [
    path("api/dvcqg/auth", views.auth),
    path("api/dvcqg/service", views.first_style),
    path("api/dvcqg/openapi.json", require_GET(views.openapi)),
    path("api/dvcqg/<str:service>", views.second_style),
    path("healthz", require_GET(health.healthz)),
    path("metrics", require_GET(health.metrics)),
]
