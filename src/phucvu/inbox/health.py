"""How the inbox is doing: /healthz for a load balancer, /metrics for Prometheus."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from phucvu import configuration
from phucvu.inbox.background import wanted
from phucvu.inbox.clock import now
from phucvu.inbox.home import home
from phucvu.inbox.models import Counted, Job, Part, Payload, Sender
from phucvu.inbox.relay.progress import progress
from phucvu.inbox.remarks import REMARKS
from phucvu.inbox.rhythm import is_silent
from phucvu.inbox.trouble import kind
from phucvu.records.places import is_remote

TOO_LONG = 60
"""A payload that has waited so many seconds to be moved: the inbox's own process is in trouble."""

COUNTED_TOO_LATE = 600
"""A payload that has waited so many seconds to be counted, though it was moved."""

SILENT = 30
"""A process that has not said for so many seconds that it lives (``jobs``): it is not running."""

HISTORY = ("history", "compacting", "lists", "sweeping", "forecasting")
"""The jobs of the process that counts the past (``running``)."""

FURTHER = ("asking",)
"""What packages above this one have that process do besides, where they are served (``background``)."""


def healthz(request: HttpRequest) -> HttpResponse:
    """Status 200 while payloads can be kept and are being moved and counted, else 503."""
    said = state()
    well = set(said.values()) == {OK}
    more = {name: found for name, say in REMARKS.items() if (found := _said(say))}
    body = msgspec.json.encode({"status": OK if well else "failing", **said, **_doing(), **more})
    return HttpResponse(body, content_type="application/json", status=200 if well else 503)


def _said(say: Callable[[], str]) -> str:
    try:
        return say()
    except Error:
        return ""


OK = "ok"

MOST_COUNTED = 100_000
"""Messages to be moved again that are counted; more are only said to be more."""


def _doing() -> dict[str, str]:
    """What is being done that takes long and is no fault: after a restore, messages are moved again."""
    try:
        again = Payload.objects.filter(state=Payload.State.AGAIN)[: MOST_COUNTED + 1].count()
    except Error:
        return {}
    number = f"more than {MOST_COUNTED}" if again > MOST_COUNTED else str(again)
    return {"doing": f"moving messages again that the records lack: {number} left"} if again else {}


def state() -> dict[str, str]:
    """How each thing is that an installation needs: ``OK``, or what is wrong with it."""
    try:
        of_database = _of_database()
    except Error as error:
        of_database = {"database": kind(error), "inbox": UNKNOWN, "counting": UNKNOWN, "history": UNKNOWN}
    return of_database | {"disk": _disk(), "records": _records()}


UNKNOWN = "unknown"


def _of_database() -> dict[str, str]:
    moment = now()
    jobs = {job.name: job for job in Job.objects.all()}
    if not counts_records():
        return dict.fromkeys(("database", "inbox", "counting", "history"), OK)
    waited, uncounted = _waited(Payload.State.WAITING, moment), _waited(Payload.State.MOVED, moment)
    inbox, counting = (_going(moment, jobs.get(name)) for name in ("moving", "counting"))
    if inbox == OK and waited >= TOO_LONG:
        inbox = f"waiting for {waited:.0f} s"
    if counting == OK and uncounted >= COUNTED_TOO_LATE:
        counting = f"waiting for {uncounted:.0f} s"
    of_history = [*HISTORY, *(name for name in FURTHER if name in jobs)]
    history = [_going(moment, jobs.get(name)) for name in of_history]
    # That the portal or a mail server does not answer is no fault of this site, which counts all the same.
    beside = {part: _going(moment, jobs.get(part)) for part in wanted() if part in ("relay", "notices")}
    return {
        "database": OK,
        "inbox": inbox,
        "counting": counting,
        "history": next((said for said in history if said != OK), OK),
        **beside,
    }


def counts_records() -> bool:
    """Whether this site counts records of its own; the demonstration only shows published figures."""
    return bool(settings.SHOWS == "counted")


def _going(moment: dt.datetime, job: Job | None) -> str:
    if job is None:
        return "not running"
    if (moment - job.alive_at).total_seconds() >= SILENT:
        return f"not running since {job.alive_at:%Y-%m-%d %H:%M:%S}"
    if job.failing_since is not None:
        return f"{job.name} failing since {job.failing_since:%Y-%m-%d %H:%M:%S}: {job.error}"
    return OK


def _places() -> list[str]:
    """Where this installation writes files on this machine."""
    return [tempfile.gettempdir(), *([] if is_remote(home()) else [home()])]


def _free() -> int:
    """Bytes free on the fuller of the disks written to."""
    return min(shutil.disk_usage(place).free for place in _places())


def _disk() -> str:
    try:
        free = _free()
    except OSError as error:
        return kind(error)
    least = configuration.current().least_free * 1_000_000
    return OK if free >= least else f"only {free // 1_000_000} MB free"


def _records() -> str:
    """Whether every folder of the records can be written to, as far as asking tells without writing."""
    if is_remote(home()) or not counts_records():
        return OK  # what cannot be written there, the jobs tell
    tables = Path(home(), "records")
    try:
        below = [folder for table in _folders(tables) for folder in (table, *_folders(table))]
    except OSError as error:
        return kind(error)
    for folder in (Path(home()), *([tables] if tables.exists() else []), *below):
        if not os.access(folder, os.W_OK | os.X_OK):
            return f"cannot write to {folder.relative_to(home())}"
    return OK


def _folders(place: Path) -> list[Path]:
    """The folders just in a folder; none where it is not there."""
    if not place.exists():
        return []
    return [Path(entry) for entry in os.scandir(place) if entry.is_dir()]


def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics; status 503 with those of the machine alone where the database does not answer."""
    try:
        return HttpResponse(_written(Machine(), Inbox()), content_type=CONTENT_TYPE_PLAIN_0_0_4)
    except Error:
        return HttpResponse(_written(Machine()), content_type=CONTENT_TYPE_PLAIN_0_0_4, status=503)


def _written(*collectors: Collector) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    for collector in collectors:
        registry.register(collector)
    return generate_latest(registry)


class Machine(Collector):
    """What is wrong, and room on the disk."""

    def collect(self) -> Iterator[Metric]:
        failing = GaugeMetricFamily(
            "phucvu_failing", "1 where /healthz says that something is wrong", labels=["what"]
        )
        for what, said in state().items():
            failing.add_metric([what], said != OK)
        yield failing
        free = GaugeMetricFamily("phucvu_disk_free_bytes", "Room on the fuller of the disks written to")
        with contextlib.suppress(OSError):  # told above
            free.add_metric([], _free())
        yield free


class Inbox(Collector):
    """The metrics as the database has them, the same whichever process is asked."""

    def collect(self) -> Iterator[Metric]:
        moment = now()
        yield from _senders(moment)
        waiting = GaugeMetricFamily(
            "phucvu_inbox_waiting_messages", "Messages not yet moved into the records"
        )
        to_move = (Payload.State.WAITING, Payload.State.AGAIN)
        waiting.add_metric([], Payload.objects.filter(state__in=to_move).count())
        yield waiting
        stuck = GaugeMetricFamily(
            "phucvu_inbox_stuck_messages", "Messages left out because reading them failed"
        )
        stuck.add_metric([], Payload.objects.filter(state=Payload.State.STUCK).count())
        yield stuck
        oldest = GaugeMetricFamily(
            "phucvu_inbox_oldest_uncounted_seconds", "Age of the oldest message that no figure shows yet"
        )
        oldest.add_metric(
            [], max(_waited(Payload.State.WAITING, moment), _waited(Payload.State.MOVED, moment))
        )
        yield oldest
        if configuration.current().relay_address:
            yield from _relay(moment)
        yield from _counts()
        yield from _parts()


def _relay(moment: dt.datetime) -> Iterator[Metric]:
    passed = progress(moment)
    for name, said, value in (
        ("phucvu_relay_waiting_items", "Dossiers and steps to be passed on", passed.waiting),
        ("phucvu_relay_oldest_waiting_seconds", "Age of the oldest of them", passed.oldest_seconds),
        ("phucvu_relay_refused_items", "Dossiers and steps that the portal refused", passed.refused),
        ("phucvu_relay_failing", "1 where the last call was not answered", passed.failures > 0),
    ):
        metric = GaugeMetricFamily(name, said)
        metric.add_metric([], value)
        yield metric
    last = GaugeMetricFamily("phucvu_relay_success_timestamp_seconds", "When the portal last answered a call")
    if passed.succeeded_at:
        last.add_metric([], passed.succeeded_at.timestamp())
    yield last


def _senders(moment: dt.datetime) -> Iterator[Metric]:
    items = CounterMetricFamily(
        "phucvu_inbox_items", "Dossiers and steps, by what became of them", labels=["sender", "outcome"]
    )
    messages = CounterMetricFamily("phucvu_inbox_messages", "Messages kept", labels=["sender"])
    age = GaugeMetricFamily(
        "phucvu_sender_last_message_seconds", "Age of the last message", labels=["sender"]
    )
    silent = GaugeMetricFamily(
        "phucvu_sender_silent",
        "1 where a sender is silent for longer than its usual rhythm",
        labels=["sender"],
    )
    for sender in Sender.objects.filter(enabled=True).order_by("name"):
        for outcome in ("accepted", "set_aside", "refused"):
            items.add_metric([sender.name, outcome], getattr(sender, outcome))
        messages.add_metric([sender.name], sender.messages)
        if sender.last_message_at:
            age.add_metric([sender.name], max(0.0, (moment - sender.last_message_at).total_seconds()))
        silent.add_metric([sender.name], is_silent(sender.gaps, sender.last_message_at, moment))
    yield from (items, messages, age, silent)


def _counts() -> Iterator[Metric]:
    lag = GaugeMetricFamily(
        "phucvu_inbox_lag_seconds",
        "From receipt to counted, the slowest of the messages last counted",
        labels=["period"],
    )
    number = CounterMetricFamily("phucvu_counts", "Times the figures were counted", labels=["period"])
    at = GaugeMetricFamily(
        "phucvu_counted_timestamp_seconds", "When the figures were last counted", labels=["period"]
    )
    for row in Counted.objects.defer("figures").order_by("period"):
        number.add_metric([row.period], row.version)
        at.add_metric([row.period], row.counted_at.timestamp())
        if row.lag is not None:
            lag.add_metric([row.period], row.lag)
    yield from (lag, number, at)


def _parts() -> Iterator[Metric]:
    size = GaugeMetricFamily("phucvu_bytes", "What each part takes on the disk", labels=["part"])
    rows = CounterMetricFamily("phucvu_swept_rows", "What was deleted since past its time", labels=["part"])
    swept = CounterMetricFamily("phucvu_swept_bytes", "Bytes of what was deleted", labels=["part"])
    at = GaugeMetricFamily("phucvu_swept_timestamp_seconds", "When something last was", labels=["part"])
    for part in Part.objects.order_by("name"):
        if part.bytes is not None:
            size.add_metric([part.name], part.bytes)
        if part.swept_at is not None:
            rows.add_metric([part.name], part.swept_rows)
            swept.add_metric([part.name], part.swept_bytes)
            at.add_metric([part.name], part.swept_at.timestamp())
    yield from (size, rows, swept, at)


def _waited(state: int, moment: dt.datetime) -> float:
    """Seconds since the oldest payload in a state was received; 0 where there is none."""
    oldest = Payload.objects.filter(state=state).order_by("id").values_list("received_at", flat=True).first()
    return max(0.0, (moment - oldest).total_seconds()) if oldest else 0.0
