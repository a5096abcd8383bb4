"""Slugs, URL patterns, and the one place that decides which file a URL is.

A URL here is the path on the site: it starts with "/", is percent-encoded, and ends with "/" for a folder's page.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import quote, unquote

from slugify import slugify

from newsgen.dates import Moment

__all__ = [
    "MANIFEST",
    "PATTERN_FIELDS",
    "URL_SAFE",
    "article_url",
    "check_pattern",
    "check_slug",
    "collision_key",
    "fold",
    "folders_of",
    "is_inside",
    "is_web_address",
    "output_path",
    "read_url",
    "slug_of",
    "split_file_name",
    "url_of",
    "without_index",
]

# What newsgen keeps for itself in the output folder: the checksums of all that it wrote there.
MANIFEST = "manifest-sha256.txt"
PATTERN_FIELDS = ("year", "month", "day", "slug", "section", "id", "lang")
_FIELD = re.compile(r"\{([^{}]*)\}")
_LONGEST_PART = 200
_LONGEST_PATH = 1000
# Names that Windows gives to devices, with or without an ending: no host or copy of the archive could hold them.
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[\x00-\x20\x7f<>:"/\\|?*#%]')
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_WEB_ADDRESS = re.compile(r"https?://[^\s/]+", re.IGNORECASE)
_DATED_NAME = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[-_ ]+(.*)|)$")
_LANGUAGE_ENDING = re.compile(r"(.+)\.([a-z]{2,3}(?:-[A-Za-z]{2,4})?)$")
# Unidecode would drop these and keep "'", and give the two spellings of "O'Brien" two URLs.
_QUOTES = (("’", "'"), ("‘", "'"), ("ʼ", "'"))
# What may stand in a URL's path as it is: RFC 3986, section 3.3.
URL_SAFE = "/~!$&'()*+,;=@-._"


@lru_cache(maxsize=100_000)
def slug_of(text: str) -> str:
    """Return the URL part for a name: lower case, ASCII, words joined by "-"; "" where nothing is left.

    The options are written out, so that other defaults of a later python-slugify change no URL.
    """
    if _SLUG.fullmatch(text):
        return text  # as slugify would, in a tenth of the time
    return slugify(
        text,
        entities=True, decimal=True, hexadecimal=True, max_length=0, word_boundary=False, separator="-",
        save_order=False, stopwords=(), regex_pattern=None, lowercase=True, replacements=_QUOTES, allow_unicode=False,
    )  # fmt: skip


def fold(name: str) -> str:
    """Return what is left of a name less case, accents, spaces and light punctuation.

    Two names that fold to the same are spellings of one term ("Élections", "elections"); "C" and "C++" are not.
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(
        char
        for char in letters
        if unicodedata.category(char) not in ("Mn", "Zs", "Pd", "Pc", "Cf") and char not in ".,'’‘\"“”/:;()[]"
    )


def split_file_name(stem: str, languages: frozenset[str] = frozenset()) -> tuple[str, str, str]:
    """Return date, name and language of a file name without its ending; "" for what it does not say.

    "2024-11-5-flood.fr" gives ("2024-11-5", "flood", "fr"). A language counts only if it is in `languages` or has
    the shape of one and two letters, so that "v1.2" stays whole.
    """
    language = ""
    found = _LANGUAGE_ENDING.fullmatch(stem)
    if found and (found[2] in languages or len(found[2]) == 2):
        stem, language = found[1], found[2]
    dated = _DATED_NAME.fullmatch(stem)
    if not dated:
        return "", stem, language
    return f"{dated[1]}-{dated[2]}-{dated[3]}", dated[4] or "", language


def without_index(path: str) -> str:
    """Return a file's path without its ending; that of its folder where the file is `index.md`."""
    bare = path[: path.rindex(".")]
    folder, _, name = bare.rpartition("/")
    return folder if name == "index" and "/" in folder else bare


def check_slug(slug: str) -> None:
    """Raise ValueError where a written slug could not be one part of a URL and one file name on every system."""
    if slug in ("", ".", ".."):
        raise ValueError(f"{slug!r} is not a slug")
    if found := _FORBIDDEN.search(slug):
        raise ValueError(f"{slug!r} is not a slug: it holds {found[0]!r}")
    is_visible = slug.isascii() and slug.isprintable()
    if not is_visible and any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn") for char in slug):
        raise ValueError(f"{slug!r} is not a slug: it holds an invisible character")
    if slug[0] == "." or slug[-1] == ".":
        raise ValueError(f"{slug!r} is not a slug: it starts or ends with '.'")
    if _DEVICE.fullmatch(slug):
        raise ValueError(f"{slug!r} is not a slug: Windows reserves this name")
    if len(slug.encode()) > _LONGEST_PART:
        raise ValueError(f"the slug {slug[:30]!r}... is longer than {_LONGEST_PART} bytes")


def is_web_address(text: str) -> bool:
    """Whether a text is a whole address of a page on the web."""
    return bool(_WEB_ADDRESS.match(text))


def read_url(text: str) -> str:
    """Return a URL path that an author wrote, in its one form: "/about", "about/" and "/about/" are "/about/".

    A last part with an ending such as ".html" stays a file. Raises ValueError for another site's address, for
    ".." and for parts that no file could be named.
    """
    written = text.strip()
    if "://" in written or written.startswith("//"):
        raise ValueError(f"{written!r} is an address, and a path such as '/about/' is wanted")
    if _FIELD.search(written) or re.search(r"(^|/):[a-z]", written):
        raise ValueError(f"{written!r} is a pattern, and one path is wanted")
    try:
        parts = [part for part in unquote(written, errors="strict").split("/") if part]
    except UnicodeDecodeError:
        raise ValueError(f"{written!r} is not a URL: its '%' signs do not stand for UTF-8") from None
    for part in parts:
        try:
            check_slug(part)
        except ValueError as error:
            raise ValueError(str(error).replace("slug", "part of a URL")) from None
    if parts and parts[-1] in ("index.html", "index.htm"):
        parts.pop()
        written = "/"
    if not parts:
        return "/"
    path = "/" + "/".join(parts)
    if len(path.encode()) > _LONGEST_PATH:
        raise ValueError(f"the path {path[:30]!r}... is longer than {_LONGEST_PATH} bytes")
    is_file = not written.endswith("/") and re.search(r"\.[A-Za-z][A-Za-z0-9]{0,5}$", parts[-1])
    return quote(unicodedata.normalize("NFC", path if is_file else path + "/"), safe=URL_SAFE)


def check_pattern(pattern: str) -> None:
    """Raise ValueError where a URL pattern for articles has an unknown field, or nothing that tells articles apart."""
    names = _FIELD.findall(pattern)
    for name in names:
        if name not in PATTERN_FIELDS:
            known = " ".join("{" + field + "}" for field in PATTERN_FIELDS)
            raise ValueError(f"{'{' + name + '}'!r} is not a field of a permalink; there are {known}")
    if "slug" not in names and "id" not in names:
        raise ValueError(f"{pattern!r} gives all articles of a day one URL: it needs {{slug}} or {{id}}")
    if not pattern.startswith("/"):
        raise ValueError(f"{pattern!r} does not start with '/'")
    read_url(_FIELD.sub("x", pattern))


def article_url(pattern: str, moment: Moment, *, slug: str, section: str, identity: str, language: str) -> str:
    """Return the URL that `pattern` gives an article; a field that is not known is left out, with its separators.

    So an article dated "1987-05" stands at "/1987/05/slug/" under "/{year}/{month}/{day}/{slug}/".
    """
    values = {
        "year": f"{moment.year:04}",
        "month": "" if moment.month is None else f"{moment.month:02}",
        "day": "" if moment.day is None else f"{moment.day:02}",
        "slug": slug,
        "section": section,
        "id": identity,
        "lang": language,
    }
    parts: list[str] = []
    for part in pattern.strip("/").split("/"):
        missing = any(not values[name] for name in _FIELD.findall(part))
        filled = _FIELD.sub(lambda field: values[field[1]], part)
        filled = re.sub(r"([-_.])[-_.]+", r"\1", filled).strip("-_.") if missing else filled
        if filled:
            parts.append(filled)
    path = "/" + "/".join(parts) + ("/" if pattern.endswith("/") else "")
    return read_url(path)


def output_path(url: str) -> str:
    """Return the file that a URL is in the output folder, parts joined by "/": "/tags/" is "tags/index.html"."""
    path = unquote(url).lstrip("/")
    return path + "index.html" if not path or path.endswith("/") else path


def url_of(path: str) -> str:
    """Return the URL that a file of the output folder has: what `output_path` makes that file of."""
    folder, _, name = path.rpartition("/")
    plain = f"{folder}/" if folder and name == "index.html" else "" if path == "index.html" else path
    return "/" + quote(plain, safe=URL_SAFE)


def folders_of(path: str) -> Iterator[str]:
    """Yield the folders in which the file at a path stands, the nearest first; parts are joined by "/"."""
    folder = path.rpartition("/")[0]
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def is_inside(path: str) -> bool:
    """Whether a path names a file below the folder that it is looked for in, whoever wrote it."""
    return bool(path) and not path.startswith("/") and not {"", ".", ".."} & set(path.split("/")) and "\0" not in path


def collision_key(path: str) -> str:
    """Return what two output paths share where some disk would make them one file.

    casefold: macOS and Windows tell no case apart; NFC: macOS tells no composed from decomposed letters.
    """
    return path if path.isascii() and path.islower() else unicodedata.normalize("NFC", path.casefold())
