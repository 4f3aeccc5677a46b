"""The site as a WSGI application, for the servers that look for one."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "phucvu.web.settings")
application = get_wsgi_application()
