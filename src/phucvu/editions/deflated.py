"""What is kept deflated: never inflated beyond a limit."""

from __future__ import annotations

import zlib

from phucvu.problems import Fault, UnusableError


def inflated(data: bytes, most: int) -> bytes:
    """What was deflated. Raises UnusableError where it is over ``most`` bytes, or cannot be read."""
    try:
        inflater = zlib.decompressobj()
        text = inflater.decompress(data, most)
    except zlib.error as error:
        raise UnusableError(Fault("edition_content_unreadable")) from error
    if inflater.unconsumed_tail or not inflater.eof:
        raise UnusableError(Fault("edition_content_unreadable"))
    return text
