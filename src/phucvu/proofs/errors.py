"""What is wrong with a proof."""

from __future__ import annotations

from typing import Any


class ProofError(ValueError):
    """A proof, a note or a key is not what it should be.

    ``code`` says why; it is one of the codes of ``phucvu/faults.yaml`` and takes ``parameters``.
    """

    def __init__(self, code: str, **parameters: Any) -> None:
        self.code, self.parameters = code, parameters
        super().__init__(" ".join([code, *(f"{name}={value}" for name, value in parameters.items())]))
