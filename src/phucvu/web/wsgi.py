"""The site as a WSGI application, for the servers that look for one."""

from __future__ import annotations

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
