"""Django's settings of the site. What an installation may change comes from the environment."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

HERE = Path(__file__).parent

# The names under which the site is asked for, with commas between; others get status 400.
ALLOWED_HOSTS = os.environ.get("PHUCVU_HOSTS", "127.0.0.1,localhost,[::1]").split(",")

# Nothing that outlives the process is signed: there are no sessions, and no accounts.
SECRET_KEY = secrets.token_urlsafe(50)

DEBUG = False
INSTALLED_APPS = ["django.contrib.staticfiles", "phucvu.web"]
DATABASES: dict[str, dict[str, str]] = {}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "phucvu.web.security.content_security",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.locale.LocaleMiddleware",
]
ROOT_URLCONF = "phucvu.web.urls"
APPEND_SLASH = False

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "phucvu.web.templatetags.reading",
            ],
            "context_processors": ["django.template.context_processors.i18n"],
        },
    }
]

# The language stands in the address: Vietnamese at /, English under /en/.
USE_I18N = True
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = False

# Answers are kept in the memory of each worker (see remembering.py).
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 1000},
    }
}

# Static files are gathered here under names that carry their content's hash (see serve.py).
STATIC_URL = "/static/"
STATIC_ROOT = os.environ.get("PHUCVU_STATIC", "")
STORAGES = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler", "level": "ERROR"}},
    "loggers": {"django": {"handlers": ["stderr"], "level": "ERROR"}},
}
