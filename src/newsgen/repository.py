"""What git knows of a site's texts: which commits changed which files, and what stood in them.

The program `git` is asked, since it is there wherever a repository is, and reads any of them fast. A repository may
come from a stranger, so nothing in it is obeyed: its settings can start no program, its replacements, grafts and notes
change nothing, and nothing is fetched from elsewhere. No file is written.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import IO, NamedTuple

from newsgen import files
from newsgen.dates import Moment, Precision
from newsgen.fingerprint import digest_bytes

__all__ = ["LARGEST", "Change", "Commit", "Missing", "Repository", "contents", "descends", "find", "history", "moment"]

# Bytes of a file that are read; of a larger one nothing is known.
LARGEST = 4 * 1024 * 1024
_AT_ONCE = 100  # names of objects, 41 bytes each, that surely fit into a pipe
_CHUNK = 1 << 20
# What a repository's own settings could have git start, or read otherwise than it is.
_OVERRULED = (
    "core.fsmonitor=false", "core.hooksPath=/dev/null", "core.attributesFile=/dev/null", "core.alternateRefsCommand=",
    "core.sshCommand=false", "core.gitProxy=", "core.askPass=", "core.commitGraph=false", "core.quotePath=false",
    "credential.helper=", "protocol.allow=never", "diff.external=", "diff.orderFile=/dev/null", "diff.renames=true",
    "diff.relative=false", "log.showRoot=true", "i18n.logOutputEncoding=UTF-8",
    "log.showSignature=false", "gpg.program=false", "submodule.recurse=false", "core.pager=cat",
)  # fmt: skip
_TEXTS = (":(top,icase,glob)**/*.md", ":(top,icase,glob)**/*.markdown")
_PLAIN_FILES = (b"100644", b"100755", b"100664")
_HEADER = re.compile(rb"([0-9a-f]{40,64}) (-?[0-9]+) ([+-])([0-9]{2,})([0-9]{2})")
_LAST_SECOND = 253_402_300_799  # of the year 9999
_LARGEST_OFFSET = 14 * 60


class Missing(Exception):  # noqa: N818  # said of a repository, and no fault of the site
    """Why a site's history cannot be read, in words."""


class Repository(NamedTuple):
    """The repository that a site's folder `root` lies in. `head` is its commit, "" before the first.

    `prefix` is the site's folder in it, "" or with a "/" at its end. `boundary` is "" where the repository is whole,
    and tells where it was cut off else.
    """

    git: str
    root: str
    head: str
    prefix: str
    boundary: str


class Change(NamedTuple):
    """What a commit did to a file: `old` is its path before, `path` after it; not the same where it was renamed.

    `before` and `after` name what stands in it, "" where it is no plain file, or none. Paths are those in the
    repository; bytes that are not UTF-8 are lone surrogates.
    """

    old: str
    path: str
    before: str
    after: str


class Commit(NamedTuple):
    """A commit: its time in seconds since 1970, the offset that it was written with, in minutes; and its changes."""

    seconds: int
    offset: int
    changes: tuple[Change, ...]


def find(root: Path) -> Repository:
    """Return the repository that the site at `root` lies in. Raises Missing where there is none that can be read."""
    git = shutil.which("git")
    if git is None:
        raise Missing("the program git is not installed")
    place = str(root.absolute())
    try:
        found = _asked(git, place, "rev-parse", "--is-inside-work-tree", "--is-shallow-repository", "--show-prefix")
    except Missing as error:
        if "not a git repository" in str(error):
            raise Missing("the site is in no git repository") from None
        raise
    is_inside, is_shallow, prefix = (_text(line) for line in found.split(b"\n", 2))
    if is_inside != "true":
        raise Missing("the site is in the inner folder of a git repository")
    try:
        head = _text(_asked(git, place, "rev-parse", "--verify", "--quiet", "HEAD")).strip()
    except Missing:
        head = ""  # no commit was made yet
    boundary = ""
    if is_shallow == "true":
        path = _text(_asked(git, place, "rev-parse", "--git-path", "shallow")).removesuffix("\n")
        boundary = digest_bytes(files.bytes_of(Path(place, path)) or b"").hex()
    return Repository(git, place, head, prefix.removesuffix("\n"), boundary)


def descends(repository: Repository, older: str) -> bool:
    """Whether the commit `older` stands on the line of HEAD: it, its first parent, the first parent of that, ..."""
    try:
        asked = ("rev-list", "--first-parent", "--parents", repository.head, f"^{older}", "--")
        found = _asked(repository.git, repository.root, *asked).split(b"\n")[:-1]
    except Missing:
        return False
    return repository.head == older or (bool(found) and _text(found[-1]).split(" ")[1:2] == [older])


def history(repository: Repository, since: str = "") -> tuple[Commit, ...]:
    """Return the commits on the line of HEAD that changed Markdown files, the newest first; those after `since`.

    The line is that of first parents: what was merged counts as one commit, since what stood on a branch before was
    not yet where the site is built from. Raises Missing where it cannot be read.
    """
    if not repository.head:
        return ()
    asked = (
        "log", "-z", "-m", "--first-parent", "--raw", "--no-abbrev", "-M50%", "-l4000", "-O/dev/null", "--no-ext-diff",
        "--no-textconv", "--no-color", "--no-show-signature", "--no-notes", "--no-mailmap", "--no-decorate",
        "--ignore-submodules=none", "--format=tformat:%H %cd", "--date=raw", repository.head,
        *((f"^{since}",) if since else ()), "--", *_TEXTS,
    )  # fmt: skip
    return tuple(_commits(_asked(repository.git, repository.root, *asked)))


def _commits(data: bytes) -> Iterator[Commit]:
    tokens = iter(data.split(b"\0"))
    commit: Commit | None = None
    changes: list[Change] = []
    for token in tokens:
        plain = token.lstrip(b"\n")
        if plain.startswith(b":"):
            old_mode, mode, before, after, kind = plain[1:].split(b" ")
            old = _text(next(tokens))
            path = _text(next(tokens)) if kind[:1] in (b"R", b"C") else old
            changes.append(Change(old, path, _blob(old_mode, before), _blob(mode, after)))
        elif header := _HEADER.fullmatch(plain):
            if commit:
                yield commit._replace(changes=tuple(changes))
            minutes = int(header[4]) * 60 + int(header[5])
            commit = Commit(int(header[2]), -minutes if header[3] == b"-" else minutes, ())
            changes = []
        elif plain:
            raise Missing("git answers in a form that is not known")
    if commit:
        yield commit._replace(changes=tuple(changes))


def _blob(mode: bytes, name: bytes) -> str:
    return name.decode() if mode in _PLAIN_FILES else ""


def moment(commit: Commit) -> Moment:
    """Return when a commit was made, as its author's clock had it; a time that no calendar has is the nearest."""
    offset = commit.offset if abs(commit.offset) <= _LARGEST_OFFSET else 0
    seconds = min(max(commit.seconds, 86_400), _LAST_SECOND - 86_400)
    return Moment(datetime(1970, 1, 1) + timedelta(seconds=seconds, minutes=offset), offset, Precision.SECOND)


def contents(repository: Repository, names: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
    """Yield what stands in each of the named objects, in their order; None for what is missing, or too large.

    Raises Missing where git stops.
    """
    if not names:
        return
    command = _command(repository.git, "cat-file", "--batch")
    with subprocess.Popen(  # noqa: S603  # git itself, with arguments of our own
        command, cwd=repository.root, env=_environment(repository.git), stdin=PIPE, stdout=PIPE, stderr=DEVNULL
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        try:
            for start in range(0, len(names), _AT_ONCE):
                some = names[start : start + _AT_ONCE]
                process.stdin.write("".join(f"{name}\n" for name in some).encode())
                process.stdin.flush()
                for name in some:
                    yield name, _content(process.stdout)
        except (BrokenPipeError, EOFError):
            raise Missing("git stopped while it was read from") from None
        finally:
            process.kill()


def _content(source: IO[bytes]) -> bytes | None:
    header = source.readline()
    if not header:
        raise EOFError
    parts = header.split()
    if len(parts) != 3:
        return None  # "NAME missing"
    size = int(parts[2])
    if size > LARGEST:
        left = size + 1
        while left:
            left -= len(source.read(min(left, _CHUNK))) or _end()
        return None
    data = source.read(size + 1)
    if len(data) != size + 1:
        raise EOFError
    return data[:-1] if parts[1] == b"blob" else None


def _end() -> int:
    raise EOFError


def _asked(git: str, root: str, *arguments: str) -> bytes:
    """Return what git answers. Raises Missing with what it says where it cannot."""
    try:
        made = subprocess.run(  # noqa: S603  # as above
            _command(git, *arguments), cwd=root, env=_environment(git), stdin=DEVNULL, capture_output=True, check=False
        )
    except OSError as error:
        raise Missing(f"git cannot be started: {error.strerror or error}") from None
    if made.returncode:
        said = _text(made.stderr).strip().partition("\n")[0].removeprefix("fatal: ")
        raise Missing(said or "git cannot read the repository")
    return made.stdout


def _command(git: str, *arguments: str) -> list[str]:
    overruled = [part for setting in _OVERRULED for part in ("-c", setting)]
    return [git, "--no-pager", "--no-replace-objects", "--no-optional-locks", *overruled, *arguments]


def _environment(git: str) -> dict[str, str]:
    """Return all that git is told of its surroundings: nothing of what newsgen was started with.

    The user's own settings are read, since they say of which repositories git may read at all (`safe.directory`).
    """
    return {
        "PATH": str(Path(git).parent),
        "HOME": str(Path("~").expanduser()),
        "LC_ALL": "C",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_GRAFT_FILE": "/dev/null",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
