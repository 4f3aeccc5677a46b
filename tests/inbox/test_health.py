"""What /healthz and /metrics say."""

from __future__ import annotations

import json

from .clients import dossier
from .conftest import Running
from .running import inside


def test_metrics_count_what_became_of_each_item(running: Running) -> None:
    def outcomes() -> dict[str, int]:
        running.site.wait_until_moved()
        said = running.site.metric("phucvu_inbox_items_total")
        return {
            o: int(said[f'{{outcome="{o}",sender="soyte"}}']) for o in ("accepted", "set_aside", "refused")
        }

    before = outcomes()
    items = [
        dossier("M-1"),
        dossier("M-2", NgayHenTra="hôm nay"),
        dossier("M-3", DonViXuLy="H21"),
        dossier("M-4"),
    ]
    running.second("soyte").send("DongBoHoSoMC", items)
    after = outcomes()
    assert {o: after[o] - before[o] for o in after} == {"accepted": 2, "set_aside": 1, "refused": 1}
    assert 0 <= running.site.metric("phucvu_sender_last_message_seconds")['{sender="soyte"}'] < 60
    running.site.wait_until_counted()
    lags = running.site.metric("phucvu_inbox_lag_seconds")
    assert [lag for period, lag in lags.items() if lag > 0]
    assert running.site.metric("phucvu_inbox_stuck_messages") == {"": 0}


def test_a_sender_silent_for_longer_than_usual_is_flagged(running: Running) -> None:
    assert running.site.metric("phucvu_sender_silent")['{sender="quiet"}'] == 0
    inside(
        running.site.home,
        """
        import datetime as dt
        from phucvu.inbox.clock import now
        from phucvu.inbox.models import Sender
        gaps = {f"{now().date() - dt.timedelta(days=d)}": 300 for d in (30, 31, 32)}
        Sender.objects.filter(name="quiet").update(gaps=gaps, last_message_at=now() - dt.timedelta(days=30))
        """,
    )
    assert running.site.metric("phucvu_sender_silent")['{sender="quiet"}'] == 1


def test_health_says_whether_payloads_are_kept_and_moved(running: Running) -> None:
    status, body = running.site.get("/healthz")
    assert status == 200
    assert json.loads(body) == {"status": "ok", "database": "ok", "inbox": "ok"}
    inside(
        running.site.home,
        """
        import datetime as dt
        from phucvu.inbox.clock import now
        from phucvu.inbox.models import Body, Payload, Sender
        payload = Payload.objects.create(
            sender=Sender.objects.get(name="quiet"), unit="H21", service="DongBoHoSoMC",
            received_at=now() - dt.timedelta(hours=1), digest="not that of the body", items=1,
        )
        Body.objects.create(payload=payload, packed=b"")
        """,
    )
    running.site.wait_until_moved()  # it cannot be read; it is left out, and the others go on
    assert running.site.metric("phucvu_inbox_stuck_messages") == {"": 1}
    assert running.second("soyte").send("DongBoHoSoMC", [dossier("AFTER-1")])["error_code"] == "0"
    running.site.wait_until_moved()
    assert running.store.versions("dossiers", "H21.17", "AFTER-1").height == 1
    inside(
        running.site.home, "from phucvu.inbox.models import Payload\nPayload.objects.filter(state=3).delete()"
    )
