"""What is asked again and again reads no whole table; a batch is bounded by what it takes in memory."""

from __future__ import annotations

from pathlib import Path

from .test_copies import in_records

ASKED = """
    import os
    os.environ["PHUCVU_SHOWS"] = "counted"
    from django.db import connection, connections
    from django.test.utils import CaptureQueriesContext
    from phucvu.inbox import health, moving
    from phucvu.inbox.models import Counted
    from phucvu.inbox.clock import now

    postgresql = connection.vendor == "postgresql"
    Counted.objects.create(period="2026-10", version=1, counted_at=now(), figures=bytes(1000))

    def plan(query):
        with connection.cursor() as cursor:
            cursor.execute(("EXPLAIN " if postgresql else "EXPLAIN QUERY PLAN ") + query)
            return [" ".join(map(str, row)) for row in cursor.fetchall()]

    with CaptureQueriesContext(connection) as asked:
        list(health.Inbox().collect())
        health.state()
        moving._oldest()
    queries = [one["sql"] for one in asked if "inbox_payload" in one["sql"] or "inbox_counted" in one["sql"]]
    if postgresql:
        # Of a few rows it reads all, unless told that this is dear.
        connection.cursor().execute("SET enable_seqscan = off")
    plans = {query: plan(query) for query in queries}
    figures = [query for query in queries if '"figures"' in query]
    say([len(plans), [[q, p] for q, p in plans.items() if "inbox_payload" in q], figures])
"""


def test_health_and_metrics_use_the_index_of_payloads(tmp_path: Path, database: str | None) -> None:
    number, plans, reading_figures = in_records(tmp_path, ASKED, database)
    assert number > 5
    for query, plan in plans:
        assert any("payload_by_state" in line for line in plan), (query, plan)
        assert not any("SCAN inbox_payload" in line or "Seq Scan on inbox_payload" in line for line in plan)
    assert reading_figures == [], "figures are large, and metrics do not show them"


BATCHES = """
    import zlib
    from phucvu.inbox import moving

    moving.BYTES_AT_ONCE = 3_000_000
    def large(number, known):
        # Deflated it takes some kilobytes, unpacked a million.
        packed = b"x" * 1_000_000
        payload = Payload.objects.create(
            sender=Sender.objects.get(), unit="H21", service="DongBoHoSoMC", received_at="2026-11-02",
            digest="", items=1, size=len(packed) if known else None)
        Body.objects.create(payload=payload, packed=zlib.compress(packed))
    for number in range(7):
        large(number, known=number % 2)
    waiting = Payload.objects.filter(state=Payload.State.WAITING)
    batches = []
    while found := moving.first_fitting(waiting):
        batches.append(len(found))
        Payload.objects.filter(pk__in=[one.pk for one in found]).update(state=Payload.State.STUCK)
    moving.BYTES_AT_ONCE = 10
    Payload.objects.update(state=Payload.State.WAITING)
    say([batches, len(moving.first_fitting(waiting))])
"""


def test_a_batch_is_bounded_by_what_it_takes_in_memory(tmp_path: Path) -> None:
    assert in_records(tmp_path, BATCHES) == [[3, 3, 1], 1]


AGAIN = """
    import json
    from phucvu.inbox import health

    for number in range(3):
        kept({"MaHoSo": str(number)})
    said = []
    for state, most in ((Payload.State.WAITING, 100), (Payload.State.AGAIN, 100), (Payload.State.AGAIN, 2)):
        Payload.objects.update(state=state)
        health.MOST_COUNTED = most
        said.append(json.loads(health.healthz(None).content).get("doing"))
    say(said)
"""


def test_health_says_how_many_messages_are_moved_again(tmp_path: Path) -> None:
    moving = "moving messages again that the records lack:"
    said = in_records(tmp_path, AGAIN)
    assert said == [None, f"{moving} 3 left", f"{moving} more than 2 left"]
