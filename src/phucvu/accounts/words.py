"""The actions that the audit log knows, by the code that stands in it."""

from __future__ import annotations

from typing import Any

from phucvu.inbox.words import both
from phucvu.rules.model import Words

ACTIONS = {
    "sign-in": Words(vi="đăng nhập", en="sign-in"),
    "sign-out": Words(vi="đăng xuất", en="sign-out"),
    "sign-in failed": Words(vi="đăng nhập không được", en="sign-in failed"),
    "sign-in refused": Words(vi="đăng nhập bị từ chối", en="sign-in refused"),
    "second step failed": Words(vi="sai mã bước hai", en="second step failed"),
    "confirmed": Words(vi="xác nhận lại là mình", en="confirmed who they are"),
    "session ended": Words(vi="kết thúc phiên", en="session ended"),
    "password changed": Words(vi="đổi mật khẩu", en="password changed"),
    "password set by link": Words(vi="đặt mật khẩu bằng liên kết", en="password set by link"),
    "two-step sign-in set up": Words(vi="thiết lập đăng nhập hai bước", en="two-step sign-in set up"),
    "two-step sign-in removed": Words(vi="bỏ đăng nhập hai bước", en="two-step sign-in removed"),
    "recovery codes made anew": Words(vi="tạo lại mã dự phòng", en="recovery codes made anew"),
    "OpenID Connect joined": Words(vi="nối với OpenID Connect", en="OpenID Connect joined"),
    "account made": Words(vi="lập tài khoản", en="account made"),
    "accounts imported": Words(vi="lập tài khoản từ tệp", en="accounts imported"),
    "account changed": Words(vi="đổi tài khoản", en="account changed"),
    "account closed": Words(vi="đóng tài khoản", en="account closed"),
    "account reopened": Words(vi="mở lại tài khoản", en="account reopened"),
    "password link made": Words(vi="tạo liên kết đặt mật khẩu", en="password link made"),
    "two-step sign-in forgotten": Words(vi="xóa đăng nhập hai bước", en="two-step sign-in forgotten"),
    "sender made": Words(vi="lập tài khoản gửi", en="sender made"),
    "sender opened": Words(vi="mở tài khoản gửi", en="sender opened"),
    "sender closed": Words(vi="đóng tài khoản gửi", en="sender closed"),
    "notices chosen": Words(vi="chọn nhận thông báo", en="notices chosen"),
    "Zalo joined": Words(vi="nối với bot Zalo", en="Zalo bot joined"),
    "refused": Words(vi="bị từ chối", en="refused"),
    "minutes of deeds set": Words(vi="đặt số phút cho mỗi việc", en="minutes of deeds set"),
    "list exported": Words(vi="xuất danh sách", en="list exported"),
    "list saved": Words(vi="lưu danh sách", en="list saved"),
    "saved list renamed": Words(vi="đổi tên danh sách đã lưu", en="saved list renamed"),
    "saved list deleted": Words(vi="xóa danh sách đã lưu", en="saved list deleted"),
    "sender sign-in failed": Words(vi="tài khoản gửi đăng nhập không được", en="sender sign-in failed"),
    "personal data shown": Words(vi="xem dữ liệu cá nhân", en="personal data shown"),
    "task cancelled": Words(vi="hủy việc chạy lâu", en="long task cancelled"),
    "name mended": Words(vi="sửa tên gọi", en="name mended"),
    "sent to the portal again": Words(vi="gửi lại lên Cổng", en="sent to the portal again"),
    "version chosen": Words(vi="tính theo phiên bản được chọn", en="version chosen"),
    "file imported": Words(vi="nhập tệp", en="file imported"),
    "row dismissed": Words(vi="bỏ qua một dòng", en="row dismissed"),
    "row brought back": Words(vi="đưa trở lại một dòng đã bỏ qua", en="row brought back"),
    "edition frozen": Words(vi="chốt kết quả một kỳ", en="period frozen"),
    "edition published": Words(vi="công bố kết quả một kỳ", en="edition published"),
    "chart remark added": Words(vi="thêm ghi chú trên biểu đồ", en="chart remark added"),
    "chart remark withdrawn": Words(vi="bỏ ghi chú trên biểu đồ", en="chart remark withdrawn"),
    "edition refused": Words(vi="không duyệt kết quả đã chốt", en="edition refused"),
    "set aside replayed": Words(vi="nhận lại dữ liệu chờ xử lý", en="set aside replayed"),
    "letter made": Words(vi="lập văn bản", en="letter made"),
    "letter template kept": Words(vi="giữ mẫu văn bản của cơ quan", en="template of a letter kept"),
    "target assigned": Words(vi="giao chỉ tiêu", en="target assigned"),
    "target withdrawn": Words(vi="thu hồi chỉ tiêu", en="target withdrawn"),
    "explanation asked": Words(vi="yêu cầu giải trình", en="explanation asked"),
    "explanation given": Words(vi="giải trình", en="explanation given"),
    "apology recorded": Words(vi="ghi nhận văn bản xin lỗi", en="letter of apology recorded"),
    "report set": Words(vi="quy định báo cáo định kỳ", en="recurring report set"),
    "report sent": Words(vi="ghi nhận đã gửi báo cáo", en="report recorded as sent"),
    "difficulty registered": Words(vi="ghi nhận khó khăn, vướng mắc", en="difficulty registered"),
    "difficulty answered": Words(vi="trả lời khó khăn, vướng mắc", en="difficulty answered"),
    "difficulty passed on": Words(
        vi="báo cáo khó khăn, vướng mắc lên trên", en="difficulty reported further up"
    ),
    "campaign started": Words(vi="mở chiến dịch", en="campaign started"),
    "campaign stopped": Words(vi="kết thúc chiến dịch", en="campaign stopped"),
    "handlers shown": Words(vi="xem hồ sơ quá hạn theo người xử lý", en="lateness by handler shown"),
}


def actions() -> list[tuple[str, Any]]:
    """As the admin site shows them."""
    return [(code, both(words.vi, words.en)) for code, words in ACTIONS.items()]
