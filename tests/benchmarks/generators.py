"""The generators that are compared: how the archive is written for each, and how each is asked to build it.

All receive the same articles: the same titles, dates, terms, summaries and Markdown. A link to another article stands
in the form that each resolves by itself. Templates and settings of the peers are in the folders beside this file; their
style sheet and icon are those of newsgen's theme.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from newsgen.search import program
from tests.benchmarks.corpus import Sample, samples, write_corpus

__all__ = ["NAMES", "Generator", "find"]

_HERE = Path(__file__).parent
_STATIC = _HERE.parents[1] / "templates" / "static"
_EDITION = re.compile(r"edition \d+")
# What the peers do not make.
_AS_PEERS = "feeds: {formats: [atom], archive: false}\nstructured_data: false\ncitations: false\ndata: false\n"
_BASE = '{{% extends "theme/base.html" %}}\n{{% block title %}}{{{{ super() }}}} · edition {}{{% endblock %}}\n'


@dataclass(frozen=True)
class Generator:
    """A generator of sites. Paths are relative to the folder of the site that it builds."""

    name: str
    version: str
    command: tuple[str, ...]
    output: str
    caches: tuple[str, ...]
    base_template: str
    write: Callable[[Path, int], None]
    article: Callable[[Sample], Path]

    def change_template(self, site: Path, edition: int) -> None:
        """Change the title that the base template gives to every page."""
        path = site / self.base_template
        path.write_text(_EDITION.sub(f"edition {edition}", path.read_text(encoding="utf-8")), encoding="utf-8")

    def change_body(self, site: Path, sample: Sample, edition: int) -> None:
        """Append a sentence to the body of `sample`."""
        with (site / self.article(sample)).open("a", encoding="utf-8") as file:
            file.write(f"\nThis is said of it in edition {edition}.\n")

    def with_search(self) -> Generator:
        """Return the same generator, that makes a full-text index as well: a peer by Pagefind's command after it."""
        if self.name == "newsgen":
            return replace(self, command=tuple(part for part in self.command if part != "--no-search"))
        indexes = (program("en"), "--site", self.output, "--quiet")
        script = f"{shlex.join(self.command)} && {shlex.join(indexes)}"
        return replace(self, command=("sh", "-c", script))


def find(name: str, given: Path | None) -> Generator:
    """Return the generator `name`, at the path `given`, else beside this Python, else on PATH.

    Exits with a message where it is not there.
    """
    beside = Path(sys.executable).parent / name
    found = str(given) if given else shutil.which(beside) or shutil.which(name)
    if found is None or shutil.which(found) is None:
        sys.exit(f"{name} was not found: pip install 'newsgen[bench]', or name it with --{name} PATH")
    return _MAKERS[name](Path(found).absolute())


def _newsgen(path: Path) -> Generator:
    return Generator(
        name="newsgen",
        version=_version(path, "--version"),
        command=(str(path), "build", "--quiet", "--no-search"),
        output="output",
        caches=(".newsgen",),
        base_template="templates/base.html",
        write=_write_newsgen,
        article=lambda sample: Path("articles", f"{sample.moment:%Y/%m}", f"{sample.slug}.md"),
    )


def _write_newsgen(site: Path, count: int) -> None:
    write_corpus(site, count)
    with (site / "newsgen.yaml").open("a", encoding="utf-8") as file:
        file.write(_AS_PEERS)
    (site / "templates").mkdir()
    (site / "templates" / "base.html").write_text(_BASE.format(0), encoding="utf-8")


def _hugo(path: Path) -> Generator:
    binary = _hugo_binary(path)
    return Generator(
        name="hugo",
        version=_version(binary, "version"),
        command=(str(binary), "build", "--quiet", "--cacheDir", "{site}/cache"),
        output="public",
        caches=("cache", "resources"),
        base_template="layouts/baseof.html",
        write=_write_hugo,
        article=lambda sample: Path("content", f"{sample.moment:%Y/%m/%d}", f"{sample.slug}.md"),
    )


def _hugo_binary(path: Path) -> Path:
    """Return the program itself where `path` is the Python script that starts it, whose own start is not Hugo's."""
    with path.open("rb") as file:
        is_script = file.read(2) == b"#!"
    inside = sorted(path.parent.parent.glob("lib/python*/site-packages/hugo/binaries/hugo")) if is_script else []
    return inside[0] if inside else path


def _write_hugo(site: Path, count: int) -> None:
    """Write articles in a folder a day; years, months and days are sections, which is how Hugo has pages for them."""
    shutil.copytree(_HERE / "hugo", site)
    shutil.copytree(_STATIC, site / "static" / "theme")
    archive = site / "content" / "archive"
    archive.mkdir(parents=True)
    (archive / "_index.md").write_text("---\ntitle: Archive\nlayout: archive\n---\n")
    for sample in samples(count):
        folder = site / "content" / f"{sample.moment:%Y/%m/%d}"
        if not folder.exists():
            folder.mkdir(parents=True)
            _write_date_sections(folder, sample.moment)
        text = (
            f"---\ntitle: {sample.title}\ndate: {sample.moment:%Y-%m-%dT%H:%M:00Z}\nsections: [{sample.section}]\n"
            f"tags: [{', '.join(sample.tags)}]\nauthors: [{sample.author}]\nsummary: {sample.summary}\n---\n\n"
        )
        (folder / f"{sample.slug}.md").write_text(text + sample.body)


def _write_date_sections(folder: Path, moment: datetime) -> None:
    """Write what makes a day's folder, and those of its month and year, sections of Hugo. Days are in no sitemap."""
    month, year = folder.parent, folder.parent.parent
    day = f"title: {moment.day} {moment:%B %Y}\ndate: {moment:%Y-%m-%d}\nlayout: day\nsitemap:\n  disable: true\n"
    (folder / "_index.md").write_text(f"---\n{day}---\n")
    if not (month / "_index.md").exists():
        (month / "_index.md").write_text(f"---\ntitle: {moment:%B %Y}\ndate: {moment:%Y-%m}-01\nlayout: month\n---\n")
    if not (year / "_index.md").exists():
        (year / "_index.md").write_text(f'---\ntitle: "{moment:%Y}"\ndate: {moment:%Y}-01-01\nlayout: year\n---\n')


def _pelican(path: Path) -> Generator:
    return Generator(
        name="pelican",
        version=_version(path, "--version"),
        command=(str(path), "--settings", "pelicanconf.py", "--quiet"),
        output="output",
        caches=("cache",),
        base_template="theme/templates/base.html",
        write=_write_pelican,
        article=lambda sample: Path("content", f"{sample.moment:%Y/%m}", f"{sample.slug}.md"),
    )


def _write_pelican(site: Path, count: int) -> None:
    shutil.copytree(_HERE / "pelican", site)
    shutil.copytree(_STATIC, site / "theme" / "static")
    for sample in samples(count):
        folder = site / "content" / f"{sample.moment:%Y/%m}"
        folder.mkdir(parents=True, exist_ok=True)
        text = (
            f"Title: {sample.title}\nDate: {sample.moment:%Y-%m-%d %H:%M}\nCategory: {sample.section}\n"
            f"Tags: {', '.join(sample.tags)}\nAuthors: {sample.author}\nSummary: {sample.summary}\n\n"
        )
        (folder / f"{sample.slug}.md").write_text(text + sample.body.replace("](article-", "]({filename}article-"))


def _version(path: Path, *arguments: str) -> str:
    """Return the version number in what a program says of itself."""
    said = subprocess.run([path, *arguments], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\d+(?:\.\w+)+", said)
    return found.group() if found else said.strip()


_MAKERS: dict[str, Callable[[Path], Generator]] = {"newsgen": _newsgen, "hugo": _hugo, "pelican": _pelican}
NAMES: Sequence[str] = tuple(_MAKERS)
