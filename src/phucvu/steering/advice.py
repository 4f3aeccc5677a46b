"""What to do about each lost point, and who can: the unit now, the unit from now on, or others.

Points come back only where a finished dossier can still be completed truthfully: a result that was returned
but not attached, a paper that was not digitised. What was not done when the dossier was handled stays so:
there only the next dossiers can be done well. What others must do stands apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from duckdb import ColumnExpression, Expression

from phucvu.engine.listing import YES, verdict_of
from phucvu.engine.verdict import any_of
from phucvu.figures.periods import Period
from phucvu.rules.model import Indicator, Words

CENT = Decimal("0.01")

Who = Literal["own", "ahead", "province", "system"]
"""Who can do it: the unit, for what is lost; the unit, from now on; its province or ministry; who runs
the systems."""


@dataclass(frozen=True)
class Advice:
    who: Who
    words: Words


ATTACH = Advice(
    "own",
    Words(
        vi="đính kèm kết quả giải quyết điện tử vào hồ sơ đã xử lý xong rồi đồng bộ lại",
        en="attach the digital result to the finished dossiers and synchronise them again",
    ),
)
PUT_RIGHT = Advice(
    "ahead",
    Words(
        vi="khắc phục nội dung người dân phản ánh, đánh giá không hài lòng",
        en="put right what citizens complained of",
    ),
)

ADVICE: dict[str, Advice] = {
    "result_file": ATTACH,
    "result_file_where_due": ATTACH,
    "digital_result_where_due": Advice(
        "own",
        Words(
            vi="cấp kết quả điện tử cho hồ sơ trực tuyến đã xử lý xong rồi đồng bộ lại",
            en="issue the digital result of the finished online dossiers and synchronise them again",
        ),
    ),
    "submitted_file": Advice(
        "own",
        Words(
            vi="số hóa thành phần hồ sơ đã xử lý xong rồi đồng bộ lại",
            en="digitise the papers of the finished dossiers and synchronise them again",
        ),
    ),
    "synchronised": Advice(
        "own",
        Words(
            vi="đồng bộ hồ sơ lên Cổng Dịch vụ công quốc gia",
            en="synchronise the dossiers to the national portal",
        ),
    ),
    "fees_charged": Advice(
        "own",
        Words(
            vi="rà soát phí, lệ phí đã thu của hồ sơ, cập nhật đúng thực tế rồi đồng bộ lại",
            en="check the fees that were charged, record them as they are, and synchronise again",
        ),
    ),
    "on_time": Advice(
        "ahead",
        Words(
            vi="giải quyết đúng hạn các hồ sơ sắp đến hạn; hồ sơ đã quá hạn vẫn là quá hạn",
            en="finish in time what is due soon; what was late stays late",
        ),
    ),
    "online": Advice(
        "ahead", Words(vi="hướng dẫn người dân nộp trực tuyến", en="help citizens to file online")
    ),
    "paid_online": Advice(
        "ahead",
        Words(
            vi="hướng dẫn người dân thanh toán trực tuyến khi nộp phí, lệ phí",
            en="help citizens to pay their fees online",
        ),
    ),
    "reuses_data": Advice(
        "ahead",
        Words(
            vi="khi tiếp nhận, tái sử dụng dữ liệu đã số hóa thay vì yêu cầu nộp lại",
            en="on receipt, reuse what is digitised already instead of asking for it again",
        ),
    ),
    "from_national_store": Advice(
        "ahead",
        Words(
            vi="khai thác giấy tờ từ Kho dữ liệu điện tử, cập nhật đúng thực tế rồi đồng bộ lại",
            en="take papers from the national data store, record it as it is, and synchronise again",
        ),
    ),
    "certified_copy": Advice(
        "ahead",
        Words(
            vi="cung cấp dịch vụ chứng thực bản sao điện tử từ bản chính khi người dân có nhu cầu",
            en="offer certified electronic copies to those who need them",
        ),
    ),
    "petition_on_time": Advice(
        "ahead",
        Words(
            vi="từ chối, trả lời và công khai phản ánh, kiến nghị trong thời hạn",
            en="refuse, answer and publish petitions in time",
        ),
    ),
    "not_disliked": Advice(
        "ahead",
        Words(
            vi="trả lời phản ánh, kiến nghị đúng nội dung người dân nêu",
            en="answer what the petitions ask about",
        ),
    ),
    "not_raised_again": Advice(
        "ahead",
        Words(
            vi="giải quyết dứt điểm phản ánh, kiến nghị để người dân không phải gửi lại",
            en="settle petitions, so that nobody needs to raise them again",
        ),
    ),
    "no_petition": PUT_RIGHT,
    "no_dislike": PUT_RIGHT,
    "decided_in_time": Advice(
        "province",
        Words(
            vi="ban hành quyết định công bố thủ tục hành chính đúng hạn",
            en="issue publication decisions in time",
        ),
    ),
    "made_public_in_time": Advice(
        "province",
        Words(
            vi="công khai quyết định công bố trên Cơ sở dữ liệu quốc gia về thủ tục hành chính đúng hạn",
            en="make publication decisions public on the national procedure database in time",
        ),
    ),
    "parts_complete": Advice(
        "province",
        Words(
            vi="bổ sung đủ các bộ phận tạo thành thủ tục hành chính khi công khai",
            en="complete the seven parts of the procedures made public",
        ),
    ),
    "offered_online": Advice(
        "province",
        Words(
            vi="cung cấp dịch vụ công trực tuyến cho thủ tục đủ điều kiện",
            en="offer online the procedures that can be",
        ),
    ),
    "uses_population_data": Advice(
        "system",
        Words(
            vi="kết nối Cơ sở dữ liệu quốc gia về dân cư để khai thác khi giải quyết hồ sơ",
            en="connect the national population database, so that dossiers are handled with it",
        ),
    ),
}
"""By condition of a numerator."""

SYNCHRONISE = Advice(
    "system",
    Words(
        vi="đồng bộ đủ hồ sơ đã tiếp nhận lên Cổng Dịch vụ công quốc gia",
        en="synchronise every dossier received to the national portal",
    ),
)

FINISHABLE = ("parts_complete", "offered_online")
"""What a province can still put right of what it owns; a decision that came late stays late."""


def advice(indicator: Indicator, at_root: bool) -> Advice | None:
    """What to do about an indicator, and who: ``at_root`` for a province or ministry itself.

    None where nothing is known.
    """
    if indicator.count.of == "synchronised":
        return SYNCHRONISE
    known = [c for c in indicator.count.numerator if c in ADVICE]
    if not known:
        return None
    # What can be completed comes first: 3.3 asks to file online, and for the result of what was.
    first = next((c for c in known if ADVICE[c].who == "own"), known[0])
    found = ADVICE[first]
    if found.who == "province" and at_root:
        return Advice("own" if first in FINISHABLE else "ahead", found.words)
    if indicator.scope == "province" and not at_root and found.who != "system":
        return Advice("province", found.words)
    return found


def completable(indicator: Indicator, period: Period) -> Expression:
    """Of an indicator that counts dossiers, the finished ones that lack only what can still be added."""
    verdict = verdict_of(indicator, period)
    added = {c for c in verdict.lacks if c in ADVICE and ADVICE[c].who == "own"}
    settled = any_of((verdict.lacks[c] for c in verdict.lacks if c not in added), YES)
    lacking = any_of((verdict.lacks[c] for c in added), YES)
    return verdict.looked_at & ColumnExpression("ended").isnotnull() & lacking & ~settled


def gain(indicator: Indicator, row: dict[str, Any], number: int) -> Decimal:
    """Points that so many more in the numerator give at most; never more than are lost."""
    numerator, denominator = row["numerator"], row["denominator"]
    if not denominator or indicator.target is None:
        return Decimal(0)
    # The rate holds what the share is multiplied by, as in 3.3.
    times = row["rate"] * denominator / numerator if numerator and row["rate"] is not None else 1.0
    share = min(1.0, (numerator + number) / denominator * times / float(indicator.target))
    score = Decimal(str(share)) * indicator.max_points
    more: Decimal = (score - row["score"]).quantize(CENT, ROUND_HALF_UP)
    lost: Decimal = row["lost"]
    return max(Decimal(0), min(more, lost))
