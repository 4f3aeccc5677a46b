"""The plan and what-if in the workspace: the answer, the named dossiers, an office's own minutes."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import polars as pl
import pytest
from django.test import Client

from phucvu.accounts.models import AuditEntry, DeedMinutes
from phucvu.inbox.clock import now
from phucvu.records.store import Store
from phucvu.scoring.scores import Scores
from phucvu.steering.plan import DEFAULT_MINUTES
from phucvu.web.boards import board
from phucvu.web.workspace import home as looking
from phucvu.web.workspace import improvement
from phucvu.web.workspace.deed_minutes import minutes_of

SignIn = Callable[[str, str], Client]
UNIT = "H99.01"

pytestmark = pytest.mark.usefixtures("home")


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content[:300]
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def rows(client: Client, query: str = "") -> pl.DataFrame:
    return pl.read_csv(io.BytesIO(client.get(f"/workspace/{UNIT}/plan.csv{query}").content))


def test_the_plan_answers_first_and_names_its_dossiers(client_of: SignIn) -> None:
    client = client_of("staff", UNIT)
    found = page(client, f"/workspace/{UNIT}/plan")
    said = re.search(r'class="answer">([^<]+)<', found)
    assert said
    assert "cao nhất là" in said[1]
    assert "giờ" in said[1] or "phút" in said[1]
    named = rows(client)
    assert named.height > 0
    assert f"cho {named.height} hồ sơ" in said[1]
    for code in named.get_column("Mã hồ sơ"):
        assert f">{code}</a>" in found
    done = looking.listing(looking.asked_period(""))
    assert done is not None
    for sender, code in named.select("Đơn vị gửi", "Mã hồ sơ").iter_rows():
        one = done.one(sender, code)
        assert one is not None
        assert one["ended"] is not None, code
    assert client.get(f"/workspace/{UNIT}/plan.xlsx").status_code == 200
    assert AuditEntry.objects.filter(action="list exported", object__contains="plan").count() == 2
    assert "Not counted in the plan" in page(client, f"/en/workspace/{UNIT}/plan")


def test_a_goal_within_reach_takes_less_than_all(client_of: SignIn) -> None:
    client = client_of("staff", UNIT)
    standing = board(looking.asked_period("")).standings[UNIT]
    assert standing.total.score is not None
    wanted = standing.total.score + Decimal("0.01")
    found = page(client, f"/workspace/{UNIT}/plan?goal=score&value={str(wanted).replace('.', ',')}")
    assert "Muốn đạt" in found
    assert "còn hiệu lực đến" in found
    assert 0 < rows(client, f"?goal=score&value={wanted}").height <= rows(client).height
    assert rows(client, "?goal=score&value=0").height == 0
    assert "Với 0 giờ" not in page(client, f"/workspace/{UNIT}/plan?goal=hours&value=0")
    assert "nhiều nhất từ" in page(client, f"/workspace/{UNIT}/plan?goal=hours&value=1")


def test_a_link_to_a_plan_tells_when_it_is_no_longer_right(client_of: SignIn) -> None:
    client = client_of("staff", UNIT)
    found = page(client, f"/workspace/{UNIT}/plan")
    link = re.search(r'href="(\?[^"]*mark=[^"]+)"', found)
    assert link
    assert "không còn đúng" not in page(client, f"/workspace/{UNIT}/plan{link[1]}")
    assert "không còn đúng" in page(client, f"/workspace/{UNIT}/plan{link[1]}x")


def test_a_plan_says_that_it_was_counted_again(client_of: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of("staff", UNIT)
    found = page(client, f"/workspace/{UNIT}/plan?goal=hours&value=1")
    link = re.search(r'href="(\?[^"]*check=1)"', found)
    assert link
    promised = re.search(r"lên ([\d,]+) điểm", found)
    assert promised
    # Other tests change the records of this home, so what is counted again is not always what was promised.
    counted: list[Decimal] = []

    def total(scores: Scores, unit: str) -> Decimal:
        counted.append(replayed(scores, unit))
        return Decimal(promised[1].replace(",", "."))

    replayed = improvement.total
    monkeypatch.setattr(improvement, "total", total)
    checked = page(client, f"/workspace/{UNIT}/plan{link[1]}")
    assert f"đếm và chấm lại: {promised[1]} điểm, đúng như kế hoạch" in checked
    assert counted[0] > 0
    page(client, f"/workspace/{UNIT}/plan{link[1]}")
    assert len(counted) == 1, "it is kept as long as the plan is the same"
    monkeypatch.setattr(improvement, "total", lambda *_: Decimal(1))
    again = page(client, f"/workspace/{UNIT}/plan{link[1].replace('value=1', 'value=2')}")
    assert "được 1,00 điểm, khác" in again
    monkeypatch.setattr(improvement, "CHECKED_AT_ONCE", 0)
    of_many = page(client, f"/workspace/{UNIT}/plan{link[1]}")
    assert re.search(rf"phucvu plan --unit {UNIT} --period [\d-]+ --hours 1 --verify", of_many)


def test_a_rank_out_of_reach_is_told_as_a_rank(client_of: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(improvement, "neighbours", lambda *_: [Decimal("99.99"), Decimal("99.5")])
    found = page(client_of("staff", UNIT), f"/workspace/{UNIT}/plan?goal=rank&value=1")
    assert re.search(r"không đạt được hạng 1 \(99,99 điểm\).*: cao nhất là hạng 3 với [\d,]+ điểm", found)


def test_what_is_counted_is_named() -> None:
    numbers = {"dossiers": 1234, "procedures": 3, "petitions": 1}
    assert improvement.numbers_said(numbers) == "1.234 hồ sơ, 3 thủ tục, 1 phản ánh, kiến nghị"
    assert improvement.numbers_said({}) == "0 hồ sơ"


@pytest.mark.parametrize(
    "query",
    [
        "goal=score&value=abc",
        "goal=rank&value=0",
        "goal=x&value=1",
        "goal=hours&value=1e9",
        "goal=score&value=nan",
    ],
)
def test_what_is_no_goal_is_refused(client_of: SignIn, query: str) -> None:
    assert client_of("staff", UNIT).get(f"/workspace/{UNIT}/plan?{query}").status_code == 400


def test_the_head_sets_the_minutes_of_a_unit_and_those_below(client_of: SignIn) -> None:
    head, staff = client_of("head", "H99"), client_of("staff", UNIT)
    given: dict[str, Any] = {"attach_result": "7", "digitise": ""}
    assert staff.post(f"/workspace/{UNIT}/plan/minutes", given).status_code == 403
    assert head.post("/workspace/H99/plan/minutes", given | {"send": "0"}).status_code == 302
    assert minutes_of(UNIT) == DEFAULT_MINUTES
    assert head.post("/workspace/H99/plan/minutes", given).status_code == 302
    assert minutes_of(UNIT) == DEFAULT_MINUTES | {"attach_result": 7}
    entry = AuditEntry.objects.get(action="minutes of deeds set")
    assert entry.said["minutes"] == {"attach_result": [DEFAULT_MINUTES["attach_result"], 7]}
    assert head.post(f"/workspace/{UNIT}/plan/minutes", {"attach_result": "9"}).status_code == 302
    assert (minutes_of(UNIT)["attach_result"], minutes_of("H99")["attach_result"]) == (9, 7)
    # What is as above is not kept as one's own.
    head.post(f"/workspace/{UNIT}/plan/minutes", {"attach_result": "7"})
    assert not DeedMinutes.objects.filter(unit=UNIT).exists()


def test_other_figures_give_other_points_and_another_rank(client_of: SignIn) -> None:
    client = client_of("staff", UNIT)
    standing = board(looking.asked_period("")).standings[UNIT]
    components = {row["indicator"]: row for row in board(looking.asked_period("")).components(UNIT)}
    row = components["4.1"]
    assert standing.total.score is not None
    found = page(client, f"/workspace/{UNIT}/what-if?n_4.1={row['denominator']}")
    then = standing.total.score + row["lost"]
    assert f"đạt {str(then).replace('.', ',')} điểm" in found
    assert found.split("Nhóm chỉ số")[1]
    by_rate = page(client, f"/workspace/{UNIT}/what-if?r_4.1=100")
    assert f"đạt {str(then).replace('.', ',')} điểm" in by_rate
    assert "không phải là số lượng" in page(client, f"/workspace/{UNIT}/what-if?n_4.1=x")
    assert "không phải là số lượng" in page(client, f"/workspace/{UNIT}/what-if?r_4.1=101")
    assert "Nhập số lượng hoặc tỷ lệ khác" in page(client, f"/workspace/{UNIT}/what-if")


@pytest.mark.parametrize("part", ["plan", "what-if", "plan.csv"])
def test_a_unit_of_others_is_not_shown(client_of: SignIn, part: str) -> None:
    assert client_of("staff", "H98.01").get(f"/workspace/{UNIT}/{part}").status_code == 403


def test_a_period_without_a_score_says_so(client_of: SignIn, home: Store) -> None:
    year = now().year
    answer = client_of("staff", UNIT).get(f"/workspace/{UNIT}/plan?period={year - 30}")
    assert answer.status_code == 404
