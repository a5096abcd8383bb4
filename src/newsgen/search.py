"""Texts -> a part of the full-text index: the files that Pagefind makes of them, the same for the same texts.

Pagefind (https://pagefind.app) indexes HTML files and comes as a program, in the wheel of the package `pagefind-bin`.
What it makes differs from run to run in one thing alone: the order of a filter's values. That is put in order here.
"""

from __future__ import annotations

import json
import os
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from gzip import decompress
from hashlib import blake2b
from html import escape
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from subprocess import DEVNULL, PIPE
from threading import Thread
from typing import IO, Any, NamedTuple

import cbor2

from newsgen.errors import BuildError, Problem

__all__ = ["SEGMENTED", "Text", "index_files", "is_segmenting", "program", "tools"]

# Written without blanks between words: only the extended program can tell the words apart.
SEGMENTED = frozenset({"ja", "th", "zh"})
_EXTENDED, _PLAIN = "pagefind_bin_extended", "pagefind_bin"
# Stands at the head of every file of Pagefind's that is not compressed, or would be after that.
_SIGN = b"pagefind_dcd"
# What is published beside the index itself; the program's own interfaces are not.
_SCRIPTS = ("pagefind.js", "pagefind-worker.js")
_PARTS = ("fragment/", "index/")
_ENTRY = "pagefind-entry.json"
_LONGEST_MESSAGE = 300
_CHUNK = 1 << 20
# Places in the list that a meta file holds.
_FILTERS, _FIELDS = 3, 6


class Text(NamedTuple):
    """What the index knows of an article. `html` is its body; `facts` are shown with a result, by name.

    `filters` are pairs of a name and a value that a reader can choose; `date` is the day by which results are sorted.
    """

    url: str
    title: str
    html: str
    facts: tuple[tuple[str, str], ...]
    filters: tuple[tuple[str, str], ...]
    date: str


@lru_cache(maxsize=1)
def tools() -> tuple[str, ...]:
    """Return the versions of what makes an index."""
    return tuple(f"{name} {_version(name)}" for name in (_PLAIN, _EXTENDED, "cbor2"))


def is_segmenting(language: str) -> bool:
    """Whether the words of a language can be told apart by the program that is installed."""
    return not _is_segmented(language) or bool(_version(_EXTENDED))


def _is_segmented(language: str) -> bool:
    return language.casefold().partition("-")[0] in SEGMENTED


def _version(package: str) -> str:
    try:
        return version(package.replace("_", "-"))
    except PackageNotFoundError:
        return ""


def index_files(texts: Iterable[Text], language: str) -> Iterator[tuple[str, bytes]]:
    """Yield the files of an index of texts, which are all in one language: name and bytes, in the order of publication.

    Raises BuildError where Pagefind is missing or fails.
    """
    documents = [(text.url, _document(text, language)) for text in texts]
    files = _made_by(program(language), documents)
    # The entry leads to all others, so it comes last.
    yield from sorted(_in_order(files), key=lambda file: (file[0] == _ENTRY, file[0]))


def _document(text: Text, language: str) -> str:
    marks = [f'<i data-pagefind-meta="{name}">{escape(value)}</i>' for name, value in text.facts if value]
    marks += [f'<i data-pagefind-filter="{name}">{escape(value)}</i>' for name, value in text.filters]
    return (
        f'<!DOCTYPE html><html lang="{escape(language)}"><head><title>{escape(text.title)}</title></head>'
        f"<body data-pagefind-body><h1>{escape(text.title)}</h1>"
        f'<p data-pagefind-ignore>{"".join(marks)}<i data-pagefind-sort="date">{text.date}</i></p>'
        f"{text.html}</body></html>"
    )


_HINT = "install it with 'pip install pagefind-bin', or write 'search: false' in newsgen.yaml"


@lru_cache(maxsize=4)
def program(language: str) -> str:
    """Return the program for a language: the extended one only where it is needed, so that others keep their bytes."""
    for package, name in ((_EXTENDED, "pagefind_extended"), (_PLAIN, "pagefind")):
        found = find_spec(package) if package == _PLAIN or _is_segmented(language) else None
        if found and found.origin and (place := Path(found.origin).with_name(name)).exists():
            return str(place)
    raise _failure("it is not installed")


def _made_by(program: str, documents: Sequence[tuple[str, str]]) -> dict[str, bytes]:
    """Return the files that Pagefind makes of documents, given as URL and HTML, by name.

    It runs as the service that its own packages for Node.js and Python talk to: JSON messages in base64, with commas
    between them, answered in their order. So nothing is written to the disk.
    """
    requests: list[dict[str, object]] = [{"type": "NewIndex", "config": {}}]
    requests += [{"type": "AddFile", "index_id": 0, "url": url, "file_contents": html} for url, html in documents]
    requests.append({"type": "GetFiles", "index_id": 0})
    messages = [
        b64encode(json.dumps({"message_id": number, "payload": request}).encode()) + b","
        for number, request in enumerate(requests)
    ]
    try:
        # Nothing of the machine's environment has a part in the index.
        service = subprocess.Popen(  # noqa: S603  # our own
            [program, "--service"], stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}
        )
    except OSError as error:
        raise _failure(str(error)) from None
    with service:
        assert service.stdin is not None
        assert service.stdout is not None
        writer = Thread(target=_write, args=(service.stdin, messages), daemon=True)
        writer.start()
        answers: list[bytes] = []
        left = len(messages)
        while left > 0 and (part := os.read(service.stdout.fileno(), _CHUNK)):
            answers.append(part)
            left -= part.count(b",")
        if left > 0:
            service.kill()
        writer.join()
        with suppress(OSError):
            service.stdin.close()
        service.kill()
    payloads = [json.loads(b64decode(answer))["payload"] for answer in b"".join(answers).split(b",") if answer.strip()]
    for payload in payloads:
        if payload["type"] == "Error":
            raise _failure(str(payload["message"])[:_LONGEST_MESSAGE])
    if left > 0:
        raise _failure(f"it ended before it was done, with {service.returncode}")
    return {file["path"]: b64decode(file["content"]) for file in payloads[-1]["files"] if "-ui." not in file["path"]}


def _write(pipe: IO[bytes], messages: Iterable[bytes]) -> None:
    try:
        for message in messages:
            pipe.write(message)
        pipe.flush()
    except OSError:
        return  # it has ended: who reads its answers sees that


def _failure(reason: str) -> BuildError:
    return BuildError(Problem(f"the search index cannot be made by Pagefind: {reason}", None, _HINT))


def _in_order(files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield the files that are to be published, with all values of filters in order."""
    entry = json.loads(files[_ENTRY])
    for item in entry["languages"].values():
        old = item["hash"]
        code = _prefix(old)
        names: dict[str, str] = {}
        for path in files:
            if path.startswith(f"filter/{code}_"):
                name, values = _unpacked(files[path])
                data = _packed([name, sorted(values)])
                names[name] = f"{code}_{_name(data, 7)}"
                yield f"filter/{names[name]}.pf_filter", data
        meta = _unpacked(files[f"pagefind.{old}.pf_meta"])
        if len(meta) != _FIELDS:
            raise _failure(f"version {entry['version']} writes its index in another way")
        meta[_FILTERS] = sorted([name, names[name]] for name, _ in meta[_FILTERS])
        data = _packed(meta)
        item["hash"] = f"{code}_{_name(data, 10)}"
        yield f"pagefind.{item['hash']}.pf_meta", data
        wasm = f"wasm.{item['wasm'] or 'unknown'}.pagefind"
        yield wasm, files[wasm]
    yield _ENTRY, json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    yield from ((path, data) for path, data in files.items() if path in _SCRIPTS or path.startswith(_PARTS))


def _prefix(name: str) -> str:
    return name.rpartition("_")[0]


def _name(data: bytes, length: int) -> str:
    return blake2b(data).hexdigest()[:length]


def _unpacked(data: bytes) -> Any:  # Any: what is in it is Pagefind's, and looked at where it is used
    return cbor2.loads(decompress(data).removeprefix(_SIGN))


def _packed(value: Sequence[object]) -> bytes:
    """Return a value as Pagefind reads it. Not compressed: each library for that gives bytes of its own."""
    return _SIGN + cbor2.dumps(value)
