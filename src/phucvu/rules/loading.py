"""Finding rule sets by name, reading their files, and saying plainly what is wrong with one."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from phucvu.problems import Fault, Problem, UnusableError, why
from phucvu.rules.model import RuleSetFile

SETS = Path(__file__).parent / "sets"
DEFAULT = "portal-2026"

SETTING = "PHUCVU_RULES"
"""The setting that names the rule set of a home, or its file."""


WORKING_DAYS = Path(__file__).parent / "working-days.yaml"


@cache
def swapped_days() -> dict[dt.date, bool]:
    """Days swapped by decision that the holiday library does not know yet, and whether each is worked."""
    found: dict[dt.date, bool] = {}
    for swap in yaml.safe_load(WORKING_DAYS.read_text(encoding="utf-8")):
        found |= {swap["day_off"]: False, swap["day_worked"]: True}
    return found


def names() -> list[str]:
    """Names of the rule sets that ship with the package."""
    return sorted(p.stem for p in SETS.glob("*.yaml"))


def load(name: str) -> RuleSetFile:
    """The rule set of that name, or of the YAML file at that path.

    Raises UnusableError where there is none, or where the file is wrong: each problem names the
    file, the line, the field, and what was expected.
    """
    return _shipped(name) if name in names() else _checked(_path(name))


def rules_in_use() -> RuleSetFile:
    """The rule set that the home's site, lists and counting run under: ``SETTING``, else ``DEFAULT``.

    A process reads it once. Raises UnusableError as ``load`` does.
    """
    return _in_use(os.environ.get(SETTING) or DEFAULT)


@cache
def _in_use(name: str) -> RuleSetFile:
    return load(name)


def shown() -> dict[str, RuleSetFile]:
    """The rule sets that a site shows, by name: those that ship, and the one in use."""
    found = {name: load(name) for name in names()}
    return found | {rules_in_use().name: rules_in_use()}


def digest(rules: RuleSetFile) -> str:
    """64 characters that are the same as long as nothing in the rule set changes."""
    return hashlib.sha256(rules.model_dump_json().encode()).hexdigest()


@cache
def _shipped(name: str) -> RuleSetFile:
    return _checked(_path(name))


def _path(name: str) -> Path:
    if name.endswith((".yaml", ".yml")):
        return Path(name)
    if name in names():
        return SETS / f"{name}.yaml"
    known = ", ".join(names())
    raise UnusableError(
        Problem(
            f"không có bộ quy tắc {name!r}; hiện có: {known}, hoặc đường dẫn tới một tệp .yaml",
            f"no rule set {name!r}; there are: {known}, or give the path of a .yaml file",
        )
    )


def _checked(path: Path) -> RuleSetFile:
    text = _text(path)
    data = _merged_with_base(path, text)
    try:
        return RuleSetFile.model_validate(data)
    except ValidationError as error:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        problems = [_problem(e, path.name, data, node) for e in error.errors()]
        raise UnusableError(problems) from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        problem = Problem("không phải chữ UTF-8", "not UTF-8 text", file=path.name)
        raise UnusableError(problem) from error
    except OSError as error:
        problem = Problem(
            f"không đọc được: {why(error)}", f"cannot be read: {error.strerror}", file=path.name
        )
        raise UnusableError(problem) from error


def _merged_with_base(path: Path, text: str) -> dict[str, Any]:
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "YAML"
        problem = Problem(
            f"không phải YAML đúng: {what}",
            f"not correct YAML: {what}",
            file=path.name,
            row=mark.line + 1 if mark else None,
        )
        raise UnusableError(problem) from error
    if not isinstance(data, dict) or not all(isinstance(data.get(p, []), list) for p in PARTS):
        problem = Problem(
            "tệp phải là các mục “khóa: giá trị”; groups và indicators là danh sách",
            "the file must hold keys and values; groups and indicators are lists",
            file=path.name,
        )
        raise UnusableError(problem)
    base = data.pop("based_on", None)
    if base is None:
        return data
    base_path = _path(str(base))
    if base_path.resolve() == path.resolve():
        problem = Problem("bộ quy tắc dựa trên chính nó", "a rule set based on itself", path.name)
        raise UnusableError(problem)
    return _merged(_merged_with_base(base_path, _text(base_path)), data)


PARTS = ("groups", "indicators")


def _merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The base with the changes laid over it.

    Groups and indicators are matched by id and changed field by field; a dated value replaces the
    base's value of the same first day and otherwise joins its history.
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
    history = {d["from"]: d for d in old} | {d["from"]: d for d in new}
    return [history[day] for day in sorted(history)]


def _dated(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(d, dict) and "from" in d for d in value)


EXPECTED = {
    "missing": ("thiếu mục này", "this field is missing"),
    "extra_forbidden": ("mục lạ, không có trong bộ quy tắc", "unknown field"),
}


def _problem(error: Any, file: str, data: dict[str, Any], node: yaml.Node | None) -> Fault:
    loc = [part for part in error["loc"] if part not in ("function-after", "function-before")]
    named: list[str] = []
    here: Any = data
    for part in loc:
        here = here[part] if _has(here, part) else None
        label = here.get("id") if isinstance(here, dict) else None
        named.append(str(label) if isinstance(part, int) and label else str(part))
    if error["type"] in EXPECTED:
        vi, en = EXPECTED[error["type"]]
    elif error["type"] == "rule":
        vi, en = error["ctx"]["vi"], error["ctx"]["en"]
    else:
        found = f"{error['input']!r}"[:60]
        vi = f"giá trị {found} không dùng được: {error['msg']}"
        en = f"value {found} cannot be used: {error['msg']}"
    return Problem(vi, en, file=file, row=_line(node, loc, data), field=".".join(named))


def _has(here: Any, part: Any) -> bool:
    if isinstance(here, dict):
        return part in here
    return isinstance(here, list) and isinstance(part, int) and part < len(here)


def _line(node: yaml.Node | None, loc: list[Any], data: Any) -> int | None:
    """The line of the file where a place stands, or of the nearest place around it that is there.

    Lists of a merged file are found by their item's id, since the base's items come first.
    """
    line = None
    for part in loc:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == part), None)
            if found is None:
                break
            key, node = found
            line = key.start_mark.line + 1
            data = data[part] if _has(data, part) else None
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            data = data[part] if _has(data, part) else None
            wanted = data.get("id") if isinstance(data, dict) else None
            items = [n for n in node.value if wanted is not None and _id(n) == wanted]
            if not items and part < len(node.value) and wanted is None:
                items = [node.value[part]]
            if not items:
                break
            node = items[0]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _id(node: yaml.Node) -> str | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((v.value for k, v in node.value if k.value == "id"), None)
