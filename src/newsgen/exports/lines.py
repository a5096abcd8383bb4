"""Records -> newline-delimited JSON: an object a line for each article, with all that belongs to it inside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from newsgen.exports.records import Contents, Progress, Record, sound
from newsgen.model import Term
from newsgen.placing import placed_file

__all__ = ["lines_of", "write_lines"]

# The taxonomies that have a key of their own, by that key; all others stand under "terms".
_OWN = {"authors": "authors", "tags": "tags", "series": "series", "story": "stories"}


def write_lines(contents: Contents, place: Path, progress: Progress, *, replaces: bool = False) -> None:
    """Write the lines to a file. Raises BuildError where that cannot be done; then `place` stays as it was."""
    with placed_file(place, replaces=replaces) as path, path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(lines_of(contents, progress))


def lines_of(contents: Contents, progress: Progress) -> Iterator[str]:
    """Yield a line for each article, its end with it."""
    for record in contents.records():
        # JSON may hold U+2028 and U+2029 as they are, and programs that split text into lines split there.
        line = json.dumps(_data(contents, record), ensure_ascii=False)
        yield line.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085") + "\n"
        progress(record.number, len(contents.articles))


def _data(contents: Contents, record: Record) -> dict[str, object]:
    values = record.values
    terms: dict[str, list[dict[str, str]]] = {}
    for term in record.terms:
        terms.setdefault(term.taxonomy, []).append(_term(contents, term))
    own = {*_OWN.values(), "sections"}
    return {
        **{name: values[name] for name in ("id", "url", "title", "date", "updated")},
        "section": next(iter(terms.get("sections", ())), None),
        **{key: terms.get(name, []) for key, name in _OWN.items()},
        "terms": {name: found for name, found in terms.items() if name not in own},
        **{name: values[name] for name in ("subtitle", "kicker", "label", "summary", "dateline", "language", "status")},
        "image": _image(record),
        **{name: values[name] for name in ("source", "source_url", "canonical", "license", "rights", "path")},
        "translation_of": contents.url_of(values["translation_of"]),
        "corrections": [{"date": item.date.iso, "kind": item.kind, "text": item.text} for item in record.corrections],
        "links": [
            {"url": link.url, "kind": link.kind, "article": contents.url_of(link.target)} for link in record.links
        ],
        "text": record.text,
        "html": record.html,
    }


def _term(contents: Contents, term: Term) -> dict[str, str]:
    return {"name": sound(term.name), "slug": term.slug, "url": contents.url(term.url)}


def _image(record: Record) -> dict[str, str | int | None] | None:
    if not record.values["image"]:
        return None
    parts = ("alt", "caption", "credit", "license")
    return {"url": record.values["image"], **{part: record.values[f"image_{part}"] for part in parts}}
