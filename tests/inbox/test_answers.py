"""Every fault that the wire format knows has its own code, and calls are taken apart as they were sent."""

from __future__ import annotations

import inspect
import re

import pytest

from phucvu.inbox import calls
from phucvu.inbox.answers import NUMBERS, Code, RefusedError
from phucvu.intake import items, wire

READING = (wire, items)
"""What judges the dossiers and steps of a call."""


def test_every_fault_of_a_dossier_or_step_has_its_number():
    source = "".join(inspect.getsource(module) for module in READING)
    assert set(re.findall(r'Fault\(\s*"(\w+)"', source)) == set(NUMBERS)


@pytest.mark.parametrize(
    "data",
    [b'[{"a": 1}, 2,"x,]}\\"{" ,null]', b"[]", b"[ ]", b' {"MaHoSo": "1"}', b"null", b""],
)
def test_items_are_as_they_came_however_they_are_told_apart(data: bytes):
    items = calls.items(data.strip())
    if data.startswith(b"["):
        assert [p for p in map(bytes.strip, calls._parts(data)) if p] == items


def test_what_is_no_json_is_refused_with_its_place():
    with pytest.raises(RefusedError) as refused:
        calls.first_style(b'{"session": "x", "data": [1, }')
    assert refused.value.code == Code.MALFORMED
    assert "byte" in refused.value.message


GOOD = b'{"MaHoSo": "1"}'
WRONG = {
    "half a letter": rb'{"MaHoSo": "\ud800"}',
    "no UTF-8": b'{"MaHoSo": "\xff"}',
    "a long number": b'{"MaHoSo": ' + b"9" * 5_000 + b"}",
    "deep": b'{"MaHoSo": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    "brackets in a text": rb'{"MaHoSo": "]\",}\ud800"}',
    "no JSON": b'{"MaHoSo": xin}',
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_is_wrong_in_one_element_does_not_touch_the_others(wrong: bytes):
    several = b"[" + wrong + b", " + GOOD + b" ," + wrong + b"]"
    assert calls.items(several) == [wrong, GOOD, wrong]
    assert calls.items(wrong) == [wrong]
    body = b'{"session": "abc", "service": "X", "data": ' + several + b', "madonvi": "H21"}'
    assert calls.sessions(body) == ["abc"]
    call = calls.first_style(body)
    assert (call.service, call.unit, call.items) == ("X", "H21", [wrong, GOOD, wrong])


@pytest.mark.parametrize(
    "data",
    [b"[1, tru", b"[1,, 2]", rb'["\ud800",]', b"[1, x] 2", b"[1] [x]", b"[1, x}}", b'["x]', b'{"a": x', b"x"],
)
def test_a_list_that_is_none_is_refused(data: bytes):
    with pytest.raises(RefusedError) as refused:
        calls.items(data)
    assert refused.value.code == Code.MALFORMED


def test_the_session_of_a_large_body_is_found_at_either_end():
    data = b'"data": ["' + b"x" * calls.READ_AT_FIRST + b'"]'
    assert calls.sessions(b'{"session": "abc", ' + data + b"}") == ["abc"]
    assert calls.sessions(b"{" + data + b', "session" : "abc"}') == ["abc"]
    assert calls.sessions(b'{"x": {"session": "abc"}, ' + data + b', "session": "def"}') == ["abc", "def"]
    assert calls.sessions(b"{" + data + b"}") == []


@pytest.mark.parametrize("before", [b"", b'"data": [{"session": "of a dossier"}], '])
def test_the_session_of_a_small_body_is_its_own(before: bytes):
    assert calls.sessions(b"{" + before + b'"session": "abc", "data": [{"session": "x"}]}') == ["abc"]


def test_a_member_of_a_call_that_cannot_be_read_is_named():
    with pytest.raises(RefusedError) as refused:
        calls.first_style(rb'{"session": "abc", "madonvi": "\ud800", "data": [1]}')
    assert refused.value.code == Code.MALFORMED
    assert "madonvi" in refused.value.message
