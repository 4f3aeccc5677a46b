"""The conditions that rule sets name: for each a small function saying when it holds.

A function is given the rows and the count that names it, and says for each row whether the condition
holds. What a row is, is said by the group it is listed in; a condition of a procedure also serves
dossiers, which carry their procedure's facts. A new condition of a rule set is one more function here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from phucvu.problems import Fault, Problem, UnusableError
from phucvu.rules.model import Count, RuleSet, Words

Rule = Callable[[ir.Table, Count], ir.BooleanValue]


@dataclass(frozen=True)
class Condition:
    """What it is asked of, the rule, and its words: of a record that meets it, and of one that does not.

    ``needs`` names the parameters of a count without which the condition says nothing.
    """

    of: str
    says: Rule
    met: Words
    lost: Words
    needs: tuple[str, ...] = ()

    def __call__(self, rows: ir.Table, count: Count) -> ir.BooleanValue:
        return self.says(rows, count).fill_null(False)


CONDITIONS: dict[str, Condition] = {}


def _of(
    kind: str, *, met: tuple[str, str], lost: tuple[str, str], needs: tuple[str, ...] = ()
) -> Callable[[Rule], Rule]:
    """Register a condition under its function's name; words are given in Vietnamese and English."""

    def register(says: Rule) -> Rule:
        said, unsaid = (Words(vi=vi, en=en) for vi, en in (met, lost))
        CONDITIONS[says.__name__] = Condition(kind, says, said, unsaid, needs)
        return says

    return register


@_of(
    "dossier",
    met=("đúng hạn", "on time"),
    lost=("quá hạn", "late"),
)
def on_time(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    """Handled by the deadline, waiting for the citizen taken off (rules 1 to 6)."""
    return dossiers.in_time


@_of(
    "dossier",
    met=("đã đồng bộ lên Cổng Dịch vụ công quốc gia", "synchronised to the national portal"),
    lost=("chưa đồng bộ lên Cổng Dịch vụ công quốc gia", "not synchronised to the national portal"),
)
def synchronised(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    """Not known from an office's own files alone; one held since before this was noted is taken to be."""
    return dossiers.synchronised.fill_null(True)


@_of(
    "dossier",
    met=("đã xong", "finished"),
    lost=("chưa xong", "not finished"),
)
def finished(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    """With an end of processing at the cut-off."""
    return dossiers.end.notnull()


@_of(
    "dossier",
    met=("nộp trực tuyến", "filed online"),
    lost=("không nộp trực tuyến", "not filed online"),
)
def online(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    """Filed online; a dossier without a channel was filed in person."""
    return dossiers.channel == 2


@_of(
    "dossier",
    met=("thanh toán trực tuyến", "paid online"),
    lost=("không thanh toán trực tuyến", "not paid online"),
)
def paid_online(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    """Paid through the national portal, or a ministry's or province's gateway."""
    return dossiers.paid_online.isin((1, 2))


@_of(
    "dossier",
    met=("có phí, lệ phí khác 0", "with fees other than 0"),
    lost=("không có phí, lệ phí khác 0", "no fees other than 0"),
)
def fees_charged(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    """With synchronised fees that are not all 0."""
    return dossiers.fees != 0


@_of(
    "dossier",
    met=("không được miễn phí", "not free of charge"),
    lost=("phí, lệ phí đều bằng 0", "fee lines all 0"),
)
def not_fee_free(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    """All but those with fee lines that are all 0."""
    return ~((dossiers.fee_lines > 0) & (dossiers.fees == 0)).fill_null(False)


@_of(
    "dossier",
    met=("có tệp kết quả", "with a result file"),
    lost=("không có tệp kết quả", "no result file"),
)
def result_file(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    """With a link to a result file."""
    return dossiers.result_file


@_of(
    "dossier",
    met=(
        "có tệp kết quả, khi thủ tục yêu cầu trả kết quả bằng văn bản, giấy tờ",
        "with a result file where a paper is due",
    ),
    lost=("không có tệp kết quả", "no result file"),
)
def result_file_where_due(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    """With a result file, or of a procedure that need not return a paper."""
    return dossiers.result_file.fill_null(False) | ~dossiers.paper_result.fill_null(False)


@_of(
    "dossier",
    met=(
        "có kết quả điện tử, khi thủ tục yêu cầu trả kết quả bằng văn bản, giấy tờ",
        "with a digital result where a paper is due",
    ),
    lost=("không có kết quả điện tử đủ mã và tệp", "no digital result with code and file"),
)
def digital_result_where_due(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    """With a result's code and link, or of a procedure that need not return a paper."""
    return dossiers.result_code.fill_null(False) | ~dossiers.paper_result.fill_null(False)


@_of(
    "dossier",
    met=("có tệp đính kèm thành phần hồ sơ", "with a submitted file"),
    lost=("không có tệp đính kèm thành phần hồ sơ", "no submitted file"),
)
def submitted_file(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    """With at least one submitted file that was not deleted."""
    return dossiers.files > 0


@_of(
    "dossier",
    met=("tái sử dụng dữ liệu số hóa", "that reuses digitised data"),
    lost=("không tái sử dụng dữ liệu số hóa", "reuses no digitised data"),
)
def reuses_data(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    """With digitised parts; of a dossier filed at the national portal, with a submitted file digitised."""
    national = dossiers.filed_national.fill_null(False)
    return national.ifelse(dossiers.files_digitised, dossiers.digitised_parts)


@_of(
    "dossier",
    met=("có giấy tờ khai thác từ Kho dữ liệu điện tử", "with a file from the national store"),
    lost=("không có giấy tờ khai thác từ Kho dữ liệu điện tử", "no file from the national store"),
)
def from_national_store(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    """With a submitted file taken from the national store."""
    return dossiers.files_from_store


@_of(
    "dossier",
    met=("khai thác Cơ sở dữ liệu quốc gia về dân cư", "that used population data"),
    lost=("không khai thác Cơ sở dữ liệu quốc gia về dân cư", "used no population data"),
)
def uses_population_data(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    """By a VNeID-verified account, a file from the national store, or the population database."""
    return (
        dossiers.vneid.fill_null(False)
        | dossiers.files_from_store.fill_null(False)
        | dossiers.population_data.fill_null(False)
    )


@_of(
    "dossier",
    met=("chứng thực bản sao điện tử", "of certified electronic copies"),
    lost=("không phải chứng thực bản sao điện tử", "not a certified electronic copy"),
    needs=("procedures",),
)
def certified_copy(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    """Of one of the procedures that the rule set names as certified electronic copies."""
    return dossiers.procedure.isin(count.procedures)


@_of(
    "dossier",
    met=("không có phản ánh, kiến nghị", "without a petition"),
    lost=("có phản ánh, kiến nghị", "a petition names it"),
)
def no_petition(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    """Named by no petition that arrived by the cut-off."""
    return ~dossiers.petitioned


@_of(
    "dossier",
    met=("không bị đánh giá không hài lòng", "without a dislike"),
    lost=("bị đánh giá không hài lòng", "rated dissatisfied"),
)
def no_dislike(dossiers: ir.Table, count: Count) -> ir.BooleanValue:
    """Without a rating of −1."""
    return ~dossiers.disliked


@_of(
    "procedure",
    met=("của thủ tục có phí", "of a fee procedure"),
    lost=("thủ tục không có phí", "not a fee procedure"),
)
def fee_procedure(procedures: ir.Table, count: Count) -> ir.BooleanValue:
    """With fees, charges or other financial obligations."""
    return procedures.fee


@_of(
    "procedure",
    met=("của thủ tục yêu cầu trả kết quả bằng văn bản, giấy tờ", "of a procedure that returns a paper"),
    lost=("thủ tục không yêu cầu trả kết quả bằng văn bản, giấy tờ", "no paper to return"),
)
def paper_result(procedures: ir.Table, count: Count) -> ir.BooleanValue:
    """That must return a paper."""
    return procedures.paper_result


@_of(
    "procedure",
    met=("của thủ tục cho công dân", "of a citizen procedure"),
    lost=("không phải thủ tục cho công dân", "not a citizen procedure"),
)
def citizen_procedure(procedures: ir.Table, count: Count) -> ir.BooleanValue:
    """Whose subjects include citizens."""
    return procedures.for_citizens


@_of(
    "owned procedure",
    met=("đang công khai", "public"),
    lost=("không công khai", "not public"),
)
def public(procedures: ir.Table, count: Count) -> ir.BooleanValue:
    """Public on the national procedure database, amended or not."""
    return procedures.status.isin(("public", "public_amended"))


@_of(
    "owned procedure",
    met=("đủ bảy bộ phận", "with all seven parts"),
    lost=("thiếu bộ phận cấu thành", "some of the seven parts are missing"),
)
def parts_complete(procedures: ir.Table, count: Count) -> ir.BooleanValue:
    """With all seven parts."""
    return procedures.parts_complete


@_of(
    "unit procedure",
    met=("có dịch vụ công trực tuyến", "offered online"),
    lost=("chưa có dịch vụ công trực tuyến", "no online service"),
)
def offered_online(procedures: ir.Table, count: Count) -> ir.BooleanValue:
    """With an online service of the unit or one below it, public, to be stopped or in testing."""
    return procedures.services > 0


@_of(
    "decision",
    met=("công bố đúng hạn", "decided in time"),
    lost=("công bố muộn", "decided late"),
    needs=(
        "ministry",
        "province",
    ),
)
def decided_in_time(decisions: ir.Table, count: Count) -> ir.BooleanValue:
    """Dated the working days before its legal basis takes effect, or with no such day known."""
    return decisions.decide_by.isnull() | (decisions.decided_on <= decisions.decide_by)


@_of(
    "decision",
    met=("của TTHC đang công khai hoặc đã bãi bỏ", "of a procedure that is public or abolished"),
    lost=("TTHC không công khai", "the procedure is hidden or not in the catalogue"),
)
def public_or_abolished(decisions: ir.Table, count: Count) -> ir.BooleanValue:
    """Of a procedure in state public, amended or not, or abolished; not of a hidden or unknown one."""
    return decisions.status.isin(("public", "public_amended", "abolished"))


@_of(
    "decision",
    met=("đã công khai hoặc đã hết hạn", "public or overdue"),
    lost=("chưa công khai, còn hạn", "not public, still in time"),
    needs=(
        "ministry",
        "province",
    ),
)
def public_or_overdue(decisions: ir.Table, count: Count) -> ir.BooleanValue:
    """Made public by the cut-off, or with the time to do so run out by then."""
    return decisions.published_on.notnull() | decisions.overdue


@_of(
    "decision",
    met=("công khai đúng hạn", "made public in time"),
    lost=("công khai muộn hoặc chưa công khai", "made public late or not at all"),
    needs=(
        "ministry",
        "province",
    ),
)
def made_public_in_time(decisions: ir.Table, count: Count) -> ir.BooleanValue:
    """Made public within the working days after the decision."""
    return decisions.published_on <= decisions.publish_by


@_of(
    "petition",
    met=("về quy định, thủ tục", "about rules"),
    lost=("không về quy định, thủ tục", "not about rules"),
)
def about_policy(petitions: ir.Table, count: Count) -> ir.BooleanValue:
    """About rules and procedures."""
    return petitions["class"] == "policy"


@_of(
    "petition",
    met=("về hành vi cán bộ", "about conduct"),
    lost=("không về hành vi cán bộ", "not about conduct"),
)
def about_conduct(petitions: ir.Table, count: Count) -> ir.BooleanValue:
    """About the conduct of staff."""
    return petitions["class"] == "conduct"


@_of(
    "petition",
    met=("đúng hạn", "on time"),
    lost=("quá hạn", "late"),
    needs=(
        "refused",
        "supplement",
        "answered",
        "published",
    ),
)
def petition_on_time(petitions: ir.Table, count: Count) -> ir.BooleanValue:
    """Refused, else answered and made public, else asked for a supplement, else open: within its limit."""
    made_public = ibis.coalesce(petitions.published_at, petitions.cut_off).date()
    return ibis.cases(
        (petitions.refused_at.notnull(), petitions.refused_at.date() <= petitions.refuse_by),
        (
            petitions.answered_at.notnull(),
            (petitions.answered_at.date() <= petitions.answer_by) & (made_public <= petitions.publish_by),
        ),
        (
            petitions.supplement_asked_at.notnull(),
            petitions.supplement_asked_at.date() <= petitions.supplement_by,
        ),
        else_=petitions.cut_off.date() <= petitions.answer_by,
    )


@_of(
    "petition",
    met=("không bị đánh giá không hài lòng", "not rated dissatisfied"),
    lost=("bị đánh giá không hài lòng", "rated dissatisfied"),
)
def not_disliked(petitions: ir.Table, count: Count) -> ir.BooleanValue:
    """Not with more dislikes than likes."""
    return petitions.dislikes.fill_null(0) <= petitions.likes.fill_null(0)


@_of(
    "petition",
    met=("không phải gửi lại", "not raised again"),
    lost=("phải gửi lại", "raised again"),
)
def not_raised_again(petitions: ir.Table, count: Count) -> ir.BooleanValue:
    """Not sent again after it was handled."""
    return ~petitions.reraised.fill_null(False)


ALLOWED = {
    "dossiers": ("dossier", "procedure"),
    "synchronised": ("dossier", "procedure"),
    "processing_time": ("dossier", "procedure"),
    "services": ("dossier", "procedure"),
    "communes": ("dossier", "procedure"),
    "procedures": ("dossier", "procedure", "owned procedure", "unit procedure"),
    "owned_procedures": ("procedure", "owned procedure"),
    "decisions": ("decision",),
    "petitions": ("petition",),
}
"""For each thing that can be counted, the conditions that can be asked of it."""

POPULATIONS = {
    "petitions": ("arrived", "open"),
    "decisions": (None,),
    "owned_procedures": (None,),
    "services": ("received", "handled", "filed"),
    "procedures": ("received", "handled", "filed"),
}
"""The populations a count may have, where not those of dossiers."""


def check(rules: RuleSet) -> None:
    """Refuse rules that cannot be counted.

    Raises UnusableError with a problem for each condition that is unknown, or cannot be asked of what
    the indicator counts, or lacks its parameters, and for each population that is missing or out of place.
    """
    problems = [p for i in rules.indicators for p in _problems(rules.name, i.id, i.count)]
    if problems:
        raise UnusableError(problems)


def _problems(rules: str, indicator: str, count: Count) -> Iterator[Fault]:
    asked_of_dossiers = False
    for name in (*count.numerator, *count.denominator):
        condition = CONDITIONS.get(name)
        if condition is None:
            known = ", ".join(sorted(n for n, c in CONDITIONS.items() if c.of in ALLOWED[count.of]))
            yield Problem(
                f"{rules}, chỉ số {indicator}: không có điều kiện {name!r}; với {count.of} có: {known}",
                f"{rules}, indicator {indicator}: no condition {name!r}; for {count.of} there are: {known}",
            )
        elif condition.of not in ALLOWED[count.of]:
            yield Problem(
                f"{rules}, chỉ số {indicator}: điều kiện {name!r} không dùng được khi đếm {count.of}",
                f"{rules}, indicator {indicator}: condition {name!r} cannot be asked of {count.of}",
            )
        else:
            asked_of_dossiers |= condition.of == "dossier"
            given = {*count.working_days, *(["procedures"] if count.procedures else [])}
            for need in sorted(set(condition.needs) - given):
                yield Problem(
                    f"{rules}, chỉ số {indicator}: điều kiện {name!r} cần tham số {need!r}",
                    f"{rules}, indicator {indicator}: condition {name!r} needs the parameter {need!r}",
                )
    allowed = POPULATIONS.get(count.of, ("received", "handled"))
    if count.of == "procedures" and not asked_of_dossiers:
        allowed = (None, *allowed)
    if count.population not in allowed:
        names = ", ".join(p for p in allowed if p)
        yield Problem(
            f"{rules}, chỉ số {indicator}: population phải là {names or 'bỏ trống'}; "
            f"gặp {count.population!r}",
            f"{rules}, indicator {indicator}: population must be {names or 'left out'}; "
            f"found {count.population!r}",
        )
