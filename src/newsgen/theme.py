"""Where templates and the theme's static files are found, and which templates a template is made of."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from jinja2 import BaseLoader, BytecodeCache, Environment, TemplateSyntaxError, meta, nodes
from jinja2.bccache import Bucket
from jinja2.exceptions import TemplateNotFound

from newsgen import files
from newsgen.errors import Problem
from newsgen.fingerprint import digest_bytes
from newsgen.store import packed, sealed, unpacked, unsealed

__all__ = [
    "OWN",
    "Closures",
    "Compiled",
    "Loader",
    "built_in_folder",
    "layers_below",
    "problems",
    "static_files",
    "templates",
]

OWN = "templates"
_STATIC, _STRINGS = "static", "strings"
# What lets a template remember from one call to the next: methods that change a value, and Jinja's own such objects.
_CHANGES = frozenset(
    {
        "add", "append", "clear", "difference_update", "discard", "extend", "insert", "intersection_update", "pop",
        "popitem", "remove", "reverse", "setdefault", "sort", "symmetric_difference_update", "update",
    }
)  # fmt: skip
_COUNTERS = frozenset({"namespace", "cycler", "joiner"})


@cache
def built_in_folder() -> Path:
    """Return the folder of the built-in theme: inside the installed package, or `templates/` of a source checkout."""
    package = Path(__file__).parent
    packed = package / "theme"
    return packed if packed.is_dir() else package.parent.parent / "templates"


def _folders(root: Path) -> list[Path]:
    """Return where a template is looked for, the first winning: the site's own folder, then the built-in theme."""
    own = root / OWN
    built_in = built_in_folder()
    is_own = own.is_dir() and not own.is_symlink() and own.resolve() != built_in.resolve()
    return [own, built_in] if is_own else [built_in]


def templates(root: Path) -> dict[str, Path]:
    """Return the templates that the site at `root` can name, sorted: plain files, and no others.

    The site's own win over the built-in ones, which can all be reached as "theme/...".
    """
    built_in = {f"theme/{name}": path for name, path in _files(built_in_folder()).items()}
    found = built_in | _winning(root)
    return {name: path for name, path in sorted(found.items()) if not name.startswith((f"{_STATIC}/", f"{_STRINGS}/"))}


def static_files(root: Path) -> dict[str, Path]:
    """Return the theme's static files by their name below `static/`; the site's own file wins over the built-in."""
    return {name: paths[-1] for name, paths in layers_below(root, _STATIC).items()}


def layers_below(root: Path, folder: str) -> dict[str, list[Path]]:
    """Return the files of a folder of the theme by their name below it: the built-in one first, then the site's own."""
    found: dict[str, list[Path]] = {}
    for place in reversed(_folders(root)):
        for name, path in _files(place).items():
            if name.startswith(f"{folder}/"):
                found.setdefault(name.removeprefix(f"{folder}/"), []).append(path)
    return dict(sorted(found.items()))


def problems(root: Path) -> tuple[Problem, ...]:
    """Return what stands among the site's own templates and is not read, such as links."""
    return files.walk(root, OWN).problems


def _winning(root: Path) -> dict[str, Path]:
    """Return the files of the theme by name, the site's own in place of built-in ones of the same name."""
    found: dict[str, Path] = {}
    for folder in reversed(_folders(root)):
        found.update(_files(folder))
    return found


def _files(folder: Path) -> dict[str, Path]:
    walked = files.walk(folder.parent, folder.name).files
    return {path.removeprefix(f"{folder.name}/"): folder.parent / path for path in walked}


class Loader(BaseLoader):
    """Reads the templates of a site for Jinja: those of `templates`, as they stand on disk at the first reading."""

    def __init__(self, root: Path) -> None:
        self.paths = templates(root)

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, None]:
        """Return a template's text and file. Raises TemplateNotFound, also for a file that is no plain one."""
        path = self.paths.get(template)
        if path is None:
            raise TemplateNotFound(template)
        try:
            return files.read_bytes(path.parent, path.name).decode("utf-8"), str(path), None
        except OSError:
            raise TemplateNotFound(template) from None
        except UnicodeDecodeError:
            raise TemplateSyntaxError("the template is not UTF-8", 1, template, str(path)) from None

    def list_templates(self) -> list[str]:
        """Return the names of all templates, sorted."""
        return list(self.paths)


class Compiled(BytecodeCache):
    """Templates as Jinja compiled them, and what was read of their sources: kept in one file between builds.

    `key` is what a compiled template depends on beside its source. A file that is damaged or was made with another
    key is as good as none. Without `writes` nothing new is kept.
    """

    def __init__(self, file: Path, key: bytes, *, writes: bool = True) -> None:
        self._file = file
        self._writes = writes
        self._key = key
        found = unpacked(unsealed(files.bytes_of(file)))
        self._code: dict[tuple[str, str], bytes] = {}
        self._reads: dict[tuple[str, bytes], _Read] = {}
        if isinstance(found, tuple) and len(found) == 3 and found[0] == key:
            _, self._code, self._reads = found
        self._is_new = False

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give Jinja a compiled template."""
        code = self._code.get((bucket.key, bucket.checksum))
        if code is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Take a template that Jinja has compiled."""
        self._code[bucket.key, bucket.checksum] = bucket.bytecode_to_string()
        self._is_new = True

    def read(self, name: str, digest: bytes) -> _Read | None:
        """Return what was read of a template's source; None where it is new."""
        return self._reads.get((name, digest))

    def keep(self, name: str, read: _Read) -> None:
        """Remember what was read of a template's source."""
        self._reads[name, read.digest] = read
        self._is_new = True

    def save(self) -> None:
        """Write down what is new; nothing where the disk does not want it, since all can be made again."""
        if not (self._is_new and self._writes):
            return
        try:
            files.put(self._file, sealed(packed((self._key, self._code, self._reads))))
        except OSError:
            return
        self._is_new = False


class _Read(NamedTuple):
    """What a template's source tells: its digest, the templates that it names (None for a name that is computed),
    whether it can remember anything, and the variables that it takes from the page; None for the unknown.
    """

    digest: bytes
    names: frozenset[str] | None
    can_remember: bool = True
    variables: frozenset[str] | None = None


class Closures:
    """Knows, for each template, the digest of all the sources that it is made of, and what it depends on."""

    def __init__(self, environment: Environment, loader: Loader, compiled: Compiled | None = None) -> None:
        self._environment = environment
        self._loader = loader
        self._compiled = compiled
        self._digests: dict[str, bytes] = {}
        self._known: dict[str, _Read] = {}

    def digest(self, name: str) -> bytes:
        """Return the digest of a template with all that it extends, includes or imports, however far.

        A name that is computed at run time could be any template, so it stands for all of them. A template that does
        not exist counts by its name: it may be one that is only included if it is there.
        """
        known = self._digests.get(name)
        if known is None:
            parts = [f"{part}\n".encode() + self._read(part).digest for part in sorted(self._closure(name))]
            known = self._digests[name] = digest_bytes(*parts)
        return known

    def is_pure(self, name: str) -> bool:
        """Whether what a template's macros give depends on their arguments alone: nothing in it remembers a call."""
        return not any(self._read(part).can_remember for part in self._closure(name))

    def is_constant(self, name: str) -> bool:
        """Whether a template that is included gives the same on every page, since it reads `site` and no more."""
        variables = self._read(name).variables
        return variables is not None and variables <= {"site"} and self.is_pure(name)

    def _closure(self, name: str) -> set[str]:
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            part = waiting.pop()
            if part in seen:
                continue
            seen.add(part)
            named = self._read(part).names
            waiting.extend(self._loader.list_templates() if named is None else named)
        return seen

    def _read(self, name: str) -> _Read:
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._parse(name)
        return known

    def _parse(self, name: str) -> _Read:
        try:
            source = self._loader.get_source(self._environment, name)[0]
            digest = digest_bytes(source.encode("utf-8", "surrogatepass"))
            if self._compiled and (known := self._compiled.read(name, digest)):
                return known
            parsed = self._environment.parse(source)
            found = list(meta.find_referenced_templates(parsed))
            variables = None if _shares_context(parsed) else frozenset(meta.find_undeclared_variables(parsed))
        except TemplateNotFound:
            return _Read(b"missing", frozenset())
        except (TemplateSyntaxError, RecursionError):
            # Rendering tells what is wrong with it, and where.
            return _Read(b"faulty", frozenset())
        read = _Read(
            digest=digest,
            names=None if None in found else frozenset(item for item in found if item is not None),
            can_remember=_can_remember(parsed),
            variables=variables,
        )
        if self._compiled:
            self._compiled.keep(name, read)
        return read


def _can_remember(parsed: nodes.Template) -> bool:
    """Whether anything in a template may be changed by a call and seen by the next; True also where that is unclear."""
    if any(name.name in _COUNTERS for name in parsed.find_all(nodes.Name)):
        return True
    # An attribute that is looked up by a computed name could be any method.
    if any(item.name in ("attr", "map") and item.args for item in parsed.find_all(nodes.Filter)):
        return True
    for call in parsed.find_all(nodes.Call):
        if isinstance(call.node, nodes.Getattr):
            if call.node.attr in _CHANGES or call.node.attr.startswith("_"):
                return True
        elif not isinstance(call.node, nodes.Name):
            return True
    return False


def _shares_context(parsed: nodes.Template) -> bool:
    """Whether a template hands the page's variables on to others, or is made of parts that may read them."""
    if any(parsed.find_all((nodes.Include, nodes.Extends, nodes.Block, nodes.Macro))):
        return True
    return any(getattr(item, "with_context", False) for item in parsed.find_all((nodes.Import, nodes.FromImport)))
