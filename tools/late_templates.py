"""The templates of letters about late dossiers: the request for explanation, the apology (form 04)."""

from __future__ import annotations

from typing import Any

from docx.enum.text import WD_BREAK

from tools.letter_layout import (
    addressees,
    appendix,
    body,
    bullets,
    heading,
    new,
    only,
    ruled,
    say,
    signature,
    source_note,
    titled,
)


def request_for_explanation() -> Any:
    document = new()
    heading(document, subject="đề nghị giải trình hồ sơ quá hạn {{ ky }}")
    addressees(document)
    body(
        document,
        "Qua theo dõi tình hình giải quyết thủ tục hành chính (TTHC) {{ ky }} ({{ nguon_tu_thong_ke }}): "
        "{{ cau_yeu_cau }} (danh sách kèm theo).",
    )
    body(document, "{{ ten_co_quan }} đề nghị giải trình bằng văn bản các nội dung sau:", keep=True)
    bullets(
        document,
        [
            "Nguyên nhân quá hạn{% if not mot_ho_so %} của từng hồ sơ{% endif %}; trách nhiệm của tập thể, "
            "cá "
            "nhân có liên quan.",
            "Giải pháp khắc phục, thời hạn hoàn thành.",
            "Việc xin lỗi tổ chức, cá nhân, hẹn lại ngày trả kết quả: số, ngày của văn bản xin lỗi.",
        ],
    )
    body(
        document,
        "Văn bản giải trình gửi {{ ten_co_quan }} trước ngày {{ han_giai_trinh }} để tổng hợp, báo cáo./.",
    )
    signature(document)
    appendix(document, "DANH SÁCH", "HỒ SƠ QUÁ HẠN {{ ky | upper }}", "Công văn", landscape=True)
    names = ("stt", "ma", "thu_tuc", "don_vi", "tiep_nhan", "hen_tra", "ket_thuc", "so_ngay")
    ruled(
        document,
        (
            *("TT", "Mã hồ sơ", "Thủ tục hành chính", "Đơn vị giải quyết", "Ngày tiếp nhận"),
            *("Ngày phải trả", "Ngày kết thúc", "Quá hạn (ngày)"),
        ),
        (12.0, 48.0, 60.0, 42.0, 22.0, 22.0, 24.0, 17.0),
        [("for h in ho_so", ""), ("", "|".join(f"{{{{ h.{n} }}}}" for n in names)), ("endfor", "")],
        texts=(1, 2, 3),
        size=11,
    )
    source_note(
        document,
        "Nguồn: {{ nguon_tu_thong_ke }}; ngày phải trả đã cộng thời gian chờ bổ sung giấy tờ."
        "{% if cau_danh_sach %} {{ cau_danh_sach }}{% endif %}",
    )
    return document


def apology() -> Any:
    document = new()
    document.sections[0].header.paragraphs[0].clear()  # each page is a letter of its own
    only(document, "for t in thu")
    heading(document)
    titled(document, "THƯ XIN LỖI", "Về việc hẹn lại ngày trả kết quả giải quyết thủ tục hành chính")
    say(document, "Kính gửi: {{ t.nguoi_nop }}", before=6, after=10)
    body(
        document,
        "Ngày {{ t.tiep_nhan }}, {{ t.don_vi }} tiếp nhận hồ sơ thực hiện thủ tục hành chính “{{ t.thu_tuc "
        "}}” "
        "của Ông/Bà/Tổ chức; mã hồ sơ: {{ t.ma }}; thời gian hẹn trả kết quả: {{ t.hen_tra }}.",
    )
    body(
        document,
        "{% if t.da_xong %}Đến ngày {{ t.ket_thuc }} hồ sơ mới được giải quyết xong, chậm so với thời gian "
        "đã "
        "hẹn.{% else %}Đến nay hồ sơ chưa được giải quyết xong theo thời gian đã hẹn.{% endif %} Lý do: "
        "{{ t.ly_do }}.",
    )
    body(
        document,
        "Việc chậm trễ này đã gây phiền hà, làm mất thời gian, công sức của Ông/Bà/Tổ chức. {{ ten_co_quan "
        "}} "
        "xin lỗi Ông/Bà/Tổ chức{% if not t.da_xong %} và sẽ trả kết quả vào ngày {{ t.hen_lai }}{% endif %}.",
    )
    body(document, "Mong nhận được sự thông cảm của Ông/Bà/Tổ chức./.")
    signature(document)
    only(document, "if not loop.last")
    say(document, "", size=2).add_run().add_break(WD_BREAK.PAGE)
    only(document, "endif")
    only(document, "endfor")
    return document
