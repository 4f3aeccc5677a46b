"""The proof of one published line."""

from __future__ import annotations

from functools import cached_property

from phucvu.editions.content import Content
from phucvu.editions.lines import Line
from phucvu.editions.models import Edition
from phucvu.problems import Fault, NotFoundError
from phucvu.proofs.merkle import Tree
from phucvu.proofs.note import Note
from phucvu.proofs.proof import Proof


class Proofs:
    """An edition's tree, to prove any of its lines from."""

    def __init__(self, edition: Edition) -> None:
        self._entries = Content.entries(edition.manifest, bytes(edition.lines))
        self._tree = Tree.of(self._entries)
        self._note = Note.read(edition.note)
        self._number = edition.number

    @cached_property
    def lines(self) -> list[Line]:
        """What the edition published."""
        return [Line.read(entry) for entry in self._entries[1:]]

    def of(self, unit: str, item: str) -> Proof:
        """The proof of a unit's indicator, group or total. Raises NotFoundError where there is none."""
        index = self._places.get((unit, item))
        if index is None:
            raise NotFoundError(Fault("edition_line_unknown", number=self._number, unit=unit, item=item))
        return Proof(self._entries[index], index, tuple(self._tree.inclusion(index)), self._note)

    @cached_property
    def _places(self) -> dict[tuple[str, str], int]:
        """Where each line stands in the tree; the manifest is before them all."""
        return {line.key: index for index, line in enumerate(self.lines, start=1)}
