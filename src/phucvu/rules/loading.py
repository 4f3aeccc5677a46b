"""Finding rule sets by name, and loading them with every problem of their files."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from phucvu import configuration
from phucvu.problems import Fault, UnusableError
from phucvu.rules.checking import faults
from phucvu.rules.model import RuleSetFile, Words
from phucvu.rules.rule_files import PARTS, RuleFiles, read_rules, rule_set_paths
from phucvu.rules.schema_errors import fault_of

SETS = Path(__file__).parent / "sets"
DEFAULT = configuration.Configuration.rules

WORKING_DAYS = Path(__file__).parent / "working-days.yaml"
MINISTRY_SYSTEMS = Path(__file__).parent / "ministry-systems.yaml"


@cache
def swapped_days() -> dict[dt.date, bool]:
    """Days swapped by decision that the holiday library does not know yet, and whether each is worked."""
    found: dict[dt.date, bool] = {}
    for swap in yaml.safe_load(WORKING_DAYS.read_text(encoding="utf-8")):
        found |= {swap["day_off"]: False, swap["day_worked"]: True}
    return found


@cache
def ministry_systems() -> dict[str, Words]:
    """The ministries by the two digits with which the numbers begin that their systems give to dossiers."""
    said = yaml.safe_load(MINISTRY_SYSTEMS.read_text(encoding="utf-8"))
    return {digits: Words(**names) for digits, names in said["ministries"].items()}


def names() -> list[str]:
    """Names of the rule sets that ship with the package."""
    return sorted(_shipped_paths())


@cache
def _shipped_paths() -> dict[str, Path]:
    return {path.stem: path for path in rule_set_paths(SETS)}


def load(name: str) -> RuleSetFile:
    """The rule set of that name, or of the YAML file or folder at that path.

    Raises UnusableError where there is none, or where it cannot be counted and scored by on every day:
    each problem names the file, the line, the field, and what was expected.
    """
    return _loaded(name)[0]


def _loaded(name: str) -> tuple[RuleSetFile, dict[str, Any]]:
    return _shipped(name) if name in names() else _read(_path(name), ())


def rules_in_use() -> RuleSetFile:
    """The rule set that the home's site, lists, counting and commands run under (PHUCVU_RULES).

    A process reads it once. Raises UnusableError as ``load`` does, naming the setting.
    """
    return _in_use(configuration.current().rules)[0]


def written_in_use() -> str:
    """All of that rule set and its bases as canonical JSON, for ``read_written``."""
    data = _in_use(configuration.current().rules)[1]
    return json.dumps(
        data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=dt.date.isoformat
    )


def read_written(text: str) -> RuleSetFile:
    """The rule set that ``written_in_use`` wrote. Raises UnusableError where the text is none."""
    try:
        return RuleSetFile.model_validate(json.loads(text))
    except ValueError as error:  # of JSON or of pydantic
        raise UnusableError(Fault("rules_kept_unusable")) from error


@cache
def _in_use(name: str) -> tuple[RuleSetFile, dict[str, Any]]:
    try:
        return _loaded(name)
    except UnusableError as error:
        raise UnusableError(
            Fault("rules_of_the_home_unusable", fault=p, file=p.file, row=p.row, field=p.field)
            for p in error.faults
        ) from error


def shown() -> dict[str, RuleSetFile]:
    """The rule sets that a site shows, by name: those that ship, and the one in use."""
    found = {name: load(name) for name in names()}
    return found | {rules_in_use().name: rules_in_use()}


def digest(rules: RuleSetFile) -> str:
    """A SHA-256 of everything in the rule set, as 64 hexadecimal characters."""
    return hashlib.sha256(rules.model_dump_json().encode()).hexdigest()


@cache
def _shipped(name: str) -> tuple[RuleSetFile, dict[str, Any]]:
    return _read(_path(name), ())


def _path(name: str, folder: Path = Path()) -> Path:
    """Where the rule set of a name is; a path is relative to the folder."""
    shipped = _shipped_paths().get(name)
    if shipped is not None:
        return shipped
    path = folder / name
    if name.endswith((".yaml", ".yml")) or path.is_dir():
        return path
    raise UnusableError(Fault("rule_set_unknown", name=name, known=", ".join(names())))


def _read(path: Path, above: tuple[Path, ...]) -> tuple[RuleSetFile, dict[str, Any]]:
    """The rule set at a path, and its data with those of its base. ``above`` are the sets based on it.

    A base is checked by itself, so that its problems name its own file.
    """
    files = read_rules(path)
    data = files.data
    if "based_on" in data:
        name, folder = str(data.pop("based_on")), path if path.is_dir() else path.parent
        data = _merged(_base(_path(name, folder).resolve(), (*above, path.resolve()), files.name), data)
    return checked(files, data), data


def checked(files: RuleFiles, data: dict[str, Any]) -> RuleSetFile:
    """The rule set in the data of its files and their base. Raises UnusableError as ``load`` does."""
    try:
        rules = RuleSetFile.model_validate(data)
        found = [*faults(rules)]
    except ValidationError as error:
        found = [(e["loc"], fault_of(e)) for e in error.errors()]
    if found:
        raise UnusableError(files.at(place, fault, data) for place, fault in found)
    return rules


def _base(path: Path, above: tuple[Path, ...], file: str) -> dict[str, Any]:
    """The data of the base of a rule set, with those of its own base."""
    if path in above:
        circle = " → ".join(p.name for p in (*above[above.index(path) :], path))
        raise UnusableError(Fault("rule_set_circle", file=file, circle=circle))
    shipped = next((name for name, known in _shipped_paths().items() if known.resolve() == path), None)
    return (_read(path, above) if shipped is None else _shipped(shipped))[1]


def _merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The data of a base with changes.

    Groups and indicators are matched by id and changed field by field. A dated value replaces the
    value of the base with the same first day, or joins its history.
    """
    merged = base | {k: v for k, v in changes.items() if k not in (*PARTS, "sources")}
    merged["sources"] = base["sources"] | changes.get("sources", {})
    if "bands" in changes:
        merged["bands"] = _joined(base.get("bands"), changes["bands"])
    for part in PARTS:
        by_id = {str(item["id"]): item for item in base[part]}
        for item in changes.get(part, []):
            old = by_id.get(str(item.get("id")), {})
            by_id[str(item.get("id"))] = old | {k: _joined(old.get(k), v) for k, v in item.items()}
        merged[part] = list(by_id.values())
    return merged


def _joined(old: Any, new: Any) -> Any:
    if not (_dated(old) and _dated(new)):
        return new
    days = {str(d["from"]) for d in new}
    return sorted([d for d in old if str(d["from"]) not in days] + new, key=lambda d: str(d["from"]))


def _dated(value: Any) -> bool:
    return isinstance(value, list) and value != [] and all(isinstance(d, dict) and "from" in d for d in value)
