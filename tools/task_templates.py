"""The templates of documents that give tasks: the remedy order."""

from __future__ import annotations

from typing import Any

from tools.letter_layout import (
    addressees,
    appendix,
    bases,
    body,
    bullets,
    heading,
    new,
    only,
    signature,
    source_note,
    units_table,
)


def remedy_order() -> Any:
    document = new()
    heading(
        document,
        subject="chỉ đạo khắc phục các chỉ số còn thấp của Bộ chỉ số phục vụ người dân, doanh "
        "nghiệp {{ ky }}",
    )
    addressees(document)
    bases(document)
    body(
        document,
        "Kết quả {{ ky }}: {{ cau_tong_diem }}, {{ nguon }}."
        "{% if cau_cong_thuc %} {{ cau_cong_thuc }}{% endif %} "
        "Theo {{ nguon_tu_thong_ke }}: {{ cau_bi_tru }}",
    )
    body(
        document,
        "Để khắc phục các chỉ số còn thấp của Bộ chỉ số chỉ đạo, điều hành và đánh giá chất lượng phục vụ "
        "người dân, doanh nghiệp trong thực hiện thủ tục hành chính (TTHC), dịch vụ công, Chủ tịch "
        "{{ ten_co_quan }} yêu cầu:",
        keep=True,
    )
    only(document, "for n in cac_nhom")
    body(document, "{{ n.so }}. Nhóm chỉ số {{ n.ten }}", bold=True, before=4, keep=True)
    body(document, "{{ n.cau }}{% if n.nguon %}, {{ n.nguon }}{% endif %}. {{ n.cau_khac_phuc }}")
    only(document, "for v in n.viec")
    body(document, "{{ v.chu_cai }}) {{ v.ai }}:", keep=True)
    only(document, "for d in v.cac_viec")
    body(
        document,
        "- Chỉ số {{ d.chi_so }}: {{ d.viec }}, đối với {{ d.so_luong }} "
        "{{ d.doi_tuong }}, tăng tối đa {{ d.diem }} điểm, {{ d.han }}."
        "{% if d.cau_don_vi %} {{ d.cau_don_vi }}{% endif %}",
    )
    only(document, "endfor")
    only(document, "endfor")
    only(document, "if n.co_tien_do and co_qua_han")
    body(
        document,
        "{{ cau_qua_han }} Người đứng đầu cơ quan, đơn vị, địa phương có hồ sơ quá hạn giải trình bằng văn "
        "bản, xin lỗi tổ chức, cá nhân, hẹn lại ngày trả kết quả; hằng tháng rà soát công chức để chậm trễ, "
        "làm căn cứ đánh giá mức độ hoàn thành nhiệm vụ.",
    )
    only(document, "endif")
    only(document, "for c in n.dot_cao_diem")
    body(document, "{{ c }}")
    only(document, "endfor")
    only(document, "for c in n.chi_tieu")
    body(document, "{{ c }}")
    only(document, "endfor")
    only(document, "if n.cau_ho_so_moi")
    body(document, "{{ n.cau_ho_so_moi }}")
    only(document, "endif")
    only(document, "endfor")
    body(document, "{{ cac_nhom | length + 1 }}. Nhiệm vụ chung", bold=True, before=4, keep=True)
    bullets(
        document,
        [
            "Rà soát, cấu hình 100% TTHC thuộc phạm vi quản lý trên Hệ thống thông tin giải quyết TTHC của "
            "tỉnh; bảo đảm mỗi TTHC có quy trình nội bộ, quy trình điện tử đúng quy định.",
            "Rà soát tài khoản, quyền truy cập của cán bộ, công chức; chỉ sử dụng tài khoản định danh điện "
            "tử (VNeID) trong giải quyết TTHC trên môi trường điện tử.",
            "Hoàn thành các việc tại Công văn này với số lượng tại Phụ lục; báo cáo khó khăn, vướng mắc về "
            "{{ co_quan_cong_khai }} để tổng hợp, báo cáo Chủ tịch {{ ten_co_quan }}.",
        ],
    )
    body(document, "Yêu cầu các cơ quan, đơn vị, địa phương nghiêm túc thực hiện./.")
    signature(document)
    appendix(
        document,
        "Phụ lục",
        "SỐ LƯỢNG CẦN KHẮC PHỤC CỦA TỪNG ĐƠN VỊ {{ ky | upper }}",
        "Công văn",
        landscape=True,
    )
    only(document, "if phu_luc")
    units_table(document, "phu_luc", ("{{ hang.diem }}",), ("Tăng tối đa (điểm)",), (20.0,), 28.0, 11)
    source_note(
        document,
        "Mỗi ô ghi chỉ số và số lượng cần khắc phục; việc cần làm, thời hạn theo từng chỉ số tại Công văn. "
        "Điểm là mức tăng tối đa của tỉnh. TTHC chung của nhiều đơn vị được ghi ở từng đơn vị. Nguồn: "
        "{{ nguon_tu_thong_ke }}.",
    )
    only(document, "else")
    body(document, "Không có việc mà cơ quan, đơn vị, địa phương có thể tự khắc phục trong kỳ.")
    only(document, "endif")
    return document
