"""An article as reference managers want it: BibTeX, RIS and CSL-JSON. Values in, text out.

A name stands as it was written: which part of it is the family's, no rule can tell for all languages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from newsgen.dates import Moment
from newsgen.model import Body, Writing
from newsgen.permalink import slug_of
from newsgen.value import Value

__all__ = ["FORMATS", "Citation", "CitationFile", "Format", "bibtex", "csl_item", "csl_json", "key_of", "ris"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Braces are written by their names: BibTeX counts them even after a backslash.
_BIBTEX_SIGNS = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "%": r"\%", "&": r"\&", "#": r"\#", "_": r"\_", "$": r"\$",
}  # fmt: skip
_BIBTEX_SPECIAL = re.compile(r"[\\{}~^%&#_$]")
# What BibTeX would take apart or read as "and others", where it stands for one name.
_NOT_ONE_NAME = re.compile(r",|(?:^|\s)and(?:\s|$)|^others$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Citation(Value):
    """What is cited of an article. `url` is its full address, "" where the site does not know its own.

    `key` names it among others, in ASCII; `publication` is the archive. An author of its name or of the publisher's is
    no person.
    """

    key: str
    title: str
    authors: tuple[str, ...]
    publication: str
    date: Moment
    url: str = ""
    publisher: str = ""
    language: str = ""
    section: str = ""
    keywords: tuple[str, ...] = ()


def key_of(url: str) -> str:
    """Return what names an article in a bibliography: its URL's path in small ASCII letters, digits and "-"."""
    return slug_of(unquote(url).strip("/").replace("/", "-")) or "article"


# BibTeX


def bibtex(citation: Citation) -> str:
    """Return an entry of a BibTeX file: UTF-8, with TeX's own signs escaped, and the title's letters kept as they are.

    The address stands as it is, as `url` and BibLaTeX want it.
    """
    moment = citation.date
    fields = (
        ("author", " and ".join(_bibtex_name(name, citation) for name in citation.authors)),
        ("title", f"{{{_tex(citation.title)}}}"),
        ("journal", _tex(citation.publication)),
        ("publisher", _tex(citation.publisher)),
        ("year", f"{moment.year:04}"),
        ("day", str(moment.day or "")),
        ("url", citation.url.replace("{", "%7B").replace("}", "%7D")),
        ("language", _tex(citation.language)),
        ("keywords", _tex(", ".join(citation.keywords))),
    )
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields if value]
    # BibTeX's own name of the month, which each style writes out in its way.
    month = f"  month = {_MONTHS[moment.month - 1]},\n" if moment.month else ""
    return f"@article{{{citation.key},\n{''.join(lines)}{month}}}\n"


def _tex(text: str) -> str:
    return _BIBTEX_SPECIAL.sub(lambda sign: _BIBTEX_SIGNS[sign[0]], _line(text))


def _bibtex_name(name: str, citation: Citation) -> str:
    is_a_body = name.casefold() in (citation.publication.casefold(), citation.publisher.casefold())
    written = _tex(name)
    return f"{{{written}}}" if is_a_body or _NOT_ONE_NAME.search(_line(name)) else written


# RIS


def ris(citation: Citation) -> str:
    """Return a RIS record: a tag a line, and a date as YYYY/MM/DD/ with what is not known left empty.

    Source: Research Information Systems, "RIS Format Specifications".
    """
    moment = citation.date
    month, day = (f"{part:02}" if part else "" for part in (moment.month, moment.day))
    lines = [
        ("TY", "NEWS"),
        ("TI", citation.title),
        *(("AU", name) for name in citation.authors),
        ("T2", citation.publication),
        ("PB", citation.publisher),
        ("PY", f"{moment.year:04}"),
        ("DA", f"{moment.year:04}/{month}/{day}/"),
        ("UR", citation.url),
        ("LA", citation.language),
        *(("KW", word) for word in citation.keywords),
        ("ID", citation.key),
    ]
    written = [f"{tag}  - {line}\r\n" for tag, value in lines if (line := _line(value))]
    return f"{''.join(written)}ER  - \r\n"


def _line(text: str) -> str:
    """Return a text as one line: all that is a blank or ends a line, in any script, is one blank."""
    return " ".join(text.split())


# CSL-JSON


def csl_item(citation: Citation) -> dict[str, Any]:  # Any: as JSON has it
    """Return what citeproc knows of an article. What is not known is left out.

    Source: the schema csl-data.json of the Citation Style Language, version 1.0.2.
    """
    moment = citation.date
    parts = [part for part in (moment.year, moment.month, moment.day) if part is not None]
    item = {
        "id": citation.key,
        "type": "article-newspaper",
        "title": citation.title,
        "author": [{"literal": name} for name in citation.authors],
        "container-title": citation.publication,
        "publisher": citation.publisher,
        "issued": {"date-parts": [parts]},
        "section": citation.section,
        "keyword": ", ".join(citation.keywords),
        "language": citation.language,
        "URL": citation.url,
    }
    return {name: value for name, value in item.items() if value}


def csl_json(citation: Citation) -> str:
    """Return a CSL-JSON file: a list of one item."""
    return json.dumps([csl_item(citation)], ensure_ascii=False) + "\n"


@dataclass(frozen=True, slots=True)
class Format(Value):
    """A form of citation: what readers know it as, the ending of its file, its media type."""

    title: str
    ending: str
    media_type: str


FORMATS: Mapping[str, Format] = {
    "bibtex": Format("BibTeX", "bib", "application/x-bibtex"),
    "ris": Format("RIS", "ris", "application/x-research-info-systems"),
    "csl-json": Format("CSL-JSON", "json", "application/vnd.citationstyles.csl+json"),
}
_WRITERS: Mapping[str, Callable[[Citation], str]] = {"bibtex": bibtex, "ris": ris, "csl-json": csl_json}


@dataclass(frozen=True, slots=True)
class CitationFile(Writing):
    """A citation as a file; `format` is a key of FORMATS."""

    format: str
    citation: Citation

    def text(self, html: Callable[[Body], str]) -> str:
        """Return the file's text, in which no body has a part."""
        return _WRITERS[self.format](self.citation)
