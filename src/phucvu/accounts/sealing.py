"""Texts kept sealed in the database, so that a copy of it opens none of them."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from cryptography.fernet import Fernet
from django.conf import settings


def seal(purpose: str) -> Fernet:
    """What seals and opens texts kept for a purpose; what was sealed for another one it cannot open."""
    return _seal(purpose, settings.SECRET_KEY)


@cache
def _seal(purpose: str, secret: str) -> Fernet:
    key = hashlib.sha256(f"{purpose}\0{secret}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
