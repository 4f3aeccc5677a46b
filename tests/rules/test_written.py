"""A rule set kept as JSON is the same when it is read again, whatever it is based on."""

from __future__ import annotations

import pytest

from phucvu import configuration
from phucvu.problems import UnusableError
from phucvu.rules.loading import names, read_written, rules_in_use, written_in_use


@pytest.mark.parametrize("name", names())
def test_what_was_written_is_read_as_it_was(name: str) -> None:
    configuration.choose(rules=name)
    assert read_written(written_in_use()) == rules_in_use()
    assert rules_in_use().name == name


@pytest.mark.parametrize("text", ["", "{}", "[1", '{"name": "a"}', "null"])
def test_what_is_no_rule_set_is_refused(text: str) -> None:
    with pytest.raises(UnusableError):
        read_written(text)
