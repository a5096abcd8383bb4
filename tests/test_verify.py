"""A copy and a live site are told apart from what was built, and nothing outside them is read or asked."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from newsgen.build import build
from newsgen.cli import cli
from newsgen.errors import VerifyError
from newsgen.verify import Finding, Manners, Outcome, Progress, manifest_of_folder, verify_folder, verify_live
from newsgen.verify.manifest import read_manifest
from newsgen.write import MANIFEST_HEADER
from tests.sites import SETTINGS, make, write

SITE = (
    "-- articles/a.md --\n---\ntitle: A\ndate: 2024-03-01\naliases: [/old/]\n---\nText.\n"
    "-- articles/b.md --\n---\ntitle: B\ndate: 2024-03-02\nstatus: removed\n---\nText.\n"
    "-- articles/c.md --\n---\ntitle: C\ndate: 2024-03-03\nredirect: https://elsewhere.example/c\nurl: /c/\n---\n"
    "-- static/Grüße 1.txt --\nHello.\n-- static/CNAME --\nexample.org\n"
)
MANIFEST = "manifest-sha256.txt"
QUICK = Manners(delay=0, timeout=2, backoff=0.01)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make(tmp_path_factory.mktemp("site"), SITE, settings=f"{SETTINGS}hosts: [netlify, nginx]\n")
    build(root)
    return root


@pytest.fixture
def site(built: Path, tmp_path: Path) -> Path:
    return shutil.copytree(built, tmp_path / "site")


def looked_at(folder: Path) -> list[tuple[str, str]]:
    return [(finding.kind, finding.path) for finding in verify_folder(folder, manifest_of_folder(folder)).findings]


# Folders


def test_what_was_built_is_as_it_was_built(site: Path) -> None:
    assert looked_at(site / "output") == []


def test_a_flipped_byte_a_missing_and_an_extra_file_are_found(site: Path) -> None:
    page = site / "output/2024/index.html"
    data = bytearray(page.read_bytes())
    data[100] ^= 1
    page.write_bytes(data)
    (site / "output/feed.xml").unlink()
    write(site, "output/2024/stray.txt", "x")
    assert looked_at(site / "output") == [
        ("changed", "2024/index.html"), ("extra", "2024/stray.txt"), ("missing", "feed.xml"),
    ]  # fmt: skip


def test_links_and_fifos_are_named_and_never_opened(site: Path) -> None:
    output = site / "output"
    secret = write(site, "secret/index.html", (output / "2024/index.html").read_bytes())
    (output / "2024/index.html").unlink()
    (output / "2024/index.html").symlink_to(secret)
    shutil.move(output / "tags", site / "tags") if (output / "tags").exists() else None
    shutil.move(output / "archive", site / "moved")
    (output / "archive").symlink_to(site / "moved")
    (output / "feed.xml").unlink()
    os.mkfifo(output / "feed.xml")
    os.mkfifo(output / "stray")
    found = {item.path: item for item in verify_folder(output, manifest_of_folder(output)).findings}
    assert found["2024/index.html"] == ("2024/index.html", "changed", "a symbolic link")
    assert found["feed.xml"] == ("feed.xml", "changed", "no plain file")
    assert found["archive/index.html"] == ("archive/index.html", "changed", "archive is a symbolic link")
    assert found["archive"].kind == found["stray"].kind == "extra"


def test_a_file_where_a_folder_was_is_told(site: Path) -> None:
    shutil.rmtree(site / "output/archive")
    write(site, "output/archive", "x")
    assert ("changed", "archive/index.html") in looked_at(site / "output")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable for root")
def test_what_cannot_be_read_is_no_difference_and_not_right_either(site: Path) -> None:
    (site / "output/feed.xml").chmod(0)
    assert looked_at(site / "output") == [("failed", "feed.xml")]


# The checksums file


def line(path: str, checksum: str = "0" * 64) -> str:
    return f"{checksum}  {path}\n"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a checksums file of newsgen"),
        (line("data/a.txt").encode(), "not a checksums file of newsgen"),
        (MANIFEST_HEADER.encode(), "names no file"),
        ((MANIFEST_HEADER + line("a")[:-1]).encode(), "m:2: the checksums file is cut short"),
        ((MANIFEST_HEADER + line("a")[:40] + "\n").encode(), "is not a checksum and a path"),
        ((MANIFEST_HEADER + line("a") + "# more\n").encode(), "m:3: '# more' is not a checksum"),
        ((MANIFEST_HEADER + line("a", "G" * 64)).encode(), "is not a checksum and a path"),
        ((MANIFEST_HEADER + line("../x")).encode(), "m:2: the path '../x' leads out of the folder"),
        ((MANIFEST_HEADER + line("a/../../x")).encode(), "leads out of the folder"),
        ((MANIFEST_HEADER + line("/etc/passwd")).encode(), "leads out of the folder"),
        ((MANIFEST_HEADER + line("a//b")).encode(), "leads out of the folder"),
        ((MANIFEST_HEADER + line("a\\b")).encode(), "holds a sign that no path of a site has"),
        ((MANIFEST_HEADER + line("a\0b")).encode(), "holds a sign that no path of a site has"),
        ((MANIFEST_HEADER + line("x" * 5000)).encode(), "is too long"),
        ((MANIFEST_HEADER + line("b") + line("a")).encode(), "is not in its order, or stands there twice"),
        ((MANIFEST_HEADER + line("a") + line("a")).encode(), "is not in its order, or stands there twice"),
        (MANIFEST_HEADER.encode() + b"\xff\n", "m:2: the checksums file is not UTF-8"),
    ],
)
def test_a_checksums_file_that_cannot_be_trusted_is_an_error_that_names_the_line(data: bytes, message: str) -> None:
    with pytest.raises(VerifyError) as raised:
        read_manifest(data, "m")
    assert message in str(raised.value)


@given(st.binary(), st.booleans())
def test_any_bytes_are_a_checksums_file_or_an_error(data: bytes, is_headed: bool) -> None:
    try:
        found = read_manifest((MANIFEST_HEADER.encode() if is_headed else b"") + data, "m")
    except VerifyError:
        return
    assert all(not path.startswith("/") and ".." not in path.split("/") for path in found.checksums)


@pytest.mark.parametrize("kind", ["link", "fifo", "folder", "huge", "none"])
def test_what_is_no_plain_checksums_file_is_not_read(site: Path, kind: str) -> None:
    place = site / "output" / MANIFEST
    kept = shutil.move(place, site / "kept")
    if kind == "link":
        place.symlink_to(kept)
    elif kind == "fifo":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    elif kind == "huge":
        with place.open("wb") as file:
            file.truncate(1 << 40)
    with pytest.raises(VerifyError):
        manifest_of_folder(site / "output")


# Live sites


class Host(ThreadingHTTPServer):
    """A host on this machine. `answers` says what is special at a path; `asked` counts what was asked for."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        self.answers: dict[str, Callable[[_Handler], object]] = {}
        self.asked: Counter[str] = Counter()
        self.agents: set[str] = set()
        self.connections = 0
        super().__init__(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
        self.base = f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Host

    def setup(self) -> None:
        self.server.connections += 1
        super().setup()

    def do_GET(self) -> None:
        self.server.asked[self.path] += 1
        self.server.agents.add(self.headers["User-Agent"])
        special = self.server.answers.get(self.path)
        special(self) if special else super().do_GET()

    def give(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name that http.server gives it
        """Say nothing."""


@contextmanager
def host(folder: Path) -> Iterator[Host]:
    with Host(folder) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


def found_at(server: Host, site: Path, manners: Manners = QUICK, copy: Path | None = None) -> list[Finding]:
    manifest = manifest_of_folder(site / "output")
    return list(verify_live(server.base, manifest, manners, copy=copy).findings)


def giving(status: int, body: bytes = b"", **headers: str) -> Callable[[_Handler], object]:
    return lambda handler: handler.give(status, body, **headers)


@pytest.mark.parametrize("jobs", [1, 4])
def test_a_site_that_shows_what_was_built_has_no_differences(site: Path, jobs: int) -> None:
    (site / "output/_redirects").unlink()  # hosts show it to nobody
    with host(site / "output") as server:
        outcome = verify_live(server.base, manifest_of_folder(site / "output"), QUICK._replace(jobs=jobs))
    assert outcome == Outcome(len(manifest_of_folder(site / "output").checksums) - 1, (), 1)
    assert server.connections == jobs
    assert all(agent.startswith("newsgen-verify/") for agent in server.agents)
    assert "/2024/" in server.asked
    assert "/2024/index.html" not in server.asked
    assert set(server.asked.values()) == {1}


def test_differences_of_a_site_are_found(site: Path) -> None:
    with host(site / "output") as server:
        server.answers["/2024/"] = giving(200, b"other")
        server.answers["/feed.xml"] = giving(404)
        server.answers["/rss.xml"] = giving(403)
        assert found_at(server, site) == [
            ("2024/index.html", "changed", ""),
            ("feed.xml", "missing", "the host answers with 404"),
            ("rss.xml", "failed", "the host answers with 403"),
        ]


def test_a_host_in_trouble_is_asked_again_and_then_told_of(site: Path) -> None:
    with host(site / "output") as server:

        def twice(handler: _Handler) -> None:
            if server.asked["/2024/"] < 3:
                handler.give(503, b"", Retry_After="0")
            else:
                SimpleHTTPRequestHandler.do_GET(handler)

        server.answers["/2024/"] = twice
        server.answers["/feed.xml"] = giving(500, b"x")
        assert found_at(server, site) == [("feed.xml", "failed", "the host answers with 500")]
        assert server.asked["/feed.xml"] == 4


def test_pages_with_another_status_are_right_by_their_bytes(site: Path) -> None:
    with host(site / "output") as server:
        for path, status in (("/2024/03/02/b/", 410), ("/404.html", 404)):
            file = site / "output" / (path[1:] + ("index.html" if path.endswith("/") else ""))
            server.answers[path] = giving(status, file.read_bytes())
        assert found_at(server, site) == []


def test_redirects_on_the_host_are_followed_and_those_to_others_are_not(site: Path) -> None:
    with host(site / "output") as server, host(site / "output") as other:
        server.answers["/feed.xml"] = giving(301, Location="/moved.xml")
        server.answers["/moved.xml"] = giving(200, (site / "output/feed.xml").read_bytes())
        server.answers["/rss.xml"] = giving(302, Location=f"{other.base}/rss.xml")
        server.answers["/sitemap.xml"] = giving(302, Location="http://other.invalid/sitemap.xml")
        server.answers["/robots.txt"] = giving(302, Location="file:///etc/passwd")
        server.answers["/theme/style.css"] = giving(302, Location="/theme/style.css")
        found = {item.path: item for item in found_at(server, site)}
        assert set(found) == {"rss.xml", "sitemap.xml", "robots.txt", "theme/style.css"}
        assert "on another port" in found["rss.xml"].reason
        assert "on another host" in found["sitemap.xml"].reason
        assert "again and again" in found["theme/style.css"].reason
        assert not other.asked


def test_a_rule_of_the_host_is_right_where_the_copy_says_the_same(site: Path) -> None:
    with host(site / "output") as server:
        for path, target in (("/old/", "/2024/03/01/a/"), ("/c/", "https://elsewhere.example/c")):
            server.answers[path] = server.answers[f"{path}index.html"] = giving(301, Location=target)
        assert [item.path for item in found_at(server, site)] == ["c/index.html", "old/index.html"]
        assert found_at(server, site, copy=site / "output") == []
        server.answers["/c/"] = server.answers["/c/index.html"] = giving(301, Location="https://evil.example/")
        assert [item.path for item in found_at(server, site, copy=site / "output")] == ["c/index.html"]


def test_a_page_that_the_host_shows_under_its_whole_name_alone_is_right(site: Path) -> None:
    with host(site / "output") as server:
        server.answers["/old/"] = giving(301, Location="/2024/03/01/a/")
        assert found_at(server, site) == []


def test_what_is_sent_compressed_is_unpacked_or_told_of(site: Path) -> None:
    data = (site / "output/feed.xml").read_bytes()
    with host(site / "output") as server:
        server.answers["/feed.xml"] = giving(200, gzip.compress(data), Content_Encoding="gzip")
        server.answers["/rss.xml"] = giving(200, gzip.compress(data)[:-9], Content_Encoding="gzip")
        server.answers["/robots.txt"] = giving(200, b"x", Content_Encoding="br")
        found = found_at(server, site)
        assert [(item.path, item.kind) for item in found] == [("robots.txt", "failed"), ("rss.xml", "failed")]


def test_slow_cut_and_broken_answers_end(site: Path) -> None:
    def slow(handler: _Handler) -> None:
        time.sleep(1)

    def cut(handler: _Handler) -> None:
        handler.give(200, b"short", Content_Length="500")
        handler.close_connection = True

    def rubbish(handler: _Handler) -> None:
        handler.wfile.write(b"\0\0 nonsense\r\n\r\n")
        handler.close_connection = True

    with host(site / "output") as server:
        server.answers |= {"/feed.xml": slow, "/rss.xml": cut, "/robots.txt": rubbish}
        found = {item.path: item for item in found_at(server, site, QUICK._replace(timeout=0.2))}
    assert {path: item.kind for path, item in found.items()} == dict.fromkeys(
        ("feed.xml", "rss.xml", "robots.txt"), "failed"
    )
    assert "too long" in found["feed.xml"].reason
    assert "cut short" in found["rss.xml"].reason


def test_a_run_that_was_cut_short_goes_on_where_it_ended(site: Path) -> None:
    manifest = manifest_of_folder(site / "output")
    cache = site / ".newsgen"
    with host(site / "output") as server:
        stop_at = 30

        def stop(done: int, total: int) -> None:
            if done == stop_at:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt), Progress(cache, server.base, resumes=False) as known:
            verify_live(server.base, manifest, QUICK, known, progress=stop)
        server.asked.clear()
        server.answers["/theme/style.css"] = giving(404)
        with Progress(cache, server.base, resumes=True) as known:
            outcome = verify_live(server.base, manifest, QUICK, known)
            known.forget()
        assert sum(server.asked.values()) <= len(manifest.checksums) - stop_at + 2
        assert outcome.checked == len(manifest.checksums) - 1
        assert [item.path for item in outcome.findings] == ["theme/style.css"]
        assert not list(cache.glob("verify-*"))


def test_a_file_that_changed_since_is_asked_for_again(site: Path) -> None:
    with host(site / "output") as server:
        with Progress(site / ".newsgen", server.base, resumes=False) as known:
            verify_live(server.base, manifest_of_folder(site / "output"), QUICK, known)
        write(site, "static/CNAME", "example.net\n")
        build(site)
        server.asked.clear()
        with Progress(site / ".newsgen", server.base, resumes=True) as known:
            assert not verify_live(server.base, manifest_of_folder(site / "output"), QUICK, known).findings
        assert set(server.asked) == {"/CNAME"}


def test_a_host_that_is_down_is_told_of_once(site: Path) -> None:
    with host(site / "output") as server:
        base = server.base
    with pytest.raises(VerifyError, match=r"fails 20 times in a row: .*refused"):
        verify_live(base, manifest_of_folder(site / "output"), QUICK._replace(backoff=0))


# The command


def run(*arguments: str | Path) -> tuple[int, str]:
    try:
        result = CliRunner().invoke(
            cli, ["verify", *map(str, arguments)], standalone_mode=False, catch_exceptions=False
        )
    except VerifyError as error:
        return 1, str(error)
    return int(result.return_value or 0), result.output


def test_the_command_looks_at_the_output_folder_a_copy_or_a_site(site: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(site / "output", tmp_path / "copy")
    with host(site / "output") as server:
        for where in ([], [copy], [server.base, "--delay", "0"], [f"{server.base}/", "--jobs", "2", "--delay", "0"]):
            code, text = run("--site", site, *where)
            assert (code, "all as they were built" in text) == (0, True), text
    write(copy, "stray.txt", "x")
    assert run("--site", site, copy, "--quiet") == (1, "extra    stray.txt\n")
    assert run("--site", site, copy, "--quiet", "--allow-extra")[0] == 0
    (copy / MANIFEST).unlink()
    code, text = run("--site", site, copy)
    assert (code, "there is no checksums file in this folder" in text) == (1, True)
    assert run(copy, "--manifest", site / "output" / MANIFEST, "--allow-extra", "--quiet")[0] == 0
    (copy / "feed.xml").unlink()
    code, text = run(copy, "--manifest", site / "output" / MANIFEST, "--json")
    told = json.loads(text)
    assert (code, told["missing"], told["extra"]) == (1, 1, 1)
    assert {"path": "feed.xml", "kind": "missing", "reason": ""} in told["findings"]


def test_the_command_says_what_it_cannot_do(site: Path, tmp_path: Path) -> None:
    assert "no such folder" in run(tmp_path / "none", "--manifest", site / "output" / MANIFEST)[1]
    result = CliRunner().invoke(cli, ["verify", "--resume"])
    assert (result.exit_code, "--resume is for a site" in result.output) == (2, True)
    result = CliRunner().invoke(cli, ["verify", "https://user:secret@example.org/"])
    assert result.exit_code == 2
    assert "secret" not in result.output
    with host(tmp_path) as server:
        code, text = run("--site", site, server.base)
        assert (code, "the checksums file cannot be had: the host answers with 404" in text) == (1, True)
