"""A Word template and its fields become a letter, within limits.

A template may come from anybody in an office, so it is not trusted. Its file is measured before it is read;
its expressions run in jinja2's sandbox, which has no attributes of Python; and a template that does not ship
with the program is filled in a process of its own, whose time and memory the operating system limits.
"""

from __future__ import annotations

import base64
import difflib
import html
import io
import json
import re
import resource
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from phucvu.problems import Fault, UnusableError

MEGABYTE = 1 << 20
LARGEST_FILE = 5 * MEGABYTE
LARGEST_CONTENT = 30 * MEGABYTE
"""Of all parts, unzipped."""
MOST_PARTS = 500
MOST_NODES = 20_000
"""Nodes of the expressions of one part."""
MOST_SECONDS = 20
MOST_MEMORY = 1024 * MEGABYTE

EMU = 36_000
"""Units of Word in a millimetre of a picture."""

RUNS = re.compile(r"vbaProject|vbaData|activeX|embeddings/|oleObject", re.IGNORECASE)
"""Parts of a Word file that are programs or other files."""
LINK = re.compile(r"<Relationship\b[^>]*>")
FIELD = re.compile(r"<w:instrText\b[^>]*>([^<]*)|w:instr\s*=\s*[\"']([^\"']*)")
FETCHES = re.compile(r"DDE|INCLUDE|LINK(?<!HYPERLINK)|IMPORT|DATABASE", re.IGNORECASE)
"""Fields of Word that start a program or fetch a file."""

Context = Mapping[str, Any]
"""Texts, lists and further mappings by the name of the field: what JSON can say."""


def picture(png: bytes, width: float) -> dict[str, Any]:
    """A PNG as a field of its own, so many millimetres wide."""
    return {"png": base64.b64encode(png).decode(), "millimetres": width}


def shipped(name: str) -> bytes:
    """The template of a kind that ships with the program."""
    return (resources.files("phucvu.letters") / "templates" / f"{name}.docx").read_bytes()


def read_template(path: Path) -> bytes:
    """An office's template. Raises UnusableError where it is too large."""
    with path.open("rb") as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise UnusableError(Fault("template_too_large", file=path.name, most=LARGEST_FILE // MEGABYTE))
    return content


class UnknownFieldError(Exception):
    """A template names a field that there is not; ``known`` are those at its place."""

    def __init__(self, name: str, known: list[str]) -> None:
        self.name, self.known = name, known
        super().__init__(name)


class _Missing(StrictUndefined):
    """A field that there is not: using it says which, and what there is."""

    def _fail_with_undefined_error(self, *args: Any, **kwargs: Any) -> Any:
        of = self._undefined_obj
        raise UnknownFieldError(str(self._undefined_name), list(of) if isinstance(of, Mapping) else [])

    __str__ = __iter__ = __len__ = __eq__ = __ne__ = __bool__ = __hash__ = _fail_with_undefined_error
    __contains__ = __add__ = __getitem__ = __call__ = __lt__ = __gt__ = _fail_with_undefined_error


class _Sandbox(ImmutableSandboxedEnvironment):
    """Expressions over plain data, of a limited number."""

    def __init__(self) -> None:
        super().__init__(undefined=_Missing, autoescape=True)
        self.globals.clear()

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        if sum(1 for _ in tree.find_all(nodes.Node)) > MOST_NODES:
            raise SecurityError("more expressions than a letter needs")
        return tree


def fill(template: bytes, context: Context, file: str = "") -> bytes:
    """The letter. Raises UnusableError where the template cannot be used: one fault that says why."""
    try:
        return _filled(template, context)
    except UnusableError as error:
        raise UnusableError(fault.at(file=file) for fault in error.faults) from error
    except UnknownFieldError as error:
        names = error.known or list(context)
        raise UnusableError(_unknown(error.name, names).at(file=file)) from error
    except SecurityError as error:
        raise UnusableError(Fault("template_not_allowed", file=file, why=_short(error))) from error
    except MemoryError as error:
        raise UnusableError(Fault("template_too_costly", file=file, seconds=MOST_SECONDS)) from error
    except jinja2.TemplateSyntaxError as error:
        raise UnusableError(Fault("template_wrong", file=file, why=_short(error))) from error
    except Exception as error:  # whatever a file from outside makes the libraries do
        raise UnusableError(Fault("template_wrong", file=file, why=_short(error))) from error


def fill_apart(template: bytes, context: Context, file: str = "") -> bytes:
    """As ``fill``, in a process of its own that is ended when it takes too long or too much memory."""
    check_file(template, file)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "template").write_bytes(template)
        (folder / "context").write_text(json.dumps(context), encoding="utf-8")
        words = [sys.executable, "-m", "phucvu.letters.template_filling", name, file, str(MOST_SECONDS)]
        try:
            done = subprocess.run(words, capture_output=True, timeout=MOST_SECONDS * 2, check=False)
        except subprocess.TimeoutExpired as error:
            raise UnusableError(Fault("template_too_costly", file=file, seconds=MOST_SECONDS)) from error
        if (folder / "letter").exists() and done.returncode == 0:
            return (folder / "letter").read_bytes()
        if (folder / "faults").exists():
            said = json.loads((folder / "faults").read_text(encoding="utf-8"))
            raise UnusableError(
                Fault("template_not_word").at(file=file, code=code, parameters=parameters)
                for code, parameters in said
            )
        raise UnusableError(Fault("template_too_costly", file=file, seconds=MOST_SECONDS))


def check_file(template: bytes, file: str = "") -> None:
    """Raises UnusableError for what is no Word file, or is larger than a letter can be."""
    if len(template) > LARGEST_FILE:
        raise UnusableError(Fault("template_too_large", file=file, most=LARGEST_FILE // MEGABYTE))
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as parts:
            infos = parts.infolist()
            if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > LARGEST_CONTENT:
                raise UnusableError(Fault("template_too_large", file=file, most=LARGEST_CONTENT // MEGABYTE))
            if "word/document.xml" not in parts.namelist():
                raise UnusableError(Fault("template_not_word", file=file))
            for info in infos:
                if RUNS.search(info.filename):
                    raise UnusableError(Fault("template_reaches_outside", file=file, what=info.filename[:80]))
                if not info.filename.endswith((".xml", ".rels")):
                    continue
                # Word writes UTF-8 without a document type; entities of one could grow without end.
                content = parts.read(info)
                if b"\0" in content or b"<!DOCTYPE" in content or b"<!ENTITY" in content:
                    raise UnusableError(Fault("template_not_word", file=file))
                if what := _reached(html.unescape(content.decode(errors="replace"))):
                    raise UnusableError(Fault("template_reaches_outside", file=file, what=what[:80]))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise UnusableError(Fault("template_not_word", file=file)) from error


def _reached(text: str) -> str:
    """What a part has run, or fetched as soon as the letter is opened; empty without. Links to click on stay.

    A field may be cut into many pieces, so that all of them are read together.
    """
    for name in ("macroEnabled", "<w:altChunk"):
        if name in text:
            return name
    for link in LINK.findall(text):
        if re.search(r"TargetMode\s*=\s*[\"']External", link) and not re.search(r"/hyperlink[\"']", link):
            found = re.search(r"Target\s*=\s*[\"']([^\"']*)", link)
            return found[1] if found else "TargetMode"
    field = FETCHES.search("".join(map("".join, FIELD.findall(text))))
    return field[0] if field else ""


def _filled(template: bytes, context: Context) -> bytes:
    check_file(template)
    document, environment = DocxTemplate(io.BytesIO(template)), _Sandbox()
    for name in sorted(document.get_undeclared_template_variables(environment) - set(context)):
        raise UnknownFieldError(name, list(context))
    fields = {name: _placed(document, value) for name, value in context.items()}
    document.render(fields, environment, autoescape=True)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _placed(document: DocxTemplate, value: Any) -> Any:
    """A field as the template gets it: a picture becomes a part of the Word file."""
    if not isinstance(value, Mapping) or value.keys() != {"png", "millimetres"}:
        return value
    png = io.BytesIO(base64.b64decode(value["png"]))
    return InlineImage(document, png, width=round(value["millimetres"] * EMU))


def _unknown(name: str, known: list[str]) -> Fault:
    near = difflib.get_close_matches(name, known, 1, 0)
    return Fault("template_field_unknown", name=name[:60], near=near[0] if near else "—")


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def _main(folder: Path, file: str, seconds: int) -> None:
    limits = {
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_AS: MOST_MEMORY,
        resource.RLIMIT_FSIZE: LARGEST_CONTENT * 2,
    }
    for kind, most in limits.items():
        resource.setrlimit(kind, (most, most))
    context = json.loads((folder / "context").read_text(encoding="utf-8"))
    try:
        letter = fill((folder / "template").read_bytes(), context, file)
    except UnusableError as error:
        said = [(fault.code, fault.parameters) for fault in error.faults]
        (folder / "faults").write_text(json.dumps(said), encoding="utf-8")
    else:
        (folder / "letter").write_bytes(letter)


if __name__ == "__main__":
    _main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
