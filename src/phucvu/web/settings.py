"""Django's settings of the site. What an installation may change comes from the environment."""

from __future__ import annotations

from pathlib import Path

from phucvu import configuration
from phucvu.accounts import settings as accounts
from phucvu.accounts.secret import secret_key
from phucvu.accounts.settings import *  # noqa: F403  the names that Django and allauth read
from phucvu.inbox.home import database

HERE = Path(__file__).parent
chosen = configuration.current()

# The machine itself can always ask how the site does (see security.py).
ALLOWED_HOSTS = list(chosen.hosts)

# Signs sessions and links to set a password, and seals what two-step sign-in keeps.
SECRET_KEY = secret_key()

# «counted» shows what is counted from the records of the home; «published» the national portal's
# figures that come with the program (the demonstration).
SHOWS = chosen.shows

DEBUG = False
INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "phucvu.inbox",
    "phucvu.web",
    "phucvu.assignments",
    "phucvu.editions",
    "phucvu.notices",
    *accounts.APPS,
]

# The operational database: SQLite in the home, or PostgreSQL by PHUCVU_DATABASE_URL.
DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "phucvu.web.security.health_for_the_machine",
    "phucvu.web.security.plain_cookies",
    "django.middleware.security.SecurityMiddleware",
    "phucvu.web.security.content_security",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    *accounts.MIDDLEWARE_BEFORE,
    "django.middleware.locale.LocaleMiddleware",
    *accounts.MIDDLEWARE_AFTER,
    "phucvu.web.nothing.NothingYet",
    "phucvu.web.abbreviations.spelled_out",
]
ROOT_URLCONF = "phucvu.web.urls"
APPEND_SLASH = False

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "phucvu.web.templatetags.reading",
            ],
            "context_processors": [
                "django.template.context_processors.i18n",
                *accounts.CONTEXT_PROCESSORS,
            ],
        },
    }
]

# The language stands in the address: Vietnamese at /, English under /en/.
USE_I18N = True
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = False

# Pages are kept in the memory of each worker (see remembering.py); attempts to sign in, in the database.
CACHES = {
    "default": accounts.CACHE_OF_LIMITS,
    "pages": {
        "BACKEND": "phucvu.web.remembering.Pages",
        "OPTIONS": {"MAX_BYTES": 64 << 20},
    },
}

# Static files are gathered here under names that carry their content's hash (see serve.py).
STATIC_URL = "/static/"
STATIC_ROOT = chosen.static
STORAGES = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"refused_names": {"()": "phucvu.web.security.RefusedNames"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "level": "ERROR"}},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "ERROR"},
        "django.security.DisallowedHost": {
            "handlers": ["stderr"],
            "filters": ["refused_names"],
            "propagate": False,
        },
    },
}
