"""Reading the files of a rule set strictly, and finding the line of a place in their data.

A rule set is one file or a folder. A folder has a head, ``rules.yaml``, and a file for each group with the
group's values and its indicators. The order of the file names is the order of the groups.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from phucvu.problems import Both, Fault, UnusableError, why

HEAD = "rules.yaml"
"""The file of a folder with everything but its groups and indicators."""

PARTS = ("groups", "indicators")


class StrictLoader(yaml.CSafeLoader):
    """Refuses a key that stands twice and a day that does not exist; YAML itself accepts the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise _error_at(key, f"khóa {key.value!r} có hai lần", f"key {key.value!r} stands twice")
            seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_day(self, node: yaml.ScalarNode) -> Any:
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            words = f"không có ngày {node.value!r}", f"there is no day {node.value!r}"
            raise _error_at(node, *words) from None


StrictLoader.add_constructor("tag:yaml.org,2002:timestamp", StrictLoader.construct_day)


def _error_at(node: yaml.Node, vi: str, en: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=vi, note=en, problem_mark=node.start_mark)


@dataclass
class RuleFiles:
    """The data of the files of one rule set, and the YAML nodes that give the lines of its problems."""

    name: str
    data: dict[str, Any]
    _head: yaml.Node | None = None
    _items: dict[tuple[str, str], tuple[str, yaml.Node]] = field(default_factory=dict)
    """(part, id) → the file and the node of a group or indicator."""

    def at(self, place: Sequence[str | int], fault: Fault, data: dict[str, Any]) -> Fault:
        """A fault at a place of ``data``: the data of these files, or those with their base."""
        named: list[str] = []
        here: Any = data
        for part in place:
            here = _inside(here, part)
            label = here.get("id") if isinstance(here, dict) else None
            named.append(str(label) if isinstance(part, int) and label else str(part))
        file, line = self._line(place, data)
        return fault.at(file=file, row=line, field=".".join(named))

    def _line(self, place: Sequence[str | int], data: Any) -> tuple[str, int | None]:
        """The file and line of a place, or of the nearest place around it that the files have."""
        file, node, line = self.name, self._head, None
        identity = _inside(_inside(_inside(data, place[0]), place[1]), "id") if len(place) > 1 else None
        if place and place[0] in PARTS and isinstance(identity, str):
            if (str(place[0]), identity) not in self._items:
                return file, None
            file, node = self._items[str(place[0]), identity]
            line = node.start_mark.line + 1
            data, place = data[place[0]][place[1]], place[2:]
        for part in place:
            data = _inside(data, part)
            found = _node_inside(node, part, data)
            if found is None:
                break
            line, node = found
        return file, line


def _inside(here: Any, part: Any) -> Any:
    if isinstance(here, dict):
        return here.get(part)
    return here[part] if isinstance(here, list) and isinstance(part, int) and part < len(here) else None


def _node_inside(node: yaml.Node | None, part: str | int, data: Any) -> tuple[int, yaml.Node] | None:
    """The line and node of a key or item. A dated value is found by its day, since the base adds others."""
    if isinstance(node, yaml.MappingNode):
        return next(((k.start_mark.line + 1, v) for k, v in node.value if k.value == part), None)
    if not isinstance(node, yaml.SequenceNode) or not isinstance(part, int):
        return None
    items = node.value[part : part + 1]
    if isinstance(data, dict) and "from" in data:
        items = [item for item in node.value if _value(item, "from") == str(data["from"])]
    return (items[0].start_mark.line + 1, items[0]) if items else None


def _value(node: yaml.Node, key: str) -> Any:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((v.value for k, v in pairs if k.value == key), None)


def read_rules(path: Path) -> RuleFiles:
    """The data of the file or folder at a path. Raises UnusableError where it is no rule set at all."""
    if not path.is_dir():
        data, node = _read(path, path.name)
        files = RuleFiles(path.name, data, node)
        for part in PARTS:
            _note_items(files, path.name, data, node, part)
        return files
    head = f"{path.name}/{HEAD}"
    data, node = _read(path / HEAD, head)
    files = RuleFiles(head, data, node)
    for part in PARTS:
        if part in data:
            raise UnusableError(Fault("rule_groups_in_head", file=head, field=part, head=HEAD))
    data |= {part: [] for part in PARTS}
    for file in sorted(path.glob("*.yaml")):
        if file.name != HEAD:
            _add_group(files, file, f"{path.name}/{file.name}")
    return files


def _add_group(files: RuleFiles, file: Path, name: str) -> None:
    group, node = _read(file, name)
    _check_id(group, name, 1, "id")
    _note_items(files, name, group, node, "indicators")
    files._items["groups", group["id"]] = name, node
    for indicator in group.pop("indicators", []):
        if indicator.setdefault("group", group["id"]) != group["id"]:
            field = f"indicators.{indicator['id']}.group"
            fault = Fault("rule_indicator_of_other_group", file=name, field=field, group=group["id"])
            raise UnusableError(fault)
        files.data["indicators"].append(indicator)
    files.data["groups"].append(group)


def _note_items(files: RuleFiles, file: str, data: dict[str, Any], node: yaml.Node, part: str) -> None:
    """Check that each group or indicator of a file has its own id, and keep its node."""
    nodes: list[yaml.Node] = next((v.value for k, v in node.value if k.value == part), [])
    for n, (item, at) in enumerate(zip(data.get(part, []), nodes, strict=True)):
        line, where = at.start_mark.line + 1, f"{part}.{n}.id"
        _check_id(item, file, line, where)
        if (part, item["id"]) in files._items:
            fault = Fault("rule_word_twice", file=file, row=line, field=where, word=item["id"])
            raise UnusableError(fault)
        files._items[part, item["id"]] = file, at


def _check_id(item: Any, file: str, line: int, where: str) -> None:
    if not isinstance(item, dict) or not isinstance(item.get("id"), str):
        raise UnusableError(Fault("rule_item_without_id", file=file, row=line, field=where))


def _read(path: Path, name: str) -> tuple[dict[str, Any], yaml.Node]:
    loader = StrictLoader(_text(path, name))
    try:
        node = loader.get_single_node()
        data: Any = None if node is None else loader.construct_document(node)
    except yaml.YAMLError as error:
        raise UnusableError(_not_yaml(error, name)) from error
    if node is None or not isinstance(data, dict):
        raise UnusableError(Fault("rule_file_not_keys", file=name))
    for part in PARTS:
        if not isinstance(data.get(part, []), list):
            raise UnusableError(Fault("rule_part_not_list", file=name, field=part))
    if not isinstance(data.get("sources", {}), dict):
        raise UnusableError(Fault("rule_sources_not_keys", file=name, field="sources"))
    return data, node


def _not_yaml(error: yaml.YAMLError, name: str) -> Fault:
    mark = getattr(error, "problem_mark", None)
    vi = getattr(error, "problem", None) or "YAML"
    what = Both(vi, getattr(error, "note", None) or vi)
    return Fault("not_yaml", file=name, row=mark.line + 1 if mark else None, what=what)


def _text(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnusableError(Fault("rule_file_not_utf8", file=name)) from error
    except OSError as error:
        raise UnusableError(Fault("rule_file_unreadable", file=name, why=why(error))) from error


def rule_set_paths(folder: Path) -> Iterator[Path]:
    """The rule sets in a folder: files, and folders with a head."""
    yield from folder.glob("*.yaml")
    yield from (head.parent for head in folder.glob(f"*/{HEAD}"))
