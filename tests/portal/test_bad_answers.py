"""Each bad answer is one problem that names report and unit; the rest is read."""

import datetime as dt
import json

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from phucvu.portal import differences, read
from phucvu.portal.archive import Archive
from phucvu.portal.reports import CATALOGUE, PROVINCES, REPORTS, RESULTS, payload
from phucvu.portal.response_pages import BadAnswerError, read_page
from phucvu.problems import UnusableError
from phucvu.rules.loading import load

from .server import YEAR, Book, department_id, running

RULES = load("portal-2026")


def envelope(**fields):
    return json.dumps({"code": "OK", "data": {}, "message": "OK"} | fields).encode()


@pytest.mark.parametrize(
    ("report", "answer", "said"),
    [
        ("transparency", (201, b"{"), "the answer is not JSON: '{'"),
        ("dvc-progress-tree", (201, b"\xff\xfe\x00"), "the answer is not JSON"),
        ("formalities", (201, b""), "the answer is not JSON: ''"),
        ("transparency", (201, b"[" * 100_000), "the answer is not JSON"),
        ("dvc-progress-tree", (201, b"<html>"), "the answer is not JSON: '<html>'"),
        ("formalities", (201, b"[]"), "the portal answers with code None"),
        (
            "transparency",
            (201, envelope(code="ERROR", message="Sai")),
            "the portal answers with code 'ERROR': 'Sai'",
        ),
        ("dvc-progress-tree", (201, envelope(data=None)), "the answer has no list data."),
        (
            "formalities",
            (201, envelope(data={"evaluation": {}, "children": 1, "items": "x"})),
            "the answer has no list data.",
        ),
        (
            "transparency",
            (201, envelope(data={"evaluation": [1], "children": [1], "items": [1]})),
            "the answer has no list data.",
        ),
        ("dvc-progress-tree", (404, b"?"), "the portal answers HTTP 404"),
        ("formalities", (302, b""), "the portal answers HTTP 302"),
    ],
)
def test_an_answer_that_cannot_be_used(pulled, report, answer, said):
    with running() as server:
        server.faults[report] = lambda *_: answer
        got = pulled(server)
        assert server.asked().count(report) == 1
    [problem] = got.problems
    assert problem.en.startswith(said)
    assert problem.file == ("formalities (cả nước)" if report == "formalities" else f"{report} (H21)")
    assert set(got.published.figures["indicator"]) >= {"3.6", "4.1", "5.4"}


@pytest.mark.parametrize("answer", [(201, b"{"), (400, b"")])
def test_without_service_results_there_is_nothing(pulled, answer):
    with running() as server:
        server.faults["service-results"] = lambda *_: answer
        with pytest.raises(UnusableError, match=r"service-results \(cả nước\)"):
            pulled(server)
        assert len(server.requests) == 1


def changed(server, report, change):
    """Let a report's answers be changed before they are sent."""

    def fault(status, body):
        whole = json.loads(body)
        change(whole["data"])
        return status, json.dumps(whole).encode()

    server.faults[report] = fault


def metric(data, unit, code):
    row = next(r for r in data["evaluation"] if r["departmentId"] == department_id(unit))
    return next(m for m in row["metrics"] if m["code"] == code)


def test_a_number_that_is_none(pulled):
    def change(data):
        metric(data, "H21.17", "ORIGINAL_RESULT_AVAILABLE")["numerator"] = "610 hồ sơ"
        metric(data, "H21.18", "ORIGINAL_RESULT_AVAILABLE")["denominator"] = 1.5
        metric(data, "H21.19", "ORIGINAL_RESULT_AVAILABLE")["score"] = [6]
        metric(data, "H21.13", "ORIGINAL_RESULT_AVAILABLE")["numerator"] = 584

    with running() as server:
        changed(server, "dossier-digitized", change)
        got = pulled(server)
    assert [(p.file, p.field, p.en) for p in sorted(got.problems, key=lambda p: p.file)] == [
        ("dossier-digitized (H21.13)", "4.1", "numerator 584 is above denominator 583"),
        (
            "dossier-digitized (H21.17)",
            "ORIGINAL_RESULT_AVAILABLE numerator",
            "'610 hồ sơ' is not a usable number",
        ),
        ("dossier-digitized (H21.18)", "ORIGINAL_RESULT_AVAILABLE denominator", "1.5 is not a usable number"),
        ("dossier-digitized (H21.19)", "score", "[6] is not a usable number"),
    ]
    digitised = got.published.figures.filter(indicator="4.1")["unit"].to_list()
    assert {"H21.13", "H21.17", "H21.18"} & set(digitised) == set()
    assert len(digitised) == 24 - 3
    assert got.components.filter(unit="H21.13", indicator="4.1")["numerator"].to_list() == [584]


def test_units_that_are_not_there(pulled):
    def change(data):
        data["children"][0]["departmentId"] = "somebody"
        data["children"][0]["departmentName"] = "Sở lạ"

    with running() as server:
        changed(server, "dvc-progress-tree", change)
        got = pulled(server)
    assert [(p.file, p.en) for p in got.problems] == [
        ("dvc-progress-tree (H21)", "the unit 'Sở lạ' is not in service-results"),
        ("dvc-progress-tree (H21.01)", "the report lacks this unit"),
    ]


def test_an_answer_about_another_unit(pulled):
    def change(data):
        data["parent"] |= {"departmentId": department_id("H26"), "departmentName": "UBND tỉnh khác"}

    with running() as server:
        changed(server, "dvc-progress-tree", change)
        got = pulled(server)
    [problem] = got.problems
    assert (problem.file, problem.en) == (
        "dvc-progress-tree (H21)",
        "an answer of another unit: 'UBND tỉnh khác'",
    )


def test_a_unit_without_a_code(pulled):
    with running() as server:
        changed(server, "service-results", lambda data: data["evaluation"][-1].update(departmentCode=None))
        got = pulled(server, root=None)
    last = server.book.published.units.children(None)[-1]
    assert got.problems[0].en == f"the unit '{last.name}' has no code"
    assert len({p.file for p in got.problems}) == 7  # service-results, and each report names the unit once
    assert got.published.totals.height == 33


def test_fewer_rows_than_the_portal_says(pulled):
    with running() as server:
        changed(server, "transparency", lambda data: data["evaluation"].pop())
        got = pulled(server)
    [problem] = got.problems
    assert problem.en == "the portal speaks of 23 rows but gave 22"
    assert problem.file == "transparency (H21)"


def test_a_later_page_that_cannot_be_used(pulled):
    def later_broken(status, body):
        page = json.loads(body)["data"]["pagination"]["currentPage"]
        return (status, body) if page == 1 else (status, b"{")

    with running(Book(page_cap=10)) as server:
        server.faults["transparency"] = later_broken
        got = pulled(server)
    [problem] = got.problems
    assert problem.file == "transparency (H21)"
    assert got.published.figures.filter(indicator="1.1").height == 11  # the root and the first page


def test_a_metric_that_is_new_is_noted_once(pulled):
    def change(data):
        for row in data["evaluation"]:
            row["metrics"].append({"code": "NEW", "numerator": 1, "denominator": 2})

    with running() as server:
        changed(server, "transparency", change)
        got = pulled(server, catalogue=False)
    assert got.problems == []
    assert [n.en for n in got.notes] == ["unknown metric 'NEW', in the raw file only"]


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A pull of Gia Lai with every answer."""
    home = tmp_path_factory.mktemp("kept")
    whole = Archive.begin(home, "H21", YEAR, "http://portal", NOW)
    for report in (PROVINCES, RESULTS, *(r.name for r in REPORTS), CATALOGUE):
        keep(whole, report, answer_of(report))
    return whole


NOW = dt.datetime(2026, 10, 10)
BOOK = Book()


def answer_of(report):
    root = None if report == PROVINCES else department_id("H21")
    asked = payload(report, YEAR, root, 1) | {"pageSize": 1000}
    return BOOK.answer(RESULTS if report == PROVINCES else report, asked)


def keep(archive, report, data):
    body = json.dumps({"code": "OK", "data": data}).encode()
    fault = None
    try:
        read_page(report, body)
    except BadAnswerError as error:
        fault = error
    archive.keep(report, 1, "http://portal", {}, 201, body, fault, NOW)


def places(value, path=()):
    """The path of every value inside a JSON value."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*path, key))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_stands_in_an_answer_it_is_read_or_a_problem(archive, data):
    report = data.draw(st.sampled_from([PROVINCES, RESULTS, *(r.name for r in REPORTS), CATALOGUE]))
    whole = answer_of(report)
    *path, last = data.draw(st.sampled_from([p for p in places(whole) if p]))
    at = whole
    for key in path:
        at = at[key]
    at[last] = data.draw(ANY)
    keep(archive, report, whole)
    try:
        got = read(archive.folder)
    except UnusableError:
        event("nothing could be read")
        assert report in (PROVINCES, RESULTS)
    else:
        event("read with problems" if got.problems else "read")
        differences(got, RULES)
    finally:
        keep(archive, report, answer_of(report))
