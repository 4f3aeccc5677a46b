"""Who may do what. This is the one place that says it; everything else asks ``may``."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from phucvu.accounts import units
from phucvu.rules.model import Words


class Role(StrEnum):
    """From the least to the most; nobody gives a role above their own."""

    READER = "reader"
    STAFF = "staff"
    HEAD = "head"
    PUBLISHER = "publisher"
    ADMINISTRATOR = "administrator"

    @property
    def title(self) -> Words:  # type: ignore[override]
        return TITLES[self]


TITLES = {
    Role.READER: Words(vi="người xem", en="reader"),
    Role.STAFF: Words(vi="chuyên viên", en="staff"),
    Role.HEAD: Words(vi="thủ trưởng đơn vị", en="head of unit"),
    Role.PUBLISHER: Words(vi="người công bố", en="publisher"),
    Role.ADMINISTRATOR: Words(vi="quản trị viên", en="administrator"),
}


class Action(StrEnum):
    OWN_SIGN_IN = "own sign-in"
    """Change one's own password, set up two-step sign-in, sign out."""
    SEE_WORKSPACE = "see workspace"
    """Figures, lost points, lists and exports of dossiers with personal data masked, findings."""
    SEE_PERSONAL = "see personal data"
    """One value at a time, with a reason, written to the audit log."""
    MEND = "mend"
    """Bring in files; say what rows set aside mean, take them, or dismiss them."""
    CHOOSE_VERSION = "choose version"
    """Let a version of a dossier count that was kept as an earlier one, with a reason."""
    ANSWER = "answer"
    """Explain late dossiers, record letters of apology, reports sent and difficulties; save lists."""
    ASSIGN = "assign"
    """Ask units below: targets, explanations, reports, campaigns; answer their difficulties.
    Say how long the deeds of a plan take."""
    SEE_HANDLERS = "see handlers"
    """Lateness by section and by who handles, for the monthly review of staff."""
    WRITE_LETTERS = "write letters"
    """Take away official letters made from the figures; keep the office's own templates of them."""
    PUBLISH = "publish"
    """Make results public."""
    ANNOTATE = "annotate"
    """Put remarks on the public charts over time, and withdraw them."""
    MANAGE_ACCOUNTS = "manage accounts"
    """Make, change and close accounts of the own unit and those below."""
    ADMIN_SITE = "admin site"
    """Read the tables behind it: accounts, senders, audit log."""


EVERYBODY = frozenset(Role)

MAY: dict[Action, frozenset[Role]] = {
    Action.OWN_SIGN_IN: EVERYBODY,
    Action.SEE_WORKSPACE: EVERYBODY,
    Action.SEE_PERSONAL: frozenset({Role.STAFF, Role.HEAD}),
    Action.MEND: frozenset({Role.STAFF, Role.HEAD, Role.ADMINISTRATOR}),
    Action.CHOOSE_VERSION: frozenset({Role.STAFF, Role.HEAD}),
    Action.ANSWER: frozenset({Role.STAFF, Role.HEAD}),
    Action.ASSIGN: frozenset({Role.HEAD, Role.ADMINISTRATOR}),
    Action.SEE_HANDLERS: frozenset({Role.HEAD}),
    Action.WRITE_LETTERS: frozenset({Role.STAFF, Role.HEAD, Role.PUBLISHER}),
    Action.PUBLISH: frozenset({Role.PUBLISHER}),
    Action.ANNOTATE: frozenset({Role.PUBLISHER, Role.ADMINISTRATOR}),
    Action.MANAGE_ACCOUNTS: frozenset({Role.ADMINISTRATOR}),
    Action.ADMIN_SITE: frozenset({Role.ADMINISTRATOR}),
}
"""What each role may do, in its own unit and all below it."""

TWO_STEP = frozenset(
    role
    for action in (
        *(Action.SEE_PERSONAL, Action.SEE_HANDLERS, Action.PUBLISH, Action.ANNOTATE),
        *(Action.MANAGE_ACCOUNTS, Action.ADMIN_SITE),
    )
    for role in MAY[action]
)
"""Who sees personal data, publishes or manages needs a second step; without it they can do nothing but
``OWN_SIGN_IN``."""


def may(user: Any, action: Action, unit: str | None = None) -> bool:
    """Whether somebody may do something; of ``unit`` (a code), or where it is None of their own.

    ``user`` is an account or Django's anonymous user, who may do nothing.
    """
    if not user.is_authenticated or not user.is_active or user.role not in MAY[action]:
        return False
    if action is not Action.OWN_SIGN_IN and lacks_two_step(user):
        return False
    return unit is None or unit in units.below(user.unit)


def lacks_two_step(user: Any) -> bool:
    """Whether the role needs two-step sign-in, and the account has it neither here nor at the office's
    server that it came in by."""
    return user.role in TWO_STEP and not user.has_two_step and not user.second_step_elsewhere


def may_give(role: Role) -> list[Role]:
    """The roles that an account of this one may give to others: up to its own."""
    order = list(Role)
    return order[: order.index(role) + 1]
