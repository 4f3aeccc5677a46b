"""Keeping payloads: a call is answered once what it carries is committed in the operational database.

Calls that arrive together share a commit: one thread writes, and takes all that wait.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future

from django.db import close_old_connections, connection, transaction

from phucvu.inbox.answers import Code, RefusedError
from phucvu.inbox.models import Body, Payload

NOT_KEPT = "Chưa lưu được dữ liệu; hãy gửi lại sau, gửi trùng không sao"

PATIENCE = 60
"""Seconds that a call waits for its commit."""


class Keeper:
    """One for each process; its thread starts with the first payload."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[tuple[Body, Future[None]]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def keep(self, body: Body) -> None:
        """Returns when the body and its payload are committed. Raises RefusedError if they cannot be."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="keeper", daemon=True)
                self._thread.start()
        kept: Future[None] = Future()
        self._waiting.put((body, kept))
        try:
            kept.result(PATIENCE)
        except Exception as error:
            raise RefusedError(Code.NOT_KEPT, NOT_KEPT) from error

    def _write(self) -> None:
        while True:
            together = [self._waiting.get()]
            while not self._waiting.empty():
                together.append(self._waiting.get())
            try:
                # What the server closed meanwhile is opened anew, rather than the first call refused.
                close_old_connections()
                with transaction.atomic():
                    Payload.objects.bulk_create([body.payload for body, _ in together])
                    Body.objects.bulk_create([body for body, _ in together])
            except Exception as error:
                connection.close()
                for _, kept in together:
                    kept.set_exception(error)
            else:
                for _, kept in together:
                    kept.set_result(None)


keeper = Keeper()
