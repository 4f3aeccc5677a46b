"""What describes an edition's open data to programs: a Data Package (datapackage.org, version 2)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from phucvu import configuration
from phucvu.editions import data_dictionary
from phucvu.editions.data_dictionary import DataTable, Field
from phucvu.editions.licences import LICENCES
from phucvu.editions.manifest import Manifest
from phucvu.editions.models import Edition
from phucvu.figures.periods import VIETNAM, Period
from phucvu.formats import moment
from phucvu.proofs.checkpoint import Checkpoint
from phucvu.proofs.note import Note
from phucvu.rules.model import RuleSet, Words

DESCRIPTOR = "datapackage.json"
STANDARD = "https://datapackage.org/profiles/2.0/datapackage.json"

MEDIA = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}

TITLE = Words(
    vi="Bộ chỉ số phục vụ người dân, doanh nghiệp, {period}, kỳ công bố số {number}",
    en="Index of serving citizens and businesses, {period}, edition {number}",
)
SAID = Words(
    vi="Số liệu, điểm và thứ hạng theo Quyết định số 766/QĐ-TTg, {unit} công bố; số liệu tính đến {moment}.",
    en="Figures, scores and ranks by Decision 766/QĐ-TTg, published by {unit}; figures as of {moment}.",
)
CORRECTED = Words(vi="Thay cho số {number}: {reason}", en="It corrects edition {number}: {reason}")
SOURCE = Words(
    vi="Hồ sơ giải quyết thủ tục hành chính mà các đơn vị đồng bộ, nhận đến {moment}",
    en="Dossiers of administrative procedures that units synchronised, received until {moment}",
)


def descriptor(
    edition: Edition, manifest: Manifest, rules: RuleSet, publisher: str, files: Mapping[str, bytes]
) -> bytes:
    """The descriptor of a published edition with these files, as JSON; the same bytes for the same edition.

    The words of the standard's own properties are Vietnamese; the English ones stand beside them under the
    same name with ``_en`` behind it.
    """
    chosen = configuration.current()
    site = chosen.site_address.rstrip("/")
    period = Period.parse(edition.period)
    title, said, source = (
        _said(edition, manifest, period, publisher, words) for words in (TITLE, SAID, SOURCE)
    )
    if edition.corrects is not None:
        why = _filled(CORRECTED, number=edition.corrects, reason=edition.reason)
        said = Words(vi=f"{said.vi} {why.vi}", en=f"{said.en} {why.en}")
    name, address = LICENCES[chosen.data_licence]
    decided = (edition.decided_at or edition.frozen_at).replace(microsecond=0, tzinfo=VIETNAM)
    described: dict[str, Any] = {
        "$schema": STANDARD,
        "name": f"phucvu-{str(period).lower().replace('..', '-to-')}",
        "id": Checkpoint.read(Note.read(edition.note).text).origin,
        "title": title.vi,
        "title_en": title.en,
        "description": said.vi,
        "description_en": said.en,
        "version": str(edition.number),
        "created": decided.isoformat(),
        **({"homepage": f"{site}/editions/{edition.number}"} if site else {}),
        "licenses": [{"name": chosen.data_licence, "title": name, "path": address}],
        "sources": [{"title": source.vi, "title_en": source.en}],
        "contributors": [{"title": publisher, "roles": ["publisher"]}],
        "keywords": ["Quyết định 766/QĐ-TTg", "thủ tục hành chính", "chỉ số phục vụ"],
        "period": str(period),
        "corrects": None if edition.corrects is None else str(edition.corrects),
        "rules": {"name": manifest.rules, "title": rules.title.vi, "sha256": manifest.rules_sha256},
        "resources": list(_resources(rules, files)),
    }
    return f"{json.dumps(described, ensure_ascii=False, indent=1)}\n".encode()


def _said(edition: Edition, manifest: Manifest, period: Period, publisher: str, words: Words) -> Words:
    until = manifest.records_as_of if words is SOURCE else manifest.cut_off
    given = {"number": edition.number, "unit": publisher, "moment": moment(until)}
    titles = {lang: period.title(lang) for lang in ("vi", "en")}
    return Words(
        vi=words.vi.format(period=titles["vi"], **given), en=words.en.format(period=titles["en"], **given)
    )


def _filled(words: Words, **given: object) -> Words:
    return Words(vi=words.vi.format(**given), en=words.en.format(**given))


def _resources(rules: RuleSet, files: Mapping[str, bytes]) -> Iterator[dict[str, Any]]:
    described = {table.name: table for table in data_dictionary.tables(rules)}
    for file, content in files.items():
        name, _, form = file.partition(".")
        table = described[name]
        yield {
            "name": f"{name}-{form}",
            "path": file,
            "type": "table",
            "format": form,
            "mediatype": MEDIA[form],
            **({"encoding": "utf-8", "dialect": CSV} if form == "csv" else {}),
            "title": table.title.vi,
            "title_en": table.title.en,
            "description": table.meaning.vi,
            "description_en": table.meaning.en,
            "bytes": len(content),
            "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
            "schema": _schema(table, form),
        }


CSV = {"delimiter": ",", "lineTerminator": "\r\n", "header": True}


def _schema(table: DataTable, form: str) -> dict[str, Any]:
    return {
        "fields": [_field(field, table) for field in table.fields],
        "missingValues": [""],
        "primaryKey": list(table.key),
        **(
            {"foreignKeys": [_foreign(own, *there, form) for own, there in table.refers]}
            if table.refers
            else {}
        ),
    }


def _field(field: Field, table: DataTable) -> dict[str, Any]:
    return {
        "name": field.name,
        "type": field.type,
        "title": field.title.vi,
        "title_en": field.title.en,
        "description": field.meaning.vi,
        "description_en": field.meaning.en,
        **({"unit": field.unit.vi, "unit_en": field.unit.en} if field.unit else {}),
        **({"constraints": {"required": True}} if field.name in table.key else {}),
    }


def _foreign(own: str, table: str, field: str, form: str) -> dict[str, Any]:
    return {"fields": [own], "reference": {"resource": f"{table}-{form}", "fields": [field]}}
