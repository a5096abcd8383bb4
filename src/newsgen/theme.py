"""Where templates and the theme's static files are found, and which templates a template is made of."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, TemplateSyntaxError, meta
from jinja2.exceptions import TemplateNotFound

from newsgen import files
from newsgen.fingerprint import digest_bytes

__all__ = ["Closures", "built_in_folder", "loader", "static_files", "template_names"]

_STATIC = "static"


@cache
def built_in_folder() -> Path:
    """Return the folder of the built-in theme: inside the installed package, or `templates/` of a source checkout."""
    package = Path(__file__).parent
    packed = package / "theme"
    return packed if packed.is_dir() else package.parent.parent / "templates"


def _folders(root: Path) -> list[Path]:
    """Return where a template is looked for, the first winning: the site's own folder, then the built-in theme."""
    own = root / "templates"
    built_in = built_in_folder()
    is_own = own.is_dir() and not own.is_symlink() and own.resolve() != built_in.resolve()
    return [own, built_in] if is_own else [built_in]


def loader(root: Path) -> BaseLoader:
    """Return what finds a template for the site at `root`; "theme/..." is always the built-in one."""
    built_in = FileSystemLoader(built_in_folder())
    return ChoiceLoader([FileSystemLoader(_folders(root)), PrefixLoader({"theme": built_in})])


def template_names(root: Path) -> tuple[str, ...]:
    """Return the names of all templates that can be reached, sorted."""
    names = {name for folder in _folders(root) for name in _names(folder)}
    return tuple(sorted(names | {f"theme/{name}" for name in _names(built_in_folder())}))


def static_files(root: Path) -> dict[str, Path]:
    """Return the theme's static files by their name below `static/`; the site's own file wins over the built-in."""
    found: dict[str, Path] = {}
    for folder in reversed(_folders(root)):
        for path in files.walk(folder, _STATIC).files:
            found[path.removeprefix(_STATIC + "/")] = folder / path
    return dict(sorted(found.items()))


def _names(folder: Path) -> list[str]:
    walked = files.walk(folder.parent, folder.name).files
    names = [path.removeprefix(folder.name + "/") for path in walked]
    return [name for name in names if not name.startswith(_STATIC + "/")]


class Closures:
    """Knows, for each template, the digest of all the sources that it is made of."""

    def __init__(self, environment: Environment, names: tuple[str, ...]) -> None:
        self._environment = environment
        self._names = names
        self._digests: dict[str, bytes] = {}
        self._references: dict[str, tuple[bytes, frozenset[str] | None]] = {}

    def digest(self, name: str) -> bytes:
        """Return the digest of a template with all that it extends, includes or imports, however far.

        A name that is computed at run time could be any template, so it stands for all of them. A template that does
        not exist counts by its name: it may be one that is only included if it is there.
        """
        known = self._digests.get(name)
        if known is None:
            parts = [f"{part}\n".encode() + self._read(part)[0] for part in sorted(self._closure(name))]
            known = self._digests[name] = digest_bytes(*parts)
        return known

    def _closure(self, name: str) -> set[str]:
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            part = waiting.pop()
            if part in seen:
                continue
            seen.add(part)
            named = self._read(part)[1]
            waiting.extend(self._names if named is None else named)
        return seen

    def _read(self, name: str) -> tuple[bytes, frozenset[str] | None]:
        """Return a template's digest and the names in it; None for names where one is computed."""
        known = self._references.get(name)
        if known is None:
            known = self._references[name] = self._parse(name)
        return known

    def _parse(self, name: str) -> tuple[bytes, frozenset[str] | None]:
        loading = self._environment.loader
        if loading is None:
            return b"", frozenset()
        try:
            source = loading.get_source(self._environment, name)[0]
            found = list(meta.find_referenced_templates(self._environment.parse(source)))
        except TemplateNotFound:
            return b"missing", frozenset()
        except (TemplateSyntaxError, UnicodeDecodeError, RecursionError):
            # Rendering tells what is wrong with it, and where.
            return b"faulty", frozenset()
        digest = digest_bytes(source.encode("utf-8", "surrogatepass"))
        return digest, None if None in found else frozenset(item for item in found if item is not None)
