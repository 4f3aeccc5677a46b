"""The site: public pages over scores, each with its data behind it."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "phucvu.web.settings")
