"""A letter as HTML: its words and tables, and nothing that a browser would obey."""

from __future__ import annotations

import io

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH

from phucvu.letters.letter_html import as_html


def html(document):
    out = io.BytesIO()
    document.save(out)
    return as_html(out.getvalue())


def test_words_emphasis_and_sides():
    document = docx.Document()
    paragraph = document.add_paragraph("Một ")
    paragraph.add_run("hai").bold = True
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph("")
    document.add_paragraph("<script>x</script> & “y”")
    assert html(document) == (
        '<p class="middle">Một <strong>hai</strong></p><p>&lt;script&gt;x&lt;/script&gt; &amp; “y”</p>'
    )


def test_a_ruled_table_has_headings_beside_each_value_another_sets_texts_side_by_side():
    document = docx.Document()
    table = document.add_table(3, 2, style="Table Grid")
    for place, text in enumerate(("Tên <b>", 'Số "1"', "a", "1")):
        table.cell(place // 2, place % 2).text = text
    table.cell(2, 0).merge(table.cell(2, 1)).text = "cả hai"
    beside = document.add_table(1, 2)
    beside.cell(0, 0).text, beside.cell(0, 1).text = "trái", "phải"
    assert html(document) == (
        '<table class="below many"><thead><tr><th scope="col">Tên &lt;b&gt;</th>'
        '<th scope="col">Số &quot;1&quot;</th></tr></thead><tbody>'
        '<tr><td data-label="Tên &lt;b&gt;">a</td><td data-label="Số &quot;1&quot;">1</td></tr>'
        '<tr><td colspan="2">cả hai</td></tr></tbody></table>'
        '<div class="abreast"><div><p>trái</p></div><div><p>phải</p></div></div>'
    )
