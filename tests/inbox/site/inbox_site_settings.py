"""The inbox without the site around it, which starts in half the time; tests/web serves them together."""

from phucvu.inbox.settings import *  # noqa: F403

ROOT_URLCONF = "phucvu.inbox.urls"
ALLOWED_HOSTS = ["127.0.0.1"]
SECRET_KEY = "nothing is signed"
