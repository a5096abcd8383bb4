"""The address of a site, as its author wrote it -> the one form in which all links to it begin."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import quote, urlsplit

from newsgen.markup import is_external
from newsgen.permalink import URL_SAFE

__all__ = ["in_full", "read_address"]

_HINT = "write scheme, host and folder, for example https://example.org/archive"
_PORTS = {"http": 80, "https": 443}
# What stands in no address, or means another thing there than it seems to.
_FORBIDDEN = re.compile(r'[\s<>"\\^`{|}\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]')
_LOOKS_LIKE_HOST = re.compile(r"(?:localhost|[^\s/:@?#.]+(?:\.[^\s/:@?#.]+)+)(?::[0-9]+)?(?:/|$)")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_LONGEST_HOST = 253
# Letters that the two standards for names in other scripts (IDNA 2003 and 2008) turn into different hosts.
_AMBIGUOUS = re.compile("[\u00df\u1e9e\u03c2]")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ENCODED_DOT = re.compile(r"%2e", re.IGNORECASE)
# The address is put into pages as it is, and there "&" would start something.
_SAFE = URL_SAFE.replace("&", "") + "%"
_FILE = re.compile(r".+\.(?:html?|php|xml)", re.IGNORECASE)
# Every address in a sitemap begins with it, and has to stay below 2,048 characters.
_LONGEST = 500


def read_address(text: str) -> str:
    """Return the address of a site in its one form: scheme and host in small letters, ASCII, no "/" at its end.

    "HTTPS://Zürich.example:443/Archiv/" is "https://xn--zrich-kva.example/Archiv". Raises ValueError with a message
    and a hint for what is no address of a folder on the web.
    """
    found = _FORBIDDEN.search(text)
    if found:
        hint = "write a blank in a folder's name as %20" if found[0].isspace() else "remove it"
        raise ValueError(f"{text!r} is not a web address: it holds {found[0]!r}", hint)
    scheme, sign, rest = text.partition("://")
    scheme = scheme.lower()
    if scheme not in _PORTS or not sign:
        raise _without_scheme(text)
    authority, _, folder = rest.partition("/")
    if "@" in re.split("[?#]", authority)[0]:
        # The message names no part of it: what is told of a mistake ends in logs.
        raise ValueError("the address holds a user name or a password, which all readers would see", _HINT)
    for mark, what in (("#", "a fragment"), ("?", "a query")):
        if mark in rest:
            short = text[: text.index(mark)]
            raise ValueError(f"{text!r} holds {what}, and is to be that of a folder", f"write {short!r}")
    host = _host_and_port(scheme, authority, text)
    path = _folder(folder, text)
    result = f"{scheme}://{host}{path}"
    if len(result) > _LONGEST:
        raise ValueError(f"{text[:60]!r}... is longer than {_LONGEST} characters", "publish at a shorter address")
    return result


def _without_scheme(text: str) -> ValueError:
    if text.startswith("//"):
        return ValueError(f"{text!r} has no scheme", f"write {'https:' + text!r}")
    if _LOOKS_LIKE_HOST.match(text):
        return ValueError(f"{text!r} has no scheme", f"write {'https://' + text!r}")
    return ValueError(f"{text!r} is not a web address", _HINT)


def _host_and_port(scheme: str, authority: str, text: str) -> str:
    """Return the host, with its port where that is not the scheme's own."""
    try:
        parts = urlsplit(f"{scheme}://{authority}")
        port, name = parts.port, parts.hostname or ""
    except ValueError:
        raise ValueError(f"{text!r} is not a web address: its host or its port is none", _HINT) from None
    if port == 0 or not name or ("[" in authority) != (":" in name):
        raise ValueError(f"{text!r} is not a web address: its host or its port is none", _HINT)
    host = _host(name, text)
    return host if port is None or port == _PORTS[scheme] else f"{host}:{port}"


def _host(name: str, text: str) -> str:
    if ":" in name:
        if "%" in name:  # the name of a network card, which means nothing elsewhere
            raise ValueError(f"{text!r} is not a web address: {name!r} is no host", _HINT)
        try:
            return f"[{IPv6Address(name).compressed}]"
        except AddressValueError:
            raise ValueError(f"{text!r} is not a web address: {name!r} is no host", _HINT) from None
    hint = "write the host in its ASCII form, which starts with 'xn--'"
    if _AMBIGUOUS.search(name):
        raise ValueError(f"the host {name!r} has two ASCII forms, by an old and a new standard", hint)
    try:
        # A label of ASCII alone is left as it is, since the codec refuses the underscores that some hosts have.
        host = name if name.isascii() else name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise ValueError(f"the host {name!r} holds a letter that no name of a host may", hint) from None
    if len(host) > _LONGEST_HOST or not all(_LABEL.fullmatch(label) for label in host.split(".")):
        raise ValueError(f"{text!r} is not a web address: {name!r} is no host", _HINT)
    return host


def _folder(written: str, text: str) -> str:
    """Return the path of a folder, percent-encoded: "" for the root of the host."""
    folder = written.rstrip("/")
    if not folder:
        return ""
    parts = folder.split("/")
    if any(_ENCODED_DOT.sub(".", part) in ("", ".", "..") for part in parts):
        raise ValueError(f"{text!r} holds '//', '.' or '..' in its folder", "write the folder as readers see it")
    if _BROKEN_ESCAPE.search(folder):
        raise ValueError(f"{text!r} holds a '%' that stands for no character", "write '%' itself as %25")
    if _FILE.fullmatch(parts[-1]):
        short = text.rstrip("/").rpartition("/")[0]
        raise ValueError(f"{text!r} names a file, and is to be the address of a folder", f"write {short!r}")
    return "/" + quote(folder, safe=_SAFE)


def in_full(base_url: str, url: str) -> str:
    """Return the whole address of a URL on the site at `base_url`; an address elsewhere as it is."""
    if url[:1] == "/" and url[1:2] != "/":
        return base_url + url
    return url if is_external(url) else base_url + url
