"""What the conditions of rule sets mean over records: a small function for each word of the vocabulary.

A function gets the rows and the count that names it, and says for each row whether the condition holds. Its
name is the word, whose meaning stands in ``phucvu/rules/vocabulary.yaml``. A condition of a procedure also
serves dossiers, which carry their procedure's facts.
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
    """A condition of the vocabulary with its function."""

    says: Rule

    def __call__(self, rows: ir.Table, count: Count) -> ir.BooleanValue:
        return self.says(rows, count).fill_null(False)


CONDITIONS: dict[str, Condition] = {}


def _condition(says: Rule) -> Rule:
    """Register a function under its name, which is a word of the vocabulary."""
    word = vocabulary.CONDITIONS[says.__name__]
    CONDITIONS[says.__name__] = Condition(**dict(word), says=says)
    return says


@_condition
def on_time(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    return dossiers.in_time


@_condition
def synchronised(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    # Where the portal said nothing, what is held since before this was noted is taken to be synchronised.
    unsaid = dossiers.at_portal.isnull()
    return dossiers.at_portal.isin(HAS_IT) | (unsaid & dossiers.synchronised.fill_null(True))


@_condition
def finished(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    return dossiers.end.notnull()


@_condition
def online(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    return dossiers.channel == Channel.ONLINE


@_condition
def paid_online(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    return dossiers.paid_online.isin((1, 2))


@_condition
def fees_charged(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    return dossiers.fees != 0


@_condition
def not_fee_free(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    return ~((dossiers.fee_lines > 0) & (dossiers.fees == 0)).fill_null(False)


@_condition
def result_file(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    return dossiers.result_file


@_condition
def result_file_where_due(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    return dossiers.result_file.fill_null(False) | ~dossiers.paper_result.fill_null(False)


@_condition
def digital_result_where_due(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    return dossiers.result_code.fill_null(False) | ~dossiers.paper_result.fill_null(False)


@_condition
def submitted_file(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    return dossiers.files > 0


@_condition
def reuses_data(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    national = dossiers.filed_national.fill_null(False)
    return national.ifelse(dossiers.files_digitised, dossiers.digitised_parts)


@_condition
def from_national_store(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    return dossiers.files_from_store


@_condition
def uses_population_data(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    return (
        dossiers.vneid.fill_null(False)
        | dossiers.files_from_store.fill_null(False)
        | dossiers.population_data.fill_null(False)
    )


@_condition
def certified_copy(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    return dossiers.procedure.isin(count.procedures)


@_condition
def no_petition(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    return ~dossiers.petitioned


@_condition
def no_dislike(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    return ~dossiers.disliked


@_condition
def fee_procedure(procedures: ir.Table, count: Count) -> ir.BooleanValue:
    return procedures.fee


@_condition
def paper_result(procedures: ir.Table, count: Count) -> ir.BooleanValue:
    return procedures.paper_result


@_condition
def citizen_procedure(procedures: ir.Table, count: Count) -> ir.BooleanValue:
    return procedures.for_citizens


@_condition
def public(procedures: ir.Table, count: Count) -> ir.BooleanValue:
    return procedures.status.isin(PUBLIC)


@_condition
def parts_complete(procedures: ir.Table, count: Count) -> ir.BooleanValue:
    return procedures.parts_complete


@_condition
def offered_online(procedures: ir.Table, count: Count) -> ir.BooleanValue:
    return procedures.services > 0


@_condition
def decided_in_time(decisions: ir.Table, count: Count) -> ir.BooleanValue:
    return decisions.decide_by.isnull() | (decisions.decided_on <= decisions.decide_by)


@_condition
def public_or_abolished(decisions: ir.Table, count: Count) -> ir.BooleanValue:
    return decisions.status.isin((*PUBLIC, ProcedureState.ABOLISHED))


@_condition
def public_or_overdue(decisions: ir.Table, count: Count) -> ir.BooleanValue:
    return decisions.published_on.notnull() | decisions.overdue


@_condition
def made_public_in_time(decisions: ir.Table, count: Count) -> ir.BooleanValue:
    return decisions.published_on <= decisions.publish_by


@_condition
def about_policy(petitions: ir.Table, count: Count) -> ir.BooleanValue:
    return petitions["class"] == "policy"


@_condition
def about_conduct(petitions: ir.Table, count: Count) -> ir.BooleanValue:
    return petitions["class"] == "conduct"


@_condition
def petition_on_time(petitions: ir.Table, count: Count) -> ir.BooleanValue:
    return ~reduce(or_, limits_missed(petitions).values())


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


@_condition
def not_disliked(petitions: ir.Table, count: Count) -> ir.BooleanValue:
    return petitions.dislikes.fill_null(0) <= petitions.likes.fill_null(0)


@_condition
def not_raised_again(petitions: ir.Table, count: Count) -> ir.BooleanValue:
    return ~petitions.reraised.fill_null(False)
