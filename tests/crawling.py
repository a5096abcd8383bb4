"""A folder on a local server, as a crawler that nobody here wrote reads its sitemaps."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

from usp.objects.sitemap import AbstractSitemap, InvalidSitemap
from usp.tree import sitemap_tree_for_homepage

from newsgen.permalink import output_path
from tests.serving import QuietHandler, served_by

__all__ = ["IMAGE", "NEWS", "SITEMAP", "check", "crawled", "served"]

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
IMAGE = "{http://www.google.com/schemas/sitemap-image/1.1}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
# A day, or a time with seconds and a zone: what the schema of sitemaps.org takes.
_DATE = re.compile(
    r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"(T([01][0-9]|2[0-3])(:[0-5][0-9]){2}(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00))?"
)


def served(folder: Path) -> AbstractContextManager[str]:
    """Give the address at which a folder is served; it need not be there yet."""
    return served_by(partial(QuietHandler, directory=str(folder)))


def crawled(address: str) -> AbstractSitemap:
    """Return the sitemaps that robots.txt names, as ultimate-sitemap-parser reads them; none of them is faulty."""
    tree = sitemap_tree_for_homepage(address, use_known_paths=False)
    found = [tree, *tree.all_sitemaps()]
    assert not [item for item in found if isinstance(item, InvalidSitemap)]
    return tree


def check(folder: Path, address: str) -> dict[str, list[str]]:
    """Hold all sitemaps in a folder to the rules of sitemaps.org and Google; return their pages, by file."""
    robots = (folder / "robots.txt").read_text("utf-8")
    named = re.findall(r"^Sitemap: (\S+)$", robots, re.MULTILINE)
    assert named and all(item.startswith(f"{address}/") for item in named)
    pages: dict[str, list[str]] = {}
    for item in named:
        root = _read(folder, address, item)
        if root.tag == f"{SITEMAP}sitemapindex":
            parts = [str(node.text) for node in root.iterfind(f"{SITEMAP}sitemap/{SITEMAP}loc")]
            assert 0 < len(parts) == len(set(parts)) <= 50_000
            for part in parts:
                # A part in a folder of its own could name nothing above it.
                assert part.rpartition("/")[0] == address
                pages[part.removeprefix(address)] = _urls(_read(folder, address, part), address)
        else:
            pages[item.removeprefix(address)] = _urls(root, address)
    general = [url for name, urls in pages.items() if "news" not in name for url in urls]
    assert len(general) == len(set(general))
    if (folder / "index.html").exists():
        assert all((folder / output_path(url.removeprefix(address))).is_file() for url in general)
    return pages


def _read(folder: Path, address: str, url: str) -> ElementTree.Element:
    data = (folder / url.removeprefix(address).lstrip("/")).read_bytes()
    assert len(data) <= 50 * 1024 * 1024
    assert data.startswith(b'<?xml version="1.0" encoding="utf-8"?>\n')
    return ElementTree.fromstring(data)


def _urls(root: ElementTree.Element, address: str) -> list[str]:
    assert root.tag == f"{SITEMAP}urlset"
    assert len(root) <= 50_000
    for url in root:
        assert url.tag == f"{SITEMAP}url"
        names = [node.tag for node in url]
        assert names[0] == f"{SITEMAP}loc"
        assert set(names) <= {f"{SITEMAP}loc", f"{SITEMAP}lastmod", f"{IMAGE}image", f"{NEWS}news"}
        assert names.count(f"{SITEMAP}lastmod") <= 1 and names.count(f"{IMAGE}image") <= 1_000
        for node in url.iter():
            if node.tag in (f"{SITEMAP}loc", f"{IMAGE}loc"):
                assert node.text and node.text.startswith(f"{address}/") and len(node.text) < 2_048
                assert node.text.isascii() and not re.search(r"[\s<>\"{}|\\^`]", node.text)
            if node.tag in (f"{SITEMAP}lastmod", f"{NEWS}publication_date"):
                assert node.text and _DATE.fullmatch(node.text)
        news = url.find(f"{NEWS}news")
        if news is not None:
            assert len(root) <= 1_000
            assert [node.tag for node in news] == [
                f"{NEWS}{name}" for name in ("publication", "publication_date", "title")
            ]
            assert [node.tag for node in news[0]] == [f"{NEWS}name", f"{NEWS}language"]
            assert re.fullmatch(r"[a-z]{2,3}|zh-cn|zh-tw", str(news[0][1].text))
            assert news[2].text and news[2].text.strip()
    return [str(url[0].text) for url in root]
