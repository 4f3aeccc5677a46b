"""The templates of documents that give tasks: the remedy order, the implementation plan."""

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
    ruled,
    signature,
    source_note,
    titled,
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


def implementation_plan() -> Any:
    document = new()
    heading(document)
    titled(
        document,
        "KẾ HOẠCH",
        "Triển khai thực hiện Bộ chỉ số phục vụ người dân, doanh nghiệp trong thực hiện thủ tục hành chính, "
        "cung cấp dịch vụ công {{ ky }}",
    )
    bases(document)
    body(document, "{{ ten_co_quan }} ban hành Kế hoạch triển khai thực hiện như sau:")
    body(document, "I. MỤC TIÊU, YÊU CẦU", bold=True, keep=True)
    body(
        document,
        "1. Mục tiêu: giao rõ trách nhiệm từng cơ quan, đơn vị, địa phương đối với từng chỉ số; nâng cao "
        "chất "
        "lượng thực hiện thủ tục hành chính (TTHC), cung cấp dịch vụ công."
        "{% if cau_hien_nay %} Kết quả {{ ky }}: {{ cau_hien_nay }}.{% endif %}"
        "{% if cau_cong_thuc %} {{ cau_cong_thuc }}{% endif %}",
    )
    body(
        document,
        "2. Yêu cầu: đánh giá trên dữ liệu theo thời gian thực; kết quả là một tiêu chí xem xét mức độ hoàn "
        "thành nhiệm vụ của cơ quan, đơn vị, địa phương và trách nhiệm của người đứng đầu.",
    )
    body(document, "II. NỘI DUNG, THỜI GIAN THỰC HIỆN", bold=True, keep=True)
    body(
        document,
        "1. Bộ chỉ số gồm {{ so_chi_so }} chỉ số theo các nhóm sau (chi tiết tại Phụ lục I):",
        keep=True,
    )
    only(document, "for n in cac_nhom")
    body(document, "{{ n.chu_cai }}) {{ n.ten }}: {{ n.cau }}{% if loop.last %}.{% else %};{% endif %}")
    only(document, "endfor")
    body(document, "2. Thời gian thực hiện: {{ ky }}; thời hạn của từng chỉ tiêu tại Phụ lục II.")
    body(document, "III. TỔ CHỨC THỰC HIỆN", bold=True, keep=True)
    body(document, "1. Các cơ quan, đơn vị, địa phương", keep=True)
    bullets(
        document,
        [
            "Thực hiện chỉ tiêu được giao tại Phụ lục II và chịu trách nhiệm về kết quả.",
            "Rà soát công chức được giao theo dõi Bộ chỉ số; đơn vị chưa có tài khoản trên Cổng Dịch vụ công "
            "quốc gia đăng ký, gửi {{ co_quan_he_thong }} đề nghị phân quyền; đặt liên kết Bản đồ thực thi "
            "thể "
            "chế trên trang thông tin điện tử.",
            "Cập nhật hồ sơ đầy đủ, đúng trạng thái, đúng thời gian giải quyết thực tế; báo cáo đúng số hồ "
            "sơ "
            "tiếp nhận trong kỳ trên Hệ thống thông tin báo cáo quốc gia.",
            "Thường xuyên tra cứu quyết định công bố của bộ, ngành; bảo đảm TTHC được công khai khớp đúng số "
            "lượng, nội dung với các quyết định công bố danh mục.",
            "Ủy ban nhân dân cấp xã: bảo đảm 100% đơn vị có hồ sơ chứng thực bản sao điện tử từ bản chính"
            "{% if cau_chung_thuc %} ({{ cau_chung_thuc }}){% endif %}.",
            "Báo cáo kết quả hằng quý trước ngày {{ ngay_bao_cao }} của tháng cuối quý, báo cáo đột xuất khi "
            "được yêu cầu.",
        ],
    )
    only(document, "if phan_cong")
    body(document, "2. Phân công cụ thể", keep=True)
    only(document, "for p in phan_cong")
    body(document, "- {{ p.co_quan }}: {{ p.chi_so }}{% if loop.last %}.{% else %};{% endif %}")
    only(document, "endfor")
    only(document, "endif")
    body(
        document,
        "{% if phan_cong %}3{% else %}2{% endif %}. {{ co_quan_cong_khai }} theo dõi, đôn đốc; định kỳ "
        "tổng hợp "
        "kết quả, báo cáo {{ ten_co_quan }}.",
    )
    body(
        document,
        "Trong quá trình thực hiện, nếu có khó khăn, vướng mắc hoặc cần sửa đổi, bổ sung, các cơ quan, đơn "
        "vị, "
        "địa phương báo cáo {{ ten_co_quan }} xem xét, giải quyết./.",
    )
    signature(document)
    appendix(document, "Phụ lục I", "CÁC CHỈ SỐ THEO NHÓM", "Kế hoạch")
    ruled(
        document,
        ("Số", "Chỉ số", "Điểm tối đa", "Tỷ lệ {{ ky }}"),
        (12.0, 100.0, 22.0, 26.0),
        [
            *(("for n in phu_luc_1", ""), ("", "*{{ n.so }}|{{ n.ten }}|{{ n.diem_toi_da }}|")),
            *(
                ("for p in n.thanh_phan", ""),
                ("", "{{ p.so }}|{{ p.ten }}|{{ p.diem_toi_da }}|{{ p.ty_le }}"),
            ),
            *(("endfor", ""), ("endfor", "")),
        ],
        size=11,
    )
    source_note(document, "Tỷ lệ: {{ nguon_tu_thong_ke }}. Dấu “—”: không chấm điểm hoặc chưa có số liệu.")
    appendix(document, "Phụ lục II", "PHÂN CÔNG THỰC HIỆN CÁC CHỈ TIÊU", "Kế hoạch", landscape=True)
    only(document, "if phu_luc_2")
    ruled(
        document,
        ("TT", "Chỉ số, nhóm chỉ số", "Cơ quan chịu trách nhiệm", "Chỉ tiêu", "Thời hạn", "Văn bản giao"),
        (12.0, 85.0, 55.0, 33.0, 25.0, 37.0),
        [
            ("for c in phu_luc_2", ""),
            (
                "",
                "{{ c.stt }}|{% if c.chi_so != '—' %}{{ c.chi_so }} {% endif %}{{ c.ten }}|{{ c.co_quan }}|"
                "{{ c.chi_tieu }}|{{ c.han }}|{{ c.van_ban }}",
            ),
            ("endfor", ""),
        ],
        texts=(1, 2, 5),
    )
    only(document, "else")
    body(document, "Chưa có chỉ tiêu được giao trong hệ thống.")
    only(document, "endif")
    return document
