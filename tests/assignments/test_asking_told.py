"""That requests are asked for by rule is a part of health, where a site does so."""

import pytest
from django.test import override_settings

from phucvu.inbox import health
from phucvu.inbox.clock import now
from phucvu.inbox.models import Job


@pytest.fixture
def jobs(_database):
    Job.objects.all().delete()
    for name in ("moving", "counting", *health.HISTORY):
        Job.objects.create(name=name, alive_at=now())
    yield
    Job.objects.all().delete()


@override_settings(SHOWS="counted")
def test_asking_that_fails_is_told(jobs):
    assert health.state()["history"] == "ok"
    Job.objects.create(name="asking", alive_at=now())
    assert health.state()["history"] == "ok"
    Job.objects.filter(name="asking").update(failing_since=now(), error="OperationalError")
    assert health.state()["history"].startswith("asking failing since 20")
