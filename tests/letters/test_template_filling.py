"""Templates from outside: what is wrong is named in one fault, and what is hostile is refused in time."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest

from phucvu.letters import template_filling
from phucvu.letters.template_filling import LARGEST_FILE, check_file, fill, fill_apart, read_template, shipped
from phucvu.problems import UnusableError
from tools import letter_templates

CONTEXT = {"ten": "Sở Thử", "hang": [{"tong": "1", "chi_so": {"2.1": "90%"}}]}


def template(*paragraphs):
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def read(content):
    return "\n".join(p.text for p in docx.Document(io.BytesIO(content)).paragraphs)


def refused(how, content, context=None):
    with pytest.raises(UnusableError) as error:
        how(content, context or CONTEXT, "mau.docx")
    [fault] = error.value.faults
    assert fault.file == "mau.docx"
    assert str(fault)
    return fault


@pytest.mark.parametrize("how", [fill, fill_apart])
def test_fields_are_filled_and_marks_stay_text(how):
    content = template("{{ ten }}", "{%p for h in hang %}", '{{ h.chi_so["2.1"] }}', "{%p endfor %}")
    assert read(how(content, CONTEXT | {"ten": "<w:t> & {{ x }}"}, "")) == "<w:t> & {{ x }}\n90%"


@pytest.mark.parametrize(
    ("text", "name", "near"),
    [
        ("{{ tenn }}", "tenn", "ten"),
        ("{% if False %}{{ hangg }}{% endif %}", "hangg", "hang"),
        ("{% for h in hang %}{{ h.tongg }}{% endfor %}", "tongg", "tong"),
        ("{% for h in hang %}{% if h.tog == '1' %}a{% endif %}{% endfor %}", "tog", "tong"),
    ],
)
def test_an_unknown_field_is_named_with_the_nearest(text, name, near):
    fault = refused(fill, template(text))
    assert fault.code == "template_field_unknown"
    assert (fault.parameters["name"], fault.parameters["near"]) == (name, near)


def test_a_process_of_its_own_tells_the_same_fault():
    for text in ("{{ tenn }}", "{{ ten", "{{ ten.__class__ }}"):
        assert refused(fill_apart, template(text)) == refused(fill, template(text))


@pytest.mark.parametrize(
    "text",
    [
        "{{ ten",
        "{% for %}",
        "{% endif %}",
        "{{ ten | no_such }}",
        "{{ 1 / 0 }}",
        "{% include 'x' %}",
        "{{ ten() }}",
        "{%p for h in hang %}",
    ],
)
def test_any_other_error_is_one_fault(text):
    assert refused(fill, template(text)).code == "template_wrong"


@pytest.mark.parametrize(
    "text",
    [
        "{{ ten.__class__ }}",
        "{{ ten.__class__.__mro__[1].__subclasses__() }}",
        "{{ ''['__class__'] }}",
        "{{ hang.append }}{{ hang.append(1) }}",
        "{{ self.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os }}",
        "{{ '{0.__class__}'.format(ten) }}",
    ],
)
def test_nothing_of_python_is_reached(text):
    assert refused(fill, template(text)).code in (
        "template_not_allowed",
        "template_wrong",
        "template_field_unknown",
    )


def test_loops_without_end_and_giant_texts_are_ended(monkeypatch):
    monkeypatch.setattr(template_filling, "MOST_SECONDS", 1)
    loops = "".join(f"{{% for c{n} in '{'a' * 200}' %}}" for n in range(6)) + "x" + "{% endfor %}" * 6
    for text in (loops, "{{ 'a' * 10000000000 }}", "{{ (9 ** 9) ** 99999999 }}"):
        assert refused(fill_apart, template(text)).code in ("template_too_costly", "template_wrong")


def test_too_many_expressions_are_refused():
    fault = refused(fill, template("{{ ten }}" * template_filling.MOST_NODES))
    assert fault.code == "template_not_allowed"


def test_what_is_no_word_file_is_refused():
    for content in (b"", b"PK\x03\x04", b"text", shipped("office-notice")[:-2000]):
        assert refused(fill, content).code == "template_not_word"
    assert refused(fill, zipped({"a.xml": b"<a/>"})).code == "template_not_word"
    entity = b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    for content in (entity, entity.decode().encode("utf-16")):
        assert refused(fill, zipped({"word/document.xml": content})).code == "template_not_word"


def test_what_is_too_large_is_refused_before_it_is_read(tmp_path):
    bomb = zipped({"word/document.xml": b" " * (100 << 20)})
    assert len(bomb) < LARGEST_FILE
    assert refused(fill, bomb).code == "template_too_large"
    assert refused(fill, zipped({f"{n}.xml": b"" for n in range(600)})).code == "template_too_large"
    large = tmp_path / "lon.docx"
    large.write_bytes(b"x" * (LARGEST_FILE + 1))
    with pytest.raises(UnusableError, match="5 MB"):
        read_template(large)
    with pytest.raises(UnusableError, match="5 MB"):
        check_file(large.read_bytes())


def zipped(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("name", sorted(letter_templates.MADE))
def test_the_templates_that_ship_are_those_that_the_tool_makes(name):
    assert letter_templates.content(letter_templates.MADE[name]()) == shipped(name)


LINKED = (
    '<Relationships><Relationship Id="a" Type="http://x/{}" Target="http://127.0.0.1/a" '
    'TargetMode="{}"/></Relationships>'
)


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("word/vbaProject.bin", b"", "word/vbaProject.bin"),
        ("word/embeddings/a.xlsx", b"", "word/embeddings/a.xlsx"),
        (
            "[Content_Types].xml",
            b"<a b='x/y.macroEnabled.main+xml'/>",
            "macroEnabled",
        ),
        ("word/_rels/settings.xml.rels", LINKED.format("attachedTemplate", "External"), "http://127.0.0.1/a"),
        ("word/_rels/a.xml.rels", LINKED.format("image", "Externa&#108;"), "http://127.0.0.1/a"),
        ("word/a.xml", b"<w:instrText>INCLU</w:instrText><w:instrText>DEPICTURE x</w:instrText>", "INCLUDE"),
        ("word/a.xml", b"<w:fldSimple w:instr=' &#68;DEAUTO c:'/>", "DDE"),
        ("word/a.xml", b"<w:altChunk r:id='a'/>", "<w:altChunk"),
    ],
)
def test_what_runs_or_is_fetched_from_elsewhere_is_refused(name, content, what):
    fault = refused(fill_apart, zipped({"word/document.xml": b"<a/>", name: content}))
    assert (fault.code, fault.parameters["what"]) == ("template_reaches_outside", what)


def test_links_to_click_on_and_page_numbers_stay():
    link = LINKED.format("hyperlink", "External")
    pages = b"<w:instrText>HYPERLINK x</w:instrText><w:instrText> PAGE </w:instrText>"
    check_file(zipped({"word/document.xml": pages, "word/_rels/document.xml.rels": link}))
