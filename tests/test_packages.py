"""Packages: other programs check, open and restore them; the same site gives the same bytes; nothing is half done."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256, sha512
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import bagit
import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from newsgen import packages
from newsgen.build import Options, build, built
from newsgen.errors import BuildError, errors_in
from newsgen.load import Selection
from newsgen.packages.bag import _in_manifest
from newsgen.packages.contents import rfc3339
from newsgen.packages.warc import content_type
from newsgen.packages.webarchive import address_of, sort_key
from newsgen.permalink import output_path
from newsgen.surveying import opened
from newsgen.version import VERSION
from tests.sites import make, snapshot, write
from tests.test_build import THREE
from tests.test_cli import run

SITE = (
    THREE
    + """
-- articles/2024/later.md --
---
title: What became of the “flood” & more
date: 2024-04-01 10:00 +0200
updated: 2024-04-02
aliases: /old/later/
image: {src: dam.png, alt: A dam}
---
Of [the flood](flood.md), and the *Überschwemmung*.
-- articles/2024/dam.png --
no picture
-- articles/2024/removed.md --
---
title: Taken down
date: 2024-01-01
status: removed
summary: The court asked for it.
---
Secret words.
-- articles/2024/hidden.md --
---
title: Unlisted
date: 2024-01-03
status: hidden
---
Unlisted words.
-- articles/2024/draft.md --
---
title: Unfinished
date: 2024-01-04
draft: true
---
Unfinished words.
-- pages/about.md --
---
title: About this
---
A standing page.
-- static/CNAME --
example.org
-- static/.well-known/security.txt --
Contact: mailto:a@example.org
-- templates/macros-of-ours.html --
Nothing.
"""
)
SETTINGS = (
    "title: The Test Record\nsubtitle: Of tests\nbase_url: https://example.org/archive\nsearch: false\n"
    "publisher: {name: The Press}\n"
)
WARC = "archive/data.warc.gz"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site that is built."""
    root = make(tmp_path / "site", SITE, SETTINGS)
    build(root)
    return root


def pack(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run("pack", *arguments, cwd=root)


def packed(root: Path, *arguments: str) -> Path:
    """Pack, see that it went well, and return the package."""
    done = pack(root, *arguments)
    assert done.returncode == 0, done.stderr
    return root / arguments[1]


def lines(text: str) -> dict[str, str]:
    """Return the checksums of a manifest by path."""
    return {path: digest for digest, path in (line.split("  ", 1) for line in text.splitlines())}


def field(bag: Path, name: str) -> list[str]:
    found = [line.split(": ", 1) for line in (bag / "bag-info.txt").read_text("utf-8").splitlines()]
    return [value for key, value in found if key == name]


def without_reports(folder: Path) -> dict[str, bytes]:
    return {path: data for path, data in snapshot(folder).items() if not path.startswith(".newsgen")}


# Bags


def test_a_bag_holds_the_sources_and_the_output_and_is_valid(site: Path) -> None:
    bag = packed(site, "bagit", "../bag")
    bagit.Bag(str(bag)).validate()
    found = snapshot(bag / "data")
    assert {path.removeprefix("output/"): found[path] for path in found if path.startswith("output/")} == snapshot(
        site / "output"
    )
    assert {path: found[path] for path in found if not path.startswith("output/")} == {
        path: data for path, data in snapshot(site).items() if not path.startswith(("output/", ".newsgen/"))
    }
    assert set(snapshot(bag)) - {f"data/{path}" for path in found} == {
        "README.txt", "bag-info.txt", "bagit.txt", "built-with.json", "manifest-sha256.txt", "manifest-sha512.txt",
        "tagmanifest-sha256.txt", "tagmanifest-sha512.txt",
    }  # fmt: skip


def test_the_manifests_of_a_bag_name_every_file_once_with_its_checksum(site: Path) -> None:
    bag = packed(site, "bagit", "bag")
    files = snapshot(bag)
    for name, method in (("sha256", sha256), ("sha512", sha512)):
        payload, tags = (
            lines((bag / f"manifest-{name}.txt").read_text()),
            lines((bag / f"tagmanifest-{name}.txt").read_text()),
        )
        assert payload == {path: method(data).hexdigest() for path, data in files.items() if path.startswith("data/")}
        assert tags == {
            path: method(data).hexdigest()
            for path, data in files.items()
            if not path.startswith(("data/", "tagmanifest-"))
        }
        assert list(payload) == sorted(payload)


def test_one_flipped_bit_one_missing_and_one_extra_file_are_found(site: Path) -> None:
    bag = packed(site, "bagit", "bag")
    place = bag / "data" / "output" / "index.html"
    data = place.read_bytes()
    place.write_bytes(data[:100] + bytes([data[100] ^ 1]) + data[101:])
    assert not bagit.Bag(str(bag)).is_valid()
    place.unlink()
    assert not bagit.Bag(str(bag)).is_valid()
    place.write_bytes(data)
    assert bagit.Bag(str(bag)).is_valid()
    write(bag, "data/more.txt", "")
    assert not bagit.Bag(str(bag)).is_valid()


def test_a_bag_tells_what_it_is(site: Path) -> None:
    bag = packed(
        site, "bagit", "bag", "--info", "Contact-Name=Ann = Co", "--info", "Contact-Name=Ben", "--date", "2024-05-06"
    )
    info = bagit.Bag(str(bag)).info
    assert info["Source-Organization"] == "The Press"
    assert info["External-Description"] == "The Test Record: Of tests. Published at https://example.org/archive/"
    assert info["Bagging-Date"] == "2024-05-06"
    assert info["Bag-Software-Agent"] == f"newsgen {VERSION}"
    assert info["Contact-Name"] == ["Ann = Co", "Ben"]
    sizes = [len(data) for data in snapshot(bag / "data").values()]
    assert info["Payload-Oxum"] == f"{sum(sizes)}.{len(sizes)}"
    assert (bag / "bagit.txt").read_bytes() == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def test_what_is_given_takes_the_place_of_what_the_settings_say(site: Path) -> None:
    bag = packed(site, "bagit", "bag", "--info", "source-organization=The County Library")
    assert field(bag, "source-organization") == ["The County Library"]
    assert field(bag, "Source-Organization") == []


def test_the_day_of_bagging_is_told_only_where_it_is_given(site: Path) -> None:
    assert field(packed(site, "bagit", "bag"), "Bagging-Date") == []
    done = run("pack", "bagit", "bag2", cwd=site, SOURCE_DATE_EPOCH="86400")
    assert done.returncode == 0
    assert field(site / "bag2", "Bagging-Date") == ["1970-01-02"]


def test_a_settings_text_of_several_lines_is_one_line_of_the_bag(tmp_path: Path) -> None:
    root = make(tmp_path / "site", THREE, 'title: "A\\nBagging-Date: 1999-01-01"\nsearch: false\n')
    build(root)
    bag = packed(root, "bagit", "bag")
    assert field(bag, "Bagging-Date") == []
    assert field(bag, "External-Description")[0].startswith("A Bagging-Date: 1999-01-01")
    bagit.Bag(str(bag)).validate()


def test_a_bag_tells_which_tools_made_its_output(site: Path) -> None:
    told = json.loads((packed(site, "bagit", "bag") / "built-with.json").read_text("utf-8"))
    assert told["newsgen"] == VERSION
    assert told["python"].split()[1] == ".".join(map(str, sys.version_info[:3]))
    assert {"jinja2", "markdown", "nh3", "pyyaml", "python-slugify", "tzdata", "pagefind_bin"} <= set(told["libraries"])
    assert told["command"] == "newsgen build"


def test_the_ledger_is_in_the_bag(site: Path) -> None:
    kept = (site / "permalinks.lock").read_bytes()
    assert b"/2024/03/05/flood/ live article" in kept
    assert (packed(site, "bagit", "bag") / "data" / "permalinks.lock").read_bytes() == kept


@pytest.mark.parametrize(
    "options",
    [(), ("--drafts", "--offline"), ("--now", "2024-03-05T12:00:00+01:00"), ("--no-search",)],
    ids=lambda value: " ".join(value) or "plain",
)
def test_a_bag_is_unpacked_elsewhere_and_its_sources_build_the_same_bytes(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    """With the command that the bag itself names, and without what it holds of the output."""
    root = make(tmp_path / "site", SITE, SETTINGS.replace("search: false\n", ""))
    assert run("build", *options, cwd=root).returncode == 0
    packed(root, "bagit", "../bag.zip")
    shutil.unpack_archive(tmp_path / "bag.zip", tmp_path / "elsewhere")
    bag = tmp_path / "elsewhere" / "bag"
    bagit.Bag(str(bag)).validate()
    restored = tmp_path / "restored"
    shutil.copytree(bag / "data", restored, ignore=shutil.ignore_patterns("output"))
    command = json.loads((bag / "built-with.json").read_text("utf-8"))["command"].split()
    done = run(*command[1:], cwd=restored)
    assert done.returncode == 0, done.stderr
    assert snapshot(restored / "output") == snapshot(bag / "data" / "output") == snapshot(root / "output")
    # The way of README.txt: over what was built before, which is seen to be the same.
    shutil.copytree(bag / "data", tmp_path / "again")
    done = run(*command[1:], cwd=tmp_path / "again")
    assert done.returncode == 0
    assert snapshot(tmp_path / "again" / "output") == snapshot(root / "output")


def test_a_bag_of_a_restored_site_is_the_same_bag(site: Path, tmp_path: Path) -> None:
    bag = packed(site, "bagit", "../bag")
    shutil.copytree(bag / "data", tmp_path / "restored", ignore=shutil.ignore_patterns("output"))
    build(tmp_path / "restored")
    assert snapshot(packed(tmp_path / "restored", "bagit", "bag")) == snapshot(bag)


def test_a_zipped_bag_holds_the_same_files_below_its_name(site: Path) -> None:
    bag = packed(site, "bagit", "bag")
    with ZipFile(packed(site, "bagit", "2024 bag.ZIP")) as file:
        assert {name: file.read(name) for name in file.namelist()} == {
            f"2024 bag/{path}": data for path, data in snapshot(bag).items()
        }


def test_checksum_tools_check_a_bag(site: Path) -> None:
    bag = packed(site, "bagit", "bag")
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        done = subprocess.run(["sha256sum", "--check", "--quiet", name], cwd=bag, capture_output=True, check=False)
        assert (done.returncode, done.stdout) == (0, b"")


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_path_in_a_manifest_is_one_line_and_can_be_read_back(path: str) -> None:
    """RFC 8493, section 2.1.3: CR, LF and % are percent-encoded, and nothing else is."""
    written = _in_manifest(path)
    assert not {"\r", "\n"} & set(written)
    read = written.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
    assert read == path
    assert written == path or {"\r", "\n", "%"} & set(path)


def test_names_of_all_kinds_are_in_a_bag_as_they_are(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "é.txt")
    root = make(tmp_path / "site", THREE, SETTINGS)
    for name in ("über & mehr.txt", "日本.txt", "a'b.txt", decomposed):
        write(root, f"static/{name}", "x")
    build(root)
    bag = packed(root, "bagit", "bag")
    bagit.Bag(str(bag)).validate()
    names = {path.removeprefix("data/static/") for path in snapshot(bag) if path.startswith("data/static/")}
    assert names == {"über & mehr.txt", "日本.txt", "a'b.txt", decomposed}
    write(root, "static/é.txt", "y")
    assert "looks like" in pack(root, "bagit", "bag2").stderr or run("build", cwd=root).returncode == 1


def test_a_percent_sign_in_a_name_is_written_as_the_standard_wants(tmp_path: Path) -> None:
    root = make(tmp_path / "site", THREE, SETTINGS)
    write(root, "articles/notes/50% off.txt", "x")
    build(root)
    bag = packed(root, "bagit", "bag")
    assert "  data/articles/notes/50%25 off.txt\n" in (bag / "manifest-sha256.txt").read_text()
    assert (bag / "data/articles/notes/50% off.txt").read_text() == "x"


def test_nothing_is_packed_that_a_build_does_not_read(site: Path) -> None:
    for path in (".git/config", "articles/.secret", "notes.txt", ".env", "articles/old.md~", "output/mine.txt"):
        write(site, path, "private")
    build(site)
    done = pack(site, "bagit", "bag")
    assert done.returncode == 0
    assert "note: 1 file in output/ not written by newsgen: left out" in done.stderr
    assert b"private" not in snapshot(site / "bag").values()


# Web archives


def records(place: Path) -> Iterator[tuple[str, str, str, bytes, str]]:
    """Yield type, address, content type, payload and id of each record; its digests are checked."""
    with ZipFile(place) as file, file.open(WARC) as warc:
        for record in ArchiveIterator(warc, check_digests="raise"):
            kind = record.http_headers.get_header("Content-Type") if record.http_headers else ""
            fields = record.rec_headers
            assert fields.protocol == "WARC/1.1"
            yield (
                record.rec_type,
                fields.get_header("WARC-Target-URI") or "",
                kind,
                record.content_stream().read(),
                fields.get_header("WARC-Record-ID"),
            )


def index(place: Path) -> list[tuple[str, str, dict[str, str | int]]]:
    with ZipFile(place) as file:
        text = gzip.decompress(file.read("indexes/index.cdx.gz")).decode()
    parts = [line.split(" ", 2) for line in text.splitlines()]
    return [(key, when, json.loads(told)) for key, when, told in parts]


def pages(place: Path, name: str = "pages") -> list[dict[str, str]]:
    with ZipFile(place) as file:
        return [json.loads(line) for line in file.read(f"pages/{name}.jsonl").decode().splitlines()]


def test_every_file_is_recorded_under_its_address_byte_for_byte(site: Path) -> None:
    place = packed(site, "wacz", "a.wacz")
    first, *found = records(place)
    assert first[0] == "warcinfo"
    assert b"isPartOf: The Test Record\r\n" in first[3]
    output = snapshot(site / "output")
    base = "https://example.org/archive"
    assert {output_path(url.removeprefix(base)): data for _, url, _, data, _ in found} == output
    assert len(found) == len(output)
    assert len({identity for *_, identity in found}) == len(found)
    addresses = {url: kind for _, url, kind, _, _ in found}
    assert addresses[f"{base}/"] == addresses[f"{base}/2024/03/05/flood/"] == "text/html; charset=utf-8"
    assert addresses[f"{base}/feed.xml"] == "application/atom+xml"
    assert addresses[f"{base}/theme/style.css"] == "text/css; charset=utf-8"
    assert f"{base}/old/later/" in addresses


def test_the_index_names_every_file_of_the_output_sorted_and_where_its_record_stands(site: Path) -> None:
    place = packed(site, "wacz", "a.wacz")
    found = index(place)
    manifest = [line.partition("  ")[2] for line in (site / "output/manifest-sha256.txt").read_text().splitlines()]
    paths = [path for path in manifest if path] + ["manifest-sha256.txt"]
    assert {told["url"] for _, _, told in found} == {address_of("https://example.org/archive", path) for path in paths}
    keys = [f"{key} {when}".encode() for key, when, _ in found]
    assert keys == sorted(keys)
    with ZipFile(place) as file:
        warc = file.read(WARC)
        table = file.read("indexes/index.idx").decode().splitlines()
        packed_index = file.read("indexes/index.cdx.gz")
    for key, when, told in found:
        start, length = int(told["offset"]), int(told["length"])
        member = warc[start : start + length]
        record = next(iter(ArchiveIterator(BytesIO(member))))
        assert record.rec_headers.get_header("WARC-Target-URI") == told["url"]
        assert record.rec_headers.get_header("WARC-Date") == "2024-04-02T00:00:00Z"
        assert member[4:8] == bytes(4), "a gzip member tells no time"
        assert told["digest"] == f"sha256:{sha256(record.content_stream().read()).hexdigest()}"
        assert told["recordDigest"] == f"sha256:{sha256(member).hexdigest()}"
        assert (key, when) == (sort_key(str(told["url"])), "20240402000000")
        assert told["filename"] == "data.warc.gz"
        assert told["status"] == 200
    assert table[0].startswith("!meta 0 {")
    blocks = [json.loads(line.split(" ", 2)[2]) for line in table[1:]]
    assert (
        "".join(
            gzip.decompress(packed_index[item["offset"] : item["offset"] + item["length"]]).decode() for item in blocks
        )
        == gzip.decompress(packed_index).decode()
    )


def test_a_long_index_is_in_blocks(tmp_path: Path) -> None:
    root = make(tmp_path / "site", THREE, SETTINGS)
    for number in range(400):
        write(root, f"static/files/{number}.txt", str(number))
    build(root)
    with ZipFile(packed(root, "wacz", "a.wacz")) as file:
        table = file.read("indexes/index.idx").decode().splitlines()
    assert len(table) >= 3
    assert len(index(root / "a.wacz")) > 400


def test_pages_are_listed_with_their_words_and_nothing_that_is_kept_back(site: Path) -> None:
    place = packed(site, "wacz", "a.wacz")
    first, front, *articles = pages(place)
    assert first == {"format": "json-pages-1.0", "id": "pages", "title": "Articles", "hasText": True}
    assert (front["url"], front["title"]) == ("https://example.org/archive/", "The Test Record")
    assert [page["title"] for page in articles] == [
        "What became of the “flood” & more", "Flood reaches the town", "Rain for a week", "Fire at the mill",
    ]  # fmt: skip
    assert articles[0]["text"] == "Of the flood, and the Überschwemmung."
    assert [page["published"] for page in articles][-1] == "1987-05"
    others = {page["title"] for page in pages(place, "extraPages")[1:]}
    assert {"About this — The Test Record", "Rivers — The Test Record"} <= others
    everything = json.dumps(pages(place) + pages(place, "extraPages"))
    assert not any(word in everything for word in ("Unlisted", "Unfinished", "Taken down", "Secret", "/old/later/"))
    recorded = {url for _, url, *_ in records(place)}
    for page in (*pages(place)[1:], *pages(place, "extraPages")[1:]):
        assert page["url"] in recorded
        assert page["ts"] == "2024-04-02T00:00:00Z"


def test_the_package_tells_of_itself_and_of_each_file(site: Path) -> None:
    place = packed(site, "wacz", "a.wacz")
    with ZipFile(place) as file:
        assert file.testzip() is None
        package = json.loads(file.read("datapackage.json"))
        digest = json.loads(file.read("datapackage-digest.json"))
        assert digest == {
            "path": "datapackage.json",
            "hash": f"sha256:{sha256(file.read('datapackage.json')).hexdigest()}",
        }
        assert {item["path"] for item in package["resources"]} == set(file.namelist()) - {
            "datapackage.json", "datapackage-digest.json",
        }  # fmt: skip
        for item in package["resources"]:
            data = file.read(item["path"])
            assert (item["hash"], item["bytes"]) == (f"sha256:{sha256(data).hexdigest()}", len(data))
        assert all(item.compress_type == ZIP_STORED for item in file.infolist() if item.filename.endswith(".gz"))
        assert {item.date_time for item in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert (package["profile"], package["wacz_version"]) == ("data-package", "1.1.1")
    assert (package["title"], package["created"]) == ("The Test Record", "2024-04-02T00:00:00Z")
    assert package["software"] == f"newsgen {VERSION}"
    assert package["mainPageUrl"] == "https://example.org/archive/"


def test_webrecorders_own_tool_finds_a_web_archive_valid(site: Path) -> None:
    place = packed(site, "wacz", "a.wacz")
    tool = [sys.executable, "-c", "from wacz.main import main; import sys; sys.exit(main())", "validate", "-f"]
    done = subprocess.run([*tool, str(place)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the passed WACZ is valid" in done.stdout
    with ZipFile(place) as file, ZipFile(site / "b.wacz", "w") as other:
        for item in file.infolist():
            data = file.read(item)
            other.writestr(item, data.replace(b"Flood", b"Flock") if item.filename == "pages/pages.jsonl" else data)
    done = subprocess.run([*tool, str(site / "b.wacz")], capture_output=True, text=True, timeout=120, check=False)
    assert "valid\n" not in done.stdout or done.returncode


def test_warcios_own_checker_finds_the_records_sound(site: Path) -> None:
    with ZipFile(packed(site, "wacz", "a.wacz")) as file:
        file.extract(WARC, site)
    done = subprocess.run(
        [sys.executable, "-c", "from warcio.cli import main; main()", "check", str(site / WARC)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("given_date", "environment", "told"),
    [
        (("--date", "2025-01-02 03:04:05 +0100"), {}, "2025-01-02T02:04:05Z"),
        (("--date", "0001"), {}, "0001-01-01T00:00:00Z"),
        ((), {"SOURCE_DATE_EPOCH": "86400"}, "1970-01-02T00:00:00Z"),
    ],
)
def test_the_date_of_the_capture_is_the_one_that_is_given(
    site: Path, given_date: tuple[str, ...], environment: dict[str, str], told: str
) -> None:
    assert run("pack", "wacz", "a.wacz", *given_date, cwd=site, **environment).returncode == 0
    with ZipFile(site / "a.wacz") as file:
        assert json.loads(file.read("datapackage.json"))["created"] == told


def test_the_date_of_the_capture_is_the_one_that_the_site_was_built_at(site: Path) -> None:
    build(site, None, Options(selection=Selection(now=63_900_000_000)))
    with ZipFile(packed(site, "wacz", "a.wacz")) as file:
        assert json.loads(file.read("datapackage.json"))["created"] == rfc3339(63_900_000_000)


def test_a_site_without_articles_is_packed_too(tmp_path: Path) -> None:
    root = make(tmp_path / "site", "", SETTINGS)
    build(root)
    bagit.Bag(str(packed(root, "bagit", "bag"))).validate()
    with ZipFile(packed(root, "wacz", "a.wacz")) as file:
        assert json.loads(file.read("datapackage.json"))["created"] == "1970-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("index.html", "https://example.org/a/"),
        ("x/index.html", "https://example.org/a/x/"),
        ("x/index.htm", "https://example.org/a/x/index.htm"),
        ("index.html/x", "https://example.org/a/index.html/x"),
        ("é à.txt", "https://example.org/a/%C3%A9%20%C3%A0.txt"),
        ("50%.txt", "https://example.org/a/50%25.txt"),
    ],
)
def test_a_file_stands_at_the_address_that_a_server_gives_it(path: str, url: str) -> None:
    assert address_of("https://example.org/a", path) == url
    assert output_path(url.removeprefix("https://example.org/a")) == path


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://example.org/", "org,example)/"),
        ("https://www.example.org/A/b/", "org,example)/a/b/"),
        ("https://www2.news.example.org:8443/x", "org,example,news:8443)/x"),
        ("http://localhost:8000/x.html", "localhost:8000)/x.html"),
    ],
)
def test_addresses_are_sorted_by_host_from_its_end(url: str, key: str) -> None:
    assert sort_key(url) == key


@pytest.mark.parametrize(
    ("path", "kind"),
    [("a.JPG", "image/jpeg"), ("tags/x/rss.xml", "application/rss+xml"), ("CNAME", "application/octet-stream"),
     ("x.pf_meta", "application/octet-stream"), ("sitemap.xml", "application/xml"),
     ("x/html", "application/octet-stream")],
)  # fmt: skip
def test_the_type_of_a_file_is_the_one_of_its_name(path: str, kind: str) -> None:
    assert content_type(path) == kind


# The same input, the same bytes


@pytest.mark.parametrize("kind", ["bagit bag", "bagit bag.zip", "wacz a.wacz"])
def test_the_same_site_gives_the_same_package_in_another_folder_zone_and_language(tmp_path: Path, kind: str) -> None:
    found = []
    for name, zone, seed in (("one", "Asia/Tokyo", "1"), ("two/deeper", "America/New_York", "2")):
        root = make(tmp_path / name, SITE, SETTINGS)
        assert run("build", cwd=root, TZ=zone, PYTHONHASHSEED=seed).returncode == 0
        done = run("pack", *kind.split(), cwd=root, TZ=zone, PYTHONHASHSEED=seed, LC_ALL="C")
        assert done.returncode == 0, done.stderr
        place = root / kind.split()[1]
        found.append(snapshot(place) if place.is_dir() else place.read_bytes())
        time.sleep(1.1 if not found[1:] else 0)  # a clock that was read would tell another second
    assert found[0] == found[1]


# What cannot be packed


KINDS = ["bagit bag", "bagit bag.zip", "wacz a.wacz"]


def left(root: Path) -> dict[str, bytes]:
    return {path: data for path, data in snapshot(root.parent).items() if "/.newsgen/" not in path}


@contextmanager
def nothing_changes(root: Path) -> Iterator[None]:
    before = left(root)
    yield
    assert left(root) == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_site_that_was_never_built_is_not_packed(tmp_path: Path, kind: str) -> None:
    root = make(tmp_path / "site", SITE, SETTINGS)
    with nothing_changes(root):
        done = pack(root, *kind.split())
    assert done.returncode == 1
    assert "no build of this site is known that ended here" in done.stderr
    assert "hint: run 'newsgen build'" in done.stderr


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("articles/2024/rain.md", THREE.split("-- articles/2024/rain.md --\n")[1].split("-- ")[0] + "And more.\n"),
        ("articles/2024/new.md", "---\ntitle: New\ndate: 2024-05-05\n---\nNew.\n"),
        ("newsgen.yaml", SETTINGS + "page_size: 2\n"),
        ("static/CNAME", "other.example.org\n"),
        ("templates/article.html", "{{ article.title }}"),
    ],
    ids=lambda value: value.partition("/")[0] if "\n" not in value else "",
)
def test_a_site_that_changed_since_it_was_built_is_not_packed(site: Path, kind: str, path: str, text: str) -> None:
    write(site, path, text)
    with nothing_changes(site):
        done = pack(site, *kind.split())
    assert done.returncode == 1
    assert "the site changed since it was built here" in done.stderr
    assert run("build", cwd=site).returncode == 0
    packed(site, *kind.split())


@pytest.mark.parametrize("kind", KINDS)
def test_a_site_whose_files_were_only_touched_is_packed(site: Path, kind: str) -> None:
    for path in ("newsgen.yaml", "articles/2024/dam.png", "articles/2024/rain.md", "output/index.html"):
        os.utime(site / path)
    packed(site, *kind.split())


@pytest.mark.parametrize("kind", KINDS)
def test_a_site_with_mistakes_is_not_packed(site: Path, kind: str) -> None:
    write(site, "articles/2024/bad.md", "---\ntitle: Bad\ndate: 2024-13-01\n---\n")
    with nothing_changes(site):
        done = pack(site, *kind.split())
    assert done.returncode == 1
    assert "articles/2024/bad.md:3: '2024-13-01' is not a date" in done.stderr


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("harm", ["changed", "lost", "unlinked"])
def test_an_output_that_is_not_as_it_was_built_is_not_packed(site: Path, kind: str, harm: str) -> None:
    place = site / "output" / "2024" / "03" / "05" / "flood" / "index.html"
    data = place.read_bytes()
    place.unlink()
    if harm == "changed":
        place.write_bytes(data.replace(b"river", b"RIVER"))
    elif harm == "unlinked":
        place.symlink_to("/etc/passwd")
    with nothing_changes(site):
        done = pack(site, *kind.split())
    assert done.returncode == 1
    assert "output/2024/03/05/flood/index.html: " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_cannot_be_read_is_named(site: Path, kind: str) -> None:
    (site / "output" / "index.html").chmod(0)
    done = pack(site, *kind.split())
    assert done.returncode == 1
    assert "output/index.html: the file cannot be read: Permission denied" in done.stderr


def test_a_source_that_changes_while_it_is_packed_stops_the_bag(site: Path, tmp_path: Path) -> None:
    def change(done: int, total: int) -> None:
        if done == 1:
            write(site, "static/CNAME", "changed.example.org\n")

    with built(site) as found, pytest.raises(BuildError, match="static/CNAME: the file is not what it was"):
        packages.write_bag(found, tmp_path / "bag", change)
    assert not (tmp_path / "bag").exists()
    assert not list(tmp_path.glob(".bag*"))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_there_is_replaced_only_where_that_is_asked_for(site: Path, kind: str) -> None:
    place = packed(site, *kind.split())
    before = snapshot(place) if place.is_dir() else place.read_bytes()
    with nothing_changes(site):
        done = pack(site, *kind.split())
    assert done.returncode == 1
    assert "is there already" in done.stderr
    assert "--force" in done.stderr
    write(site, "articles/2024/new.md", "---\ntitle: New\ndate: 2024-05-05\n---\nNew.\n")
    build(site)
    packed(site, *kind.split(), "--force")
    assert (snapshot(place) if place.is_dir() else place.read_bytes()) != before
    assert not [name for name in os.listdir(site) if name.endswith((".new", ".old"))]


def test_a_folder_of_other_files_is_never_replaced_by_a_bag(site: Path) -> None:
    write(site.parent, "mine/thesis.txt", "years of work")
    with nothing_changes(site):
        done = pack(site, "bagit", "../mine", "--force")
    assert done.returncode == 1
    assert "there are other files here" in done.stderr
    (site.parent / "empty").mkdir()
    packed(site, "bagit", "../empty")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ("bagit output/bag", 1, "cannot stand in output/"),
        ("bagit output", 1, "cannot stand in output/"),
        ("bagit articles/bag.zip", 1, "cannot stand in articles/"),
        ("bagit pages/../static/bag", 1, "cannot stand in static/"),
        ("bagit .newsgen/bag", 1, "cannot stand in .newsgen/"),
        ("bagit newsgen.yaml", 1, "a file stands here"),
        ("bagit newsgen.yaml/bag", 1, "cannot write"),
        ("bagit /", 1, "a folder stands here"),
        ("bagit . --force", 1, "there are other files here"),
        ("bagit .. --force", 1, "there are other files here"),
        ("bagit bag.tar.gz", 1, "a bag cannot be written as .gz"),
        ("bagit articles.zip/" + "x" * 300, 1, "cannot write"),
        ("bagit", 2, "Missing argument 'DEST'"),
        ("bagit bag --info Contact-Name", 2, "has no value"),
        ("bagit bag --info A:B=c", 2, "is not the name of a field"),
        ("bagit bag --info =c", 2, "is not the name of a field"),
        ("bagit bag --info A=", 2, "is empty"),
        ("bagit bag --info Payload-Oxum=1.1", 2, "is written by newsgen"),
        ("bagit bag --info bagging-date=2024", 2, "use --date"),
        ("bagit bag --date yesterday", 2, "'yesterday' is not a time"),
        ("wacz output/a.wacz", 1, "cannot stand in output/"),
        ("wacz articles/a.wacz", 1, "cannot stand in articles/"),
        ("wacz archive.zip", 2, "ends with .wacz"),
        ("wacz a.wacz --output articles", 1, "the site itself stands here"),
        ("wacz a.wacz --output other", 1, "no build of this site is known"),
        ("wacz a.wacz --site nowhere", 1, "newsgen.yaml"),
    ],
)
def test_what_cannot_be_done_is_said(site: Path, arguments: str, code: int, message: str) -> None:
    with nothing_changes(site):
        done = pack(site, *arguments.split())
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_value_of_two_lines_is_refused(site: Path) -> None:
    done = pack(site, "bagit", "bag", "--info", "Contact-Name=A\nBag-Size: 1")
    assert done.returncode == 2
    assert "more than one line" in done.stderr


def test_a_web_archive_needs_an_address(tmp_path: Path) -> None:
    root = make(tmp_path / "site", THREE, "title: T\nsearch: false\n")
    build(root)
    with nothing_changes(root):
        done = pack(root, "wacz", "a.wacz")
    assert done.returncode == 1
    assert "newsgen.yaml: a web archive needs the address of the site" in done.stderr
    assert "base_url" in done.stderr
    bagit.Bag(str(packed(root, "bagit", "bag"))).validate()


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk_leaves_nothing_half_written(site: Path, kind: str) -> None:
    """A limit on the size of files stands for the disk: the system refuses to write on."""
    # Between the largest file of the bag and that of the others, which hold them all.
    limit = 4_000 if kind == "bagit bag" else 20_000
    code = (
        f"import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}));"
        f"from newsgen.cli import main; main({['pack', *kind.split()]!r})"
    )
    with nothing_changes(site):
        done = subprocess.run([sys.executable, "-c", code], cwd=site, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "cannot write: File too large" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_a_signal_leaves_nothing_half_written(site: Path, kind: str) -> None:
    for number in range(300):
        write(site, f"static/files/{number}.bin", os.urandom(100_000))
    build(site)
    with nothing_changes(site):
        command = [sys.executable, "-m", "newsgen", "pack", *kind.split()]
        with subprocess.Popen(command, cwd=site, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            for _ in range(2000):
                if [name for name in os.listdir(site) if name.endswith(".new")] or process.poll() is not None:
                    break
                time.sleep(0.005)
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=60)
    assert process.returncode == 143, said
    assert b"Traceback" not in said


def test_no_build_begins_while_a_package_is_made(site: Path, tmp_path: Path) -> None:
    with built(site), pytest.raises(BuildError, match="another build of this site is under way"):
        build(site)
    build(site)


def test_what_is_packed_is_one_output_folder_of_several(site: Path) -> None:
    other = site.parent / "offline"
    build(site, other, Options(offline=True))
    bag = packed(site, "bagit", "../bag", "--output", str(other))
    assert {
        path.removeprefix("data/output/"): data
        for path, data in snapshot(bag).items()
        if path.startswith("data/output/")
    } == snapshot(other)
    assert json.loads((bag / "built-with.json").read_text("utf-8"))["command"] == "newsgen build --offline"


def test_mistakes_are_found_where_the_memory_of_the_build_is_lost(site: Path) -> None:
    for path in (site / ".newsgen").glob("plan-*"):
        path.unlink()
    assert "no build of this site is known" in pack(site, "bagit", "bag").stderr
    build(site)
    (site / ".newsgen" / "sources").unlink()
    packed(site, "bagit", "bag")
    write(site, "articles/2024/bad.md", "---\ntitle: Bad\ndate: 2024-13-01\n---\n")
    with pytest.raises(ExceptionGroup) as raised, built(site):
        pass
    assert "is not a date" in str(next(iter(errors_in(raised.value))))


def test_quiet_says_nothing(site: Path) -> None:
    done = pack(site, "wacz", "a.wacz", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = pack(site, "bagit", "bag")
    assert done.stdout == ""
    assert " files: bag (" in done.stderr


def test_a_package_needs_no_more_memory_for_a_larger_file(site: Path) -> None:
    code = (
        "import resource, sys; from newsgen.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "finally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    found: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for size in (1, 96):
        (site / "static" / "film.mp4").write_bytes(os.urandom(1 << 20) * size)
        build(site)
        for kind, peaks in found.items():
            command = [sys.executable, "-c", code, "pack", *kind.split(), "--force"]
            peaks.append(int(subprocess.run(command, cwd=site, capture_output=True, text=True, check=True).stdout))
    for kind, (small, large) in found.items():
        assert large - small < 32 * 1024, kind


def test_the_articles_of_a_web_archive_are_those_of_the_build(site: Path, tmp_path: Path) -> None:
    """An article that is held back is neither recorded nor listed."""
    # Nothing of it was published before: the ledger would keep what is held back.
    write(site, "newsgen.yaml", SETTINGS + "permalinks: {guard: off}\n")
    build(site, None, Options(selection=Selection(now=738_949 * 86_400)))
    place = packed(site, "wacz", "a.wacz")
    with opened(site, Selection(now=738_949 * 86_400)) as found:
        titles = [article.title for article in found.archive.articles if article.status == "published"]
    assert sorted(page["title"] for page in pages(place)[2:]) == sorted(titles)
    assert len(titles) < 4
