"""Files at their addresses -> records of a WARC file, each in a gzip member of its own, the same for the same files.

Source: the WARC file format 1.1 (ISO 28500:2017).
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from typing import NamedTuple, Protocol
from uuid import NAMESPACE_URL, uuid5

from warcio.statusandheaders import StatusAndHeaders
from warcio.utils import Digester
from warcio.warcwriter import WARCWriter

from newsgen.packages.zipped import Hashed, Out

__all__ = ["Payload", "Placed", "Writer", "content_type"]

_CHARSET = "; charset=utf-8"
# Written down here, since a machine's own table of types differs from others.
_TYPES: Mapping[str, str] = {
    "avif": "image/avif",
    "bib": "application/x-bibtex" + _CHARSET,
    "css": "text/css" + _CHARSET,
    "csv": "text/csv" + _CHARSET,
    "gif": "image/gif",
    "gz": "application/gzip",
    "htm": "text/html" + _CHARSET,
    "html": "text/html" + _CHARSET,
    "ico": "image/x-icon",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "js": "text/javascript" + _CHARSET,
    "json": "application/json",
    "jsonld": "application/ld+json",
    "m4a": "audio/mp4",
    "map": "application/json",
    "md": "text/markdown" + _CHARSET,
    "mjs": "text/javascript" + _CHARSET,
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "ogg": "audio/ogg",
    "otf": "font/otf",
    "pdf": "application/pdf",
    "png": "image/png",
    "ris": "application/x-research-info-systems" + _CHARSET,
    "svg": "image/svg+xml",
    "ttf": "font/ttf",
    "txt": "text/plain" + _CHARSET,
    "vtt": "text/vtt" + _CHARSET,
    "wasm": "application/wasm",
    "wav": "audio/wav",
    "webm": "video/webm",
    "webmanifest": "application/manifest+json",
    "webp": "image/webp",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "xml": "application/xml",
    "xsl": "application/xslt+xml",
    "zip": "application/zip",
}
_TYPES_OF_NAMES: Mapping[str, str] = {
    "feed.xml": "application/atom+xml",
    "rss.xml": "application/rss+xml",
    "feed.json": "application/feed+json",
    "opensearch.xml": "application/opensearchdescription+xml",
}
_UNKNOWN = "application/octet-stream"


def content_type(path: str) -> str:
    """Return the type that a web server gives a file of the output folder."""
    name = path.rpartition("/")[2].lower()
    return _TYPES_OF_NAMES.get(name) or _TYPES.get(name.rpartition(".")[2] if "." in name else "", _UNKNOWN)


class Payload(Protocol):
    """What a record holds, to be read from its start more than once."""

    def read(self, size: int = ..., /) -> bytes: ...

    def tell(self) -> int: ...

    def seek(self, place: int, /) -> int: ...


class Placed(NamedTuple):
    """Where a record stands in its file, and the checksum of its bytes there, as hexadecimal digits."""

    offset: int
    length: int
    digest: str


class _Digester(Digester):  # type: ignore[misc]  # warcio tells no types
    """SHA-256 as hexadecimal digits, as all other checksums of the archive are written."""

    def __str__(self) -> str:
        return f"{self.type_}:{self.digester.hexdigest()}"


class _Warcio(WARCWriter):  # type: ignore[misc]  # as above
    """warcio's writer, with checksums that are SHA-256."""

    @staticmethod
    def _create_digester() -> Digester:
        return _Digester("sha256")


class Writer:
    """Writes records that all tell the same date, in UTC ("2024-03-05T09:00:00Z")."""

    def __init__(self, out: Out, date: str) -> None:
        self._out = out
        self._date = date
        self._size = 0

    def write_about(self, fields: Mapping[str, str]) -> Placed:
        """Write the record that tells what the file is."""
        data = "".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in fields.items() if value).encode()
        identity = f"warcinfo {self._date} {sha256(data).hexdigest()}"
        return self._write("", "warcinfo", identity, BytesIO(data), len(data), {})

    def write_response(self, url: str, kind: str, payload: Payload, size: int, digest: str) -> Placed:
        """Write what a server gave for a whole address: `kind` is its type, `digest` the SHA-256 of the payload."""
        headers = StatusAndHeaders(
            "200 OK", [("Content-Type", kind), ("Content-Length", str(size))], protocol="HTTP/1.1"
        )
        identity = f"{url} {self._date} {digest}"
        named = {"WARC-Payload-Digest": f"sha256:{digest}"}
        return self._write(url, "response", identity, payload, size, named, headers)

    def _write(
        self,
        url: str,
        kind: str,
        identity: str,
        payload: Payload,
        size: int,
        named: Mapping[str, str],
        headers: StatusAndHeaders | None = None,
    ) -> Placed:
        out = Hashed(self._out)
        writer = _Warcio(out, gzip=True, warc_version="1.1")
        fields = {
            "WARC-Type": kind,
            # Made of what the record holds: an id by chance would differ from one run to the next.
            "WARC-Record-ID": f"<urn:uuid:{uuid5(NAMESPACE_URL, identity)}>",
            "WARC-Date": self._date,
            **named,
        }
        record = writer.create_warc_record(
            url, kind, payload=payload, length=size, http_headers=headers, warc_headers_dict=fields
        )
        writer.write_record(record)
        offset, self._size = self._size, self._size + out.size
        return Placed(offset, out.size, out.digest)
