"""Sites and edits for Hypothesis: small enough to build in milliseconds, strange enough to find faults."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from tests.sites import SETTINGS, write

__all__ = ["Edit", "apply", "articles", "edits"]

# "one" stands in two folders, so that now and then two articles want one URL.
_NAMES = [f"articles/{name}" for name in ("one", "two", "three", "four", "a/one", "a/five", "b/six", "b/seven/index")]
_DATES = ["2024-03-05", "2024-03-05 10:00", "2024-03-06T23:00:00-08:00", "1999-12-31", "1999-12", "1999", "2024-02-29"]
_TAGS = ["Rivers", "rivers", "Town hall", "C++", "新聞"]
_TITLES = ["Flood reaches the town", "A <b>bold</b> claim", "Ünïcode & more", "שלום", "“Quoted” & 'plain'"]
_BODIES = [
    "A plain first paragraph.\n\nAnd a second one.\n",
    "See [the other](two.md) and [one more](a/one.md#later).\n\n## Later\n\nText.\n",
    "![A picture](picture.svg)\n\n> quoted\n\n- one\n- two\n",
    "| a | b |\n|---|--:|\n| 1 | 2 |\n\nText with a note.[^1]\n\n[^1]: The note.\n",
    "{{ not_a_variable }} {% nor a tag %} <script>alert(1)</script>\n",
    "",
]
_PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"><rect width="4" height="{}"/></svg>'


@st.composite
def articles(draw: st.DrawFn) -> str:
    """The text of an article file that builds."""
    lines = [
        f"title: {draw(st.sampled_from(_TITLES))!r}".replace("\\'", "''"),
        f"date: {draw(st.sampled_from(_DATES))}",
    ]
    lines[0] = "title: " + "'" + draw(st.sampled_from(_TITLES)).replace("'", "''") + "'"
    if draw(st.booleans()):
        lines.append(f"tags: [{', '.join(draw(st.lists(st.sampled_from(_TAGS), max_size=3, unique=True)))}]")
    if draw(st.booleans()):
        lines.append(f"section: {draw(st.sampled_from(['World', 'Science']))}")
    if draw(st.booleans()):
        lines.append("series: Waters")
    if draw(st.booleans()):
        lines.append(f"status: {draw(st.sampled_from(['published', 'hidden', 'archived', 'removed', 'draft']))}")
    if draw(st.booleans()):
        lines.append(f"summary: {draw(st.sampled_from(['Short.', 'A longer summary.']))}")
    if draw(st.booleans()):
        lines.append("pinned: true")
    return "---\n" + "\n".join(lines) + "\n---\n" + draw(st.sampled_from(_BODIES))


@dataclass(frozen=True)
class Edit:
    """One thing that somebody did to a site: `kind` of it, at `path`, with `text`."""

    kind: str
    path: str = ""
    text: str = ""


def edits() -> st.SearchStrategy[Edit]:
    """Anything that authors, designers and broken disks do between two builds."""
    names = st.sampled_from([f"{name}.md" for name in _NAMES])
    return st.one_of(
        st.builds(Edit, st.just("write"), names, articles()),
        st.builds(Edit, st.just("write"), names, articles()),
        st.builds(Edit, st.just("delete"), names),
        st.builds(Edit, st.just("rename"), names, names),
        st.builds(Edit, st.just("append"), names, st.sampled_from(["\nOne more line.\n", "!"])),
        st.builds(Edit, st.just("picture"), st.sampled_from(["articles", "articles/a"]), st.sampled_from("123")),
        st.builds(Edit, st.just("static"), st.sampled_from(["robots-extra.txt", "img/x.txt"]), st.sampled_from("ab")),
        st.builds(Edit, st.just("template"), st.sampled_from(["day.html", "home.html"]), st.sampled_from("xy")),
        st.builds(Edit, st.just("untemplate"), st.sampled_from(["day.html", "home.html"])),
        st.builds(Edit, st.just("settings"), text=st.sampled_from(["page_size: 2\n", "subtitle: Daily\n", ""])),
        st.builds(Edit, st.just("damage output"), text=st.sampled_from(["alter", "delete", "truncate"])),
        st.builds(Edit, st.just("damage cache"), text=st.sampled_from(["delete", "truncate", "scramble"])),
    )


def apply(root: Path, edit: Edit) -> None:
    """Do to a site what an edit says; nothing where its file is not there."""
    place = root / edit.path
    match edit.kind:
        case "write":
            write(root, edit.path, edit.text)
        case "delete":
            place.unlink(missing_ok=True)
        case "rename":
            if place.exists():
                (root / edit.text).parent.mkdir(parents=True, exist_ok=True)
                place.replace(root / edit.text)
        case "append":
            if place.exists():
                place.write_text(place.read_text() + edit.text)
        case "picture":
            write(root, f"{edit.path}/picture.svg", _PICTURE.format(edit.text))
        case "static":
            write(root, f"static/{edit.path}", edit.text)
        case "template":
            text = '{% extends "theme/' + edit.path + '" %}{% block title %}' + edit.text + "{% endblock %}\n"
            write(root, f"templates/{edit.path}", text)
        case "untemplate":
            (root / "templates" / edit.path).unlink(missing_ok=True)
        case "settings":
            write(root, "newsgen.yaml", SETTINGS + edit.text)
        case "damage output":
            _damage(root / "output", edit.text)
        case "damage cache":
            _damage_cache(root / ".newsgen", edit.text)


def _damage(output: Path, how: str) -> None:
    for place in sorted(output.rglob("index.html"))[:3]:
        if how == "delete":
            place.unlink()
        else:
            place.write_text("altered" if how == "alter" else "")


def _damage_cache(cache: Path, how: str) -> None:
    for place in sorted(place for place in cache.glob("*") if place.is_file() and place.name != ".gitignore"):
        data = place.read_bytes()
        if how == "delete":
            place.unlink()
        else:
            place.write_bytes(data[: len(data) // 2] if how == "truncate" else data[::-1])
