"""What the conditions of rule sets mean over records: an expression for each word of the vocabulary.

It gets the rows and the count that names the word, and says for each row whether the condition holds. What
a word means stands in ``phucvu/rules/vocabulary.yaml``. A condition of a procedure also serves dossiers,
which carry their procedure's facts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import or_

import ibis.expr.types as ir

from phucvu.records.codes import HAS_IT, PUBLIC, Channel, ProcedureState
from phucvu.rules import vocabulary
from phucvu.rules.model import Count

Rule = Callable[[ir.Table, Count], ir.BooleanValue]


class Condition(vocabulary.Condition):
    """A condition of the vocabulary with its expression."""

    says: Rule

    def __call__(self, rows: ir.Table, count: Count) -> ir.BooleanValue:
        """Whether it holds; what is not known (null in what ``says`` gives) does not."""
        return self.says(rows, count).fill_null(False)


def limits_missed(petitions: ir.Table) -> dict[str, ir.BooleanValue]:
    """By reason code, which petitions missed that limit; null where the limit is not known."""
    refused, answered, asked = (
        petitions[at].notnull() for at in ("refused_at", "answered_at", "supplement_asked_at")
    )
    answered = ~refused & answered
    asked = ~refused & ~answered & asked
    public, today = petitions.published_at, petitions.cut_off.date()
    return {
        "refused_late": refused & (petitions.refused_at.date() > petitions.refuse_by),
        "answered_late": answered & (petitions.answered_at.date() > petitions.answer_by),
        "published_late": answered & public.notnull() & (public.date() > petitions.publish_by),
        "not_published": answered & public.isnull() & (today > petitions.publish_by),
        "supplement_late": asked & (petitions.supplement_asked_at.date() > petitions.supplement_by),
        "not_answered": ~refused & ~answered & ~asked & (today > petitions.answer_by),
    }


def synchronised(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    # Where the portal said nothing, what is held since before this was noted is taken to be synchronised.
    unsaid = dossiers.at_portal.isnull()
    return dossiers.at_portal.isin(HAS_IT) | (unsaid & dossiers.synchronised.fill_null(True))


def reuses_data(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    national = dossiers.filed_national.fill_null(False)
    return national.ifelse(dossiers.files_digitised, dossiers.digitised_parts)


def _any(rows: ir.Table, *columns: str) -> ir.BooleanValue:
    return reduce(or_, (rows[column].fill_null(False) for column in columns))


OF_DOSSIERS: dict[str, Rule] = {
    "on_time": lambda dossiers, _: dossiers.in_time,
    "synchronised": synchronised,
    "finished": lambda dossiers, _: dossiers.end.notnull(),
    "online": lambda dossiers, _: dossiers.channel == Channel.ONLINE,
    "paid_online": lambda dossiers, _: dossiers.paid_online.isin((1, 2)),
    "fees_charged": lambda dossiers, _: dossiers.fees != 0,
    "not_fee_free": lambda dossiers, _: ~((dossiers.fee_lines > 0) & (dossiers.fees == 0)).fill_null(False),
    "result_file": lambda dossiers, _: dossiers.result_file,
    "result_file_where_due": lambda dossiers, _: (
        dossiers.result_file.fill_null(False) | ~dossiers.paper_result.fill_null(False)
    ),
    "digital_result_where_due": lambda dossiers, _: (
        dossiers.result_code.fill_null(False) | ~dossiers.paper_result.fill_null(False)
    ),
    "submitted_file": lambda dossiers, _: dossiers.files > 0,
    "reuses_data": reuses_data,
    "from_national_store": lambda dossiers, _: dossiers.files_from_store,
    "uses_population_data": lambda dossiers, _: _any(
        dossiers, "vneid", "files_from_store", "population_data"
    ),
    "certified_copy": lambda dossiers, count: dossiers.procedure.isin(count.procedures),
    "no_petition": lambda dossiers, _: ~dossiers.petitioned,
    "no_dislike": lambda dossiers, _: ~dossiers.disliked,
}

OF_PROCEDURES: dict[str, Rule] = {
    "fee_procedure": lambda procedures, _: procedures.fee,
    "paper_result": lambda procedures, _: procedures.paper_result,
    "citizen_procedure": lambda procedures, _: procedures.for_citizens,
    "public": lambda procedures, _: procedures.status.isin(PUBLIC),
    "parts_complete": lambda procedures, _: procedures.parts_complete,
    "offered_online": lambda procedures, _: procedures.services > 0,
}

OF_DECISIONS: dict[str, Rule] = {
    "decided_in_time": lambda decisions, _: (
        decisions.decide_by.isnull() | (decisions.decided_on <= decisions.decide_by)
    ),
    "public_or_abolished": lambda decisions, _: decisions.status.isin((*PUBLIC, ProcedureState.ABOLISHED)),
    "public_or_overdue": lambda decisions, _: decisions.published_on.notnull() | decisions.overdue,
    "made_public_in_time": lambda decisions, _: decisions.published_on <= decisions.publish_by,
}

OF_PETITIONS: dict[str, Rule] = {
    "about_policy": lambda petitions, _: petitions["class"] == "policy",
    "about_conduct": lambda petitions, _: petitions["class"] == "conduct",
    "petition_on_time": lambda petitions, _: ~reduce(or_, limits_missed(petitions).values()),
    "not_disliked": lambda petitions, _: petitions.dislikes.fill_null(0) <= petitions.likes.fill_null(0),
    "not_raised_again": lambda petitions, _: ~petitions.reraised.fill_null(False),
}

CONDITIONS = {
    word: Condition(**dict(vocabulary.CONDITIONS[word]), says=says)
    for word, says in (OF_DOSSIERS | OF_PROCEDURES | OF_DECISIONS | OF_PETITIONS).items()
}
"""Every condition by its word."""
