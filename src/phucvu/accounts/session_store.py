"""Where Django keeps sessions (SESSION_ENGINE): in its own table, found as ``rows`` finds them."""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from phucvu.accounts.rows import row_by


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        row = row_by(Session, session_key=self.session_key)
        if row is None or row.expire_date <= timezone.now():
            self._session_key = None
            return None
        return row
