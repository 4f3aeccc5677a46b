"""What is known beforehand when rows are read: the units, the procedures, and what names mean."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from phucvu.figures.periods import now_in_vietnam
from phucvu.figures.units import Units, units_in
from phucvu.records.store import Store
from phucvu.tables import plain


@dataclass(frozen=True)
class Known:
    """Units by code, procedures' names by code, and what unknown names mean.

    ``aliases`` are by province or ministry, for what its units send: (kind, plain name) → code.
    """

    units: Units
    procedures: dict[str, str]
    aliases: dict[str, dict[tuple[str, str], str]] = field(default_factory=dict)

    @classmethod
    def of(cls, store: Store, day: dt.date | None = None) -> Known:
        """What the store holds now; units by their rows of a day, or of today."""
        procedures = store.rows("procedures").select("code", "name")
        units = units_in(store.rows("units")).on(day or now_in_vietnam().date())
        # Names said before homes told provinces apart were said for each of them.
        names = store.rows("names").select("kind", "name", "code")
        of_all = {(kind, plain(name)): code for kind, name, code in names.iter_rows()}
        aliases = {unit.code: dict(of_all) for unit in units.roots}
        for root, kind, name, code in store.rows("root_names").select("root", *names.columns).iter_rows():
            aliases.setdefault(root, {})[kind, plain(name)] = code
        return cls(units, {code: name or "" for code, name in procedures.iter_rows()}, aliases)

    def unit(self, said: str, sender: str | None = None, on: dt.date | None = None) -> str | list[str]:
        """The code of the unit that is meant by a code or name, or the codes that it might be.

        A name is compared without accents, case and doubled spaces. Of several units with the name
        the one counts that is written just so, that belongs to the sender, or that existed on the
        day, if that leaves one; else what somebody said once that the name means. So a name that is
        known cannot be given another meaning.
        """
        if said in self.units:
            return said
        if said.upper() in self.units:
            return said.upper()
        found = self.units.named(said)
        then = self.units.on(on) if on else self.units
        tests = (
            lambda u: _exact(u.name) == _exact(said),
            lambda u: sender is None or sender in {a.code for a in then.above(u.code)},
            lambda u: on is None or u.exists_on(on),
        )
        for test in tests:
            if len(found) > 1:
                found = [u for u in found if test(u)] or found
        if len(found) == 1:
            return found[0].code
        return self._meant("unit", said, sender) or [u.code for u in found]

    def procedure(self, name: str, sender: str | None = None) -> str | list[str]:
        """The code of the procedure with a name, or the codes that it might be."""
        found = self._procedures_by_name.get(plain(name), [])
        return found[0] if len(found) == 1 else self._meant("procedure", name, sender) or found

    def procedure_code(self, code: str, sender: str | None = None) -> str:
        """The code that a procedure's code was said to mean, else itself."""
        return self._meant("procedure", code, sender) or code

    def can_write_for(self, unit: str) -> frozenset[str]:
        """The units that a sender of this one can write for: it and those below it, also by succession."""
        return frozenset(u.code for u in self.units.in_charge_of(unit))

    def _meant(self, kind: str, name: str, sender: str | None) -> str | None:
        """What a name was said to mean for a sender's province or ministry.

        Where nobody says who sends, what all that said something of it agree on.
        """
        key = kind, plain(name)
        if sender is None:
            said = {names[key] for names in self.aliases.values() if key in names}
            return said.pop() if len(said) == 1 else None
        root = self.root(sender) if sender in self.units else sender
        return self.aliases.get(root, {}).get(key)

    def root(self, code: str) -> str:
        """The province or ministry above a unit."""
        return self.units.root(code).code

    def sender_of_steps(self, senders: Iterable[str]) -> str | None:
        """Whose dossiers steps tell of where nobody says: the only sender known, if there is one."""
        candidates = set(senders) or {u.code for u in self.units.children(None)}
        return candidates.pop() if len(candidates) == 1 else None

    @cached_property
    def _procedures_by_name(self) -> dict[str, list[str]]:
        found = defaultdict(list)
        for code, name in self.procedures.items():
            if name:
                found[plain(name)].append(code)
        return found


def _exact(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
