"""What to mend first: for each lost point whether it can be had back, and what to do for it.

Only what can be sent again or put in order afterwards gives points back. A dossier that was late stays
late; what helps there is to keep the others in time.
"""

from __future__ import annotations

from phucvu.rules.model import Indicator, Words

BACK: dict[str, Words] = {
    "result_file": Words(
        vi="gửi lại hồ sơ kèm liên kết tệp kết quả", en="send the dossiers again with a link to the result"
    ),
    "result_file_where_due": Words(
        vi="gửi lại hồ sơ kèm tệp nộp và tệp kết quả",
        en="send the dossiers again with the submitted files and the result",
    ),
    "digital_result_where_due": Words(
        vi="gửi lại hồ sơ kèm mã và liên kết kết quả điện tử",
        en="send the dossiers again with the code and link of the digital result",
    ),
    "submitted_file": Words(
        vi="số hóa hồ sơ rồi gửi lại kèm tệp", en="digitise and send the dossiers again with their files"
    ),
    "reuses_data": Words(
        vi="gửi lại hồ sơ, ghi đúng tệp nào dùng lại dữ liệu số hóa",
        en="send the dossiers again, marking the files that reuse digitised data",
    ),
    "from_national_store": Words(
        vi="lấy giấy tờ từ kho quốc gia, ghi DuocLayTuKhoDMQG rồi gửi lại",
        en="take the papers from the national store, mark DuocLayTuKhoDMQG, and send again",
    ),
    "uses_population_data": Words(
        vi="nối cơ sở dữ liệu dân cư, ghi DSKetNoiCSDL rồi gửi lại",
        en="connect the population database, say so in DSKetNoiCSDL, and send again",
    ),
    "fees_charged": Words(
        vi="gửi đủ các dòng phí của hồ sơ có thu phí", en="send the fee lines of dossiers that were charged"
    ),
    "parts_complete": Words(
        vi="bổ sung đủ bảy bộ phận của thủ tục", en="complete the seven parts of the procedures"
    ),
    "offered_online": Words(vi="mở dịch vụ công trực tuyến", en="offer the procedures online"),
}
"""By condition, what gives the points back."""

KEEP: dict[str, Words] = {
    "on_time": Words(
        vi="không lấy lại được; giữ đúng hạn các hồ sơ sắp đến hạn",
        en="cannot be had back; keep those due soon in time",
    ),
    "online": Words(
        vi="không lấy lại được; hướng dẫn nộp trực tuyến từ hồ sơ tới",
        en="cannot be had back; have the next ones filed online",
    ),
    "paid_online": Words(
        vi="không lấy lại được; hướng dẫn thanh toán trực tuyến từ hồ sơ tới",
        en="cannot be had back; have the next ones paid online",
    ),
}
"""By condition of dossiers, where nothing gives the points back."""

FIRST: dict[str, Words] = {
    "online": Words(
        vi="hướng dẫn nộp trực tuyến ở các dịch vụ chưa có hồ sơ nào: mỗi nơi một hồ sơ là đủ",
        en="have the services that nobody used filed online: one dossier each is enough",
    ),
    "paid_online": Words(
        vi="hướng dẫn thanh toán trực tuyến ở các thủ tục chưa có lần nào: mỗi nơi một lần là đủ",
        en="have fees paid online at procedures where nobody did: once each is enough",
    ),
}
"""By condition of dossiers, where procedures or services are counted that have at least one."""


def advice(indicator: Indicator) -> tuple[bool, Words] | None:
    """Whether putting data in order gives lost points back, and what to do; None where nothing is known."""
    of_dossiers = indicator.count.of in ("dossiers", "synchronised")
    afterwards = KEEP if of_dossiers else FIRST
    for condition in indicator.count.numerator:
        if condition in afterwards:
            return False, afterwards[condition]
        if condition in BACK:
            return True, BACK[condition]
    return None
