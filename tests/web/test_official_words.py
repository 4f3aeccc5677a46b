"""Every Vietnamese text says things in the official words of the field, and spells out its abbreviations."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client

import phucvu
from phucvu.figures.periods import Period
from phucvu.web.abbreviations import abbreviations, first_use, marked

from .showing import over_time, procedures

SOURCE = Path(phucvu.__file__).parent
VIETNAMESE = re.compile("[àảãạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩịòỏõọôồổỗốộơờởỡớợùủũụưừửữứựỳỷỹýỵ]", re.I)

REFUSED = {
    r"[Bb]ị mất|[Mm]ất hồ sơ|[Mm]ất điểm|[Đđ]iểm mất": "bị trừ điểm",
    r"^mất$": "chưa đạt",
    r"Sửa dữ liệu|[Ll]ấy lại": "Bổ sung, đồng bộ lại dữ liệu có thể tăng tối đa … điểm",
    r"DuocLayTuKhoDMQG|mỗi nơi một hồ sơ": "khai thác giấy tờ từ Kho dữ liệu điện tử, cập nhật đúng thực tế",
    r"[Nn]ơi làm việc": "Trang nghiệp vụ",
    r"[Ss]ửa gì trước": "Ưu tiên khắc phục",
    r"\b[Đđ]ể riêng": "Dữ liệu chờ xử lý",
    r"[Đđ]áng ngờ|[Ll]ỗi dữ liệu": "Dữ liệu cần rà soát",
    r"công dân rút": "công dân yêu cầu rút hồ sơ",
    r"[Yy]êu cầu bổ sung(?! giấy tờ| thông tin)": "yêu cầu bổ sung giấy tờ",
    # «Trực tiếp, dịch vụ bưu chính» is the heading of a column of form II.06a/VPCP/KSTT.
    r"(?<!Trực tiếp, dịch vụ )[Bb]ưu chính(?! công ích)": "bưu chính công ích",
    r"\b[Kk]ênh\b": "Hình thức nộp",
    r"\b[Hh]ạn trả\b": "Ngày hẹn trả",
    r"^Kết thúc$": "Ngày kết thúc xử lý",
    r"[Dd]òng phí|toàn số 0": "thông tin phí, lệ phí; phí, lệ phí khác 0",
    r"phải trả giấy tờ": "TTHC yêu cầu trả kết quả bằng văn bản, giấy tờ",
    r"[Tt]ệp nộp": "tệp đính kèm thành phần hồ sơ",
    r"(?<!kết )nối (cơ sở )?dữ liệu dân cư": "kết nối Cơ sở dữ liệu quốc gia về dân cư",
    r"các đơn vị dưới": "các đơn vị trực thuộc",
    r"([Đđ]ược|luôn|:) đủ điểm": "Đạt điểm tối đa",
    r"^Thôi\b|\b[Gg]õ\b|[Tt]rang đầu": "Hủy; Nhập; Trang chủ",
    r"không mang dữ liệu": "Hồ sơ này không có …",
    r"^Chỉ số phục vụ người dân": "Bộ chỉ số phục vụ người dân, doanh nghiệp",
    r"đang chấm": "theo cách chấm điểm hiện hành của Cổng Dịch vụ công quốc gia",
    r"người làm công văn": "công chức soạn công văn công bố kết quả hằng tháng",
    r"[Tt]hủ trưởng sở": "thủ trưởng sở, ban, ngành; Chủ tịch UBND cấp xã",
    r"màn hình lệnh|không cần script": "cửa sổ dòng lệnh; không cần JavaScript",
    r"mà không ai biết": "mọi sửa đổi đều bị phát hiện",
    r"tháng 0[3-9]/\d{4}": "tháng 7/2026",
    r"[«»]": "“…”",
}
"""What words.md puts under «not», and what it puts under «but»."""

OTHERS_WORDS = {
    "intake/mot-cua.yaml": "headings and words of offices' own files, which are read as they are written",
    "intake/words.py": "headings and values of offices' own tables, which are read as they are written",
    "simulation/wire_writer.py": "the portal's own names of the statuses, in made messages",
}
"""Files whose Vietnamese is quoted from elsewhere."""

NAMES = {"DuocLayTuKhoDMQG", "TaiLieuNop.DuocLayTuKhoDMQG", "([«“])([^«»“”]*)([»”])"}
"""Texts that are no words: fields of the wire format, and the pattern of what is quoted."""


def texts() -> Iterator[tuple[str, str]]:
    """Every text of the package that people may read, with the file and line where it stands."""
    for path in sorted(SOURCE.rglob("*")):
        name = path.relative_to(SOURCE).as_posix()
        if name in OTHERS_WORDS:
            continue
        match path.suffix:
            case ".py":
                found = _of_python(path.read_text(encoding="utf-8"))
            case ".html" | ".yaml" | ".txt":
                found = _of_lines(path.read_text(encoding="utf-8"))
            case _:
                continue
        yield from ((f"{name}:{line}", text) for line, text in found if text not in NAMES)


def _of_python(source: str) -> Iterator[tuple[int, str]]:
    """The texts of a module; of those that only document it, what a command says of itself."""
    tree = ast.parse(source)
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for_readers = " | " in node.value and VIETNAMESE.search(node.value)
            if id(node) not in alone or for_readers:
                yield node.lineno, node.value


def _of_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a template or a YAML file, and each text in quotation marks of its own."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.lstrip().startswith("#"):
            yield number, re.sub(r"^\s*vi: ", "", line)
            yield from ((number, said) for said in re.findall(r"""(?<=translate ["'])[^"']+""", line))


def refused(text: str) -> list[str]:
    return [f"{text!r}: write {but}" for word, but in REFUSED.items() if re.search(word, text)]


def test_no_text_has_a_word_that_is_not_the_official_one() -> None:
    found = [f"{place}: {fault}" for place, text in texts() for fault in refused(text)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text",
    [
        *("3 hồ sơ bị mất", "Nơi làm việc", "Dòng để riêng", "Gõ tên", "yêu cầu bổ sung", "Kết thúc"),
        *("qua bưu chính", "Kênh", "tháng 07/2026", "«Gia Lai»", "Được đủ điểm", "Chỉ số phục vụ người dân"),
    ],
)
def test_the_words_that_are_not_official_are_seen(text: str) -> None:
    assert refused(text)


@pytest.mark.parametrize(
    "text",
    [
        *("yêu cầu bổ sung giấy tờ", "bưu chính công ích", "Ngày kết thúc xử lý", "tháng 7/2026"),
        *("“Gia Lai”", "TTHC kết nối dữ liệu dân cư", "Bộ chỉ số phục vụ người dân, doanh nghiệp"),
    ],
)
def test_the_official_words_are_let_through(text: str) -> None:
    assert not refused(text)


def test_a_month_is_written_as_offices_write_it() -> None:
    written = [Period.parse(f"2026-{month:02}").title("vi") for month in (1, 2, 3, 7, 10)]
    assert written == ["tháng 01/2026", "tháng 02/2026", "tháng 3/2026", "tháng 7/2026", "tháng 10/2026"]


PAGES = ["/", "/units/H21", "/units/H21.227", "/indicators", "/indicators/1.1", "/indicators/5.1a"]
PAGES += ["/procedures", "/procedures/1.000001", "/compare?units=H21,H26", "/search?q=ha", "/rules"]
PAGES += ["/rules/portal-2026", "/rules/qd766-2022", "/glossary", "/about", "/nope", "/api/docs"]
PAGES += ["/embed/units/H21", "/embed/ranking/H21", "/embed/indicators/1.1"]


def test_abbreviations_are_spelled_out_at_their_first_use(client: Client, show: Callable[..., None]) -> None:
    show(*over_time("2026-08", "2026-09"), table=procedures())
    seen: set[str] = set()
    for page in PAGES:
        text = _read(client.get(page).content.decode())
        for short, words in abbreviations("vi").items():
            use = re.search(rf"\b{short}\b", text)
            if use:
                seen.add(short)
                assert text[: use.start()].casefold().endswith(f"{words.casefold()} ("), (page, short)
    assert {"TTHC", "PAKN", "DVCTT", "DVCQG"} <= seen


def _read(html: str) -> str:
    """What a reader sees of a page below its head, an abbreviation that is marked behind its words."""
    text = re.sub(r"<(option|pre|code|svg)\b.*?</\1>", "", html.partition("<main")[2], flags=re.S)
    text = re.sub(r'<(\w+)[^>]*class="hidden"[^>]*>.*?</\1>', "", text, flags=re.S)
    text = re.sub(r'<abbr title="([^"]+)">([^<]+)</abbr>', r"\1 (\2)", text)
    return re.sub(r"<[^>]+>", "", text)


def test_an_abbreviation_is_marked_only_where_it_is_read() -> None:
    html = '<title>TTHC</title><a title="TTHC">TTHC <b>TTHC</b></a>'
    abbreviation = '<abbr title="thủ tục hành chính">TTHC</abbr>'
    assert marked(html, "vi") == f'<title>TTHC</title><a title="TTHC">{abbreviation} <b>TTHC</b></a>'
    assert first_use('<option>TTHC</option><i class="hidden">TTHC</i>', "TTHC") is None
    assert first_use("<q>Mã TTHC sai, MaTTHC</q>", "TTHC") is None
