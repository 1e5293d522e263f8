"""Imports run one way, from the entry points down to the wire."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import cogsync_mock

PACKAGE = Path(cogsync_mock.__file__).parent
# The floors of the house, top first. A module imports from its own floor (of its own folder) and from those below.
FLOORS = [
    ["pytest_plugin"],
    [""],
    ["decorator", "__main__"],
    ["mock", "server"],
    ["mock_cognito"],
    ["runtime"],
    ["snapshots"],
    ["cognitosync"],
    ["cognitoidentity"],
    ["aws", "integrations", "options", "testclasses"],
]
# Within the folder of the service, top first.
SERVICE_FLOORS = [
    ["urls", ""],
    ["responses", "cloudformation"],
    ["models"],
    ["backend"],
    ["concurrency"],
    ["effects", "authorization", "references", "fault_support"],
    ["state"],
    ["settings"],
    ["wire"],
    ["exceptions"],
]
# Pure: nothing of moto, boto3 or werkzeug.
PURE = [
    "cognitosync.wire",
    "cognitosync.state",
    "cognitosync.exceptions",
    "cognitoidentity.state",
    "cognitoidentity.documents",
]
# The package itself binds its names on first use, the service's package likewise: importing it imports no other module.
BOUND_ON_USE = {"", "cognitosync"}


def modules() -> list[str]:
    found = [".".join(path.relative_to(PACKAGE).with_suffix("").parts) for path in PACKAGE.rglob("*.py")]
    return sorted(name.removesuffix("__init__").rstrip(".") for name in found)


def floor_of(module: str, floors: list[list[str]]) -> int:
    room = module.partition(".")[0]
    return next(number for number, rooms in enumerate(floors) if room in rooms)


def path_of(module: str) -> Path:
    path = PACKAGE / (module.replace(".", "/") + ".py")
    return path if path.exists() else PACKAGE / module.replace(".", "/") / "__init__.py"


def imports(module: str) -> tuple[set[str], set[str]]:
    """Return what a module imports: of this package, and of the world; what only type checkers see does not count."""
    path = path_of(module)
    parts = [part for part in module.split(".") if part]
    package = parts if path.name == "__init__.py" else parts[:-1]
    ours, others = set(), set()

    def import_from(node: ast.ImportFrom) -> None:
        name = node.module or ""
        if node.level:
            base = [*package[: len(package) - node.level + 1], *([name] if name else [])]
        elif name.partition(".")[0] == "cogsync_mock":
            base = name.split(".")[1:]
        else:
            others.add(name)
            return
        for alias in node.names:
            deeper = ".".join([*base, alias.name])
            ours.add(deeper if deeper in known else ".".join(base))

    def visit(node: ast.AST) -> None:
        children: list[ast.AST] = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            children = list(node.orelse)
        elif isinstance(node, ast.Import):
            others.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            import_from(node)
        for child in children:
            visit(child)

    known = set(modules())
    visit(ast.parse(path.read_text(encoding="utf-8")))
    return ours - BOUND_ON_USE, others


@pytest.mark.parametrize("module", [module for module in modules() if module not in BOUND_ON_USE])
def test_imports_run_one_way(module: str) -> None:
    ours, others = imports(module)
    room, inside = module.partition(".")[0], module.partition(".")[2]
    for name in ours:
        if name.partition(".")[0] != room:
            assert floor_of(name, FLOORS) >= floor_of(module, FLOORS), f"{module} imports {name}, which is above it"
        elif room == "cognitosync":
            below = floor_of(name.partition(".")[2], SERVICE_FLOORS) >= floor_of(inside, SERVICE_FLOORS)
            assert below, f"{module} imports {name}, which is above it"
    if module.startswith(tuple(PURE)):
        assert {name.partition(".")[0] for name in others} & {"moto", "boto3", "werkzeug"} == set()


def test_no_two_modules_import_each_other() -> None:
    known: dict[str, set[str]] = {module: imports(module)[0] for module in modules() if module not in BOUND_ON_USE}

    def reached_from(module: str, seen: set[str]) -> set[str]:
        for name in known.get(module, set()) - seen:
            seen.add(name)
            reached_from(name, seen)
        return seen

    assert [module for module in known if module in reached_from(module, set())] == []


def test_modules_stay_small() -> None:
    assert [
        path.name for path in PACKAGE.rglob("*.py") if len(path.read_text(encoding="utf-8").splitlines()) > 400
    ] == []
