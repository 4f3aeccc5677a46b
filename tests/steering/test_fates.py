"""Every way of losing has its fate, and what it says is sound."""

from __future__ import annotations

import pytest

from phucvu.engine.reasons import AT_PORTAL, NO_DOSSIER, SYNCHRONISED, codes
from phucvu.engine.reasons import WORDS as OF_PETITIONS
from phucvu.rules.loading import load
from phucvu.rules.vocabulary import CONDITIONS
from phucvu.steering.fates import ASK_MINISTRY, DEEDS, FATES, REASONS, WORDS, Fate, cases_of

CODES = {*CONDITIONS} - {SYNCHRONISED} | {*AT_PORTAL, *OF_PETITIONS, NO_DOSSIER, *WORDS}


def test_every_way_of_losing_has_its_fate_and_nothing_else_has() -> None:
    assert REASONS.keys() == CODES
    assert FATES.keys() == set(Fate)


@pytest.mark.parametrize("rules", ["portal-2026", "qd766-2022"])
def test_every_reason_of_the_rules_is_known(rules: str) -> None:
    for file in load(rules).indicators:
        indicator = load(rules).at(file.max_points[-1].from_)[file.id]
        assert set(codes(indicator)) <= REASONS.keys(), indicator.id


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_a_case_always_holds_and_names_a_known_deed(reason: str) -> None:
    found = REASONS[reason]
    assert found.cases[-1].when == ()
    assert all(case.when for case in found.cases[:-1]), "a case without a question hides those after it"
    assert found.next is None or found.next in DEEDS
    for case in (*found.cases, *cases_of(reason, of_ministry=True)):
        assert case.deed is None or case.deed in DEEDS
        assert (case.moment is not None) == (case.fate is Fate.UNTIL)
        if case.fate is Fate.GONE:
            assert case.deed is None, "what is lost for good has no deed"
        elif reason not in (NO_DOSSIER, "no_base", "not_listed"):
            assert case.deed is not None
        if case.fate is Fate.NOW:
            assert "open" not in case.when, "nothing is advised for what is not finished"


def test_of_a_ministrys_system_only_the_ministry_can_mend() -> None:
    for reason in REASONS:
        for case in cases_of(reason, of_ministry=True):
            assert case.fate is Fate.GONE or (case.who, case.deed) == ("ministry", ASK_MINISTRY)


def test_every_deed_is_used_and_takes_time() -> None:
    used = {case.deed for reason in REASONS.values() for case in reason.cases}
    used |= {reason.next for reason in REASONS.values()} | {ASK_MINISTRY}
    assert used - {None} == DEEDS.keys()
    assert all(deed.minutes > 0 for deed in DEEDS.values())


@pytest.mark.parametrize("rules", ["portal-2026", "qd766-2022"])
def test_of_every_indicator_that_gives_points_something_can_be_done(rules: str) -> None:
    for file in load(rules).indicators:
        indicator = load(rules).at(file.max_points[-1].from_)[file.id]
        if indicator.scored and not indicator.by_rule and indicator.count.numerator:
            found = [REASONS[code] for code in codes(indicator) if code != NO_DOSSIER]
            assert all(r.next or any(case.deed for case in r.cases) for r in found), indicator.id
