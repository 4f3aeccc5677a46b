"""The templates of letters that tell results: the monthly letter and the two notices."""

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


def monthly_publication() -> Any:
    document = new()
    heading(document, subject="công khai kết quả Bộ chỉ số phục vụ người dân, doanh nghiệp {{ ky }}")
    addressees(document)
    bases(document)
    body(
        document,
        "{{ ten_co_quan }} công khai kết quả thực hiện Bộ chỉ số chỉ đạo, điều hành và đánh giá chất lượng "
        "phục "
        "vụ người dân, doanh nghiệp trong thực hiện thủ tục hành chính (TTHC), dịch vụ công {{ ky }} như "
        "sau:",
    )
    body(
        document,
        "1. Kết quả chung: {{ cau_tong_diem }}, {{ tong_diem.nguon }}."
        "{% if cau_cong_thuc %} {{ cau_cong_thuc }}{% endif %}",
    )
    body(
        document,
        "2. Điểm của tỉnh theo từng chỉ số thành phần tại Phụ lục I; kết quả của các cơ quan, đơn vị, địa "
        "phương "
        "tại Phụ lục II; quyết định công bố và TTHC được công khai trong kỳ tại Danh mục kèm theo.",
    )
    body(
        document,
        "3. Để tiếp tục nâng cao kết quả trong {{ ky_sau }}, {{ ten_co_quan }} đề nghị các cơ quan, đơn "
        "vị, địa phương:",
        keep=True,
    )
    bullets(
        document,
        [
            "Rà soát, cập nhật đầy đủ, chính xác số liệu hồ sơ; bảo đảm số liệu trên Hệ thống thông tin "
            "giải quyết "
            "TTHC của tỉnh khớp với số liệu báo cáo trên Hệ thống thông tin báo cáo quốc gia.",
            "Kịp thời báo cáo khó khăn, vướng mắc trong đồng bộ dữ liệu lên Cổng Dịch vụ công quốc gia về "
            "{{ ten_co_quan }} để tổng hợp, xử lý.",
            "Rà soát, xác định các TTHC có yêu cầu nghĩa vụ tài chính; phối hợp tích hợp thanh toán trực "
            "tuyến đối "
            "với 100% TTHC này.",
            "Theo dõi kết quả chi tiết của cơ quan, đơn vị mình, khắc phục các chỉ số có tỷ lệ thấp.",
        ],
    )
    body(document, "Trân trọng./.")
    signature(document)
    appendix(document, "Phụ lục I", "KẾT QUẢ BỘ CHỈ SỐ CỦA {{ tinh | upper }} {{ ky | upper }}", "Công văn")
    group = "*{{ n.so }}|{{ n.ten }}|{{ n.diem_toi_da }}|{{ n.diem_cong }}|||{{ n.diem }}"
    part = "|".join(
        f"{{{{ p.{name} }}}}"
        for name in ("so", "ten", "diem_toi_da", "diem_cong", "so_lieu", "ty_le", "diem")
    )
    ruled(
        document,
        ("Số", "Chỉ số", "Điểm tối đa", "Điểm trên Cổng", "Số liệu tự thống kê", "Tỷ lệ", "Điểm tự chấm"),
        (9.0, 72.0, 13.0, 14.0, 24.0, 15.0, 13.0),
        [
            *(("for n in phu_luc_1", ""), ("", group)),
            *(("for p in n.thanh_phan", ""), ("", part), ("endfor", ""), ("endfor", "")),
        ],
        size=10,
    )
    source_note(
        document,
        "Điểm trên Cổng: do Cổng Dịch vụ công quốc gia công khai. Số liệu, tỷ lệ và điểm tự chấm: "
        "{{ nguon_tu_thong_ke }}. "
        "Dấu “—”: chưa có số liệu.",
    )
    appendix(
        document,
        "Phụ lục II",
        "KẾT QUẢ CỦA CÁC CƠ QUAN, ĐƠN VỊ, ĐỊA PHƯƠNG {{ ky | upper }}",
        "Công văn",
        landscape=True,
    )
    only(document, "for khoi in phu_luc_2")
    body(document, "{{ khoi.ten }}", bold=True, first=0, before=6, keep=True)
    units_table(document, "khoi.don_vi")
    body(document, "{{ khoi.cau }}", first=0, before=4)
    only(document, "endfor")
    source_note(document, "Nguồn: {{ nguon_tu_thong_ke }}. Xếp hạng trong các đơn vị cùng loại của tỉnh.")
    appendix(
        document,
        "DANH MỤC",
        "QUYẾT ĐỊNH CÔNG BỐ VÀ THỦ TỤC HÀNH CHÍNH ĐƯỢC CÔNG KHAI {{ ky | upper }}",
        "Công văn",
    )
    only(document, "if quyet_dinh")
    names = ("stt", "so }} ngày {{ q.ngay", "trich_yeu", "cua_bo", "so_thu_tuc", "cong_khai")
    row = "|".join(f"{{{{ q.{name} }}}}" for name in names)
    ruled(
        document,
        ("TT", "Quyết định công bố", "Trích yếu", "Quyết định của bộ, ngành", "Số TTHC", "Ngày công khai"),
        (10.0, 35.0, 45.0, 33.0, 14.0, 23.0),
        [("for q in quyet_dinh", ""), ("", row), ("endfor", "")],
        texts=(1, 2, 3),
    )
    only(document, "else")
    body(document, "Trong {{ ky }} không có quyết định công bố, TTHC được công khai.")
    only(document, "endif")
    return document


def department_notice() -> Any:
    document = new()
    heading(document)
    titled(
        document,
        "THÔNG BÁO",
        "Kết quả Bộ chỉ số phục vụ người dân, doanh nghiệp trong thực hiện thủ tục hành chính {{ ky }}",
    )
    bases(document)
    body(
        document,
        "{{ ten_co_quan }} thông báo kết quả thực hiện Bộ chỉ số phục vụ người dân, doanh nghiệp trong "
        "thực hiện thủ "
        "tục hành chính (TTHC), cung cấp dịch vụ công {{ ky }} ({{ nguon }}) như sau:",
    )
    only(document, "for c in chi_so")
    body(
        document,
        "- {{ c.ten }}: {{ c.gia_tri }}{% if c.cau_hang %}, {{ c.cau_hang }}{% endif %}"
        "{% if c.thay_doi_hang %} ({{ c.thay_doi_hang }}){% endif %}"
        "{% if loop.last %}.{% else %};{% endif %}",
    )
    only(document, "endfor")
    only(document, "if cau_tong_diem")
    body(document, "{{ cau_tong_diem }}.")
    only(document, "endif")
    body(
        document,
        "Để giữ vững các chỉ số đã đạt và khắc phục các chỉ số còn thấp trong {{ ky_sau }} và các kỳ tiếp "
        "theo, đề "
        "nghị Trưởng các phòng, đơn vị thực hiện:",
        keep=True,
    )
    bullets(
        document,
        [
            "Hướng dẫn người dân, doanh nghiệp nộp hồ sơ và thanh toán phí, lệ phí trực tuyến; cập nhật hồ "
            "sơ đúng "
            "trạng thái, đúng thời gian giải quyết thực tế trên Hệ thống thông tin giải quyết TTHC của tỉnh.",
            "Thường xuyên tra cứu quyết định công bố TTHC của bộ, ngành để tham mưu công bố danh mục TTHC "
            "chậm nhất "
            "{{ so_ngay_cong_bo }} ngày làm việc kể từ ngày quyết định có trên Cơ sở dữ liệu quốc gia về "
            "TTHC; trường "
            "hợp bộ, ngành chưa cập nhật thì tính từ ngày văn bản đến theo số văn bản đến.",
            "Công khai đầy đủ, kịp thời TTHC thuộc phạm vi quản lý; gỡ bỏ TTHC đã hết hiệu lực.",
        ],
    )
    body(document, "{{ ten_co_quan }} thông báo để các phòng, đơn vị biết, thực hiện./.")
    signature(document)
    return document


def office_notice() -> Any:
    document = new()
    heading(document)
    titled(
        document,
        "THÔNG BÁO",
        "Kết quả Bộ chỉ số phục vụ người dân, doanh nghiệp trong thực hiện thủ tục hành chính {{ ky }}",
    )
    bases(document)
    body(document, "{{ ten_co_quan }} thông báo kết quả {{ ky }} như sau:")
    body(document, "I. KẾT QUẢ BỘ CHỈ SỐ", bold=True, keep=True)
    body(
        document,
        "1. Kết quả chung: {{ cau_tong_diem }}, {{ tong_diem.nguon }}."
        "{% if cau_cong_thuc %} {{ cau_cong_thuc }}{% endif %}",
    )
    body(document, "2. Kết quả theo nhóm chỉ số ({{ nguon_nhom }}):", keep=True)
    only(document, "for n in cac_nhom")
    body(document, "- Nhóm chỉ số {{ n.cau }}{% if loop.last %}.{% else %};{% endif %}")
    only(document, "endfor")
    body(
        document,
        "3. Kết quả của các sở, ban, ngành tại Phụ lục I; của Ủy ban nhân dân cấp xã tại Phụ lục II kèm "
        "theo.",
    )
    body(document, "II. GIẢI QUYẾT HỒ SƠ VÀ CÔNG BỐ, CÔNG KHAI THỦ TỤC HÀNH CHÍNH", bold=True, keep=True)
    body(document, "1. Giải quyết hồ sơ: {{ cau_qua_han }} Chi tiết tại Phụ lục III kèm theo.")
    only(document, "if co_qua_han")
    body(
        document,
        "Các cơ quan, đơn vị có hồ sơ quá hạn rà soát, giải trình bằng văn bản, nêu rõ nguyên nhân và giải "
        "pháp khắc "
        "phục, gửi {{ ten_co_quan }} trước ngày {{ han_giai_trinh }} để tổng hợp, báo cáo.",
    )
    only(document, "endif")
    body(document, "2. Công bố, công khai thủ tục hành chính (TTHC) quá hạn:", keep=True)
    only(document, "if quyet_dinh_cham")
    ruled(
        document,
        ("Stt", "Quyết định công bố của bộ, ngành", "Đơn vị tham mưu trình", "Ghi chú"),
        (12.0, 58.0, 40.0, 50.0),
        [
            ("for q in quyet_dinh_cham", ""),
            ("", "{{ q.stt }}|{{ q.quyet_dinh }}|{{ q.don_vi }}|{{ q.ghi_chu }}"),
            ("endfor", ""),
        ],
        texts=(1, 2, 3),
    )
    only(document, "else")
    body(document, "Trong kỳ không có quyết định công bố, công khai quá hạn.")
    only(document, "endif")
    body(document, "III. ĐỀ NGHỊ", bold=True, before=8, keep=True)
    bullets(
        document,
        [
            "Các cơ quan, đơn vị, địa phương phân tích kết quả của mình, chỉ đạo khắc phục các chỉ số còn "
            "thấp; kiểm "
            "tra tiến độ thực hiện các chỉ tiêu được giao.",
            "Chủ động tham mưu công bố danh mục TTHC trong {{ so_ngay_cong_bo }} ngày làm việc sau khi có "
            "quyết định "
            "công bố của bộ, ngành, không để quá hạn.",
        ],
    )
    body(document, "{{ ten_co_quan }} thông báo để các cơ quan, đơn vị, địa phương biết, thực hiện./.")
    signature(document)
    title = "KẾT QUẢ BỘ CHỈ SỐ CỦA {} {{{{ ky | upper }}}}"
    for number, units, rows in (
        ("Phụ lục I", "CÁC SỞ, BAN, NGÀNH", "phu_luc_1"),
        ("Phụ lục II", "ỦY BAN NHÂN DÂN CẤP XÃ", "phu_luc_2"),
    ):
        appendix(document, number, title.format(units), "Thông báo", landscape=True)
        units_table(document, rows)
        source_note(document, "Nguồn: {{ nguon_tu_thong_ke }}.")
    appendix(document, "Phụ lục III", "GIẢI QUYẾT HỒ SƠ THEO ĐƠN VỊ {{ ky | upper }}", "Thông báo")
    ruled(
        document,
        ("TT", "Cơ quan, đơn vị", "Tổng số hồ sơ", "Đúng hạn, trước hạn", "Quá hạn", "Tỷ lệ đúng hạn"),
        (12.0, 64.0, 22.0, 22.0, 20.0, 20.0),
        [
            ("for h in phu_luc_3", ""),
            ("", "{{ h.stt }}|{{ h.ten }}|{{ h.tong_so }}|{{ h.dung_han }}|{{ h.qua_han }}|{{ h.ty_le }}"),
            ("endfor", ""),
        ],
    )
    source_note(document, "Nguồn: {{ nguon_tu_thong_ke }}; số lượng tính theo chỉ số 2.1.")
    return document


def quarterly_report() -> Any:
    document = new()
    heading(document)
    titled(
        document,
        "BÁO CÁO",
        "Kết quả thực hiện Bộ chỉ số phục vụ người dân, doanh nghiệp {{ ky }}",
    )
    addressees(document)
    bases(document)
    body(document, "{{ ten_co_quan }} báo cáo kết quả {{ ky }} như sau:")
    body(document, "I. KẾT QUẢ BỘ CHỈ SỐ", bold=True, keep=True)
    body(
        document,
        "1. Kết quả do Cổng Dịch vụ công quốc gia công khai: {{ cau_cong }}."
        "{% if cau_cong_thuc %} {{ cau_cong_thuc }}{% endif %}",
    )
    body(document, "2. Kết quả tự thống kê: {{ cau_tu_thong_ke }}.")
    body(document, "3. Kết quả theo nhóm chỉ số:", keep=True)
    row = "|".join(
        f"{{{{ n.{name} }}}}"
        for name in ("stt", "ten", "diem_toi_da", "diem_cong", "thay_doi_cong", "diem_tu", "thay_doi_tu")
    )
    ruled(
        document,
        ("TT", "Nhóm chỉ số", "Điểm tối đa", "Điểm trên Cổng", "Thay đổi", "Điểm tự chấm", "Thay đổi"),
        (10.0, 55.0, 17.0, 20.0, 19.0, 20.0, 19.0),
        [("for n in cac_nhom", ""), ("", row), ("endfor", "")],
    )
    source_note(
        document,
        "Điểm trên Cổng: do Cổng Dịch vụ công quốc gia công khai. Điểm tự chấm: {{ nguon_tu_thong_ke }}. "
        "Thay đổi là so với kỳ liền trước. Dấu “—”: chưa có số liệu.",
    )
    body(document, "II. GIẢI QUYẾT HỒ SƠ THỦ TỤC HÀNH CHÍNH", bold=True, before=6, keep=True)
    body(document, "{{ cau_tiep_nhan }} {{ cau_giai_quyet }} Nguồn: {{ nguon_tu_thong_ke }}.")
    only(document, "if co_qua_han and cau_nguyen_nhan")
    body(document, "{{ cau_nguyen_nhan }}")
    only(document, "endif")
    body(document, "III. CHỈ TIÊU, NHIỆM VỤ ĐƯỢC GIAO", bold=True, keep=True)
    body(document, "{{ cau_chi_tieu }}")
    only(document, "if chi_tieu")
    ruled(
        document,
        ("Chỉ tiêu", "Được giao", "Kết quả kỳ báo cáo", "Thời hạn", "Tình trạng", "Nội dung bị trừ điểm"),
        (42.0, 24.0, 20.0, 23.0, 21.0, 30.0),
        [
            ("for c in chi_tieu", ""),
            (
                "",
                "{{ c.ten }}{% if c.van_ban != '—' %} ({{ c.van_ban }}){% endif %}|{{ c.giao }}|"
                "{{ c.ket_qua }}|{{ c.han }}|{{ c.trang_thai }}|{{ c.ly_do }}",
            ),
            ("endfor", ""),
        ],
        texts=(0, 5),
    )
    only(document, "endif")
    body(document, "IV. KHÓ KHĂN, VƯỚNG MẮC", bold=True, before=6, keep=True)
    only(document, "for k in kho_khan")
    body(document, "- {{ k.noi_dung }}: {{ k.cu_the }}")
    only(document, "endfor")
    only(document, "if not kho_khan")
    body(document, "Không có khó khăn, vướng mắc phải báo cáo.")
    only(document, "endif")
    body(document, "V. ĐỀ XUẤT, KIẾN NGHỊ", bold=True, keep=True)
    only(document, "for k in kien_nghi")
    body(document, "- {{ k }}")
    only(document, "endfor")
    only(document, "if not kien_nghi")
    body(document, "Không có đề xuất, kiến nghị.")
    only(document, "endif")
    body(document, "{{ ten_co_quan }} báo cáo để tổng hợp, chỉ đạo./.")
    signature(document)
    return document
