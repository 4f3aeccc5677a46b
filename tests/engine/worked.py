"""Reading the worked examples of counting that stand beside the rule sets."""

import datetime as dt
from pathlib import Path

import polars as pl
import yaml

import phucvu.rules
from phucvu.records.schema import TABLES, TIME

EXAMPLES = Path(phucvu.rules.__file__).parent / "examples"
PROVINCE = "counting-province"
SENDER = "H99"


def examples():
    """Each example with the rule set it is counted by: (name, example, rule set)."""
    for path in sorted(EXAMPLES.glob("counting-*.yaml")):
        if path.stem == PROVINCE:
            continue
        for example in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader):
            for rules in example.get("expected_by", [example.get("rules", "portal-2026")]):
                yield f"{path.stem}: {example['title']['en']} ({rules})", example, rules


def expected(example, rules):
    """(unit, indicator) → (numerator, denominator), or None where there must be no figure."""
    by_unit = example.get("expected") or example["expected_by"][rules]
    found = {}
    for unit, by_indicator in by_unit.items():
        for indicator, figure in by_indicator.items():
            found[unit, indicator] = None if figure == "null" else tuple(int(n) for n in figure.split("/"))
    return found


def frames(example):
    """The tables of an example: the province's, changed and added to by its own records."""
    province = yaml.load((EXAMPLES / f"{PROVINCE}.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    own = {name: [dict(row) for row in rows] for name, rows in example["records"].items()}
    own["steps"] = [
        {
            "sender": SENDER,
            "code": dossier["code"],
            "at": step.rsplit(" ", 1)[0],
            "status": step.rsplit(" ", 1)[1],
        }
        for dossier in own.get("dossiers", [])
        for step in dossier.pop("steps", [])
    ]
    for dossier in own.get("dossiers", []):
        dossier.setdefault("sender", SENDER)
    tables = {}
    for name in TABLES:
        key = TABLES[name].key
        rows = {tuple(row.get(k) for k in key): row for row in [*province.get(name, []), *own.get(name, [])]}
        tables[name] = frame(name, list(rows.values()))
    return tables


def frame(name, rows):
    """Rows of text as a typed frame; a due date without a time of day ends with the day."""
    table = TABLES[name]
    unknown = {c for row in rows for c in row} - set(table.types)
    assert not unknown, f"{name} has no column {unknown}"
    typed = [{c: typed_value(c, table.types[c], row.get(c)) for c in table.types} for row in rows]
    return pl.DataFrame(typed, schema=dict(table.types), orient="row")


def typed_value(column, type_, text):
    if text is None:
        return None
    if type_ == TIME:
        day_only = column == "due_at" and len(text) == 10
        return dt.datetime.fromisoformat(f"{text} 23:59:59" if day_only else text)
    if type_ == pl.Date:
        return dt.date.fromisoformat(text)
    if type_ == pl.Boolean:
        return {"true": True, "false": False}[text]
    return text if type_ == pl.String else int(text)
