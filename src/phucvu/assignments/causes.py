"""Causes of lateness that an explanation chooses from; the text beside says the rest."""

from __future__ import annotations

from phucvu.rules.model import Words

CAUSES = {
    "workload": Words(vi="khối lượng hồ sơ lớn, thiếu nhân lực", en="too many dossiers, too few people"),
    "coordination": Words(vi="cơ quan phối hợp chậm có ý kiến", en="another body was late with its opinion"),
    "papers": Words(vi="giấy tờ phải bổ sung, làm rõ", en="papers had to be supplemented or explained"),
    "field": Words(vi="phải kiểm tra, xác minh thực tế", en="facts had to be checked on site"),
    "fees": Words(vi="chờ thực hiện nghĩa vụ tài chính", en="a financial obligation was awaited"),
    "system": Words(vi="hệ thống thông tin lỗi, gián đoạn", en="the information system failed"),
    "closing": Words(
        vi="đã giải quyết xong nhưng cập nhật, kết thúc trên hệ thống chậm",
        en="settled in time, but closed late in the system",
    ),
    "rules": Words(vi="quy định còn vướng mắc, chưa rõ", en="the rules are unclear"),
    "own": Words(vi="chủ quan của công chức, bộ phận xử lý", en="negligence of the officer or section"),
    "other": Words(vi="nguyên nhân khác", en="another cause"),
}
"""By code, in the order in which they are offered."""
