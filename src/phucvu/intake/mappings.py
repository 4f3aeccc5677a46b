"""Mappings: which column of somebody's file is which field, and what its words mean.

A mapping is a small YAML file under ``mappings`` of the home, or one that comes with the package
(``mot-cua``: the headings and words of one-stop systems). An office writes its own where a heading or
word is not known.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

import pyarrow.fs
import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from phucvu.problems import Fault, UnusableError
from phucvu.records.places import opened
from phucvu.records.schema import MOMENTS
from phucvu.tables import plain

FIELDS = {
    "code": "MaHoSo",
    "procedure": "MaTTHC",
    "procedure_name": "TenTTHC",
    "unit": "DonViXuLy",
    "channel": "KenhThucHien",
    "status": "TrangThaiHoSo",
    **MOMENTS,
    "vneid": "TaiKhoanDuocXacThucVoiVNeID",
    "digitised_parts": "HoSoCoThanhPhanSoHoa",
    "paid_online": "DuocThanhToanTrucTuyen",
    "fees": "Gia",
    "result_file": "DuongDanTepTinKetQua",
    "result_code": "MaGiayToKetQua",
}
"""Fields that a mapping can fill, and their names in the synchronisation format."""

BUILT_IN = "mot-cua"

Field_ = Literal[
    "code", "procedure", "procedure_name", "unit", "channel", "status", "filed_at", "received_at",
    "due_at", "ended_at", "returned_at", "refused_at", "vneid", "digitised_parts", "paid_online",
    "fees", "result_file", "result_code",
]  # fmt: skip


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int | float) else value


Text = Annotated[str, BeforeValidator(_as_text)]
Headings = Annotated[list[Text], BeforeValidator(_listed)]


class Events(BaseModel):
    """What the events of a log mean: the status that each name stands for."""

    model_config = ConfigDict(extra="forbid")

    words: dict[str, int] = Field(default_factory=dict)
    otherwise: int | None = None
    """The status of an event not named; without it such events are no steps."""
    end: int | None = None
    """The status of a step at ``ended_at``; without it there is none."""


class Mapping(BaseModel):
    """``columns``: headings (or attributes of a log's cases) that a field may be read from.

    ``words``: by field, what words mean. ``defaults``: by field, the value where there is none.
    """

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=r"^[\w.-]{1,80}$")
    kind: Literal["export", "xes"] = "export"
    sender: str | None = None
    columns: dict[Field_, Headings]
    words: dict[Field_, dict[Text, Text]] = Field(default_factory=dict)
    defaults: dict[Field_, Text] = Field(default_factory=dict)
    events: Events | None = None

    def field_of(self, heading: str) -> str | None:
        """The field that a heading names, compared without accents, case and punctuation."""
        return self._fields.get(plain(heading))

    def meaning(self, field: str, said: str) -> str | None:
        """The code of a word; None if it is unknown."""
        return self._meanings.get(field, {}).get(plain(said))

    def model_post_init(self, context: object) -> None:
        self._fields = {plain(h): field for field, listed in self.columns.items() for h in listed}
        self._meanings = {
            field: {plain(word): code for word, code in words.items()} for field, words in self.words.items()
        }

    _fields: dict[str, str]
    _meanings: dict[str, dict[str, str]]

    def text(self) -> str:
        """The mapping as YAML."""
        said = self.model_dump(exclude_defaults=True)
        for field, listed in said["columns"].items():
            said["columns"][field] = listed[0] if len(listed) == 1 else listed
        return yaml.safe_dump(
            {"name": self.name, "kind": self.kind, **said}, allow_unicode=True, sort_keys=False
        )


def parse(text: str, file: str) -> Mapping:
    """A mapping from YAML. Raises UnusableError with a line for each thing wrong."""
    try:
        said = yaml.safe_load(text)
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        problem = Fault("mapping_not_yaml", file=file, row=place.line + 1 if place else None)
        raise UnusableError(problem) from error
    try:
        return Mapping.model_validate(said)
    except ValidationError as error:
        problems = [
            Fault("mapping_wrong", file=file, field=".".join(map(str, e["loc"])), why=e["msg"])
            for e in error.errors()
        ]
        raise UnusableError(problems) from error


def built_in() -> Mapping:
    """The headings and words of one-stop systems, as far as they are known."""
    source = resources.files("phucvu.intake") / f"{BUILT_IN}.yaml"
    return parse(source.read_text(encoding="utf-8"), source.name)


def save(home: str, mapping: Mapping) -> None:
    """Keep a mapping in a home under its name, in place of one of the same name."""
    system, folder = _folder(home)
    system.create_dir(folder, recursive=True)
    with system.open_output_stream(f"{folder}/{mapping.name}.yaml") as file:
        file.write(mapping.text().encode())


def load(home: str, name: str) -> Mapping:
    """A mapping by name, of the home or the package's own, or by the path of its file.

    Raises UnusableError if there is none.
    """
    if name.endswith((".yaml", ".yml")) and Path(name).is_file():
        return parse(Path(name).read_text(encoding="utf-8"), Path(name).name)
    system, folder = _folder(home)
    path = f"{folder}/{name}.yaml"
    if system.get_file_info(path).type == pyarrow.fs.FileType.File:
        with system.open_input_stream(path) as file:
            return parse(file.read().decode(), f"{name}.yaml")
    if name == BUILT_IN:
        return built_in()
    held = ", ".join(names(home))
    raise UnusableError(Fault("mapping_unknown", name=name, held=held))


def names(home: str) -> list[str]:
    """The mappings that can be named: those of the home and the package's own."""
    system, folder = _folder(home)
    found = system.get_file_info(pyarrow.fs.FileSelector(folder, allow_not_found=True))
    return sorted({BUILT_IN} | {f.base_name.removesuffix(".yaml") for f in found if f.extension == "yaml"})


def _folder(home: str) -> tuple[pyarrow.fs.FileSystem, str]:
    system, path = opened(home)
    return system, f"{path}/mappings"
