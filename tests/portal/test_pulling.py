"""Results are fetched each day from the time that is set, once, and not again where the portal refuses."""

import datetime as dt
import json

import pytest

from phucvu import configuration
from phucvu.inbox.pulling import Puller, check
from phucvu.portal.archive import manifests
from phucvu.problems import UnusableError
from phucvu.published.daily_results import HomeDays

from .server import running

EARLY, LATE = dt.datetime(2026, 10, 5, 6, 59), dt.datetime(2026, 10, 5, 7, 0)


class Clock:
    def __init__(self, moment):
        self.moment = moment

    def __call__(self):
        return self.moment


@pytest.fixture
def daily(tmp_path):
    """A puller of Gia Lai's results, and its clock."""

    def make(server, moment=LATE):
        clock = Clock(moment)
        chosen = configuration.choose(
            home=str(tmp_path), portal=server.address, portal_daily="07:00", portal_roots=("H21",)
        )
        return Puller(chosen, clock, pause=0.0), clock

    return make


def pulls(home):
    return [json.loads((folder / "manifest.json").read_text())["period"] for folder in manifests(home)]


def test_each_day_once_from_the_time_set(daily, tmp_path):
    with running() as server:
        puller, clock = daily(server, EARLY)
        puller.pull_if_due()
        assert server.asked() == []
        clock.moment = LATE
        puller.pull_if_due()
        # October, its quarter and its year; September and the quarter before ended five days ago.
        assert sorted(pulls(tmp_path)) == ["2026", "2026-09", "2026-10", "2026-Q3", "2026-Q4"]
        assert server.most_under_way == 1
        assert "formalities" not in server.asked()
        asked = len(server.asked())
        puller.pull_if_due()
        puller, clock = daily(server, LATE + dt.timedelta(hours=9))  # the service was started anew
        puller.pull_if_due()
        assert len(server.asked()) == asked
        clock.moment = LATE + dt.timedelta(days=7)
        puller.pull_if_due()
        assert len(pulls(tmp_path)) == 5 + 3
    assert set(HomeDays(tmp_path).rows()["day"].to_list()) == {LATE.date(), dt.date(2026, 10, 12)}


@pytest.mark.parametrize("status", [403, 429])
def test_once_refused_nothing_is_asked_until_tomorrow(daily, tmp_path, status):
    with running() as server:
        server.refuse_after, server.refusal = 3, status
        puller, clock = daily(server)
        puller.pull_if_due()
        asked = len(server.requests)
        clock.moment += dt.timedelta(hours=2)
        puller.pull_if_due()
        puller, clock = daily(server, LATE + dt.timedelta(hours=3))
        puller.pull_if_due()
        assert len(server.requests) == asked == 4
        server.refuse_after = None
        clock.moment = LATE + dt.timedelta(days=1)
        puller.pull_if_due()
        assert len(server.requests) > asked
    assert not HomeDays(tmp_path).rows().is_empty()


def test_what_failed_is_tried_again_an_hour_later(daily, tmp_path):
    with running() as server:
        server.faults["transparency"] = lambda status, body: (404, b"not here")
        puller, clock = daily(server)
        puller.pull_if_due()
        asked = len(server.requests)
        del server.faults["transparency"]
        clock.moment += dt.timedelta(minutes=59)
        puller.pull_if_due()
        assert len(server.requests) == asked
        clock.moment += dt.timedelta(minutes=1)
        puller.pull_if_due()
        assert len(server.requests) == asked + 5  # what lacked alone, of each of five periods
    assert not HomeDays(tmp_path).rows().is_empty()


def test_a_setting_that_cannot_work_is_told_at_the_start(tmp_path):
    check(configuration.choose(home=str(tmp_path)))
    with pytest.raises(UnusableError, match="PHUCVU_PORTAL"):
        check(configuration.choose(portal_daily="07:00", portal=""))
    with pytest.raises(UnusableError, match="s3://"):
        check(configuration.choose(portal_daily="07:00", portal="https://x.example", home="s3://b/h"))
