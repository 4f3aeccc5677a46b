"""Which procedures each unit settles, and for which of them its dossiers were paid, charged, connected.

The figures count distinct procedures over a unit and all below it, so a unit's set holds those of the
units below: this gives every named unit sets of exactly the sizes asked for, each inside the sets of
the unit above, and every block the procedures that its own dossiers have to show.

A procedure is of one of four classes: with a fee; with a fee and for citizens; for citizens; neither.
The second class is used only where a unit has too few dossiers or procedures to do without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from phucvu.problems import Problem, UnusableError
from phucvu.simulation.targets import Target, contradiction

FEE, BOTH, CITIZEN, NEITHER = range(4)
CLASSES = (FEE, BOTH, CITIZEN, NEITHER)

Procedure = tuple[int, int]
"""(class, number within the class)."""


@dataclass
class Sizes:
    """How many procedures of a unit are of each class, and how many of those are in each set."""

    held: list[int]
    paid: list[int]
    charged: list[int]
    connected: list[int]


@dataclass
class Sets:
    """The procedures of one unit.

    ``held`` are those under its authority; ``paid``, ``charged``, ``connected`` and ``offered`` those
    that the figures 3.4, 3.5, 4.5a and 3.1 count for it.
    """

    held: list[Procedure]
    paid: list[Procedure]
    charged: list[Procedure]
    connected: list[Procedure]
    offered: list[Procedure] = field(default_factory=list)


@dataclass
class Share:
    """The procedures of a unit, and of these what its own block has to show beyond the units below.

    ``own`` has the procedures that stand under the unit's own authority alone, those of which its block
    needs at least one dossier paid, charged or connected, and those of which it needs a service.
    """

    sets: Sets
    own: Sets


def share_out(targets: dict[str, Target]) -> dict[str, Share]:
    """The procedures of every unit and block.

    ``targets`` has every parent before its children. Raises UnusableError where a set cannot be had.
    """
    asked = {unit: _asked(targets, unit) for unit in reversed(targets)}
    problems = [p for unit in targets for p in _too_many(targets, asked, unit)]
    if problems:
        raise UnusableError(problems)
    shares: dict[str, Share] = {}
    for root in (u for u, t in targets.items() if t.parent is None):
        shares |= _arranged(root, targets, asked)
    shares = {unit: shares[unit] for unit in targets}
    for by_use, way in ((True, ""), (True, "alike"), (True, "apart"), (False, "alike"), (False, "apart")):
        problems = _offer(targets, shares, way, by_use=by_use)
        if not problems:
            return shares
    raise UnusableError(problems)


def _arranged(root: str, targets: dict[str, Target], asked: dict[str, Asked]) -> dict[str, Share]:
    """The procedures of a root and all below it, in the first way that comes out."""
    problems: list[Problem] = []
    for charged_too in (False, True):
        sizes, why_not = _sizes(targets, asked, charged_too)
        for alike in (True, False) if sizes else ():
            found, why_not = _choose(root, targets, asked, sizes, alike)
            if not why_not:
                return found
        problems = problems or why_not
    raise UnusableError(problems)


# --- how many -------------------------------------------------------------------------------------


@dataclass
class Asked:
    """The sizes that the figures ask for; ``free`` names those they leave open."""

    fee: int
    citizen: int
    paid: int
    charged: int
    connected: int
    authority: int | None
    free: set[str] = field(default_factory=set)


def _asked(targets: dict[str, Target], unit: str) -> Asked:
    """What the figures ask of a unit; where they say nothing, a believable number."""
    target = targets[unit]
    counts, given = target.counts, target.sets
    fee_dossiers, connected = counts["fee"], counts["population"]
    free = {name for name in ("paid", "charged", "connected") if name not in given}
    charged = given.get("charged")
    paid = given.get("paid")
    room = _authority_over(targets, unit)
    fee = paid[1] if paid else charged[1] if charged else min(40, -(-fee_dossiers // 8), room // 3)
    usual = min(200, -(-counts["handled"] // 5), room // 2)
    citizen = given["connected"][1] if "connected" in given else usual
    asked = Asked(
        fee=fee,
        citizen=citizen,
        paid=paid[0] if paid else min(fee, -(-counts["paid"] // 8)),
        charged=charged[0] if charged else min(fee, fee_dossiers // 20),
        connected=given["connected"][0] if "connected" in given else min(citizen, connected // 20),
        authority=given["offered"][1] if "offered" in given else None,
        free=free,
    )
    if "charged" not in given:
        asked.charged = min(asked.charged, asked.paid)
    return asked


def _authority_over(targets: dict[str, Target], unit: str) -> int:
    """The procedures that figures leave a unit: its own authority, or that of one above."""
    sizes = [10**6]
    above: str | None = unit
    while above:
        if "offered" in targets[above].sets:
            sizes.append(targets[above].sets["offered"][1])
        above = targets[above].parent
    return min(sizes)


FIGURE_OF = {
    "fee": "3.4",
    "paid": "3.4",
    "charged": "3.5",
    "citizen": "4.5a",
    "connected": "4.5a",
    "authority": "3.1",
    "offered": "3.1",
}


def _too_many(targets: dict[str, Target], asked: dict[str, Asked], unit: str) -> Iterator[Problem]:
    """Sets larger than those of the unit above, or than the dossiers that must show them."""
    mine, target = asked[unit], targets[unit]
    names = ("fee", "paid", "charged", "citizen", "connected", "authority")
    for child in target.children:
        theirs = asked[child]
        for name in names:
            size, limit = getattr(theirs, name), getattr(mine, name)
            if size is None or limit is None or size <= limit:
                continue
            given_here, given_there = (_given(t, name) for t in (target, targets[child]))
            if given_here and given_there:
                yield contradiction(
                    unit,
                    FIGURE_OF[name],
                    f"chỉ có {limit} thủ tục nhưng {child} ở bên dưới đã có {size}",
                    f"there are only {limit} procedures, but {child} below it has {size}",
                )
            elif given_there:
                setattr(mine, name, size)
            else:
                setattr(theirs, name, limit)
    least = max(mine.fee, mine.citizen)
    if mine.authority is not None and mine.authority < least:
        yield contradiction(
            unit,
            "3.1",
            f"{mine.authority} thủ tục thuộc thẩm quyền, ít hơn {least} của 3.4 hoặc 4.5a",
            f"{mine.authority} procedures under its authority, fewer than the {least} of 3.4 or 4.5a",
        )
    if not target.children:
        counts = target.counts
        fee = min(counts["fee"], counts["received"])
        for name, dossiers in (
            ("paid", min(counts["paid"], fee) + counts["received"] - fee),
            ("charged", fee),
            ("connected", counts["population"]),
        ):
            size = getattr(mine, name)
            if size > dossiers:
                yield contradiction(
                    unit,
                    FIGURE_OF[name],
                    f"{size} thủ tục cần ít nhất chừng ấy hồ sơ, nhưng chỉ có {dossiers}",
                    f"{size} procedures need as many dossiers, but there are only {dossiers}",
                )


def _given(target: Target, name: str) -> bool:
    sources = {"fee": ("paid", "charged"), "citizen": ("connected",), "authority": ("offered",)}
    return any(source in target.sets for source in sources.get(name, (name,)))


def _sizes(
    targets: dict[str, Target], asked: dict[str, Asked], charged_too: bool
) -> tuple[dict[str, Sizes], list[Problem]]:
    """The sizes by class of every unit: as few procedures of the class BOTH as will do; or why not.

    With ``charged_too`` those of them that are paid are charged as well, as far as there are charged.

    Starts from what each block needs and raises the numbers until every unit fits into the one above;
    they only rise, and never beyond the whole, so this ends.
    """
    both, others = dict.fromkeys(targets, 0), dict.fromkeys(targets, 0)
    shown = {u: dict.fromkeys(("paid", "charged", "connected"), 0) for u in targets}
    changed = True

    def raise_to(table: dict[str, int], key: str, value: int) -> None:
        nonlocal changed
        if value > table[key]:
            table[key] = value
            changed = True

    while changed:
        changed = False
        for unit, target in targets.items():
            mine, seen = asked[unit], shown[unit]
            by_fee_dossiers, of_these_paid = _only_by_fee_dossiers(target, mine)
            union = mine.fee + mine.citizen
            raise_to(both, unit, by_fee_dossiers)
            if mine.authority is not None:
                raise_to(both, unit, union - mine.authority)
                raise_to(both, unit, others[unit] - mine.authority + union)
                raise_to(others, unit, mine.authority - union + both[unit])
            raise_to(seen, "paid", max(of_these_paid, mine.paid - (mine.fee - both[unit])))
            raise_to(seen, "charged", mine.charged - (mine.fee - both[unit]))
            raise_to(seen, "charged", min(seen["paid"], mine.charged) if charged_too else 0)
            raise_to(seen, "connected", max(by_fee_dossiers, mine.connected - (mine.citizen - both[unit])))
            touched = max(seen["paid"], seen["charged"])
            raise_to(seen, "connected", min(touched, mine.connected))
            raise_to(both, unit, max(seen.values()))
            if target.parent is None:
                continue
            above, over = asked[target.parent], shown[target.parent]
            raise_to(both, target.parent, both[unit])
            raise_to(others, target.parent, others[unit])
            raise_to(both, unit, mine.fee - (above.fee - both[target.parent]))
            raise_to(both, unit, mine.citizen - (above.citizen - both[target.parent]))
            for name in seen:
                raise_to(over, name, seen[name])
                raise_to(seen, name, getattr(mine, name) - (getattr(above, name) - over[name]))
        problems = [
            _not_arranged(unit, name)
            for unit in targets
            for name, size in {"fee": both[unit], "citizen": both[unit], **shown[unit]}.items()
            if size > getattr(asked[unit], name)
        ]
        if problems:
            return {}, problems

    def sizes(unit: str) -> Sizes:
        mine, seen, b = asked[unit], shown[unit], both[unit]
        return Sizes(
            held=[mine.fee - b, b, mine.citizen - b, others[unit]],
            paid=[mine.paid - seen["paid"], seen["paid"], 0, 0],
            charged=[mine.charged - seen["charged"], seen["charged"], 0, 0],
            connected=[0, seen["connected"], mine.connected - seen["connected"], 0],
        )

    return {unit: sizes(unit) for unit in targets}, []


def _only_by_fee_dossiers(target: Target, asked: Asked) -> tuple[int, int]:
    """How many connected procedures a block can show only by dossiers with a fee, and by paid ones."""
    if target.children:
        return 0, 0
    counts = target.counts
    paid_without_fee = max(0, asked.paid - counts["paid"])
    by_fee = max(0, asked.connected - (counts["handled"] - counts["fee"] - paid_without_fee))
    unpaid = counts["fee"] - counts["paid"] - max(0, asked.charged - asked.paid)
    return by_fee, min(max(0, by_fee - max(0, unpaid)), asked.paid)


def _not_arranged(unit: str, name: str) -> Problem:
    return contradiction(
        unit,
        FIGURE_OF[name],
        "không sắp xếp được thủ tục cho khớp 3.1, 3.4, 3.5, 3.6 và 4.5a của đơn vị và đơn vị cấp trên",
        "no arrangement of procedures fits 3.1, 3.4, 3.5, 3.6 and 4.5a of the unit and those above it",
    )


# --- which ----------------------------------------------------------------------------------------


def _choose(
    root: str, targets: dict[str, Target], asked: dict[str, Asked], sizes: dict[str, Sizes], alike: bool
) -> tuple[dict[str, Share], list[Problem]]:
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
    problems: list[Problem] = []
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
                problems.append(_not_arranged(child, "charged"))
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
                shunned | open_["paid"],
            )
            now_paid = both + _first(
                n_paid - len(both),
                set(paid) - set(both),
                favourite,
                open_["paid"],
                shunned | open_["charged"],
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
    with_fee, paid_online = _total(targets, unit, "fee"), _total(targets, unit, "paid")
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
) -> list[Procedure]:
    order = sorted(pool, key=lambda p: (p not in favourite, p not in open_, p in shunned, p))
    return order[: max(0, count)]


def _not_shown(target: Target, sets: Sets, own: Sets) -> Iterator[Problem]:
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
            yield _not_arranged(target.unit, name)
    if len(set(own.charged) - set(sets.paid)) > min(counts["fee"] - counts["paid"], fee):
        yield _not_arranged(target.unit, "charged")


# --- offered online -------------------------------------------------------------------------------

USUAL_OFFER = 0.8
"""Of a unit's procedures, those offered online where no figure says how many."""


def _offer(targets: dict[str, Target], shares: dict[str, Share], way: str, *, by_use: bool) -> list[Problem]:
    """Choose the procedures offered online: of the sizes asked for, each unit's around those below.

    Used services need dossiers, so ``by_use`` takes for those procedures that have some, and for the
    unused ones others. What units offer together has to come to the size asked for above them: the
    ``way`` «alike» takes first what the units beside offer, «apart» what they do not.
    """
    problems: list[Problem] = []
    bound = services_bound(targets)
    beside: dict[str | None, set[Procedure]] = {}
    for unit, target in reversed(targets.items()):
        sets, own = shares[unit].sets, shares[unit].own
        below = beside.get(unit, set())
        services = _total(targets, unit, "services")
        count = target.sets["offered"][0] if "offered" in target.sets else round(USUAL_OFFER * len(sets.held))
        if "offered" not in target.sets:
            count = max(len(below), min(count, services) if unit in bound else count)
        used = _total(targets, unit, "used")
        shown = {*sets.paid, *sets.charged, *sets.connected}
        first = set(
            sorted(shown)[: min(used, count - int(services > used))] if by_use and unit in bound else ()
        )
        taken = beside.setdefault(target.parent, set())
        preferred = {"": set(), "alike": taken, "apart": set(sets.held) - taken}[way]
        order = sorted(
            set(sets.held) - below, key=lambda p: (p not in first, p not in preferred, p in shown, p)
        )
        own.offered = order[: max(0, count - len(below))]
        sets.offered = sorted(below | set(own.offered))
        taken |= set(sets.offered)
        if len(sets.offered) != count or (unit in bound and len(own.offered) > target.counts["services"]):
            problems.append(_not_arranged(unit, "offered"))
    return problems


def services_bound(targets: dict[str, Target]) -> set[str]:
    """The units whose number of services is fixed, by a figure of their own or of a unit above."""
    bound: set[str] = set()
    for unit, target in targets.items():
        if target.services is not None or target.parent in bound:
            bound.add(unit)
    return bound


def _total(targets: dict[str, Target], unit: str, quantity: str) -> int:
    """What a unit and all below it have of a quantity."""
    target = targets[unit]
    return target.counts[quantity] + sum(_total(targets, child, quantity) for child in target.children)
