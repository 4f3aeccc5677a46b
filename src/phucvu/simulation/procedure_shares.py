"""Which procedures each unit settles, and for which of them its dossiers were paid, charged, connected.

Every named unit gets sets of exactly the sizes asked for, each inside the sets of the unit above, and
every block the procedures that its own dossiers have to show.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from phucvu.problems import Fault, UnusableError
from phucvu.simulation.offers import offer
from phucvu.simulation.sets import (
    BOTH,
    CITIZEN,
    CLASSES,
    FEE,
    Procedure,
    Sets,
    Share,
    not_arranged,
    total,
)
from phucvu.simulation.sizes import Demand, Sizes, ask, size_up, too_many
from phucvu.simulation.targets import Target


def share_out(targets: dict[str, Target]) -> dict[str, Share]:
    """The procedures of every unit and block.

    ``targets`` has every parent before its children. Raises UnusableError where a set cannot be had.
    """
    asked = {unit: ask(targets, unit) for unit in reversed(targets)}
    problems = [p for unit in targets for p in too_many(targets, asked, unit)]
    if problems:
        raise UnusableError(problems)
    shares: dict[str, Share] = {}
    for root in (u for u, t in targets.items() if t.parent is None):
        shares |= _arranged(root, targets, asked)
    shares = {unit: shares[unit] for unit in targets}
    for by_use, way in ((True, ""), (True, "alike"), (True, "apart"), (False, "alike"), (False, "apart")):
        problems = offer(targets, shares, way, by_use=by_use)
        if not problems:
            return shares
    raise UnusableError(problems)


def _arranged(root: str, targets: dict[str, Target], asked: dict[str, Demand]) -> dict[str, Share]:
    """The procedures of a root and all below it, in the first way that comes out."""
    problems: list[Fault] = []
    for charged_too in (False, True):
        sizes, why_not = size_up(targets, asked, charged_too)
        for alike in (True, False) if sizes else ():
            found, why_not = _choose(root, targets, asked, sizes, alike)
            if not why_not:
                return found
        problems = problems or why_not
    raise UnusableError(problems)


def _choose(
    root: str, targets: dict[str, Target], asked: dict[str, Demand], sizes: dict[str, Sizes], alike: bool
) -> tuple[dict[str, Share], list[Fault]]:
    """The sets of a root and all units below it.

    ``alike`` gives communes the same procedures as far as may be, and departments different ones, as
    it is in life; otherwise every unit takes first what no unit beside it has, so that the least is
    left for the block of the unit above to show.
    """
    top = sizes[root]
    everything = Sets(
        **{
            name: [(c, n) for c in CLASSES for n in range(getattr(top, name)[c])]
            for name in ("held", "paid", "charged", "connected")
        }
    )
    shares: dict[str, Share] = {}
    problems: list[Fault] = []
    waiting = [(root, everything)]
    while waiting:
        unit, sets = waiting.pop()
        left = Sets(*(list(s) for s in (sets.held, sets.paid, sets.charged, sets.connected)))
        taken: dict[bool, set[Procedure]] = {True: set(), False: set()}
        children = sorted(targets[unit].children, key=lambda c: (-sum(sizes[c].held), c))
        for child in children:
            commune = targets[child].kind == "commune"
            favourite = taken[commune] if alike and commune else set()
            shunned = set() if alike and commune else taken[True] | taken[False]
            overlap = _overlap(targets, sizes, child)
            chosen = _subsets(sets, left, sizes[child], overlap, favourite, shunned)
            if len(chosen.held) > sum(sizes[child].held):
                problems.append(not_arranged(child, "charged"))
            taken[commune].update(chosen.held)
            for name in ("held", "paid", "charged", "connected"):
                gone = set(getattr(chosen, name))
                setattr(left, name, [p for p in getattr(left, name) if p not in gone])
            waiting.append((child, chosen))
        for name in asked[unit].free:
            gone = set(getattr(left, name)) if targets[unit].children else set()
            setattr(left, name, [])
            setattr(sets, name, [p for p in getattr(sets, name) if p not in gone])
        shares[unit] = Share(sets, left)
        problems.extend(_not_shown(targets[unit], sets, left))
    return shares, problems


def _subsets(
    sets: Sets,
    left: Sets,
    sizes: Sizes,
    overlap: int,
    favourite: set[Procedure],
    shunned: set[Procedure],
) -> Sets:
    """Sets of the given sizes inside the given ones; favourites first, then what is ``left`` to show.

    At least ``overlap`` of those with a fee are both paid and charged.
    """
    open_ = {name: set(getattr(left, name)) for name in ("held", "paid", "charged", "connected")}
    chosen = Sets([], [], [], [])
    for cls in CLASSES:
        held, paid, charged, connected = (
            [p for p in s if p[0] == cls] for s in (sets.held, sets.paid, sets.charged, sets.connected)
        )
        n_held, n_paid, n_charged, n_connected = (
            s[cls] for s in (sizes.held, sizes.paid, sizes.charged, sizes.connected)
        )
        if cls == BOTH:
            # Each inside the one before as far as may be: their union must not outgrow the class.
            now_connected = _first(n_connected, connected, favourite, open_["connected"], shunned)
            now_paid = _first(n_paid, paid, set(now_connected), open_["paid"], shunned)
            now_charged = _first(n_charged, charged, {*now_paid, *now_connected}, open_["charged"], shunned)
        else:
            # Paid and charged share only what they must, so that together they show the most.
            either = set(paid) & set(charged)
            both_open, closed = open_["paid"] & open_["charged"], either - open_["paid"] - open_["charged"]
            both = _first(min(overlap, n_paid, n_charged), either, favourite, both_open, closed)
            # What is left to show as both, one dossier can show: take others first.
            now_charged = both + _first(
                n_charged - len(both),
                set(charged) - set(both),
                favourite,
                open_["charged"],
                shunned,
                set(paid),
            )
            now_paid = both + _first(
                n_paid - len(both),
                set(paid) - set(both),
                favourite,
                open_["paid"],
                shunned,
                set(charged),
            )
            now_connected = _first(n_connected, connected, favourite, open_["connected"], shunned)
        shown = list(dict.fromkeys([*now_paid, *now_charged, *now_connected]))
        rest = _first(n_held - len(shown), set(held) - set(shown), favourite, open_["held"], shunned)
        chosen.held += shown + rest
        chosen.paid += now_paid
        chosen.charged += now_charged
        chosen.connected += now_connected
    return chosen


def _overlap(targets: dict[str, Target], sizes: dict[str, Sizes], unit: str) -> int:
    """How many procedures of a unit must be both paid and charged, or of one below it."""
    with_fee, paid_online = total(targets, unit, "fee"), total(targets, unit, "paid")
    held, paid, charged = (s[FEE] for s in (sizes[unit].held, sizes[unit].paid, sizes[unit].charged))
    room = min(held, max(with_fee, paid))
    own = max(0, paid + charged - room, charged - (with_fee - paid_online))
    return max(own, *(_overlap(targets, sizes, child) for child in targets[unit].children), 0)


def _first(
    count: int,
    pool: Iterable[Procedure],
    favourite: set[Procedure],
    open_: set[Procedure],
    shunned: set[Procedure],
    spared: Collection[Procedure] = (),
) -> list[Procedure]:
    """``count`` of the pool: favourites first, then the open ones, last those spared for another use."""
    order = sorted(pool, key=lambda p: (p not in favourite, p not in open_, p in spared, p in shunned, p))
    return order[: max(0, count)]


def _not_shown(target: Target, sets: Sets, own: Sets) -> Iterator[Fault]:
    """Procedures that a block should show and has too few dossiers for."""
    counts = target.counts
    fee = min(counts["fee"], counts["received"])
    paid = min(counts["paid"], fee)
    either = {*own.paid, *own.charged}
    without_fee = [p for p in own.connected if p[0] == CITIZEN]
    apart = max(0, len(own.paid) - paid)
    room = {
        "paid": (len(own.paid), paid + counts["received"] - fee),
        "charged": (len(either) - apart, fee),
        "connected": (
            max(
                len(own.connected) - counts["population"],
                len(without_fee) + apart - counts["handled"] + counts["fee"],
            ),
            0,
        ),
    }
    for name, (needed, available) in room.items():
        if needed > available:
            yield not_arranged(target.unit, name)
    if len(set(own.charged) - set(sets.paid)) > min(counts["fee"] - counts["paid"], fee):
        yield not_arranged(target.unit, "charged")
