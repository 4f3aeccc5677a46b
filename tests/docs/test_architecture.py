"""docs/architecture.md says what each package imports, as it really is."""

import re
from pathlib import Path

import grimp
import pytest

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "architecture.md").read_text(encoding="utf-8")
ROWS = {
    package: imports
    for packages, imports in re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|.*\| ([^|]+) \|$", TEXT, re.M)
    for package in re.findall(r"`(\w+)`", packages)
}
"""What the table says of each package's imports, in the order of the table."""


@pytest.fixture(scope="module")
def imports():
    """Each package → the packages that its modules import directly, in the order of the table."""
    graph = grimp.build_graph("phucvu", cache_dir=None)
    found = {}
    for package in graph.find_children("phucvu") - {"phucvu.__main__"}:
        modules = {package} | graph.find_descendants(package)
        imported = {i for module in modules for i in graph.find_modules_directly_imported_by(module)}
        others = {i.split(".")[1] for i in imported - modules if i != "phucvu"}
        found[package.split(".")[1]] = [other for other in ROWS if other in others]
    return found


def test_every_package_has_its_row(imports):
    assert sorted(ROWS) == sorted(imports)


def test_the_table_has_the_true_imports(imports):
    assert {name: said.split(", ") if said != "—" else [] for name, said in ROWS.items()} == imports


def test_a_package_imports_only_from_those_above_it(imports):
    order = list(ROWS)
    for package, others in imports.items():
        assert all(order.index(other) < order.index(package) for other in others), package


def test_the_diagram_has_the_arrows_that_no_other_way_stands_for(imports):
    """An arrow is left out where another package imported leads there."""
    reached = {}
    for package in ROWS:
        reached[package] = set(imports[package]).union(*(reached[other] for other in imports[package]))
    arrows = [
        f"    {package} --> {other}"
        for package in ROWS
        for other in imports[package]
        if not any(other in reached[between] for between in imports[package])
    ]
    [drawn] = re.findall(r"```mermaid\ngraph TD\n(.*?)\n```", TEXT, re.S)
    assert drawn.splitlines() == arrows
