"""The floors of docs/architecture.md: an import only goes down; nothing hides one; only the command line prints."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "src" / "newsgen"

# Floor of each module; a package stands for all that is in it. Stages are on floor 3, and none imports another.
FLOORS = {
    "version": 1, "errors": 1, "fingerprint": 1, "effort": 1, "value": 1, "store": 1, "workers": 1,
    "yamltext": 2, "dates": 2, "model": 2, "source": 2, "frontmatter": 2, "permalink": 2, "markup": 2, "theme": 2,
    "files": 2, "prose": 2, "words": 2, "search": 2, "colours": 2, "svg": 2, "citation": 2, "data": 2, "structured": 2,
    "address": 2, "ledger": 2, "settlement": 2, "amendment": 2, "differences": 2, "placing": 2, "rules": 2, "hosts": 2,
    "patience": 1, "redline": 1, "repository": 2,
    "config": 3, "load": 3, "plan": 3, "render": 3, "write": 3,
    "making": 4, "memory": 4, "build": 4, "history": 4, "surveying": 4, "preview": 4,
    "serve": 5,
    "cli": 6,
    "__main__": 7,
}  # fmt: skip
STAGES = {name for name, floor in FLOORS.items() if floor == 3}
# Reached only from the command line; they may use all up to the stages.
WINGS = {"importers": 4, "exports": 4, "packages": 4, "verify": 4, "check": 5}
VAGUE = {"utils", "util", "helpers", "helper", "common", "base", "misc", "manager", "handler", "core", "tools"}


def _modules() -> list[str]:
    """Return every module below the package, as its path without ".py"."""
    return sorted(path.relative_to(PACKAGE).with_suffix("").as_posix() for path in PACKAGE.rglob("*.py"))


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse((PACKAGE / f"{module}.py").read_text("utf-8"))


def _part(name: str) -> str:
    """Return the part of the program that a dotted name below `newsgen` belongs to."""
    return name.split(".")[1] if "." in name else "__init__"


def _exists(name: str) -> bool:
    place = PACKAGE.joinpath(*name.split(".")[1:])
    return place.with_suffix(".py").exists() or (place / "__init__.py").exists()


def _imported(node: ast.AST) -> list[str]:
    """Return the modules of newsgen that an import statement names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names if alias.name.split(".")[0] == "newsgen"]
    if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "newsgen":
        below = [f"{node.module}.{alias.name}" for alias in node.names]
        return [name if _exists(name) else str(node.module) for name in below]
    return []


def _imports(module: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(_tree(module)):
        for name in _imported(node):
            yield name, getattr(node, "lineno", 0)


def _within_functions(module: str) -> Iterator[ast.AST]:
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from (inner for inner in ast.walk(node) if isinstance(inner, ast.Import | ast.ImportFrom))


def _called(node: ast.AST) -> str:
    """Return the dotted name of what a call calls; "" for what has none."""
    if not isinstance(node, ast.Call):
        return ""
    parts: list[str] = []
    target = node.func
    while isinstance(target, ast.Attribute):
        parts.append(target.attr)
        target = target.value
    return ".".join(reversed([*parts, target.id])) if isinstance(target, ast.Name) else ""


MODULES = _modules()
PARTS = sorted({module.split("/")[0] for module in MODULES} - {"__init__"})
OUTSIDE_CLI = [module for module in MODULES if module.split("/")[0] not in ("cli", "__main__")]


@pytest.mark.parametrize("part", PARTS)
def test_every_module_has_a_floor(part: str) -> None:
    assert part in FLOORS or part in WINGS, f"give {part} a floor in this test, and in docs/architecture.md"


@pytest.mark.parametrize("module", MODULES)
def test_no_import_climbs(module: str) -> None:
    part = module.split("/", maxsplit=1)[0]
    floor = {**FLOORS, **WINGS}.get(part, 8)
    for name, line in _imports(module):
        other = _part(name)
        if other == part or (module == "__init__" and FLOORS.get(other) == 1):
            continue
        place = f"{module}.py:{line} imports {name}"
        assert other not in WINGS or part == "cli", f"{place}: only the command line reaches a wing"
        assert other in FLOORS or other in WINGS, f"{place}: it has no floor"
        assert {**FLOORS, **WINGS}[other] <= floor, f"{place}: it is above"
        assert not (part in STAGES and other in STAGES), f"{place}: a stage imports a stage"


def test_no_imports_form_a_ring() -> None:
    graph = {
        module: {
            found
            for name, _ in _imports(module)
            for found in (name.removeprefix("newsgen").strip(".").replace(".", "/"),)
            for found in (found if found in MODULES else f"{found}/__init__" if found else "__init__",)
        }
        for module in MODULES
    }
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join([*path[path.index(module) :], module])
        if module not in done:
            for other in sorted(graph[module]):
                # A package hands on the names of its own modules.
                if not (other.endswith("/__init__") and module.startswith(other.removesuffix("__init__"))):
                    visit(other, (*path, module))
            done.add(module)

    for module in MODULES:
        visit(module, ())


@pytest.mark.parametrize("module", OUTSIDE_CLI)
def test_no_import_hides_in_a_function(module: str) -> None:
    assert [getattr(node, "lineno", 0) for node in _within_functions(module)] == []


@pytest.mark.parametrize("module", MODULES)
def test_no_import_is_for_the_type_checker_alone(module: str) -> None:
    names = {node.id for node in ast.walk(_tree(module)) if isinstance(node, ast.Name)}
    names |= {node.attr for node in ast.walk(_tree(module)) if isinstance(node, ast.Attribute)}
    assert "TYPE_CHECKING" not in names


@pytest.mark.parametrize("module", [module for module in MODULES if module.endswith("__init__")])
def test_a_package_hands_on_names_and_defines_none(module: str) -> None:
    for node in _tree(module).body:
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_all = isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["__all__"]
        assert is_docstring or is_all or isinstance(node, ast.Import | ast.ImportFrom), ast.unparse(node)


@pytest.mark.parametrize("module", OUTSIDE_CLI)
def test_only_the_command_line_prints(module: str) -> None:
    for node in ast.walk(_tree(module)):
        assert _called(node) not in ("print", "sys.stdout.write", "sys.stderr.write", "click.echo"), ast.unparse(node)


@pytest.mark.parametrize("module", OUTSIDE_CLI)
def test_only_the_command_line_reads_the_clock_the_locale_or_the_environment(module: str) -> None:
    for node in ast.walk(_tree(module)):
        called = _called(node)
        assert called.split(".")[-1] not in ("now", "utcnow", "today", "setlocale", "chdir", "getenv"), ast.unparse(
            node
        )
        assert called not in ("time.time", "time.time_ns", "time.localtime", "time.gmtime"), ast.unparse(node)
        if isinstance(node, ast.Attribute):
            assert ast.unparse(node) != "os.environ"


@pytest.mark.parametrize("module", MODULES)
def test_no_name_of_a_module_says_nothing(module: str) -> None:
    assert not VAGUE & set(module.split("/"))


@pytest.mark.parametrize("module", MODULES)
def test_every_module_says_what_it_is(module: str) -> None:
    assert ast.get_docstring(_tree(module))
