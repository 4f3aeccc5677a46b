"""Where each province's tile stands on the map: (row, column), north at the top."""

from __future__ import annotations

COLUMNS = 6

TILES = {
    "H35": (1, 1),  # Lai Châu
    "H38": (1, 2),  # Lào Cai
    "H60": (1, 3),  # Tuyên Quang
    "H14": (1, 4),  # Cao Bằng
    "H18": (2, 1),  # Điện Biên
    "H52": (2, 2),  # Sơn La
    "H44": (2, 3),  # Phú Thọ
    "H55": (2, 4),  # Thái Nguyên
    "H37": (2, 5),  # Lạng Sơn
    "H26": (3, 3),  # Hà Nội
    "H05": (3, 4),  # Bắc Ninh
    "H49": (3, 5),  # Quảng Ninh
    "H42": (4, 3),  # Ninh Bình
    "H31": (4, 4),  # Hưng Yên
    "H24": (4, 5),  # Hải Phòng
    "H56": (5, 2),  # Thanh Hóa
    "H41": (6, 2),  # Nghệ An
    "H27": (6, 3),  # Hà Tĩnh
    "H50": (7, 3),  # Quảng Trị
    "H57": (7, 4),  # Huế
    "H17": (8, 5),  # Đà Nẵng
    "H48": (9, 5),  # Quảng Ngãi
    "H21": (10, 5),  # Gia Lai
    "H15": (11, 5),  # Đắk Lắk
    "H53": (12, 3),  # Tây Ninh
    "H19": (12, 4),  # Đồng Nai
    "H36": (12, 5),  # Lâm Đồng
    "H32": (12, 6),  # Khánh Hòa
    "H01": (13, 2),  # An Giang
    "H20": (13, 3),  # Đồng Tháp
    "H29": (13, 4),  # Hồ Chí Minh
    "H13": (14, 2),  # Cần Thơ
    "H61": (14, 3),  # Vĩnh Long
    "H12": (15, 2),  # Cà Mau
}

ISLANDS = {
    "H17": (8, 6),  # quần đảo Hoàng Sa, thuộc Đà Nẵng
    "H32": (14, 6),  # quần đảo Trường Sa, thuộc Khánh Hòa
}
"""The archipelagos, each by the province it belongs to."""
