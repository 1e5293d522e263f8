"""Private names of other packages stand where they are looked after, so that a release that moves one is soon mended.

Read from the source: attributes and imported names that begin with an underscore, and the same as text, which is how
`getattr` and wrapt get at them.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import cogsync_mock

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(cogsync_mock.__file__).parent
FOREIGN = {"aiobotocore", "boto3", "botocore", "moto", "pytest", "_pytest", "responses", "urllib3", "werkzeug", "wrapt"}
# Where they may stand if a docstring there names them,
LISTED = "runtime/"
# and where without: these are about nothing else.
QUARANTINE = (
    "integrations/",
    "cognitoidentity/patches.py",
    "cognitosync/authorization.py",
    "cognitosync/cloudformation.py",
)
# Where else, and why.
EXCEPTIONS = {
    ("cognitosync/responses.py", "_authenticate_and_authorize_action"): "the base of moto's responses has IAM "
    "authorise a request with it",
    ("pytest_plugin.py", "_fixtureinfo"): "pytest tells nowhere else of which scope the fixtures of a test are",
    ("testclasses.py", "_outcome"): "unittest tells nowhere else whether a test that is running has passed so far",
    ("testclasses.py", "_pytestfixturefunction"): "pytest before 8.4 tells nowhere else what is a fixture",
}
# moto's own services use these; they move only with all of them. Everything else of moto's belongs in quarantine.
USED_BY_MOTOS_SERVICES = {
    "moto.settings",
    "moto.core.base_backend.BackendDict",
    "moto.core.base_backend.BaseBackend",
    "moto.core.common_models.BaseModel",
    "moto.core.models.DEFAULT_ACCOUNT_ID",
    "moto.core.responses.BaseResponse",
    "moto.core.utils.unix_time",
}
# Public although they begin with an underscore: those of named tuples and of the standard library.
PUBLIC = {"_replace", "_asdict", "_fields", "_make", "_exit", "_getframe"}
# What bears this package's name is ours, on whatever it is put.
_PRIVATE = re.compile(r"_(?!cogsync)[a-zA-Z]\w*")


def sources() -> list[str]:
    return sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


def tree(source: str) -> ast.Module:
    return ast.parse((PACKAGE / source).read_text(encoding="utf-8"))


def defined_in(module: ast.Module) -> set[str]:
    """Return the private names that a module itself gives to something."""
    names = set()
    for node in ast.walk(module):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.alias(asname=str(name)):
                names.add(name)
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name, ctx=ast.Store()):
                names.add(name)
    return names


OURS = set().union(*(defined_in(tree(source)) for source in sources()))


def private_names(source: str) -> Iterator[str]:
    """Yield the private names of others that a module uses, as far as its source shows."""
    module = tree(source)
    here = defined_in(module)
    for node in ast.walk(module):
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name):
                # May come from a base class of another module of ours.
                names, known = [name], here | OURS
            case ast.Attribute(attr=name):
                names, known = [name], here | PUBLIC
            case ast.Constant(value=str(text)) if all(part.isidentifier() for part in text.split(".")):
                names, known = text.split("."), here
            case _:
                continue
        yield from (name for name in names if _PRIVATE.fullmatch(name) and name not in known)
    yield from private_imports(module)


def private_imports(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        match node:
            case ast.ImportFrom(level=0, module=str(name), names=aliases) if name.partition(".")[0] in FOREIGN:
                yield from _private_part(name)
                yield from (alias.name for alias in aliases if _PRIVATE.fullmatch(alias.name))
            case ast.Import(names=aliases):
                for alias in aliases:
                    if alias.name.partition(".")[0] in FOREIGN:
                        yield from _private_part(alias.name)


def _private_part(module: str) -> Iterator[str]:
    """Yield a module's name up to its first private part, if it has one."""
    parts = module.split(".")
    for number, part in enumerate(parts, 1):
        if part.startswith("_"):
            yield ".".join(parts[:number])
            return


def imports_of_moto(source: str) -> Iterator[str]:
    for node in ast.walk(tree(source)):
        match node:
            case ast.ImportFrom(level=0, module=str(name), names=aliases) if name.partition(".")[0] == "moto":
                yield from (f"{name}.{alias.name}" for alias in aliases)
            case ast.Import(names=aliases):
                yield from (alias.name for alias in aliases if alias.name.startswith("moto."))


FREE = [source for source in sources() if not source.startswith((LISTED, *QUARANTINE))]


@pytest.mark.parametrize("source", FREE)
def test_private_names_of_others_stay_in_quarantine(source: str) -> None:
    left = {name for name in private_names(source) if (source, name) not in EXCEPTIONS}
    assert not left, f"{source} uses {sorted(left)}: move that to one of {QUARANTINE}, or give a reason in EXCEPTIONS"


@pytest.mark.parametrize("source", [source for source in sources() if source.startswith(LISTED)])
def test_private_names_in_the_runtime_are_listed(source: str) -> None:
    """In the docstring of the module that uses them or of a neighbour, which says what they are for."""
    listed = set()
    for other in sources():
        if other.startswith(LISTED):
            listed |= set(re.findall(r"\w+", ast.get_docstring(tree(other)) or ""))
    left = {name for name in private_names(source) if name.rpartition(".")[2] not in listed}
    assert not left, f"{source} uses {sorted(left)}: name them in its docstring, so that the next release is checked"


@pytest.mark.parametrize("source", FREE)
def test_only_what_motos_own_services_use_is_imported_elsewhere(source: str) -> None:
    left = set(imports_of_moto(source)) - USED_BY_MOTOS_SERVICES
    assert not left, f"{source} imports {sorted(left)}: move that to one of {QUARANTINE}"


def test_the_lists_hold_nothing_that_is_gone() -> None:
    used = {(source, name) for source in FREE for name in private_names(source)}
    assert [exception for exception in EXCEPTIONS if exception not in used] == []
    assert {name for source in FREE for name in imports_of_moto(source)} >= USED_BY_MOTOS_SERVICES
    assert [place for place in QUARANTINE if not (PACKAGE / place).exists()] == []


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("from moto.core.models import _x", {"_x"}),
        ("import moto._internal.deep", {"moto._internal"}),
        ("def f(thing): return thing._x", {"_x"}),
        ("getattr(thing, '_x')", {"_x"}),
        ("wrap('botocore.session._x.y')", {"_x"}),
        ("class A(moto.B):\n def f(self): return self._never_defined_here", {"_never_defined_here"}),
        ("class A:\n def f(self): self._x = 1; return other._x", set()),
        ("row._replace(a=1); os._exit(1); print('a _word in a sentence', '__name__')", set()),
    ],
)
def test_what_counts_as_private(code: str, found: set[str], tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(code)
    assert set(private_names(str(tmp_path / "module.py"))) == found
