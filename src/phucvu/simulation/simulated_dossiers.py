"""The dossiers of one block: as many with each trait as its counts say, every procedure shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from phucvu.problems import UnusableError
from phucvu.simulation.histories import (
    DONE,
    NONE,
    REFUSED,
    STOPPED,
    WITHDRAWN,
    Clock,
    History,
    Ints,
    Mask,
    make_history,
)
from phucvu.simulation.plan import Plan
from phucvu.simulation.sets import BOTH, CITIZEN, FEE, NEITHER, Procedure, Sets
from phucvu.simulation.targets import contradiction, traits_of_paper


@dataclass
class Dossiers:
    """One row a dossier. ``procedure`` and ``unit`` are places in the catalogue and in ``units``."""

    units: list[str]
    unit: Ints
    procedure: Ints
    online: Mask
    paid: Mask
    charged: Mask
    fee_free: Mask
    result: Mask
    files: Ints
    reused: Mask
    store: Mask
    population: Mask
    late: Mask
    received: Mask
    history: History

    def __len__(self) -> int:
        return len(self.unit)


def make_dossiers(rng: np.random.Generator, clock: Clock, plan: Plan, unit: str) -> Dossiers:
    """The dossiers of the block of a unit.

    Those needed to show a procedure go to the block's own unit, all others to its further offices
    where it has any. Raises UnusableError where the dossiers cannot show what they have to.
    """
    offices = plan.offices[unit]
    block = _Block(rng, plan, unit)
    block.show()
    block.choose_population_data()
    block.choose_paper()
    block.choose_online(bound=unit in plan.bound)
    shown = block.procedure >= 0
    block.fill(plan.usual[unit])
    counts = block.target.counts
    history, late = make_history(
        rng,
        clock,
        block.received,
        counts["handled"] - counts["on_time"],
        block.online,
        plan.catalogue.time[block.procedure],
        plan.catalogue.by_clock[block.procedure],
    )
    block.choose_files(history.finished)
    _end_otherwise(rng, history, block.result)
    office = np.zeros(block.count, dtype=np.int64)
    if len(offices) > 1:
        weight = np.exp(rng.normal(0, 0.5, len(offices) - 1))
        spread = rng.choice(len(offices) - 1, block.count, p=weight / weight.sum()) + 1
        office = np.where(shown, 0, spread)
    return Dossiers(
        units=offices,
        unit=office,
        procedure=block.procedure,
        online=block.online,
        paid=block.paid,
        charged=block.charged,
        fee_free=block.fee_free,
        result=block.result,
        files=block.files,
        reused=block.pick(counts["reused"], block.all, "4.3", prefer=block.files > 0),
        store=block.store,
        population=block.population,
        late=late,
        received=block.received,
        history=history,
    )


class _Block:
    """The traits of a block's dossiers, chosen one after another so that every count comes out."""

    def __init__(self, rng: np.random.Generator, plan: Plan, unit: str) -> None:
        self.rng, self.catalogue = rng, plan.catalogue
        self.target, self.share = plan.targets[unit], plan.shares[unit]
        share, counts = self.share, self.target.counts
        self.count = counts["handled"]
        self.all = np.ones(self.count, dtype=bool)
        self.received = np.arange(self.count) < counts["received"]
        may_pay = self.received if plan.payable == "received" else self.all
        self.fee = self.pick(counts["fee"], may_pay, "3.6", prefer=self.received)
        never_paid = len(set(share.own.charged) - set(share.sets.paid))
        unpaid = self.pick(never_paid, self.fee & self.received, "3.5")
        self.paid = self.pick(counts["paid"], self.fee & ~unpaid, "3.6", prefer=self.received)
        self.procedure = np.full(self.count, -1, dtype=np.int64)
        self.charged, self.fee_free = ~self.all, ~self.all
        self.offline: set[int] = set()
        """Procedures with a service that is not to be used, so none of them may be filed online."""
        self.must, self.must_not = ~self.all, ~self.all
        """Dossiers that must use population data for their procedure to be counted, or must not."""

    def pick(self, count: int, among: Mask, indicator: str, prefer: Mask | None = None) -> Mask:
        """Exactly ``count`` of ``among``, at random, the preferred first."""
        places = np.flatnonzero(among)
        order = self.rng.random(len(places))
        if prefer is not None:
            order += ~prefer[places]
        if not 0 <= count <= len(places):
            raise self.impossible(indicator)
        chosen = np.zeros(self.count, dtype=bool)
        chosen[places[np.argsort(order)[:count]]] = True
        return chosen

    def impossible(self, indicator: str) -> UnusableError:
        return UnusableError(
            contradiction(
                self.target.unit,
                indicator,
                "không đủ hồ sơ có các tính chất mà số liệu đòi hỏi cùng lúc",
                "too few dossiers with the traits that the figures ask for together",
            )
        )

    def show(self) -> None:
        """One dossier for every procedure that this block has to show as paid, charged or connected."""
        own, sets = self.share.own, self.share.sets
        may_be_paid, charged = set(sets.paid), set(own.charged)
        counted = self.fee & self.received
        at_once = [p for p in own.paid if p in charged][: int((counted & self.paid).sum())]
        self._place(at_once, [counted & self.paid], "3.5", then=self._charge)
        paid = [p for p in own.paid if p not in at_once]
        self._place(paid, [counted & self.paid, self.received & ~self.fee], "3.4", then=self._pay)
        unpaid = counted & ~self.paid
        for procedure in sorted(set(own.charged) - set(at_once), key=lambda p: (p in may_be_paid, p)):
            ways = [unpaid, counted & self.paid] if procedure in may_be_paid else [unpaid]
            self._place([procedure], ways, "3.5", then=self._charge)
        without_fee = [~self.fee & self.received, ~self.fee]
        self._place([p for p in own.connected if p[0] == CITIZEN], without_fee, "4.5a", then=self._connect)
        placed = set(self.procedure.tolist())
        for procedure in (p for p in own.connected if p[0] == BOTH):
            number = self.catalogue.number(procedure)
            if number in placed:
                self.must[np.flatnonzero(self.procedure == number)[:1]] = True
                continue
            paid_too = [self.fee & self.paid] if procedure in may_be_paid else []
            self._place(
                [procedure], [self.fee & ~self.paid, *paid_too, ~self.fee], "4.5a", then=self._connect
            )
        unconnected = [
            self.catalogue.number(p) for p in sets.held if p[0] == BOTH and p not in set(sets.connected)
        ]
        self.must_not |= np.isin(self.procedure, unconnected)

    def _place(
        self,
        procedures: list[Procedure],
        ways: list[Mask],
        indicator: str,
        then: Callable[[int, Procedure], None],
    ) -> None:
        """Give each procedure one dossier that has none yet, of the first of the ways that has one left."""
        queues = [self.rng.permutation(np.flatnonzero(way)).tolist() for way in ways]
        for procedure in procedures:
            place = next((p for queue in queues for p in _popped(queue) if self.procedure[p] < 0), None)
            if place is None:
                raise self.impossible(indicator)
            self.procedure[place] = self.catalogue.number(procedure)
            then(place, procedure)

    def _charge(self, place: int, procedure: Procedure) -> None:
        self.charged[place] = True

    def _pay(self, place: int, procedure: Procedure) -> None:
        # Paid though no fee was due: shows the procedure in 3.4 and is no dossier of 3.6.
        self.fee_free[place] = not self.fee[place]
        self.paid[place] = True

    def _connect(self, place: int, procedure: Procedure) -> None:
        self.must[place] = True
        self.fee_free[place] = procedure[0] == BOTH and not self.fee[place]

    def choose_population_data(self) -> None:
        count = self.target.counts["population"] - int(self.must.sum())
        self.population = self.must | self.pick(count, ~self.must & ~self.must_not, "4.5b")

    def choose_paper(self) -> None:
        """Dossiers digitised without a result need a procedure that returns no paper, and those with a
        file from the store that are not digitised one that does."""
        counts = self.target.counts
        free = self.procedure < 0
        paper = np.where(free, False, self.catalogue.paper[self.procedure])
        undigitised, paperless = traits_of_paper(self.target)
        self.undigitised = self.pick(undigitised, self.population & (free | paper), "4.4", prefer=free)
        may = ~self.undigitised & (free | ~paper)
        # Files from the store are digitised too: where there is no room for both, they are the same.
        shared = counts["store"] - undigitised + paperless - counts["digitised"]
        first = self.pick(max(0, shared), may & self.population, "4.4", prefer=free)
        rest = self.pick(paperless - int(first.sum()), may & ~first, "4.2", prefer=free)
        self.paperless = first | rest

    def choose_online(self, *, bound: bool) -> None:
        """The dossiers filed online; where services are ``bound``, of just as many procedures as these."""
        counts = self.target.counts
        if not bound:
            self.online = self.pick(counts["online"], self.received, "3.3", prefer=self.paid)
            return
        used, unused = counts["used"], counts["services"] - counts["used"]
        numbers = [self.catalogue.number(p) for p in self.share.own.offered]
        others = [self.catalogue.number(p) for p in self.share.sets.offered]
        least = max(0, len(numbers) - unused)
        most = min(used, counts["online"], max(least, len(numbers) - int(unused > 0)))
        here = (self.procedure >= 0) & self.received
        placed = np.bincount(self.procedure[here], minlength=len(self.catalogue.codes))
        must = np.zeros(self.count, dtype=bool)
        wanted: list[int] = []
        for number in sorted(
            dict.fromkeys([*numbers, *others]), key=lambda n: (n not in numbers, -placed[n])
        ):
            if len(wanted) >= (most if number in numbers else int(used > 0)):
                break
            place = self._filed_online(number)
            if place is not None:
                must[place] = True
                self.procedure[place] = number
                wanted.append(number)
        if len(wanted) < least:
            raise self.impossible("3.2")
        if used and not wanted:
            # No procedure that may be offered has a dossier: the service is of one under no authority.
            places = np.flatnonzero(self.received & (self.procedure < 0))
            if not len(places):
                raise self.impossible("3.2")
            place = self.rng.choice(places)
            self.procedure[place] = self.catalogue.outside(
                fee=bool(self.fee[place]), paper=not self.paperless[place]
            )
            must[place] = True
        self.offline = set(numbers) - set(wanted)
        may = self.received & ~must & ~np.isin(self.procedure, list(self.offline))
        self.online = must | self.pick(
            counts["online"] - int(must.sum()), may, "3.3", prefer=self.procedure >= 0
        )

    def _filed_online(self, number: int) -> int | None:
        """A dossier received of this procedure: one there is, or one that can be of it."""
        here = np.flatnonzero(self.received & (self.procedure == number))
        if len(here):
            return int(here[0])
        procedure = self.catalogue.procedures[number]
        sets = self.share.sets
        free = self.received & (self.procedure < 0) & ~self.undigitised & ~self.paperless
        if procedure[0] in (FEE, BOTH):
            free &= self.fee & (~self.paid | (procedure in set(sets.paid)))
        else:
            free &= ~self.fee
        if procedure[0] in (BOTH, CITIZEN) and procedure not in set(sets.connected):
            free &= ~self.population
        here = np.flatnonzero(free)
        return int(self.rng.choice(here)) if len(here) else None

    def fill(self, usual: Sets | None) -> None:
        """A procedure for every dossier that has none yet, one that changes no figure."""
        sets = self.share.sets
        connected, paid = set(sets.connected), set(sets.paid)
        for pool in [s for s in (usual, sets) if s]:
            for data in (True, False):
                mine = self.population == data
                # Population data on a citizen procedure would make it count as connected.
                fit = [p for p in pool.held if not data or p in connected or p[0] in (FEE, NEITHER)]
                with_fee = [p for p in fit if p[0] in (FEE, BOTH)]
                self._spread(mine & self.fee & self.paid, [p for p in with_fee if p in paid])
                self._spread(mine & self.fee & ~self.paid, with_fee)
                self._spread(mine & ~self.fee, [p for p in fit if p[0] in (CITIZEN, NEITHER)])
        for paper in (True, False):
            kind = self.paperless if not paper else ~self.paperless
            for fee in (True, False):
                left = (self.procedure < 0) & kind & (self.fee == fee)
                if left.any():
                    self.procedure[left] = self.catalogue.outside(fee=fee, paper=paper)
        charged = [self.catalogue.number(p) for p in sets.charged]
        free_to = self.fee & np.isin(self.procedure, charged)
        self.charged |= free_to & (self.rng.random(self.count) < 0.9)

    def _spread(self, dossiers: Mask, procedures: Iterable[Procedure]) -> None:
        numbers = np.array([self.catalogue.number(p) for p in procedures], dtype=np.int64)
        paper, offline = self.catalogue.paper[numbers], np.isin(numbers, list(self.offline))
        every = np.ones(len(numbers), dtype=bool)
        for need, fits in (
            (self.undigitised, paper),
            (self.paperless, ~paper),
            (~self.undigitised & ~self.paperless, every),
        ):
            for online, may in ((self.online, ~offline), (~self.online, every)):
                places = np.flatnonzero(dossiers & need & online & (self.procedure < 0))
                suited = numbers[fits & may]
                if len(suited) and len(places):
                    # A few procedures make up most of the work.
                    weight = 1 / np.arange(1, len(suited) + 1) ** 0.9
                    self.procedure[places] = self.rng.choice(suited, len(places), p=weight / weight.sum())

    def choose_files(self, finished: Mask) -> None:
        """Results and submitted files, on finished dossiers as far as may be."""
        counts = self.target.counts
        apart = self.undigitised
        self.store = apart | self.pick(
            counts["store"] - int(apart.sum()),
            self.population & ~apart,
            "4.4",
            prefer=self.paperless if self.paperless.any() else finished,
        )
        digitised = (self.store & ~apart) | self.paperless
        more = counts["digitised"] - int(digitised.sum())
        digitised |= self.pick(more, ~digitised & ~apart, "4.2", prefer=finished)
        self.result = digitised & ~self.paperless
        more = counts["result"] - int(self.result.sum())
        self.result |= self.pick(more, ~digitised & ~apart, "4.1", prefer=finished)
        may_have = ~digitised & ~self.result & self.catalogue.paper[self.procedure]
        self.files = np.where(digitised | apart, 1 + (self.rng.random(self.count) < 0.4), 0)
        self.files += may_have & ~apart & (self.rng.random(self.count) < 0.3)


def _popped(queue: list[int]) -> Iterator[int]:
    while queue:
        yield queue.pop()


def _end_otherwise(rng: np.random.Generator, history: History, result: Mask) -> None:
    """Of those that ended without a result, some were refused, stopped or withdrawn."""
    chance = rng.random(len(result))
    without = history.finished & ~result
    for ending, low, high in ((REFUSED, 0, 0.05), (WITHDRAWN, 0.05, 0.08), (STOPPED, 0.08, 0.1)):
        history.ending[without & (low <= chance) & (chance < high)] = ending
    history.returned[history.finished & (history.ending != DONE)] = NONE
