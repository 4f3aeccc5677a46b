"""Django's settings where there is no site: the inbox's own process, and commands about senders."""

from __future__ import annotations

from phucvu import configuration
from phucvu.inbox.home import database

INSTALLED_APPS = ["phucvu.inbox"]
SHOWS = configuration.current().shows
DATABASES = {"default": database()}

# Times are Vietnam's, without a zone, as in the records.
USE_TZ = False
TIME_ZONE = "Asia/Ho_Chi_Minh"
