"""Every fault that the wire format knows has its own code, and calls are taken apart as they were sent."""

from __future__ import annotations

import inspect
import re

import pytest

from phucvu.inbox import calls
from phucvu.inbox.answers import SAID, Code, RefusedError
from phucvu.intake import wire


def test_every_fault_of_the_wire_format_has_a_code():
    words = re.findall(r'"((?:[^"\\]|\\.)*)"', inspect.getsource(wire))
    faults = re.findall(r'Fault\(\s*f?"[^"]*",\s*f?"([^"]*)"', inspect.getsource(wire))
    assert len(faults) >= 9
    for fault in faults:
        assert any(re.search(pattern, fault) for pattern, _ in SAID), fault
    for pattern, code in SAID:
        if code != Code.UNKNOWN_PROCEDURE:
            assert any(re.search(pattern, word) for word in words), pattern


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
