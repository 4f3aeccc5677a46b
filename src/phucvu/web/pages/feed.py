"""The feed of editions (Atom, RFC 4287), in the language of its address."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import http_date

from phucvu import configuration
from phucvu.editions import published, telling
from phucvu.editions.models import Edition
from phucvu.figures.periods import VIETNAM
from phucvu.web import results
from phucvu.web.language import _, language

ATOM = "http://www.w3.org/2005/Atom"
KIND = "application/atom+xml; charset=utf-8"
MOST = 50
"""Editions that are told of, the latest first."""

NOT_OF_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def show(request: Any) -> Any:
    found = published.every()[:MOST] if results.source().publishes else []
    root = _feed(request, found)
    text = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    answer = HttpResponse(text, content_type=KIND)
    answer.headers["Last-Modified"] = http_date(_at(found).timestamp())
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _feed(request: Any, found: Sequence[Edition]) -> ElementTree.Element:
    lang = language()
    root = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": lang})
    name = configuration.current().log_name
    _put(root, "id", uuid5(NAMESPACE_URL, f"{name}/{lang}").urn)
    _put(root, "title", _("Các kỳ công bố của Bộ chỉ số phục vụ người dân, doanh nghiệp"))
    _put(root, "updated", _at(found).isoformat())
    _put(root, "link", rel="self", type="application/atom+xml", href=_address(request, "feed"))
    _put(root, "link", rel="alternate", type="text/html", href=_address(request, "editions"))
    if not found:
        # Every entry has its author; a feed without one names its own.
        _put(_put(root, "author"), "name", _("Bộ chỉ số phục vụ người dân, doanh nghiệp"))
    for one in found:
        root.append(_entry(request, one))
    return root


def _entry(request: Any, one: Edition) -> ElementTree.Element:
    lang, entry = language(), ElementTree.Element("entry")
    at = _at([one]).isoformat()
    _put(entry, "id", uuid5(NAMESPACE_URL, f"{lang} {one.note}").urn)
    _put(entry, "title", telling.title(one, lang))
    _put(entry, "published", at)
    _put(entry, "updated", at)
    _put(_put(entry, "author"), "name", telling.unit_name(one.unit, lang))
    _put(entry, "link", rel="alternate", type="text/html", href=_address(request, "edition", one.number))
    zip_address = _address(request, "edition-zip", one.number)
    _put(entry, "link", rel="enclosure", type="application/zip", href=zip_address)
    if one.corrects is not None:
        _put(entry, "link", rel="related", type="text/html", href=_address(request, "edition", one.corrects))
    _put(entry, "content", "\n".join(telling.sentences(one, lang)), type="text")
    return entry


def _put(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, name, attributes)
    child.text = NOT_OF_XML.sub("", text) or None
    return child


def _address(request: Any, name: str, *args: object) -> str:
    path = reverse(name, args=args)
    site = configuration.current().site_address.rstrip("/")
    return f"{site}{path}" if site else str(request.build_absolute_uri(path))


BEFORE_ALL = dt.datetime(2026, 1, 1)
"""When a feed without entries was changed last."""


def _at(found: Sequence[Edition]) -> dt.datetime:
    """When the latest edition was published, in Vietnam's time."""
    latest: dt.datetime = (found[0].decided_at or found[0].frozen_at) if found else BEFORE_ALL
    return latest.replace(microsecond=0, tzinfo=VIETNAM)
