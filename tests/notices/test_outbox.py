"""The outbox: who gets a digest, once a day, and what becomes of each."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import IntegrityError
from django.test import Client

from phucvu.accounts.models import User
from phucvu.configuration import Configuration
from phucvu.figures.periods import Period
from phucvu.inbox.clock import now
from phucvu.inbox.lists import listing_of
from phucvu.notices import outbox
from phucvu.notices.channels import Message, NotSentError
from phucvu.notices.deciding import decide
from phucvu.notices.models import Digest, Subscription
from phucvu.notices.outbox import Outbox
from phucvu.notices.undelivered import undelivered
from phucvu.records.store import Store
from phucvu.rules.loading import rules_in_use
from phucvu.steering.due_lists import mendable_indicators
from phucvu.steering.losses_asked import BY_UNIT, lost_dossiers

from ..signing import made
from ..workspace.records import SECRETS

State = Digest.State
Person = Callable[..., User]


class Post:
    """A channel that fails as it is told to, and keeps what it takes."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.fails: NotSentError | None = None

    def send(self, message: Message, handing_over: Callable[[], None]) -> None:
        if self.fails and not self.fails.unknown:
            raise self.fails
        handing_over()
        self.taken.append(message)
        if self.fails:
            raise self.fails


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def box(store: Store, post: Post) -> Outbox:
    chosen = replace(Configuration(), notices_at="00:00", site_address="https://chiso.vidu.vn")
    return Outbox(store, chosen, {"email": post})


def later(monkeypatch: pytest.MonkeyPatch, **by: int) -> None:
    """Let the outbox, and what tells of it, and nothing else, think that it is later."""
    moment = now() + dt.timedelta(**by)
    monkeypatch.setattr(outbox, "now", lambda: moment)
    monkeypatch.setattr("phucvu.notices.undelivered.now", lambda: moment)
    monkeypatch.setattr(outbox, "decide", lambda *_: 0)


def test_who_did_not_ask_gets_nothing(store: Store, box: Outbox, post: Post) -> None:
    made("chua.chon", "staff", "H99.01", two_step=False)
    box.work()
    assert (post.taken, Digest.objects.count()) == ([], 0)


def test_one_a_person_and_day(person: Person, box: Outbox, post: Post) -> None:
    users = [person("mot"), person("hai", "H99", language="en")]
    for _ in range(3):
        box.work()
    assert sorted(one.to for one in post.taken) == ["hai@vidu.vn", "mot@vidu.vn"]
    assert set(Digest.objects.values_list("state", flat=True)) == {State.SENT}
    row = Digest.objects.get(user=users[0])
    row.pk = None
    with pytest.raises(IntegrityError):
        row.save(force_insert=True)
    english = next(one for one in post.taken if one.to == "hai@vidu.vn")
    assert english.link == "https://chiso.vidu.vn/en/workspace/H99/week"
    for message in post.taken:
        said = f"{message.subject} {message.text}".encode() + message.workbook
        assert not [secret for secret in SECRETS if secret.encode() in said]


def test_the_numbers_are_those_of_the_lists(person: Person, store: Store, box: Outbox) -> None:
    person("mot", "H99")
    person("hai", "H99.201")
    box.work()
    counts = dict(Digest.objects.values_list("unit", "counts"))
    assert (counts["H99"]["overdue"], counts["H99"]["today"]) == (2, 2)
    assert counts["H99"]["overdue"] > counts["H99.201"]["overdue"]
    month = Period.months(now().year, now().month, 1)
    found, asked = listing_of(store.home, month), mendable_indicators(rules_in_use().at(month.last))
    assert found is not None
    within = ["H99", "H99.01", "H99.201"]
    each = found.numbers(
        within, [lost_dossiers(one, month, found.cut_off < month.ends, BY_UNIT) for one in asked]
    )
    assert counts["H99"]["by_indicator"] == {one.id: n for one, n in zip(asked, each, strict=True) if n}
    assert max(each) <= counts["H99"]["mendable"] <= sum(each)


def test_not_before_the_hour_nor_on_a_day_off(person: Person, store: Store) -> None:
    person("mot")
    moment = dt.datetime.combine(now().date(), dt.time(7))
    assert decide(store, moment - dt.timedelta(minutes=1), "07:00", ["email"]) == 0
    day_off = next(day for n in range(3, 30) if (day := moment + dt.timedelta(days=n)).weekday() == 6)
    assert decide(store, day_off, "07:00", ["email"]) == 0
    assert decide(store, moment, "07:00", ["telegraph"]) == 0
    assert decide(store, moment, "07:00", ["email"]) == 1
    assert decide(store, moment, "07:00", ["email"]) == 0


def test_a_failure_is_tried_again_ever_later(
    person: Person, box: Outbox, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    person("mot")
    post.fails = NotSentError("SMTP 450")
    box.work()
    waits = []
    for hours in range(1, 6):
        row = Digest.objects.get()
        assert (row.state, row.failures, row.error, row.handed_over) == (0, hours, "SMTP 450", 0)
        waits.append((row.due_at - outbox.now()).total_seconds())
        later(monkeypatch, hours=hours)
        box.work()
    assert waits[-1] > waits[0]
    post.fails = None
    later(monkeypatch, hours=9)
    box.work()
    assert len(post.taken) == 1
    assert Digest.objects.get().state == State.SENT


def test_a_server_that_is_away_is_asked_once_for_all(person: Person, box: Outbox, post: Post) -> None:
    for name in ("mot", "hai", "ba"):
        person(name)
    post.fails = NotSentError("ConnectionRefusedError", for_all=True)
    box.work()
    assert sorted(Digest.objects.values_list("failures", flat=True)) == [0, 0, 1]
    assert Digest.objects.filter(due_at__gt=now(), error="ConnectionRefusedError").count() == 3


def test_what_fails_for_a_day_is_given_up_and_told(
    person: Person, box: Outbox, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    person("mot")
    post.fails = NotSentError("SMTP 550")
    box.work()
    assert undelivered() == ""
    later(monkeypatch, days=1)
    box.work()
    assert Digest.objects.get().state == State.GIVEN_UP
    assert undelivered() == "1 digests given up in the last day: SMTP 550"
    said = json.loads(Client(headers={"host": "127.0.0.1"}).get("/healthz").content)
    assert said["undelivered"] == "1 digests given up in the last day: SMTP 550"
    later(monkeypatch, days=3)
    assert undelivered() == ""


def test_what_may_have_gone_is_sent_once_more_at_most(
    person: Person, box: Outbox, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    person("mot")
    post.fails = NotSentError("SMTPServerDisconnected", unknown=True)
    box.work()
    for hours in range(1, 5):
        later(monkeypatch, hours=hours)
        box.work()
    assert [one.identity for one in post.taken] == [post.taken[0].identity] * 2
    assert Digest.objects.get().state == State.UNSURE


@pytest.mark.parametrize("change", [{"is_active": False}, {"unit": "H99"}, None])
def test_who_left_meanwhile_gets_nothing(
    person: Person,
    box: Outbox,
    post: Post,
    change: dict[str, object] | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user = person("mot")
    post.fails = NotSentError("SMTP 450")
    box.work()
    post.fails = None
    if change is None:
        Subscription.objects.filter(user=user).delete()
    else:
        User.objects.filter(pk=user.pk).update(**change)
    later(monkeypatch, hours=1)
    box.work()
    assert (post.taken, Digest.objects.get().state) == ([], State.DROPPED)


def test_settled_rows_go_after_a_while(person: Person, box: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    person("mot")
    box.work()
    later(monkeypatch, days=29)
    box.work()
    assert Digest.objects.count() == 1
    later(monkeypatch, days=31)
    box.work()
    assert Digest.objects.count() == 0
