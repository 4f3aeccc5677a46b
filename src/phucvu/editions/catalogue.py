"""The catalogue of open data in DCAT 3: a dataset for each period, a version for each edition."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

from phucvu.editions import open_data
from phucvu.editions.data_package import DESCRIPTOR, MEDIA
from phucvu.editions.models import Edition
from phucvu.editions.turtle import Iri, Text, Thing, Value
from phucvu.figures.periods import VIETNAM, Period
from phucvu.rules.model import Words

NAME = Words(
    vi="Dữ liệu mở Bộ chỉ số phục vụ người dân, doanh nghiệp",
    en="Open data of the index of serving citizens and businesses",
)
SAID = Words(
    vi="Số liệu, điểm và thứ hạng đã công bố theo Quyết định số 766/QĐ-TTg.",
    en="Published figures, scores and ranks by Decision 766/QĐ-TTg.",
)
OF_PERIOD = Words(
    vi="Bộ chỉ số phục vụ người dân, doanh nghiệp, {period}",
    en="Index of serving citizens and businesses, {period}",
)
IANA = "https://www.iana.org/assignments/media-types/"
SHA_256 = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"
LANGUAGES = [
    Iri(f"http://publications.europa.eu/resource/authority/language/{code}") for code in ("VIE", "ENG")
]


@dataclass(frozen=True)
class Site:
    """Where things stand: every address begins with ``address``, which has no stroke at its end."""

    address: str

    @property
    def catalogue(self) -> str:
        return f"{self.address}/open-data#catalogue"

    def period(self, period: str) -> str:
        return f"{self.address}/open-data#{quote(period, safe='.')}"

    def edition(self, number: int | None) -> str:
        return f"{self.address}/editions/{number}"


def things(editions: Sequence[Edition], address: str) -> list[Thing]:
    """The catalogue and all that is in it; the editions are given the latest first."""
    site = Site(address.rstrip("/"))
    periods: dict[str, list[Edition]] = {}
    for one in editions:
        periods.setdefault(one.period, []).append(one)
    found = [_catalogue(site, periods)]
    for period, of_period in periods.items():
        found.append(_dataset(site, period, of_period))
        found += [_version(site, one, of_period) for one in of_period]
    return found


def _catalogue(site: Site, periods: dict[str, list[Edition]]) -> Thing:
    described = [_described(of_period[0]) for of_period in periods.values()]
    publishers = {one["contributors"][0]["title"]: None for one in described}
    latest = max((_at(one) for all_ in periods.values() for one in all_), default=None)
    return Thing(
        ["dcat:Catalog"],
        {
            "dcterms:title": _both(NAME),
            "dcterms:description": _both(SAID),
            "dcterms:language": LANGUAGES,
            "dcterms:publisher": [_agent(name) for name in publishers],
            "dcterms:modified": [] if latest is None else [Text(latest, type="xsd:dateTime")],
            "foaf:homepage": [Iri(f"{site.address}/open-data")],
            "dcat:dataset": [Iri(site.period(period)) for period in periods],
        },
        site.catalogue,
    )


def _dataset(site: Site, said: str, editions: Sequence[Edition]) -> Thing:
    period = Period.parse(said)
    titles = Words(
        vi=OF_PERIOD.vi.format(period=period.title("vi")), en=OF_PERIOD.en.format(period=period.title("en"))
    )
    latest, described = editions[0], _described(editions[0])
    return Thing(
        ["dcat:Dataset"],
        {
            "dcterms:title": _both(titles),
            "dcterms:description": _both(SAID),
            "dcterms:identifier": [Text(str(period))],
            "dcterms:issued": [Text(_at(editions[-1]), type="xsd:dateTime")],
            "dcterms:modified": [Text(_at(latest), type="xsd:dateTime")],
            "dcterms:language": LANGUAGES,
            "dcterms:publisher": [_agent(described["contributors"][0]["title"])],
            "dcterms:temporal": [_temporal(period)],
            "dcat:keyword": [Text(word, "vi") for word in described["keywords"]],
            "dcat:landingPage": [Iri(site.edition(latest.number))],
            "dcat:hasCurrentVersion": [Iri(site.edition(latest.number))],
            "dcat:hasVersion": [Iri(site.edition(one.number)) for one in editions],
            "dcat:distribution": list(_distributions(site, latest, described)),
        },
        site.period(said),
    )


def _version(site: Site, one: Edition, of_period: Sequence[Edition]) -> Thing:
    described = _described(one)
    before = [Iri(site.edition(one.corrects))] if one.corrects is not None else []
    at = list(of_period).index(one)
    return Thing(
        ["dcat:Dataset"],
        {
            "dcterms:title": [Text(described["title"], "vi"), Text(described["title_en"], "en")],
            "dcterms:description": [
                *(Text(described["description"], "vi"), Text(described["description_en"], "en"))
            ],
            "dcterms:identifier": [Text(described["id"])],
            "dcterms:issued": [Text(_at(one), type="xsd:dateTime")],
            "dcterms:language": LANGUAGES,
            "dcterms:publisher": [_agent(described["contributors"][0]["title"])],
            "dcterms:temporal": [_temporal(Period.parse(one.period))],
            "dcat:version": [Text(str(one.number))],
            "dcat:isVersionOf": [Iri(site.period(one.period))],
            "dcat:previousVersion": before,
            "prov:wasRevisionOf": before,
            "dcterms:isReplacedBy": [Iri(site.edition(of_period[at - 1].number))] if at else [],
            "adms:versionNotes": [Text(one.reason, "vi")] if one.reason else [],
            "dcat:distribution": list(_distributions(site, one, described)),
        },
        site.edition(one.number),
    )


def _distributions(site: Site, one: Edition, described: dict[str, Any]) -> Iterator[Value]:
    """The ZIP, and each file of it."""
    licences = [Iri(licence["path"]) for licence in described["licenses"]]
    packed, page = _of_package(one.pk, one.note), site.edition(one.number)
    yield Thing(
        ["dcat:Distribution"],
        {
            "dcterms:title": [Text("Tất cả (ZIP)", "vi"), Text("All (ZIP)", "en")],
            "dcterms:license": licences,
            "dcterms:conformsTo": [Iri("https://datapackage.org/standard/data-package/")],
            "dcat:accessURL": [Iri(page)],
            "dcat:downloadURL": [Iri(f"{page}/data.zip")],
            "dcat:mediaType": [Iri(f"{IANA}application/zip")],
            "dcat:byteSize": [Text(str(packed.size), type="xsd:nonNegativeInteger")],
            "spdx:checksum": [_checksum(packed.digest)],
        },
    )
    for file in described["resources"]:
        yield Thing(
            ["dcat:Distribution"],
            {
                "dcterms:title": [
                    Text(f"{file['title']} ({file['path']})", "vi"),
                    Text(f"{file['title_en']} ({file['path']})", "en"),
                ],
                "dcterms:license": licences,
                "dcat:accessURL": [Iri(page)],
                "dcat:downloadURL": [Iri(f"{page}/data/{file['path']}")],
                "dcat:mediaType": [Iri(f"{IANA}{MEDIA[file['format']]}")],
                "dcat:byteSize": [Text(str(file["bytes"]), type="xsd:nonNegativeInteger")],
                "spdx:checksum": [_checksum(file["hash"].removeprefix("sha256:"))],
            },
        )


def _checksum(digest: str) -> Thing:
    return Thing(
        ["spdx:Checksum"],
        {"spdx:algorithm": [Iri(SHA_256)], "spdx:checksumValue": [Text(digest, type="xsd:hexBinary")]},
    )


class Described(NamedTuple):
    """What an edition's descriptor says, and the bytes and SHA-256 of its ZIP."""

    said: dict[str, Any]
    size: int
    digest: str


def _described(one: Edition) -> dict[str, Any]:
    return _of_package(one.pk, one.note).said


@lru_cache(1024)
def _of_package(key: int, note: str) -> Described:
    """Read once of each edition: all of them are told of at once, and their files are large."""
    packed = open_data.package(Edition(pk=key, note=note))
    return Described(json.loads(packed.read(DESCRIPTOR)), len(packed.zip), packed.digest)


def _agent(name: str) -> Thing:
    return Thing(["foaf:Organization"], {"foaf:name": [Text(name, "vi")]})


def _temporal(period: Period) -> Thing:
    days = {"dcat:startDate": period.first, "dcat:endDate": period.last}
    said = {name: [Text(day.isoformat(), type="xsd:date")] for name, day in days.items()}
    return Thing(["dcterms:PeriodOfTime"], said)


def _both(words: Words) -> list[Value]:
    return [Text(words.vi, "vi"), Text(words.en, "en")]


def _at(one: Edition) -> str:
    """When an edition was published, in Vietnam's time."""
    moment: dt.datetime = one.decided_at or one.frozen_at
    return moment.replace(microsecond=0, tzinfo=VIETNAM).isoformat()
