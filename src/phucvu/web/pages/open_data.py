"""Open data: each edition's tables to take away, and what their fields mean."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.urls import reverse

from phucvu import configuration
from phucvu.editions import data_dictionary, published
from phucvu.editions.catalogue import things
from phucvu.editions.data_package import MEDIA
from phucvu.editions.licences import LICENCES
from phucvu.editions.models import Edition
from phucvu.editions.open_data import Package, package
from phucvu.editions.turtle import as_json, as_turtle
from phucvu.figures.periods import Period
from phucvu.problems import NotFoundError
from phucvu.web import results
from phucvu.web.language import _, language
from phucvu.web.page import Page, asked_board, respond
from phucvu.web.pages.editions import edition_of
from phucvu.web.preview import Preview

KINDS = {
    **{form: f"{media}; charset=utf-8" if form == "csv" else media for form, media in MEDIA.items()},
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}
TURTLE, JSON_LD = "text/turtle; charset=utf-8", "application/ld+json"

SAVED = ("csv", "parquet", "zip")
"""Files that a browser saves; the others it shows."""


def show(request: Any, form: str | None = None) -> Any:
    board = asked_board(request)
    found = published.every() if results.source().publishes else []
    tables = data_dictionary.tables(board.rules)
    dictionary = [
        {
            "table": table.name,
            "field": field.name,
            "type": field.type,
            "measured_in": field.unit.vi if field.unit else None,
            "name": field.title.vi,
            "name_en": field.title.en,
            "meaning": field.meaning.vi,
            "meaning_en": field.meaning.en,
        }
        for table in tables
        for field in table.fields
    ]
    given = configuration.current().data_licence
    lang = language()
    context: dict[str, Any] = {
        "editions": [(one, Period.parse(one.period)) for one in found],
        "tables": tables,
        "types": {kind: words[lang] for kind, words in data_dictionary.TYPES.items()},
        "licence": LICENCES[given],
        "result": None,  # the page is of no period
    }
    data = {
        "licence": given,
        "editions": [
            {
                "number": one.number,
                "period": one.period,
                "zip": request.build_absolute_uri(reverse("edition-zip", args=[one.number])),
            }
            for one in found
        ],
        "fields": dictionary,
    }
    said = _("Mọi kỳ công bố dưới dạng CSV và Parquet, dùng lại được tự do.")
    preview = Preview(_("Dữ liệu mở"), said, dated=False)
    return respond(request, Page("open_data.html", context, data, dictionary, board, preview), form)


def archive(request: Any, number: str) -> Any:
    """All files of an edition in one ZIP."""
    one = edition_of(number)
    packed = package(one)
    return _kept(HttpResponse(packed.zip, content_type="application/zip"), packed, one, "zip")


def file(request: Any, number: str, name: str) -> Any:
    """One file of an edition, sent piece by piece."""
    one = edition_of(number)
    packed = package(one)
    form = name.rpartition(".")[2]
    try:
        pieces = packed.pieces(name)
    except NotFoundError as error:
        raise Http404(error.faults[0].text(language())) from error
    answer = StreamingHttpResponse(pieces, content_type=KINDS[form])
    answer.headers["Content-Length"] = str(packed.size(name))
    return _kept(answer, packed, one, name)


def catalogue(request: Any, syntax: str) -> Any:
    """Every edition for other catalogues to gather (DCAT 3), as JSON-LD or Turtle."""
    found = published.every() if results.source().publishes else []
    said = things(found, configuration.current().site_address or request.build_absolute_uri("/"))
    text, kind = (as_turtle(said), TURTLE) if syntax == "ttl" else (as_json(said), JSON_LD)
    return HttpResponse(text, content_type=kind, headers={"Access-Control-Allow-Origin": "*"})


def _kept(answer: Any, packed: Package, one: Edition, name: str) -> Any:
    """The answer, which never changes: anybody may keep it, and any site's program read it."""
    answer.headers["ETag"] = f'"{packed.digest}-{name}"'
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    if name.rpartition(".")[2] in SAVED:
        saved = f"phucvu-edition-{one.number}{'.' if name == 'zip' else '-'}{name}"
        answer.headers["Content-Disposition"] = f'attachment; filename="{saved}"'
    return answer
