"""Imports run one way: the engine knows nothing of moto, the service nothing of the doors."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import cogsync_mock

PACKAGE = Path(cogsync_mock.__file__).parent
# Who stands above may not import who stands below; neighbours on one line do not import each other.
LAYERS = [
    {"cognitosync.exceptions"},
    {"cognitosync.contract"},
    {"cognitosync.jsonvalues", "cognitosync.validation"},
    {"cognitosync.protocol", "cognitosync.sessions", "cognitosync.faults"},
    {"cognitosync.datasets", "cognitosync.calls"},
    {"cognitosync.identities", "cognitosync.changes", "cognitosync.triggers"},
    {"cognitosync.identity", "cognitosync.openid", "cognitosync.settings"},
    {"cognitosync.siblings", "cognitosync.bulkpublish"},
    {"cognitosync.iam", "cognitosync.login", "cognitosync.stacks"},
    {"cognitosync.completion"},
    {"cognitosync.pools"},
    {"cognitosync.directory", "cognitosync.streams", "cognitosync.push", "cognitosync.functions"},
    {"cognitosync.models"},
    {"cognitosync.responses", "cognitosync.cloudformation"},
    {"cognitosync.urls", "cognitosync"},
    {"registration", "options", "environment", "chunks"},
    {"guard"},
    {"shortcut"},
    {"activation"},
    {"mock"},
    {"testclasses"},
    {"decorator"},
    {"server"},
    {"__main__", "pytest_plugin", ""},
]
ENGINE = {module for layer in LAYERS[:6] for module in layer}
# The package itself binds its names on first use, the service's package likewise: these are no imports of a module.
BOUND_ON_USE = {"", "cognitosync"}


def imports(module: str) -> tuple[set[str], set[str]]:
    """Return what a module imports: of this package, and of the world; what only type checkers see does not count."""
    path = PACKAGE / (module.replace(".", "/") + ".py")
    if not path.exists():
        path = PACKAGE / module.replace(".", "/") / "__init__.py"
    package = module.split(".")[:-1] if path.name != "__init__.py" else [part for part in module.split(".") if part]
    ours, others = set(), set()

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            return
        if isinstance(node, ast.Import):
            others.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            others.add(node.module or "")
        elif isinstance(node, ast.ImportFrom):
            base = [*package[: len(package) - node.level + 1], *([node.module] if node.module else [])]
            for alias in node.names:
                deeper = ".".join([*base, alias.name])
                ours.add(deeper if any(deeper in layer for layer in LAYERS) else ".".join(base))
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(path.read_text(encoding="utf-8")))
    return ours, others


def test_every_module_has_its_layer() -> None:
    found = {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix("__init__").rstrip(".")
        for path in PACKAGE.rglob("*.py")
    }
    assert found == {module for layer in LAYERS for module in layer}


@pytest.mark.parametrize("module", sorted({module for layer in LAYERS for module in layer} - BOUND_ON_USE))
def test_imports_run_one_way(module: str) -> None:
    ours, others = imports(module)
    height = next(index for index, layer in enumerate(LAYERS) if module in layer)
    allowed = {name for layer in LAYERS[:height] for name in layer} | BOUND_ON_USE
    assert ours - allowed == set()
    if module in ENGINE:
        assert {name.partition(".")[0] for name in others} & {"moto", "boto3", "werkzeug"} == set()


def test_modules_stay_small() -> None:
    assert [
        path.name for path in PACKAGE.rglob("*.py") if len(path.read_text(encoding="utf-8").splitlines()) > 400
    ] == []
