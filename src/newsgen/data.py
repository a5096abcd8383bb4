"""Articles and lists of them as JSON, for programs. docs/data.md tells every field; a test holds it to this file.

A field without a value is left out. What is added later gets a new name; what changes its meaning, a new version.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from newsgen.address import in_full
from newsgen.citation import Citation, csl_item
from newsgen.markup import plain_text
from newsgen.model import Article, Body, Entry, Image, Term, Writing

__all__ = ["ARTICLE_SCHEMA", "LIST_SCHEMA", "ArticleData", "ListData"]

ARTICLE_SCHEMA = "newsgen-article/1"
LIST_SCHEMA = "newsgen-list/1"
_Fields = dict[str, Any]  # Any: as JSON has it


@dataclass(frozen=True, slots=True)
class ArticleData(Writing):
    """An article as JSON. `base` is the site's address, "" where it does not know it; `language` the site's."""

    article: Article
    citation: Citation | None
    base: str
    language: str

    def text(self, html: Callable[[Body], str]) -> str:
        """Return the file's text, with the body twice: as HTML, and in plain words."""
        article, base = self.article, self.base
        body = html(article.content)
        fields: _Fields = {
            "schema": ARTICLE_SCHEMA,
            "id": article.id,
            "url": base + article.url,
            "title": article.title,
            "subtitle": article.subtitle,
            "kicker": article.kicker,
            "label": article.label,
            "status": article.status,
            "language": article.lang or self.language,
            "date": article.date.iso,
            "updated": article.updated and article.updated.iso,
            "dateline": article.dateline,
            "authors": [_term(term, base) for term in article.authors],
            "section": article.section and _term(article.section, base),
            "tags": [_term(term, base) for term in article.tags],
            "terms": [{"taxonomy": term.taxonomy, **_term(term, base)} for term in article.terms],
            "summary": article.summary,
            "image": article.image and _image(article.image, base),
            "corrections": [
                {"date": item.date.iso, "kind": item.kind, "text": item.text} for item in article.corrections
            ],
            "source": article.source,
            "source_url": article.source_url,
            "canonical": article.canonical,
            "license": article.license,
            "rights": article.rights,
            "citation": self.citation and csl_item(self.citation),
            "text": plain_text(body),
            "html": body,
        }
        return _written(fields)


@dataclass(frozen=True, slots=True)
class ListData(Writing):
    """A list of articles as JSON, or a part of a long one: `entries` newest first, `older` the URL of the next part.

    `url` is the page that shows the list; the others are as in `ArticleData`.
    """

    title: str
    url: str
    entries: tuple[Entry, ...]
    older: str
    base: str
    language: str

    def text(self, html: Callable[[Body], str]) -> str:
        """Return the file's text, in which no body has a part."""
        fields: _Fields = {
            "schema": LIST_SCHEMA,
            "title": self.title,
            "url": self.base + self.url,
            "older": self.older and self.base + self.older,
            "items": [_item(entry, self.base, self.language) for entry in self.entries],
        }
        return _written(fields)


def _written(fields: Mapping[str, object]) -> str:
    return json.dumps(_given(fields), ensure_ascii=False) + "\n"


def _given(fields: Mapping[str, object]) -> _Fields:
    return {name: value for name, value in fields.items() if value}


def _term(term: Term, base: str) -> _Fields:
    return {"name": term.name, "url": base + term.url}


def _image(image: Image, base: str) -> _Fields:
    return _given(
        {
            "url": in_full(base, image.url),
            "alt": image.alt,
            "caption": image.caption,
            "credit": image.credit,
            "license": image.license,
            "width": image.width,
            "height": image.height,
        }
    )


def _item(entry: Entry, base: str, language: str) -> _Fields:
    return _given(
        {
            "title": entry.title,
            "url": base + entry.url,
            "date": entry.date.iso,
            "updated": entry.updated and entry.updated.iso,
            "authors": [term.name for term in entry.authors],
            "section": entry.section and entry.section.name,
            "tags": [term.name for term in entry.tags],
            "summary": entry.summary,
            "label": entry.label,
            "status": entry.status,
            "language": entry.lang or language,
            "image": entry.image and in_full(base, entry.image.url),
        }
    )
