"""More parameters than any page knows are refused with a page, not with an error of the server."""

import pytest
from django.test import Client


@pytest.mark.parametrize(
    "path", ["/", "/en/", "/search", "/search.json", "/compare", "/khong-co", "/units/H21"]
)
def test_too_many_parameters(client: Client, path: str) -> None:
    answer = client.get(f"{path}?" + "a=1&" * 2000)
    assert answer.status_code in (400, 404)
    assert answer.content
