"""A site -> a bag: its sources and what was built of them, with checksums that any archive's tools can check.

Source: RFC 8493, The BagIt File Packaging Format, version 1.0.
"""

from __future__ import annotations

import json
import platform
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from hashlib import sha256, sha512
from pathlib import Path
from typing import NamedTuple, Protocol
from zipfile import ZIP_DEFLATED, ZipFile

from newsgen import ledger
from newsgen.build import Built
from newsgen.errors import BuildError, Location, Problem
from newsgen.model import Site
from newsgen.packages.contents import Progress, Readable, check_output, output, rfc3339, source, utc
from newsgen.packages.zipped import entry, new_zip
from newsgen.placing import placed_file, placed_tree
from newsgen.version import VERSION

__all__ = ["TOOLS", "Bagged", "check_info", "write_bag"]

TOOLS = "built-with.json"
LEDGER = ledger.FILE_NAME
_README = "README.txt"
_DATA = "data"
_DECLARATION = "bagit.txt"
# What the bag says of itself, and nobody else can.
_OURS = ("payload-oxum", "bag-software-agent", "bagging-date")
_ZIP = ".zip"
_OTHER_FORMS = (".tar", ".tgz", ".gz", ".bz2", ".xz", ".7z", ".rar")


class Bagged(NamedTuple):
    """What was put into a bag: how many files, and their bytes."""

    files: int
    size: int


class _Sums(NamedTuple):
    """The checksums of a file, as hexadecimal digits."""

    sha256: str
    sha512: str


class _Sink(Protocol):
    """Where the files of a bag go."""

    def add(self, path: str, parts: Iterable[bytes]) -> None:
        """Write a file, with its folders."""


@dataclass(frozen=True, slots=True)
class _Folder:
    """A bag as a folder."""

    place: Path

    def add(self, path: str, parts: Iterable[bytes]) -> None:
        file = self.place / path
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("xb") as out:
            out.writelines(parts)


@dataclass(frozen=True, slots=True)
class _Zip:
    """A bag in a ZIP file, below a folder `name` (RFC 8493, section 4.2)."""

    file: ZipFile
    name: str

    def add(self, path: str, parts: Iterable[bytes]) -> None:
        with self.file.open(entry(f"{self.name}/{path}", ZIP_DEFLATED), "w", force_zip64=True) as out:
            for part in parts:
                out.write(part)


def check_info(pairs: Sequence[tuple[str, str]]) -> None:
    """Raise ValueError where a name and its value cannot stand in bag-info.txt, or are not for others to give."""
    for name, value in pairs:
        if not name or name != name.strip() or ":" in name or not name.isprintable():
            raise ValueError(f"{name!r} is not the name of a field")
        if name.casefold() in _OURS:
            raise ValueError(f"{name} is written by newsgen" + (": use --date" if "date" in name.casefold() else ""))
        if not value.strip() or not value.isprintable():
            raise ValueError(f"the value of {name} is empty, or holds more than one line")


def write_bag(
    contents: Built,
    place: Path,
    progress: Progress,
    *,
    info: Sequence[tuple[str, str]] = (),
    date: int | None = None,
    replaces: bool = False,
) -> Bagged:
    """Write the site into a bag at `place`: a folder, or a ZIP file where its name ends so.

    `info` are further fields of bag-info.txt, and `date` is the day of bagging, as `Moment.instant`. Raises BuildError
    where that cannot be done, or a file is not what it was when the site was built; then `place` stays as it was.
    """
    names = _names(contents)
    sums: dict[str, _Sums] = {}
    size = 0
    with _sink(place, replaces=replaces) as sink:
        for number, (name, file) in enumerate(names.items(), 1):
            counted = _Counted()
            sink.add(name, _payload(contents, file, counted))
            sums[name], size = counted.sums(), size + counted.size
            progress(number, len(names))
        tags = {
            _DECLARATION: "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
            "bag-info.txt": _info(contents.site, Bagged(len(sums), size), info, date),
            TOOLS: _tools(contents),
            _README: _readme(contents),
            **_manifests("manifest", sums),
        }
        tags |= _manifests("tagmanifest", {name: _sums(text.encode()) for name, text in tags.items()})
        for name, text in tags.items():
            sink.add(name, [text.encode()])
    return Bagged(len(sums), size)


class _File(NamedTuple):
    """A file that goes into a bag: its path in the site, or in the output folder."""

    path: str
    is_output: bool = False


def _names(contents: Built) -> dict[str, _File]:
    """Return what goes into the bag by its path there, sorted. Raises BuildError for names that no bag can hold.

    What was built stands where a build of the bag's sources would put it.
    """
    sources = [*contents.sources, *([LEDGER] if (contents.root / LEDGER).is_file() else [])]
    found = {f"{_DATA}/{path}": _File(path) for path in sources}
    found |= {f"{_DATA}/{contents.site.output}/{path}": _File(path, is_output=True) for path in contents.outputs}
    seen: dict[str, str] = {}
    for name, file in found.items():
        place = Location(file.path)
        try:
            name.encode()
        except UnicodeEncodeError:
            raise BuildError(Problem("the name of the file is not UTF-8", place, "rename it")) from None
        # The names stay as they are, since ids and links are made of them; but a disk may take these two for one.
        other = seen.setdefault(unicodedata.normalize("NFC", name), file.path)
        if other != file.path:
            message = f"the name of the file looks like that of {other}, and some disks hold only one of them"
            raise BuildError(Problem(message, place, "rename one of them"))
    return dict(sorted(found.items()))


class _Counted:
    """Takes the checksums and the size of what passes by."""

    def __init__(self) -> None:
        self._digests = (sha256(), sha512())
        self.size = 0

    def passing(self, parts: Iterable[bytes]) -> Iterator[bytes]:
        for part in parts:
            for digest in self._digests:
                digest.update(part)
            self.size += len(part)
            yield part

    @property
    def digest(self) -> bytes:
        return self._digests[0].digest()

    def sums(self) -> _Sums:
        return _Sums(*(digest.hexdigest() for digest in self._digests))


def _payload(contents: Built, file: _File, counted: _Counted) -> Iterator[bytes]:
    """Yield the bytes of a file, and count them; raise BuildError at its end where they are not what was built."""
    give: AbstractContextManager[Readable] = (output if file.is_output else source)(contents, file.path)
    with give as readable:
        yield from counted.passing(readable.parts())
    if file.is_output:
        check_output(contents, file.path, counted.digest)


@contextmanager
def _sink(place: Path, *, replaces: bool) -> Iterator[_Sink]:
    ending = place.suffix.lower()
    if ending == _ZIP:
        with placed_file(place, replaces=replaces, by="") as path, new_zip(path) as file:
            yield _Zip(file, place.stem)
    elif ending in _OTHER_FORMS:
        hint = "name a folder, or a file that ends with .zip"
        raise BuildError(Problem(f"a bag cannot be written as {ending}", Location(str(place)), hint))
    else:
        with placed_tree(place, may_replace=lambda old: (old / _DECLARATION).is_file(), replaces=replaces) as path:
            yield _Folder(path)


# Tag files


def _sums(data: bytes) -> _Sums:
    return _Sums(sha256(data).hexdigest(), sha512(data).hexdigest())


def _manifests(kind: str, sums: Mapping[str, _Sums]) -> dict[str, str]:
    """Return the manifests of some files by their names: a line each, of a checksum and a path."""
    return {
        f"{kind}-{method}.txt": "".join(
            [
                f"{digest}  {_in_manifest(path)}\n"
                for path, digest in sorted((path, found[place]) for path, found in sums.items())
            ]
        )
        for place, method in enumerate(_Sums._fields)
    }


def _in_manifest(path: str) -> str:
    """Return a path as a manifest writes it. Source: RFC 8493, section 2.1.3."""
    return path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _info(site: Site, bagged: Bagged, info: Sequence[tuple[str, str]], date: int | None) -> str:
    """Return the text of bag-info.txt; what is given takes the place of what the settings say."""
    place = f"Published at {site.base_url}/." if site.base_url else ""
    description = ": ".join(part for part in (site.title, site.subtitle) if part)
    told = [
        ("Source-Organization", site.publisher.name),
        (
            "External-Description",
            ". ".join(part.rstrip(".") for part in (description, site.description, place) if part),
        ),
    ]
    given = {name.casefold() for name, _ in info}
    fields = [
        *((name, value) for name, value in told if value and name.casefold() not in given),
        *info,
        *([("Bagging-Date", utc(date).date().isoformat())] if date is not None else []),
        ("Bag-Software-Agent", f"newsgen {VERSION}"),
        ("Payload-Oxum", f"{bagged.size}.{bagged.files}"),
    ]
    return "".join(f"{name}: {' '.join(value.split())}\n" for name, value in fields)


def _tools(contents: Built) -> str:
    """Return the versions of all that made the output of the sources, and with which options, as JSON."""
    selection = contents.options.selection
    versions = {name: " ".join(rest).strip() for name, *rest in contents.tools if name not in ("newsgen", "python")}
    told = {
        "newsgen": VERSION,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "libraries": {name: version for name, version in sorted(versions.items()) if version},
        "command": _command(contents),
        "options": {
            "drafts": selection.drafts,
            "future": selection.future,
            "now": None if selection.now is None else rfc3339(selection.now),
            "offline": contents.options.offline,
            "search": contents.options.search,
        },
        "output": contents.site.output,
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _command(contents: Built) -> str:
    """Return the command that builds the sources as they were built."""
    options = contents.options
    words = ["newsgen", "build"]
    words += [
        name
        for name, is_on in (
            ("--drafts", options.selection.drafts),
            ("--future", options.selection.future),
            ("--offline", options.offline),
            ("--no-search", not options.search),
        )
        if is_on
    ]
    if options.selection.now is not None:
        words += ["--now", rfc3339(options.selection.now)]
    return " ".join(words)


def _readme(contents: Built) -> str:
    """Return what tells a finder without any of our documents what this is, how to check it and how to use it."""
    title = " ".join(contents.site.title.split())
    folder = contents.site.output
    return f"""This is a BagIt bag (RFC 8493) of the archive "{title}".

data/{folder}/ holds the archive as it was published: plain HTML, for a browser and for any web server.
The other files below data/ are what it was made of: articles as text (Markdown with YAML), settings, templates.

To check that nothing was lost or changed since, with the tools of any Linux or macOS:

    sha256sum --check --quiet manifest-sha256.txt
    sha256sum --check --quiet tagmanifest-sha256.txt

or with the Library of Congress' bagit.py (pip install bagit):

    bagit.py --validate .

To read it, without any network:

    python3 -m http.server --directory data/{folder}

To build it again, with the versions that {TOOLS} names (pip install newsgen=={VERSION}):

    cp -R data site
    cd site
    {_command(contents)}

The files below site/{folder}/ are then the same, byte for byte.
"""
