"""How the inbox is doing: /healthz for a load balancer, /metrics for Prometheus."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import msgspec
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from phucvu.inbox.clock import now
from phucvu.inbox.models import Counted, Payload, Sender
from phucvu.inbox.rhythm import is_silent

TOO_LONG = 60
"""A payload that has waited so many seconds to be moved: the inbox's own process is in trouble."""


def healthz(request: HttpRequest) -> HttpResponse:
    """Status 200 while payloads can be kept and are being moved, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        waited = _waited(Payload.State.WAITING, now())
        said = {"database": "ok", "inbox": "ok" if waited < TOO_LONG else f"waiting for {waited:.0f} s"}
    except Error as error:
        said = {"database": type(error).__name__, "inbox": "unknown"}
    well = set(said.values()) == {"ok"}
    body = msgspec.json.encode({"status": "ok" if well else "failing", **said})
    return HttpResponse(body, content_type="application/json", status=200 if well else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Inbox())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


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
        yield from _counts()


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
    for row in Counted.objects.order_by("period"):
        number.add_metric([row.period], row.version)
        at.add_metric([row.period], row.counted_at.timestamp())
        if row.lag is not None:
            lag.add_metric([row.period], row.lag)
    yield from (lag, number, at)


def _waited(state: int, moment: dt.datetime) -> float:
    """Seconds since the oldest payload in a state was received; 0 where there is none."""
    oldest = Payload.objects.filter(state=state).order_by("id").values_list("received_at", flat=True).first()
    return max(0.0, (moment - oldest).total_seconds()) if oldest else 0.0
