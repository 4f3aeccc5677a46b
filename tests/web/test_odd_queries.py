"""No page breaks, whatever is asked in its query beside the period."""

from __future__ import annotations

from itertools import product
from urllib.parse import urlencode

import pytest
from django.test import Client

from .test_bad_addresses import GOOD, ODD

OTHERS = ("within", "sort", "order", "units", "q", "page", "since", "live")


@pytest.mark.parametrize(
    "address", [a for a in GOOD if "." not in a.rpartition("/")[2] or a.endswith(".json")]
)
def test_no_other_parameter_breaks_an_address(client: Client, address: str) -> None:
    for name, value in product(OTHERS, ODD):
        answer = client.get(f"{address}?{urlencode({name: value})}")
        assert answer.status_code < 500, (name, value[:30])
