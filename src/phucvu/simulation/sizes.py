"""How many procedures of each class every unit has, and how many of them stand in each set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from phucvu.problems import Fault
from phucvu.simulation.sets import FIGURE_OF, not_arranged
from phucvu.simulation.targets import Target, contradiction


@dataclass
class Demand:
    """The sizes that the figures require; ``free`` names those without a figure."""

    fee: int
    citizen: int
    paid: int
    charged: int
    connected: int
    authority: int | None
    free: set[str] = field(default_factory=set)


def ask(targets: dict[str, Target], unit: str) -> Demand:
    """The sizes that the figures of a unit require; a plausible number where there is none."""
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
    asked = Demand(
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
    """The most procedures that a unit can have: its own authority, or that of a unit above."""
    sizes = [10**6]
    above: str | None = unit
    while above:
        if "offered" in targets[above].sets:
            sizes.append(targets[above].sets["offered"][1])
        above = targets[above].parent
    return min(sizes)


def too_many(targets: dict[str, Target], asked: dict[str, Demand], unit: str) -> Iterator[Fault]:
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


def size_up(
    targets: dict[str, Target], asked: dict[str, Demand], charged_too: bool
) -> tuple[dict[str, Sizes], list[Fault]]:
    """The sizes by class of every unit, with as few procedures of the class BOTH as possible; or the faults.

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
            not_arranged(unit, name)
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


def _only_by_fee_dossiers(target: Target, asked: Demand) -> tuple[int, int]:
    """How many connected procedures a block can show only by dossiers with a fee, and by paid ones."""
    if target.children:
        return 0, 0
    counts = target.counts
    paid_without_fee = max(0, asked.paid - counts["paid"])
    by_fee = max(0, asked.connected - (counts["handled"] - counts["fee"] - paid_without_fee))
    unpaid = counts["fee"] - counts["paid"] - max(0, asked.charged - asked.paid)
    return by_fee, min(max(0, by_fee - max(0, unpaid)), asked.paid)


@dataclass
class Sizes:
    """How many procedures of a unit are of each class, and how many of those are in each set."""

    held: list[int]
    paid: list[int]
    charged: list[int]
    connected: list[int]
