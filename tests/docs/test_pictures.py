"""The pictures of the docs are each of a page of its own."""

from __future__ import annotations

from pathlib import Path

PICTURES = Path(__file__).parents[2] / "docs/pictures"


def test_no_picture_is_of_the_page_that_another_is_of() -> None:
    by_content: dict[bytes, list[str]] = {}
    for file in sorted(PICTURES.glob("*.png")):
        by_content.setdefault(file.read_bytes(), []).append(file.name)
    assert by_content
    assert not [names for names in by_content.values() if len(names) > 1]
